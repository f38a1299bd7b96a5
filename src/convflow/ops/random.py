"""Random tensors (API: tf.random_uniform, tf.random_normal, tf.truncated_normal, tf.random_shuffle, tf.multinomial).

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
from convflow.graph.seeds import get_seed
from convflow.ops import rules
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.types import FLOATING, INDEX, REAL

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
    dtype = dtypes.as_dtype(dtype)
    if dtype not in _UNIFORM_TYPES:
        accepted = ", ".join(known.name for known in _UNIFORM_TYPES)
        raise ValueError(f"Argument `dtype` got invalid value {dtype!r}. Accepted dtypes are {accepted}.")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = _shape_tensor(shape)
        # Whole [0, 1) needs no scaling: TensorFlow leaves those nodes out.
        unscaled = not dtype.is_integer and _is_int(minval, 0) and _is_int(maxval, 1)
        if unscaled:
            return _draw("RandomUniform", shape, dtype, seed)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            seeds = _seed_attrs(seed)
            return apply_op("RandomUniformInt", shape=shape, minval=minval, maxval=maxval, name=scope, **seeds)
        unit = _draw("RandomUniform", shape, dtype, seed)
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
    """As `random_normal`, but what is 2 * stddev or more from the mean is drawn again (API: tf.truncated_normal)."""
    with name_scope(name, "truncated_normal", [shape, mean, stddev]) as scope:
        return _scaled_normal("TruncatedNormal", shape, mean, stddev, dtype, seed, scope)


def _scaled_normal(op_type: str, shape: Any, mean: Any, stddev: Any, dtype: Any, seed: Any, scope: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    shape = _shape_tensor(shape)
    mean = convert_to_tensor(mean, dtype=dtype, name="mean")
    stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
    standard = _draw(op_type, shape, dtype, seed)
    return add(multiply(standard, stddev, name="mul"), mean, name=scope)


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The rows of `value` in random order (API: tf.random_shuffle)."""
    return apply_op("RandomShuffle", value=value, name=name, **_seed_attrs(seed))


def multinomial(
    logits: Any, num_samples: Any, seed: int | None = None, name: str | None = None, output_dtype: Any = None
) -> Tensor:
    """Class numbers drawn with probabilities softmax(logits) (API: tf.multinomial).

    Args:
        logits: shape (batch, classes).
        num_samples: draws per row, a scalar.
        output_dtype: int32 or int64, the default.

    Returns:
        Shape (batch, num_samples).
    """
    with name_scope(name, "multinomial", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        seeds = _seed_attrs(seed)
        return apply_op(
            "Multinomial",
            logits=logits,
            num_samples=num_samples,
            output_dtype=dtypes.int64 if output_dtype is None else output_dtype,
            **seeds,
        )


def _shape_tensor(shape: Any) -> Tensor:
    # An empty list would become float32.
    wanted = dtypes.int32 if isinstance(shape, (list, tuple)) and not _holds_int64(shape) else None
    return convert_to_tensor(shape, dtype=wanted, name="shape")


def _holds_int64(sizes: Any) -> bool:
    return any(isinstance(size, Tensor) and size.dtype.base_dtype is dtypes.int64 for size in sizes)


def _seed_attrs(seed: int | None) -> dict[str, Any]:
    first, second = get_seed(seed)
    return {"seed": first, "seed2": second}


def _draw(op_type: str, shape: Tensor, dtype: DType, seed: int | None) -> Tensor:
    return apply_op(op_type, shape=shape, dtype=dtype, **_seed_attrs(seed))


# The ops.


def _shape_of_sizes(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 1, "shape")
    sizes = ctx.constant(0)
    if sizes is not None and sizes.size and sizes.min() < 0:
        raise ValueError(f"Dimension {sizes.min()} must be >= 0: shape is {sizes.tolist()}.")
    return [ctx.constant_shape(0)]


def _generator(op: Operation, store: Any) -> PhiloxGenerator:
    """The node's own, shared by all plans of the session."""
    seed, seed2 = op.attrs["seed"], op.attrs["seed2"]
    return store.resource(("random", op.name), lambda: PhiloxGenerator(seed, seed2))


def _sizes(shape: torch.Tensor) -> list[int]:
    sizes = shape.tolist()
    if shape.ndim != 1 or any(size < 0 for size in sizes):
        raise ValueError(f"shape must be a vector of sizes >= 0, got {sizes}.")
    return sizes


def _float_kernel(method: str) -> Any:
    def kernel(op: Operation, store: Any) -> Kernel:
        draw = getattr(_generator(op, store), method)
        dtype = op.attrs["dtype"].as_torch_dtype
        return lambda shape: draw(_sizes(shape), dtype)

    return kernel


def _uniform_int_kernel(op: Operation, store: Any) -> Kernel:
    generator = _generator(op, store)
    dtype = op.attrs["Tout"].as_torch_dtype

    def draw(shape: torch.Tensor, minval: torch.Tensor, maxval: torch.Tensor) -> torch.Tensor:
        return generator.uniform_int(_sizes(shape), _scalar("minval", minval), _scalar("maxval", maxval), dtype)

    return draw


def _scalar(what: str, value: torch.Tensor) -> int:
    if value.ndim:
        raise ValueError(f"{what} must be a scalar, got shape {list(value.shape)}.")
    return int(value)


def _uniform_int_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "minval")
    rules.with_rank(ctx.input(2), 0, "maxval")
    return _shape_of_sizes(ctx)


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
        shape=_shape_of_sizes,
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
    generator = _generator(op, store)

    def shuffle(value: Any) -> Any:
        if not value.ndim or value.shape[0] <= 1:
            return value
        order = generator.permutation(value.shape[0])
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


def _multinomial_shape(ctx: InferenceContext) -> list[TensorShape]:
    logits = rules.with_rank(ctx.input(0), 2, "logits")
    rules.with_rank(ctx.input(1), 0, "num_samples")
    samples = ctx.constant(1)
    if samples is not None and samples < 0:
        raise ValueError(f"num_samples should be nonnegative, got {samples}.")
    return [TensorShape([logits[0], None if samples is None else int(samples)])]


def _multinomial_kernel(op: Operation, store: Any) -> Kernel:
    generator = _generator(op, store)
    dtype = op.attrs["output_dtype"].as_torch_dtype

    def draw(logits: torch.Tensor, num_samples: torch.Tensor) -> torch.Tensor:
        samples = _scalar("num_samples", num_samples)
        if logits.ndim != 2 or samples < 0:
            raise ValueError(f"Need logits of rank 2 and num_samples >= 0, got {list(logits.shape)}, {samples}.")
        return generator.multinomial(logits, samples, dtype)

    return draw


register_op(
    "Multinomial",
    inputs="logits: T; num_samples: int32",
    outputs="output: output_dtype",
    attrs=f"seed: int = 0; seed2: int = 0; T: type in {{{REAL}}}; output_dtype: type = int64 in {{{INDEX}}}",
    shape=_multinomial_shape,
    kernel=_multinomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
