"""Sums of many tensors, scaled tensors, polynomials (API: tf.accumulate_n, tf.scalar_mul, tf.math.polyval)."""

from __future__ import annotations

from typing import Any

from convflow.core.dtypes import as_dtype
from convflow.core.shape import TensorShape, as_shape, unknown_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from convflow.graph.opdef import register_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.math import former  # noqa: F401  (registers ops of older graphs)
from convflow.ops.math.arithmetic import add_n, multiply, sum_of
from convflow.ops.types import NUMBER


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape and type (API: tf.accumulate_n).

    Args:
        inputs: a list of at least one tensor.
        shape: what the sum's shape must be.
        tensor_dtype: what its type must be.

    Raises:
        ValueError: no list, or shapes or types that differ.
        TypeError: tensors not of `tensor_dtype`.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(f"inputs must be a list of at least one Tensor with the same dtype and shape, got {inputs!r}.")
    tensors = [convert_to_tensor_or_indexed_slices(value) for value in inputs]
    kinds = [getattr(tensor.dtype, "base_dtype", None) for tensor in tensors]
    if not all(isinstance(tensor, Tensor) for tensor in tensors) or len(set(kinds)) > 1:
        raise ValueError(
            "inputs must be a list of at least one Tensor with the same dtype and shape, got "
            f"{[getattr(kind, 'name', kind) for kind in kinds]}."
        )
    known = unknown_shape() if shape is None else as_shape(shape)
    for tensor in tensors:
        known = known.merge_with(tensor.shape)
    if tensor_dtype is not None and as_dtype(tensor_dtype).base_dtype is not kinds[0]:
        raise TypeError(
            f"tensor_dtype is {as_dtype(tensor_dtype).name}, but inputs are of type {tensors[0].dtype.name}."
        )
    if len(tensors) == 1:
        return tensors[0] if name is None else identity(tensors[0], name=name)
    return add_n(tensors, name=name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """A tensor or IndexedSlices times a scalar (API: tf.scalar_mul).

    Args:
        scalar: a scalar tensor or number, taken as of the type of `x`.
        x: a tensor or `IndexedSlices` of a number type.

    Returns:
        Of the kind, type and shape of `x`.

    Raises:
        ValueError: `scalar` is not known to be a scalar.
    """
    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar.shape.rank != 0:
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}. Use tf.multiply.")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(multiply(scalar, x.values, name), x.indices, x.dense_shape)
    return multiply(scalar, x, name)


def polyval(coeffs: Any, x: Any, name: str | None = None) -> Tensor:
    """A polynomial at x by Horner's rule (API: tf.math.polyval).

    Args:
        coeffs: a list of coefficients, the highest power's first; none is the polynomial 0.

    Raises:
        ValueError: `coeffs` is no list.
    """
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    with name_scope(name, "polyval", [*coeffs, x]) as scope:
        x = convert_to_tensor(x, name="x")
        if not coeffs:
            return zeros_like(x, name=scope)
        terms = [convert_to_tensor(value, name=f"coeff_{index}") for index, value in enumerate(coeffs)]
        total = terms[0]
        for term in terms[1:]:
            total = term + total * x
        return total


def _accumulated_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.attr("shape")
    for index in range(ctx.num_inputs):
        try:
            shape = shape.merge_with(ctx.input(index))
        except ValueError:
            raise ValueError(
                f"Shapes must be equal, but input {index} is {ctx.input(index)} where {shape} is expected."
            ) from None
    return [shape]


# Files of TensorFlow 1 have it where `accumulate_n` was called; today's function makes an AddN.
register_op(
    "AccumulateNV2",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs=f"N: int >= 1; T: type in {{{NUMBER}}}; shape: shape",
    shape=_accumulated_shape,
    kernel=lambda op: sum_of,
    gradient=lambda op, grad: [grad] * len(op.inputs),
)
