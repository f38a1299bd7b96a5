"""The ops under tf.random.stateless_*: those of TensorFlow 1.15, which take two seeds, and those of 2.x, which take
a key, a counter and the number of an algorithm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.philox_words import scrambled
from convflow.ops.random_discrete import draw_classes, multinomial_shape
from convflow.ops.random_nodes import scalar, shape_of_sizes, sizes_of
from convflow.ops.types import FLOATING, INDEX, REAL

Kernel = Callable[..., torch.Tensor]
Draw = Callable[..., torch.Tensor]
_PHILOX = (1, 3)


def _generator(seed: torch.Tensor) -> PhiloxGenerator:
    first, second = _two_seeds(seed)
    return PhiloxGenerator.stateless(first, second)


def _two_seeds(seed: torch.Tensor) -> tuple[int, int]:
    if tuple(seed.shape) != (2,):
        raise ValueError(f"seed must have shape [2], not {list(seed.shape)}.")
    first, second = seed.tolist()
    return first, second


def _generator_at(key: torch.Tensor, counter: torch.Tensor, alg: torch.Tensor) -> PhiloxGenerator:
    if tuple(key.shape) != (1,) or tuple(counter.shape) != (2,):
        raise ValueError(f"key and counter must have shapes [1] and [2], got {list(key.shape)}, {list(counter.shape)}.")
    if scalar("alg", alg) not in _PHILOX:
        raise errors.InvalidArgumentError(
            None, None, f"Unsupported algorithm id: {int(alg)}. Philox is 1, TensorFlow's choice for a CPU 3."
        )
    low, high = counter.tolist()
    return PhiloxGenerator.at(key.tolist()[0], high, low)


def _uniform(own: PhiloxGenerator, shape: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return own.uniform(sizes_of(shape), dtype)


def _normal(own: PhiloxGenerator, shape: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return own.normal(sizes_of(shape), dtype)


def _truncated(own: PhiloxGenerator, shape: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return own.truncated_normal(sizes_of(shape), dtype)


def _full_int(own: PhiloxGenerator, shape: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return own.uniform_full_int(sizes_of(shape), dtype)


def _uniform_int(
    own: PhiloxGenerator, shape: torch.Tensor, dtype: torch.dtype, minval: torch.Tensor, maxval: torch.Tensor
) -> torch.Tensor:
    return own.uniform_int(sizes_of(shape), scalar("minval", minval), scalar("maxval", maxval), dtype)


def _seeded_kernel(draw: Draw) -> Any:
    def kernel(op: Operation) -> Kernel:
        dtype = op.attrs["dtype"].as_torch_dtype
        return lambda shape, seed, *limits: draw(_generator(seed), shape, dtype, *limits)

    return kernel


def _placed_kernel(draw: Draw) -> Any:
    def kernel(op: Operation) -> Kernel:
        dtype = op.attrs["dtype"].as_torch_dtype
        return lambda shape, key, counter, alg, *limits: draw(_generator_at(key, counter, alg), shape, dtype, *limits)

    return kernel


def _seed_shape(ctx: InferenceContext, index: int) -> None:
    seed = rules.with_rank(ctx.input(index), 1, "seed")
    rules.merge_dimension(seed[0], 2, f"seed must have shape [2], not {seed}")


def _seeded_shape(ctx: InferenceContext) -> list[TensorShape]:
    _seed_shape(ctx, 1)
    for index in range(2, ctx.num_inputs):
        rules.with_rank(ctx.input(index), 0, ("minval", "maxval")[index - 2])
    return shape_of_sizes(ctx)


def _placed_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 1, "key")
    rules.with_rank(ctx.input(2), 1, "counter")
    rules.with_rank(ctx.input(3), 0, "alg")
    for index in range(4, ctx.num_inputs):
        rules.with_rank(ctx.input(index), 0, ("minval", "maxval")[index - 4])
    return shape_of_sizes(ctx)


def _register(name: str, draw: Draw, types: str, newer_types: str | None = None, limits: str = "") -> None:
    default = "" if limits else " = int32"
    register_op(
        name,
        inputs=f"shape: T; seed: Tseed{limits}",
        outputs="output: dtype",
        attrs=f"dtype: type{types}; T: type{default} in {{{INDEX}}}; Tseed: type = int64 in {{{INDEX}}}",
        shape=_seeded_shape,
        kernel=_seeded_kernel(draw),
        gradient=NOT_DIFFERENTIABLE,
    )
    register_op(
        f"{name}V2",
        inputs=f"shape: Tshape; key: uint64; counter: uint64; alg: int32{limits}",
        outputs="output: dtype",
        attrs=f"dtype: type{newer_types or types}; Tshape: type = int32 in {{{INDEX}}}",
        shape=_placed_shape,
        kernel=_placed_kernel(draw),
        gradient=NOT_DIFFERENTIABLE,
    )


_register("StatelessRandomUniform", _uniform, f" = float in {{{FLOATING}}}")
_register("StatelessRandomNormal", _normal, f" = float in {{{FLOATING}}}")
_register("StatelessTruncatedNormal", _truncated, f" = float in {{{FLOATING}}}")
_register(
    "StatelessRandomUniformInt",
    _uniform_int,
    f" in {{{INDEX}}}",
    " in {int32, int64, uint32, uint64}",
    "; minval: dtype; maxval: dtype",
)
register_op(
    "StatelessRandomUniformFullIntV2",
    inputs="shape: Tshape; key: uint64; counter: uint64; alg: int32",
    outputs="output: dtype",
    attrs=f"dtype: type = uint64 in {{int32, int64, uint32, uint64}}; Tshape: type = int32 in {{{INDEX}}}",
    shape=_placed_shape,
    kernel=_placed_kernel(_full_int),
    gradient=NOT_DIFFERENTIABLE,
)


def _key_counter_shape(ctx: InferenceContext) -> list[TensorShape]:
    _seed_shape(ctx, 0)
    return [TensorShape([1]), TensorShape([2])]


def _key_counter(seed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    key, high = scrambled(*_two_seeds(seed))
    return torch.from_numpy(np.array([key], np.uint64)), torch.from_numpy(np.array([0, high], np.uint64))


register_op(
    "StatelessRandomGetKeyCounter",
    inputs="seed: Tseed",
    outputs="key: uint64; counter: uint64",
    attrs=f"Tseed: type = int64 in {{{INDEX}}}",
    shape=_key_counter_shape,
    kernel=lambda op: _key_counter,
    gradient=NO_GRADIENT,
)


def _stateless_multinomial_shape(ctx: InferenceContext) -> list[TensorShape]:
    _seed_shape(ctx, 2)
    return multinomial_shape(ctx)


def _multinomial_kernel(op: Operation) -> Kernel:
    dtype = op.attrs["output_dtype"].as_torch_dtype
    return lambda logits, num_samples, seed: draw_classes(_generator(seed), logits, num_samples, dtype)


register_op(
    "StatelessMultinomial",
    inputs="logits: T; num_samples: int32; seed: Tseed",
    outputs="output: output_dtype",
    attrs=f"T: type in {{{REAL}}}; Tseed: type = int64 in {{{INDEX}}}; output_dtype: type = int64 in {{{INDEX}}}",
    shape=_stateless_multinomial_shape,
    kernel=_multinomial_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
