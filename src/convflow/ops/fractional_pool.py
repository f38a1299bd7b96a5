"""Pooling by a ratio that is no whole number (API: tf.nn.fractional_max_pool, tf.nn.fractional_avg_pool).

Source: Graham, "Fractional max-pooling" (2014). The windows' borders are random; see `pooling_sequence.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.pooling_sequence import PoolingSequences

_SEED_BITS = 64


class FractionalMaxPool(NamedTuple):
    """What `fractional_max_pool` returns."""

    output: Tensor
    row_pooling_sequence: Tensor
    col_pooling_sequence: Tensor


class FractionalAvgPool(NamedTuple):
    """What `fractional_avg_pool` returns."""

    output: Tensor
    row_pooling_sequence: Tensor
    col_pooling_sequence: Tensor


def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> FractionalMaxPool:
    """The largest element of windows with random borders (API: tf.nn.fractional_max_pool).

    Args:
        value: shape (batch, height, width, channels); float32, float64, int32 or int64.
        pooling_ratio: four numbers of at least 1, the first and the last of them 1: how much smaller the output is.
        pseudo_random: borders lie regularly but for one random number, instead of in random order.
        overlapping: windows share their borders.
        deterministic: every run uses the same borders, those of `seed` and `seed2` where one of them is not 0.

    Returns:
        The maxima, shape (batch, floor(height / ratio), floor(width / ratio), channels), and the borders of rows and
        columns, int64, ascending from 0 to height and width.

    Raises:
        ValueError: ratios below 1, another rank.
    """
    return FractionalMaxPool(
        *apply_op(
            "FractionalMaxPool", value=value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
            overlapping=overlapping, deterministic=deterministic, seed=seed, seed2=seed2, name=name,
        )
    )  # fmt: skip


def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> FractionalAvgPool:
    """The mean of windows with random borders (API: tf.nn.fractional_avg_pool).

    Args:
        value: shape (batch, height, width, channels); float32, float64, int32 or int64.
        pooling_ratio: four numbers of at least 1, the first and the last of them 1: how much smaller the output is.
        pseudo_random: borders lie regularly but for one random number, instead of in random order.
        overlapping: windows share their borders.
        deterministic: every run uses the same borders, those of `seed` and `seed2` where one of them is not 0.
        seed, seed2: the seeds of the borders; both 0 for borders that differ from session to session.

    Returns:
        The means, shape (batch, floor(height / ratio), floor(width / ratio), channels), and the borders of rows and
        columns, int64, ascending from 0 to height and width.

    Raises:
        ValueError: ratios below 1, another rank, or seeds without `deterministic`.
    """
    return FractionalAvgPool(
        *apply_op(
            "FractionalAvgPool", value=value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
            overlapping=overlapping, deterministic=deterministic, seed=seed, seed2=seed2, name=name,
        )
    )  # fmt: skip


def _reduced(size: int, ratio: float) -> int:
    # TensorFlow keeps the ratio, and divides, in float32.
    return int(np.floor(np.float32(size) / np.float32(ratio)))


def _pool_shape(ctx: InferenceContext) -> list[TensorShape]:
    sizes = rules.with_rank(ctx.input(0), 4, "value").as_list()
    ratios = ctx.attr("pooling_ratio")
    if len(ratios) != 4:
        raise ValueError(f"pooling_ratio must hold 4 numbers, one for each axis of value, got {ratios}.")
    if min(ratios) < 1:
        raise ValueError(f"pooling_ratio cannot be smaller than 1, got: {min(ratios):g} in {ratios}.")
    output = [None if size is None else _reduced(size, ratio) for size, ratio in zip(sizes, ratios, strict=True)]
    if 0 in output and 0 not in sizes:
        raise ValueError(f"pooling_ratio {ratios} is larger than the input's sizes {sizes}: nothing would be left.")
    # TensorFlow's own rule, though there is one border more than there are windows.
    return [TensorShape(output), TensorShape([output[1]]), TensorShape([output[2]])]


def _max_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [rules.with_rank(ctx.input(0), 4, "orig_input")]


def _avg_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [rules.with_rank(ctx.constant_shape(0), 4, "the input that orig_input_tensor_shape says")]


class _Cuts(NamedTuple):
    """The windows along one axis: for each the positions it covers, the last one repeated up to a common length.

    Attributes:
        positions: int64, shape (windows, longest).
        inside: shape (windows, longest); False for repetitions.
    """

    positions: torch.Tensor
    inside: torch.Tensor

    @property
    def lengths(self) -> torch.Tensor:
        return self.inside.sum(dim=1)


def _cuts(borders: torch.Tensor, size: int, overlapping: bool) -> _Cuts:
    starts, ends = borders[:-1], borders[1:]
    last = (ends if overlapping else ends - 1).clamp(max=size - 1)
    if int(starts.min()) < 0 or bool((last < starts).any()):
        raise ValueError(f"The borders {borders.tolist()} are no ascending places in an axis of size {size}.")
    longest = int((last - starts).max()) + 1
    unbounded = starts[:, None] + torch.arange(longest)
    return _Cuts(torch.minimum(unbounded, last[:, None]), unbounded <= last[:, None])


def _largest(x: torch.Tensor, rows: _Cuts, columns: _Cuts) -> torch.Tensor:
    return x[:, rows.positions].amax(2)[:, :, columns.positions].amax(3)


def _mean(x: torch.Tensor, rows: _Cuts, columns: _Cuts) -> torch.Tensor:
    lines = (x[:, rows.positions] * rows.inside[:, :, None, None]).sum(2, dtype=x.dtype)
    sums = (lines[:, :, columns.positions] * columns.inside[..., None]).sum(3, dtype=x.dtype)
    counts = (rows.lengths[:, None] * columns.lengths)[..., None].to(x.dtype)
    return sums / counts if x.is_floating_point() else torch.div(sums, counts, rounding_mode="trunc")


def _pool_kernel(compute: Callable[..., torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def kernel(op: Operation) -> Callable[..., Any]:
        _check_attrs(op)
        next_seeds = _seeds(op)
        _, row_ratio, column_ratio, _ = op.attrs["pooling_ratio"]
        overlapping, pseudo_random = op.attrs["overlapping"], op.attrs["pseudo_random"]

        def pool(value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            batch, height, width, channels = value.shape
            sizes = _reduced(height, row_ratio), _reduced(width, column_ratio)
            if 0 in sizes:
                raise ValueError(f"pooling_ratio is larger than an input of shape {list(value.shape)}.")
            random = PoolingSequences(*next_seeds(), pseudo_random)
            rows, columns = (
                torch.tensor(random.borders(size, count)) for size, count in zip((height, width), sizes, strict=True)
            )
            if not batch * channels:
                return value.new_empty((batch, *sizes, channels)), rows, columns
            cuts = _cuts(rows, height, overlapping), _cuts(columns, width, overlapping)
            return compute(value, *cuts).contiguous(), rows, columns

        return pool

    return kernel


def _check_attrs(op: Operation) -> None:
    ratios = op.attrs["pooling_ratio"]
    if ratios[0] != 1 or ratios[3] != 1:
        raise errors.UnimplementedError(
            op.node_def,
            op,
            f"{op.type} is not yet supported on the batch or channel dimension: pooling_ratio={ratios} must begin and "
            f"end with 1.\n\t [[{op.describe()}]]",
        )
    if not op.attrs["deterministic"] and (op.attrs["seed"] or op.attrs["seed2"]):
        raise errors.InvalidArgumentError(
            op.node_def,
            op,
            f"seed={op.attrs['seed']} and seed2={op.attrs['seed2']} must be 0 where deterministic is false: pass "
            f"deterministic=True for the same windows in every run.\n\t [[{op.describe()}]]",
        )


def _seeds(op: Operation) -> Callable[[], tuple[int, int]]:
    if not op.attrs["deterministic"]:
        return lambda: (secrets.randbits(_SEED_BITS), secrets.randbits(_SEED_BITS))
    seeds = op.attrs["seed"], op.attrs["seed2"]
    if not any(seeds):
        seeds = secrets.randbits(_SEED_BITS), secrets.randbits(_SEED_BITS)
    unsigned = seeds[0] % 2**_SEED_BITS, seeds[1] % 2**_SEED_BITS
    return lambda: unsigned


def _max_grad_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    overlapping = op.attrs["overlapping"]

    def pool_grad(
        orig_input: torch.Tensor, orig_output: torch.Tensor, out_backprop: torch.Tensor,
        row_pooling_sequence: torch.Tensor, col_pooling_sequence: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        batch, height, width, channels = orig_input.shape
        _check_output(orig_output, orig_input.shape, row_pooling_sequence, col_pooling_sequence, "orig_output")
        _check_output(out_backprop, orig_input.shape, row_pooling_sequence, col_pooling_sequence, "out_backprop")
        result = torch.zeros_like(orig_input)
        if not result.numel():
            return result
        rows = _cuts(row_pooling_sequence, height, overlapping).positions
        columns = _cuts(col_pooling_sequence, width, overlapping).positions
        # (batch, window row, window column, row in it, column in it, channel); a repeated position is the same place.
        windows = orig_input[:, rows][:, :, :, columns].permute(0, 1, 3, 2, 4, 5)
        places = (rows[:, None, :, None] * width + columns[:, None, :]).flatten(2)
        first = windows.flatten(3, 4).argmax(3)
        chosen = places.expand(batch, *places.shape).gather(3, first).flatten(1, 2)
        result.view(batch, height * width, channels).scatter_add_(1, chosen, out_backprop.flatten(1, 2))
        return result

    return pool_grad


def _check_output(
    output: torch.Tensor, input: torch.Size, rows: torch.Tensor, columns: torch.Tensor, what: str
) -> None:
    expected = [input[0], len(rows) - 1, len(columns) - 1, input[3]]
    if list(output.shape) != expected:
        raise ValueError(f"Expected {what} shape to be {expected}, but got {list(output.shape)}.")


def _avg_grad_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    overlapping = op.attrs["overlapping"]

    def pool_grad(
        orig_input_tensor_shape: torch.Tensor, out_backprop: torch.Tensor,
        row_pooling_sequence: torch.Tensor, col_pooling_sequence: torch.Tensor,
    ) -> torch.Tensor:  # fmt: skip
        sizes = torch.Size(orig_input_tensor_shape.tolist())
        if len(sizes) != 4:
            raise ValueError(f"orig_input_tensor_shape must hold 4 sizes, got {list(sizes)}.")
        _check_output(out_backprop, sizes, row_pooling_sequence, col_pooling_sequence, "out_backprop")
        if not sizes.numel():
            return out_backprop.new_zeros(sizes)
        rows = _cuts(row_pooling_sequence, sizes[1], overlapping)
        columns = _cuts(col_pooling_sequence, sizes[2], overlapping)
        # Windows may share elements, so shares are summed; in double precision, as TensorFlow does.
        shares = out_backprop.double() / (rows.lengths[:, None] * columns.lengths)[..., None]
        return _spread(_spread(shares, columns, 2, sizes[2]), rows, 1, sizes[1]).to(out_backprop.dtype)

    return pool_grad


def _spread(shares: torch.Tensor, cuts: _Cuts, axis: int, size: int) -> torch.Tensor:
    """Each window's share added to all positions it covers along `axis`."""
    shape = list(shares.shape)
    shape[axis] = size
    inside = cuts.inside.to(shares.dtype).flatten()
    repeated = shares.repeat_interleave(cuts.positions.shape[1], dim=axis)
    repeated = repeated * inside.view([-1 if place == axis else 1 for place in range(shares.ndim)])
    return shares.new_zeros(shape).index_add_(axis, cuts.positions.flatten(), repeated)


