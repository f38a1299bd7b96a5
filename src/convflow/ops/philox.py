"""TensorFlow's random numbers: what each random op draws from its Philox stream, bit for bit.

`PhiloxGenerator` is the state that one random node keeps in one session. As in TensorFlow, seeds alone
decide the numbers: not the number of threads, not the block sizes used here. PyTorch's and NumPy's own
generators cannot stand in: they use other keys, counters and mappings.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from convflow.core import errors
from convflow.ops import philox_discrete, philox_normal, philox_uniform
from convflow.ops.philox_words import BLOCK, Pairs, PhiloxStream

# TensorFlow sets aside this many counters for each output of a run, however many the run needs.
_RESERVED_PER_OUTPUT = 256
# A truncated normal may need any number of words, so each group of outputs begins far behind the last:
# TensorFlow counts on 256 words per output.
_WORDS_PER_TRUNCATED_OUTPUT = 256
_WORDS_PER_COUNTER = 4
_TRUNCATION = 2.0

Draw = Callable[[Pairs], NDArray[Any]]


class _Float(NamedTuple):
    """How TensorFlow makes one float type: narrow ones are float32 until the end."""

    computed: type[np.floating[Any]]
    outputs_per_counter: int
    uniform: Draw
    normal: Draw


def _float32_based(mantissa_bits: int) -> _Float:
    uniform = partial(philox_uniform.uniform_float32, mantissa_bits=mantissa_bits)
    return _Float(np.float32, 4, uniform, philox_normal.box_muller_float32)


_FLOATS = {
    torch.float16: _float32_based(10),
    torch.bfloat16: _float32_based(7),
    torch.float32: _float32_based(23),
    torch.float64: _Float(np.float64, 2, philox_uniform.uniform_float64, philox_normal.box_muller_float64),
}
_INTEGERS: dict[torch.dtype, tuple[type[np.signedinteger[Any]], int]] = {
    torch.int32: (np.int32, 4),
    torch.int64: (np.int64, 2),
}


class PhiloxGenerator:
    """The random numbers of one node in one session. May be shared by threads.

    Every method draws what one run of TensorFlow's op draws, and moves the stream on as far as that run
    does. `shape` holds non-negative ints; results are fresh tensors on the CPU. A dtype that the op does
    not have is a TypeError.

    Args:
        seed: the node's attribute `seed`, an int64.
        seed2: the node's attribute `seed2`, an int64. If both are 0, the operating system chooses.
    """

    def __init__(self, seed: int, seed2: int) -> None:
        if seed == 0 and seed2 == 0:
            seed, seed2 = secrets.randbits(64), secrets.randbits(64)
        self._stream = PhiloxStream(seed, seed2)
        self._lock = threading.Lock()
        self._next_counter = 0

    def uniform(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """Uniform in [0, 1); float16, bfloat16, float32 or float64 (op: RandomUniform)."""
        kind = _kind_of("RandomUniform", dtype, _FLOATS)
        return self._fill(shape, kind.uniform, kind.computed, kind.outputs_per_counter).to(dtype)

    def uniform_int(self, shape: Sequence[int], minval: int, maxval: int, dtype: torch.dtype) -> torch.Tensor:
        """Uniform in minval, ..., maxval - 1; int32 or int64 (op: RandomUniformInt).

        Raises:
            InvalidArgumentError: minval >= maxval, unless no number is asked for.
        """
        computed, outputs_per_counter = _kind_of("RandomUniformInt", dtype, _INTEGERS)
        count = math.prod(shape)
        if minval >= maxval and count:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Need minval < maxval, got {minval} >= {maxval}. Random integers lie in minval, ..., "
                "maxval - 1: pass a maxval of at least minval + 1.",
            )
        draw = partial(philox_uniform.uniform_integers, minval=minval, maxval=maxval, dtype=computed)
        return self._fill(shape, draw, computed, outputs_per_counter)

    def normal(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """Mean 0, standard deviation 1; the dtypes of `uniform` (op: RandomStandardNormal).

        float64 has its last bit from NumPy's log, sin and cos; the others are TensorFlow's on Linux.
        """
        kind = _kind_of("RandomStandardNormal", dtype, _FLOATS)
        return self._fill(shape, kind.normal, kind.computed, kind.outputs_per_counter).to(dtype)

    def truncated_normal(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """As `normal`, with values of magnitude 2 or more drawn again (op: TruncatedNormal).

        The limit is checked before a narrow type is rounded to, so float16 and bfloat16 may show 2.
        """
        kind = _kind_of("TruncatedNormal", dtype, _FLOATS)
        count = math.prod(shape)
        start = self._reserve(count * _RESERVED_PER_OUTPUT)
        width = kind.outputs_per_counter
        stride = width * _WORDS_PER_TRUNCATED_OUTPUT // _WORDS_PER_COUNTER
        groups = np.empty((-(-count // width), width), kind.computed)
        draw = partial(_draw_normals, self._stream, kind.normal, width)
        _fill_truncated(groups, start, stride, draw)
        return torch.from_numpy(groups.reshape(-1)[:count]).reshape(tuple(shape)).to(dtype)

    def permutation(self, count: int) -> torch.Tensor:
        """The order of `count` items after a shuffle; int64, shape (count,) (op: RandomShuffle)."""
        counters = -(-max(count - 1, 0) // _WORDS_PER_COUNTER)
        pairs = self._stream.pairs(_counters(self._reserve(counters), counters))
        return torch.from_numpy(philox_discrete.permutation(pairs.view(np.uint32), count))

    def multinomial(self, logits: torch.Tensor, num_samples: int, dtype: torch.dtype) -> torch.Tensor:
        """Classes drawn with probabilities softmax(logits); int32 or int64 (op: Multinomial).

        TensorFlow splits large batches among its threads, and then draws other numbers on other machines;
        here they are always those of its single thread.

        Args:
            logits: shape (batch, classes), any float type.
            num_samples: draws for each row; the result has shape (batch, num_samples).

        Raises:
            InvalidArgumentError: there are no classes to draw from.
        """
        _kind_of("Multinomial", dtype, _INTEGERS)
        batch, num_classes = logits.shape
        if not batch * num_samples:
            return torch.empty((batch, num_samples), dtype=dtype)
        if not num_classes:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"num_classes should be positive, got {num_classes} from logits of shape {tuple(logits.shape)}. "
                "Pass logits of shape [batch_size, num_classes] with at least one class.",
            )
        # Two words a sample, and each row's samples counted in fours: only the reservation says so.
        reserved = batch * -(-num_samples // 4) * 4 * 2
        start = self._reserve(reserved * _RESERVED_PER_OUTPUT)
        count = batch * num_samples
        pairs = self._stream.pairs(_counters(start, -(-count // 2)))[:count]
        uniform = philox_uniform.uniform_float64(pairs).reshape(batch, num_samples)
        wide = logits.detach().to(torch.float64).numpy(force=True)
        return torch.from_numpy(philox_discrete.classes(wide, uniform)).to(dtype)

    def _reserve(self, counters: int) -> int:
        with self._lock:
            start = self._next_counter
            self._next_counter += counters
        return start

    def _fill(
        self, shape: Sequence[int], draw: Draw, computed: type[np.generic], outputs_per_counter: int
    ) -> torch.Tensor:
        count = math.prod(shape)
        start = self._reserve(count * _RESERVED_PER_OUTPUT)
        groups = np.empty((-(-count // outputs_per_counter), outputs_per_counter), computed)
        for first in range(0, len(groups), BLOCK):
            block = groups[first : first + BLOCK]
            counters = _counters(start + first, len(block))
            block[...] = draw(self._stream.pairs(counters)).reshape(block.shape)
        return torch.from_numpy(groups.reshape(-1)[:count]).reshape(tuple(shape))


def _kind_of(op: str, dtype: torch.dtype, kinds: dict[torch.dtype, Any]) -> Any:
    if dtype not in kinds:
        names = ", ".join(str(known) for known in kinds)
        raise TypeError(f"{op} was asked for {dtype}; it makes {names}. Ask for one of these and cast.")
    return kinds[dtype]


def _counters(start: int, count: int, stride: int = 1) -> Pairs:
    counters = np.arange(count, dtype=np.uint64)
    counters *= np.uint64(stride)
    counters += np.uint64(start)
    return counters


def _draw_normals(stream: PhiloxStream, normal: Draw, width: int, counters: Pairs) -> NDArray[Any]:
    return normal(stream.pairs(counters)).reshape(-1, width)


def _fill_truncated(groups: NDArray[Any], start: int, stride: int, draw: Draw) -> None:
    """Fills each row of `groups` with the first values inside the limit that its own counters give.

    Most rows are done after one counter. The others wait, so that they too are handled in long arrays.
    """
    waiting = []
    for first in range(0, len(groups), BLOCK):
        block = groups[first : first + BLOCK]
        block[...] = draw(_counters(start + first * stride, len(block), stride))
        waiting.append(first + np.flatnonzero((np.abs(block) >= _TRUNCATION).any(axis=1)))
    rows = np.concatenate(waiting) if waiting else np.empty(0, np.intp)
    for first in range(0, len(rows), BLOCK):
        block_rows = rows[first : first + BLOCK]
        counters = block_rows.astype(np.uint64) * np.uint64(stride) + np.uint64(start)
        _redraw(groups, block_rows, counters, draw)


def _redraw(groups: NDArray[Any], rows: NDArray[np.intp], counters: Pairs, draw: Draw) -> None:
    width = groups.shape[1]
    filled = np.zeros(len(rows), np.intp)
    while len(rows):
        normals = draw(counters)
        accepted = np.abs(normals) < _TRUNCATION
        place = filled[:, None] + np.cumsum(accepted, axis=1) - 1
        row, column = np.nonzero(accepted & (place < width))
        groups[rows[row], place[row, column]] = normals[row, column]
        filled += accepted.sum(axis=1)
        short = filled < width
        rows, filled, counters = rows[short], filled[short], counters[short] + np.uint64(1)
