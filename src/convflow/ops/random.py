"""Random tensors (API: tf.random_uniform, tf.random_normal, tf.truncated_normal, tf.random_shuffle).

The numbers are TensorFlow's own: the same seeds, the same values. Each node keeps its place in its stream for
as long as the session lives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.random_nodes import (
    checked_type,
    generator,
    scalar,
    seed_attrs,
    shape_of_sizes,
    shape_tensor,
    sizes_of,
)
from convflow.ops.types import FLOATING, INDEX

Kernel = Callable[..., torch.Tensor]
_UNIFORM_TYPES = (
    dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64,
)  # fmt: skip


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers spread evenly over [minval, maxval) (API: tf.random_uniform).

    Args:
        shape: a vector of sizes.
        minval: the lower limit, included.
        maxval: the upper limit, excluded; 1 for floats if None, needed for integers.
        dtype: a float type, int32 or int64.
        seed: the op's seed; see `tf.set_random_seed`.

    Raises:
        ValueError: another type, or no maxval for integers.
    """
    dtype = checked_type(dtype, _UNIFORM_TYPES)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        # Limits that scale nothing make no nodes: TensorFlow knows them by their being Python integers.
        from_zero, to_one = _is_int(minval, 0), _is_int(maxval, 1)
        if dtype.is_integer or not (from_zero and to_one):
            minval = convert_to_tensor(minval, dtype=dtype, name="min")
            maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            seeds = seed_attrs(seed)
            return apply_op("RandomUniformInt", shape=shape, minval=minval, maxval=maxval, name=scope, **seeds)
        unit = _draw("RandomUniform", shape, dtype, seed)
        if from_zero:
            return unit if to_one else multiply(unit, maxval)
        width = subtract(maxval, minval, name="sub")
        return add(multiply(unit, width, name="mul"), minval, name=scope)


def _is_int(value: Any, wanted: int) -> bool:
    return isinstance(value, int) and value == wanted


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Normally distributed numbers (API: tf.random_normal).

    Args:
        shape: a vector of sizes.
        mean, stddev: scalars, or tensors that broadcast with `shape`.
        dtype: a float type.
        seed: the op's seed; see `tf.set_random_seed`.
    """
    with name_scope(name, "random_normal", [shape, mean, stddev]) as scope:
        return _scaled_normal("RandomStandardNormal", shape, mean, stddev, dtype, seed, scope)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """As `random_normal`, but what is 2 * stddev or more from the mean is drawn again (API: tf.truncated_normal).

    Args:
        shape: a vector of sizes.
        mean, stddev: scalars, or tensors that broadcast with `shape`.
        dtype: a float type.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of type `dtype` and shape `shape`.
    """
    with name_scope(name, "truncated_normal", [shape, mean, stddev]) as scope:
        return _scaled_normal("TruncatedNormal", shape, mean, stddev, dtype, seed, scope)


def _scaled_normal(op_type: str, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: Any, scope: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    shape = shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype=dtype, name="mean")
    stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
    standard = _draw(op_type, shape, dtype, seed)
    return add(multiply(standard, stddev, name="mul"), mean, name=scope)


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The rows of `value` in random order (API: tf.random_shuffle).

    Args:
        value: a tensor of any type; its first axis is shuffled.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the type and shape of `value`.
    """
    return apply_op("RandomShuffle", value=value, name=name, **seed_attrs(seed))


def _draw(op_type: str, shape: Tensor, dtype: DType, seed: int | None) -> Tensor:
    return apply_op(op_type, shape=shape, dtype=dtype, **seed_attrs(seed))


# The ops.


def _float_kernel(method: str) -> Any:
    def kernel(op: Operation, store: Any) -> Kernel:
        draw = getattr(generator(op, store), method)
        dtype = op.attrs["dtype"].as_torch_dtype
        return lambda shape: draw(sizes_of(shape), dtype)

    return kernel


def _uniform_int_kernel(op: Operation, store: Any) -> Kernel:
    own = generator(op, store)
    dtype = op.attrs["Tout"].as_torch_dtype

    def draw(shape: torch.Tensor, minval: torch.Tensor, maxval: torch.Tensor) -> torch.Tensor:
        return own.uniform_int(sizes_of(shape), scalar("minval", minval), scalar("maxval", maxval), dtype)

    return draw


def _uniform_int_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "minval")
    rules.with_rank(ctx.input(2), 0, "maxval")
    return shape_of_sizes(ctx)


for _op_type, _method in (
    ("RandomUniform", "uniform"),
    ("RandomStandardNormal", "normal"),
    ("TruncatedNormal", "truncated_normal"),
):
    register_op(
        _op_type,
        inputs="shape: T",
        outputs="output: dtype",
        attrs=f"seed: int = 0; seed2: int = 0; dtype: type in {{{FLOATING}}}; T: type in {{{INDEX}}}",
        shape=shape_of_sizes,
        kernel=_float_kernel(_method),
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
    )
register_op(
    "RandomUniformInt",
    inputs="shape: T; minval: Tout; maxval: Tout",
    outputs="output: Tout",
    attrs=f"seed: int = 0; seed2: int = 0; Tout: type in {{{INDEX}}}; T: type in {{{INDEX}}}",
    shape=_uniform_int_shape,
    kernel=_uniform_int_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def _shuffle_kernel(op: Operation, store: Any) -> Callable[[Any], Any]:
    own = generator(op, store)

    def shuffle(value: Any) -> Any:
        if not value.ndim or value.shape[0] <= 1:
            return value
        order = own.permutation(value.shape[0])
        return value.index_select(0, order) if isinstance(value, torch.Tensor) else value[order.numpy()]

    return shuffle


register_op(
    "RandomShuffle",
    inputs="value: T",
    outputs="output: T",
    attrs="seed: int = 0; seed2: int = 0; T: type",
    shape=rules.unchanged,
    kernel=_shuffle_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
