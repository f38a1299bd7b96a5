"""Weights of losses and metrics: scalars, or tensors that are as large as the values or of size 1 in each dimension."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import no_op
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.assertion import assert_
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import multiply
from convflow.ops.math.comparison import equal
from convflow.ops.sets import set_difference

_REFUSAL = "weights can not be broadcast to values."


def assert_broadcastable(weights: Any, values: Any) -> Operation:
    """A node that fails unless `weights` fit `values`; one without effects where that is known to be so.

    Raises:
        ValueError: they are known not to fit.
        InvalidArgumentError: the same found out in a run.
    """
    with name_scope(None, "assert_broadcastable", [weights, values]) as scope:
        weights, weights_shape, weights_rank = _measured(weights, "weights")
        values, values_shape, values_rank = _measured(values, "values")
        if weights.shape.rank is not None and values.shape.rank is not None:
            if weights.shape.rank == 0:
                return no_op(name="static_scalar_check_success")
            _check_ranks(weights, values)
            if weights.shape.is_fully_defined() and values.shape.is_fully_defined():
                _check_sizes(weights, values)
                return no_op(name="static_dims_check_success")
        is_scalar = equal(0, weights_rank, name="is_scalar")
        shown = [
            _REFUSAL, "weights.shape=", name_of(weights), weights_shape,
            "values.shape=", name_of(values), values_shape, "is_scalar=", is_scalar,
        ]  # fmt: skip
        fits = cond(
            is_scalar,
            lambda: is_scalar,
            lambda: _tensor_fits(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape",
        )
        return assert_(fits, shown, name=scope)


def _measured(value: Any, name: str) -> tuple[Tensor, Tensor, Tensor]:
    with name_scope(None, name, [value]) as scope:
        tensor = convert_to_tensor(value, name=scope)
        return tensor, shape_of(tensor, name="shape"), rank_of(tensor, name="rank")


def _check_ranks(weights: Tensor, values: Tensor) -> None:
    if weights.shape.rank != values.shape.rank:
        raise ValueError(
            f"{_REFUSAL} values.rank={values.shape.rank}. weights.rank={weights.shape.rank}. "
            f"values.shape={values.shape}. weights.shape={weights.shape}. Expected a scalar or the rank of the values: "
            "use tf.expand_dims. "
            f"Received weights={weights}, values={values}"
        )


def _check_sizes(weights: Tensor, values: Tensor) -> None:
    for index, (own, wanted) in enumerate(zip(_sizes(weights.shape), _sizes(values.shape), strict=True)):
        if own not in (1, wanted):
            raise ValueError(
                f"{_REFUSAL} Mismatch at dim {index}. values.shape={values.shape}, weights.shape={weights.shape}. "
                f"Expected size 1 or {wanted} there. Received weights={weights}, values={values}"
            )


def _sizes(shape: TensorShape) -> list[int | None]:
    return shape.as_list()


def _tensor_fits(weights_rank: Tensor, weights_shape: Tensor, values_rank: Tensor, values_shape: Tensor) -> Tensor:
    parts = [weights_rank, weights_shape, values_rank, values_shape]
    with name_scope(None, "has_valid_nonscalar_shape", parts) as scope:
        is_same_rank = equal(values_rank, weights_rank, name="is_same_rank")
        return cond(is_same_rank, lambda: _sizes_fit(weights_shape, values_shape), lambda: is_same_rank, name=scope)


def _sizes_fit(weights_shape: Tensor, values_shape: Tensor) -> Tensor:
    """As TensorFlow writes it: no size of the weights is outside of the set of the value's own size and 1."""
    with name_scope(None, "has_invalid_dims", [weights_shape, values_shape]) as scope:
        column = expand_dims(values_shape, -1)
        allowed = concat([column, ones_like(column)], axis=1)
        refused = set_difference(expand_dims(weights_shape, -1), allowed)
        count = size(refused.values, name="num_invalid_dims")
        return equal(0, count, name=scope)


def broadcast_weights(weights: Any, values: Any) -> Tensor:
    """`weights` in the shape and type of `values`, once they are known to fit."""
    with name_scope(None, "broadcast_weights", [weights, values]) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        known = weights.shape.is_fully_defined() and values.shape.is_fully_defined()
        if known and weights.shape.is_compatible_with(values.shape):
            return weights
        with control_dependencies([assert_broadcastable(weights, values)]):
            return multiply(weights, ones_like(values), name=scope)
