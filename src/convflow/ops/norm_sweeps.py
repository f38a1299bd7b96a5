"""Batch normalization in sweeps over memory, compiled: what training with float32 and channels last runs.

Two forward: the statistics, and the values with the activation that follows. Two back: the sums, and the derivative by
the input, both with the activation's derivative. Blocks of rows are summed as deviations from one of their rows, and
the blocks in float64, so nothing is lost where the mean is large beside the deviation.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.lazy import LazyModule
from convflow.ops import team
from convflow.ops.epilogue import NONE, Activation

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.norm_code")

# Below, compiling would take longer than a thousand steps save.
_LEAST_ELEMENTS = 2**15
# What a thread takes at once: of small arrays an eighth.
_LEAST_OF_A_PIECE, _MOST_OF_A_PIECE = 2**15, 2**18
# Machine code takes so many channels at a time, and what is left over one by one.
_LANES = 64
# Vectors of 16 channels whose sums are made at a time: where that is a whole row, memory is read in its order.
_VECTORS = (16, 12, 8, 4)

Piece = tuple[int, int, int]


class Statistics(NamedTuple):
    """Of each channel, float32 [channels].

    Attributes:
        mean, variance: of the values.
        estimate: the variance divided by the count - 1 instead of the count.
        factor, shift: (x - mean) * factor + shift is the normalized x.
    """

    mean: torch.Tensor
    variance: torch.Tensor
    estimate: torch.Tensor
    factor: torch.Tensor
    shift: torch.Tensor


class Given(NamedTuple):
    """Numbers that values were normalized by, float32 [channels]."""

    mean: torch.Tensor
    variance: torch.Tensor


class _Rows(NamedTuple):
    """How an array [..., channels] is swept over.

    Attributes:
        rows, width: how many rows, and floats in a row.
        repeats: how often a row has all channels: where they are few, several of the array's rows make one.
        vectors: how many vectors of channels are summed at a time.
        pieces: (index, first row, how many) of what a thread takes at once.
    """

    rows: int
    width: int
    repeats: int
    vectors: int
    pieces: tuple[Piece, ...]

    def share(self, kernel: Any, arguments: Callable[[Piece], tuple[int, ...]], backwards: bool = False) -> None:
        """Call `kernel` with the arguments of all pieces, in several threads.

        Args:
            backwards: whether a thread begins with its last piece, which it has just written.
        """
        shares = [share[::-1] if backwards else share for share in team.shared_out(self.pieces)]
        team.run([[(kernel, arguments(piece)) for piece in share] for share in shares])

    def beside(self, vectors: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        """Numbers of channels, as a row has them."""
        return vectors if self.repeats == 1 else tuple(vector.repeat(self.repeats) for vector in vectors)

    def new_sums(self) -> torch.Tensor:
        """Two zeros for each channel of each piece, and each repetition of channels in it."""
        groups = len(self.pieces) * self.repeats
        return torch.zeros((2, groups, self.width // self.repeats), dtype=torch.float64)


@functools.lru_cache(maxsize=1024)
def _rows(elements: int, channels: int) -> _Rows:
    count = elements // channels
    wanted = _LANES // math.gcd(_LANES, channels) if channels < 8 * _LANES else 1
    repeats = math.gcd(count, wanted)
    count, width = count // repeats, channels * repeats
    size = min(max(elements // 8, _LEAST_OF_A_PIECE), _MOST_OF_A_PIECE)
    step = max(size // width, 1)
    pieces = [(index, first, min(step, count - first)) for index, first in enumerate(range(0, count, step))]
    vectors = next((number for number in _VECTORS if width % (16 * number) == 0), _VECTORS[-1])
    return _Rows(count, width, repeats, vectors, tuple(pieces))


@functools.lru_cache(maxsize=1024)
def _weights(rows: _Rows) -> torch.Tensor:
    """For each group of rows of the same channels, its share in all up to it, alone and times those before it."""
    counts = [count for _, _, count in rows.pieces for _ in range(rows.repeats)]
    before, weights = 0, []
    for count in counts:
        share = count / (before + count)
        weights.append((share, before * share))
        before += count
    return torch.tensor(weights, dtype=torch.float64)


def pays(x: torch.Tensor, *vectors: torch.Tensor) -> bool:
    """Whether the functions here can normalize the last axis of `x`, and should: float32, dense, not small."""
    if x.ndim < 2 or x.numel() < _LEAST_ELEMENTS or not x.is_contiguous() or not x.is_cpu:
        return False
    return all(array.dtype == torch.float32 for array in (x, *vectors))


def statistics(x: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float) -> Statistics:
    """The moments of each channel of `x` [..., channels], and what follows for the normalized values."""
    channels = x.shape[-1]
    rows = _rows(x.numel(), channels)
    sums = rows.new_sums()
    kernel = _code.moments(rows.vectors)
    means, squares = _addresses(sums[0], sums[1])

    source = x.data_ptr()

    def arguments(piece: Piece) -> tuple[int, ...]:
        index, first, count = piece
        place = 8 * index * rows.width
        return source + 4 * first * rows.width, means + place, squares + place, count, rows.width

    rows.share(kernel, arguments, backwards=True)
    results = scale.new_empty((5, channels))
    count = x.numel() // channels
    scale, offset = scale.contiguous(), offset.contiguous()
    _code.merged_moments()(
        means, squares, *_addresses(_weights(rows), scale, offset, results), sums.shape[1], channels,
        epsilon, 1 / count, 1 / max(count - 1, 1),
    )  # fmt: skip
    return Statistics(*results.unbind())


def normalized(
    x: torch.Tensor, found: Statistics, activation: Activation = NONE, added: torch.Tensor | None = None
) -> torch.Tensor:
    """activation((x - mean) * factor + shift + added); `added` has the shape of `x`."""
    rows = _rows(x.numel(), x.shape[-1])
    result = torch.empty_like(x)
    kernel = _code.normalize(_shape(activation, added is not None))
    vectors = rows.beside((found.mean, found.factor, found.shift))
    of_channels = _addresses(*vectors)
    whole = _addresses(x, x if added is None else added, result)

    def arguments(piece: Piece) -> tuple[int, ...]:
        _, first, count = piece
        source, other, target = (address + 4 * first * rows.width for address in whole)
        return source, other, *of_channels, target, count, rows.width

    rows.share(kernel, arguments)
    return result


class Slopes(NamedTuple):
    """The derivatives by x, scale and offset."""

    x: torch.Tensor
    scale: torch.Tensor
    offset: torch.Tensor


def gradient(
    grad: torch.Tensor,
    x: torch.Tensor,
    scale: torch.Tensor,
    found: Statistics | Given,
    epsilon: float,
    training: bool = True,
    activation: Activation = NONE,
    in_place: bool = False,
) -> Slopes:
    """The derivatives of a normalization, and of the activation after it.

    Args:
        grad: the derivative by the activation's output, dense, of the shape of `x`.
        found: what the values were normalized by; with an activation `Statistics`, the very numbers that the values
            before it were computed with.
        training: whether mean and variance are those of `x`, and depend on it.
        in_place: whether to write the derivative by `x` over `grad`.
    """
    rows = _rows(x.numel(), x.shape[-1])
    shape = _shape(activation)
    mean = found.mean.contiguous()
    vectors = rows.beside((mean, found.factor, found.shift) if isinstance(found, Statistics) else (mean,) * 3)
    *by_channel, a, b, c = _merged(_sums(rows, shape, grad, x, vectors), x, scale, found, epsilon, training)
    vectors = *vectors, *rows.beside((a, b, c))
    of_channels = _addresses(*vectors)
    result = grad if in_place else torch.empty_like(x)
    kernel = _code.back(shape, in_place)
    whole = _addresses(grad, x, result)

    def arguments(piece: Piece) -> tuple[int, ...]:
        _, first, count = piece
        slopes, values, target = (address + 4 * first * rows.width for address in whole)
        return slopes, values, *of_channels, target, count, rows.width

    rows.share(kernel, arguments)
    return Slopes(result, *by_channel)


def _sums(
    rows: _Rows, shape: Any, grad: torch.Tensor, x: torch.Tensor, vectors: tuple[torch.Tensor, ...]
) -> torch.Tensor:
    """The slopes, and the slopes times the deviations from the mean, of each channel and group of rows."""
    sums = rows.new_sums()
    # Of two arrays and their numbers per channel, fewer fit into registers.
    kernel = _code.slopes(shape, math.gcd(rows.vectors, 8))
    whole, totals = _addresses(grad, x), _addresses(sums[0], sums[1])
    of_channels = _addresses(*vectors)

    def arguments(piece: Piece) -> tuple[int, ...]:
        index, first, count = piece
        sources = (address + 4 * first * rows.width for address in whole)
        own = (address + 8 * index * rows.width for address in totals)
        return *sources, *of_channels, *own, count, rows.width

    rows.share(kernel, arguments, backwards=True)
    return sums


def _merged(
    sums: torch.Tensor, x: torch.Tensor, scale: torch.Tensor, found: Statistics | Given, epsilon: float, training: bool
) -> tuple[torch.Tensor, ...]:
    channels = x.shape[-1]
    results = x.new_empty((5, channels))
    scale, variance = scale.contiguous(), found.variance.contiguous()
    by_count = channels / x.numel() if training else 0.0
    arrays = _addresses(sums[0], sums[1], scale, variance, results)
    _code.merged_slopes()(*arrays, sums.shape[1], channels, epsilon, by_count)
    return results.unbind()


def _shape(activation: Activation, adds: bool = False) -> Any:
    return _code.Shape((activation.low, activation.high), adds)


def _addresses(*arrays: torch.Tensor) -> tuple[int, ...]:
    return tuple(array.data_ptr() for array in arrays)
