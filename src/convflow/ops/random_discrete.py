"""Random counts and classes (API: tf.random_poisson, tf.multinomial, tf.random.categorical)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.random_gamma import parameters_after_shape
from convflow.ops.random_nodes import checked_type, generator, scalar, seed_attrs, sizes_of
from convflow.ops.types import INDEX, REAL

_CLASS_TYPES = (dtypes.int32, dtypes.int64)
_COUNTABLE = "half, float, double, int32, int64"


def random_poisson(
    lam: Any, shape: Any, dtype: Any = dtypes.float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Poisson distributed counts (API: tf.random_poisson).

    Args:
        lam: the means; a negative one gives 0, infinity and NaN give themselves (0 of an integer type).
        shape: how many counts to draw for each mean, a vector of sizes.
        dtype: float16, float32, float64, int32 or int64.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        A tensor of shape `[*shape, *lam.shape]`.

    Raises:
        InvalidArgumentError: (when run) a mean above the largest number of the type.
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        return apply_op("RandomPoissonV2", shape=shape, rate=lam, dtype=dtype, **seed_attrs(seed))


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
        return _classes(logits, num_samples, output_dtype, seed)


def categorical(
    logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """`multinomial` with its arguments in another order (API: tf.random.categorical)."""
    with name_scope(name, "categorical", [logits]):
        return _classes(logits, num_samples, dtype, seed)


def _classes(logits: Any, num_samples: Any, dtype: Any, seed: int | None) -> Tensor:
    logits = convert_to_tensor(logits, name="logits")
    output_dtype = checked_type(dtypes.int64 if dtype is None else dtype, _CLASS_TYPES)
    seeds = seed_attrs(seed)
    return apply_op("Multinomial", logits=logits, num_samples=num_samples, output_dtype=output_dtype, **seeds)


def _poisson_kernel(type_attr: str) -> Any:
    def kernel(op: Operation, store: Any) -> Callable[..., torch.Tensor]:
        draw, dtype = generator(op, store).poisson, op.attrs[type_attr].as_torch_dtype
        return lambda shape, rate: draw(sizes_of(shape), rate, dtype)

    return kernel


register_op(
    "RandomPoissonV2",
    inputs="shape: S; rate: R",
    outputs="output: dtype",
    attrs=(
        f"seed: int = 0; seed2: int = 0; S: type in {{{INDEX}}}; R: type = double in {{{_COUNTABLE}}}; "
        f"dtype: type = int64 in {{{_COUNTABLE}}}"
    ),
    shape=parameters_after_shape,
    kernel=_poisson_kernel("dtype"),
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "RandomPoisson",
    inputs="shape: S; rate: dtype",
    outputs="output: dtype",
    attrs=f"seed: int = 0; seed2: int = 0; S: type in {{{INDEX}}}; dtype: type in {{half, float, double}}",
    shape=parameters_after_shape,
    kernel=_poisson_kernel("dtype"),
    gradient=NO_GRADIENT,
    stateful=True,
)


def multinomial_shape(ctx: InferenceContext) -> list[TensorShape]:
    """As many columns as samples for each row of logits."""
    logits = rules.with_rank(ctx.input(0), 2, "logits")
    rules.with_rank(ctx.input(1), 0, "num_samples")
    samples = ctx.constant(1)
    if samples is not None and samples < 0:
        raise ValueError(f"num_samples should be nonnegative, got {samples}.")
    return [TensorShape([logits[0], None if samples is None else int(samples)])]


def draw_classes(
    generator: PhiloxGenerator, logits: torch.Tensor, num_samples: torch.Tensor, dtype: torch.dtype
) -> torch.Tensor:
    """What the kernels of Multinomial and StatelessMultinomial give."""
    samples = scalar("num_samples", num_samples)
    if logits.ndim != 2 or samples < 0:
        raise ValueError(f"Need logits of rank 2 and num_samples >= 0, got {list(logits.shape)}, {samples}.")
    return generator.multinomial(logits, samples, dtype)


def _multinomial_kernel(op: Operation, store: Any) -> Callable[..., torch.Tensor]:
    own, dtype = generator(op, store), op.attrs["output_dtype"].as_torch_dtype
    return lambda logits, num_samples: draw_classes(own, logits, num_samples, dtype)


register_op(
    "Multinomial",
    inputs="logits: T; num_samples: int32",
    outputs="output: output_dtype",
    attrs=f"seed: int = 0; seed2: int = 0; T: type in {{{REAL}}}; output_dtype: type = int64 in {{{INDEX}}}",
    shape=multinomial_shape,
    kernel=_multinomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