def _max_gradient(op: Operation, grad: Tensor | None, *_: Any) -> list[Tensor | None]:
    output, rows, columns = op.outputs
    return [
        apply_op(
            "FractionalMaxPoolGrad", orig_input=op.inputs[0], orig_output=output, out_backprop=grad,
            row_pooling_sequence=rows, col_pooling_sequence=columns, overlapping=op.attrs["overlapping"],
        )
    ]  # fmt: skip


def _avg_gradient(op: Operation, grad: Tensor | None, *_: Any) -> list[Tensor | None]:
    input = op.inputs[0]
    known = input.shape.is_fully_defined()
    shape: Any = input.shape.as_list() if known else shape_of(input, out_type="int64")
    return [
        apply_op(
            "FractionalAvgPoolGrad", orig_input_tensor_shape=shape, out_backprop=grad,
            row_pooling_sequence=op.outputs[1], col_pooling_sequence=op.outputs[2],
            overlapping=op.attrs["overlapping"],
        )
    ]  # fmt: skip


_TYPES = "T: type in {float, double, int32, int64}"
_ATTRS = (
    "pooling_ratio: list(float) >= 4; pseudo_random: bool = false; overlapping: bool = false; "
    f"deterministic: bool = false; seed: int = 0; seed2: int = 0; {_TYPES}"
)
_GRAD_ATTRS = f"overlapping: bool = false; {_TYPES}"
_OUTPUTS = "output: T; row_pooling_sequence: int64; col_pooling_sequence: int64"
_SEQUENCES = "row_pooling_sequence: int64; col_pooling_sequence: int64"

register_op(
    "FractionalMaxPool",
    inputs="value: T",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
    shape=_pool_shape,
    kernel=_pool_kernel(_largest),
    gradient=_max_gradient,
)
register_op(
    "FractionalAvgPool",
    inputs="value: T",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
    shape=_pool_shape,
    kernel=_pool_kernel(_mean),
    gradient=_avg_gradient,
)
register_op(
    "FractionalMaxPoolGrad",
    inputs=f"orig_input: T; orig_output: T; out_backprop: T; {_SEQUENCES}",
    outputs="output: T",
    attrs=_GRAD_ATTRS,
    shape=_max_grad_shape,
    kernel=_max_grad_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "FractionalAvgPoolGrad",
    inputs=f"orig_input_tensor_shape: int64; out_backprop: T; {_SEQUENCES}",
    outputs="output: T",
    attrs=_GRAD_ATTRS,
    shape=_avg_grad_shape,
    kernel=_avg_grad_kernel,
    gradient=NO_GRADIENT,
)
