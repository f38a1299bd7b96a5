"""Random numbers whose place is kept in a variable (API: what tf.random.experimental.Generator draws with).

The variable holds three int64: the counter's lower and upper half, and the key of Philox.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.philox import PhiloxGenerator
from convflow.ops.random_nodes import scalar, sizes_of

RNG_ALG_PHILOX = 1
STATE_SIZE = 3
# How far `RngSkip` goes on for each number that is skipped.
_PER_OUTPUT = 256
_WORD = 1 << 64

Draw = Callable[..., torch.Tensor]


def _begin(slot: Any, algorithm: torch.Tensor) -> tuple[PhiloxGenerator, int]:
    """The generator at the variable's place, and that place's counter of 128 bits."""
    if scalar("algorithm", algorithm) != RNG_ALG_PHILOX:
        raise errors.InvalidArgumentError(None, None, f"Unsupported algorithm id: {int(algorithm)}. Philox is 1.")
    state = slot.read()
    if state.dtype != torch.int64 or state.dim() != 1 or state.numel() < STATE_SIZE:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The state of a generator must be {STATE_SIZE} int64, got {state.dtype} of the shape {list(state.shape)}.",
        )
    low, high, key = (number % _WORD for number in state[:STATE_SIZE].tolist())
    return PhiloxGenerator.at(key, high, low), high * _WORD + low


def _move(slot: Any, counter: int) -> None:
    state = slot.read().clone()
    words = np.array([counter % _WORD, counter // _WORD % _WORD], np.uint64).view(np.int64)
    state[:2] = torch.from_numpy(words)
    slot.assign(state)


def _kernel(draw: Draw) -> Any:
    def kernel(op: Operation, store: Any) -> Callable[..., torch.Tensor]:
        dtype = op.attrs["dtype"].as_torch_dtype

        def compute(slot: Any, algorithm: torch.Tensor, shape: torch.Tensor, *limits: torch.Tensor) -> torch.Tensor:
            with slot.lock:
                generator, counter = _begin(slot, algorithm)
                drawn = draw(generator, sizes_of(shape), dtype, *limits)
                _move(slot, counter + drawn.numel() * _PER_OUTPUT)
            return drawn

        return compute

    return kernel


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "algorithm")
    for index in range(3, ctx.num_inputs):
        rules.with_rank(ctx.input(index), 0, ("minval", "maxval")[index - 3])
    rules.with_rank(ctx.input(2), 1, "shape")
    sizes = ctx.constant(2)
    if sizes is not None and sizes.size and sizes.min() < 0:
        raise ValueError(f"Dimension {sizes.min()} must be >= 0: shape is {sizes.tolist()}.")
    return [ctx.constant_shape(2)]


def _uniform_int(own: PhiloxGenerator, sizes: Any, dtype: torch.dtype, minval: Any, maxval: Any) -> torch.Tensor:
    return own.uniform_int(sizes, scalar("minval", minval), scalar("maxval", maxval), dtype)


def _register(name: str, draw: Draw, dtype: str = "float", limits: str = "") -> None:
    register_op(
        name,
        inputs=f"resource: resource; algorithm: int64; shape: shape_dtype{limits}",
        outputs="output: dtype",
        attrs=f"dtype: type = {dtype}; shape_dtype: type = int64",
        shape=_shape,
        kernel=_kernel(draw),
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register("StatefulStandardNormalV2", lambda own, sizes, dtype: own.normal(sizes, dtype))
_register("StatefulTruncatedNormal", lambda own, sizes, dtype: own.truncated_normal(sizes, dtype))
_register("StatefulUniform", lambda own, sizes, dtype: own.uniform(sizes, dtype))
_register("StatefulUniformFullInt", lambda own, sizes, dtype: own.uniform_full_int(sizes, dtype), "uint64")
_register("StatefulUniformInt", _uniform_int, "int64", "; minval: dtype; maxval: dtype")


def _skip_kernel(op: Operation, store: Any) -> Callable[..., None]:
    def compute(slot: Any, algorithm: torch.Tensor, delta: torch.Tensor) -> None:
        with slot.lock:
            _, counter = _begin(slot, algorithm)
            _move(slot, counter + scalar("delta", delta) * _PER_OUTPUT)

    return compute


register_op(
    "RngSkip",
    inputs="resource: resource; algorithm: int64; delta: int64",
    outputs="",
    attrs="",
    shape=rules.no_output,
    kernel=_skip_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
