"""TensorFlow's random numbers: what each random op draws from its Philox stream, bit for bit.

`PhiloxGenerator` is the state that one random node keeps in one session. As in TensorFlow, seeds alone
decide the numbers: not the number of threads, not the block sizes used here. PyTorch's and NumPy's own
generators cannot stand in: they use other keys, counters and mappings.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import errors
from convflow.ops import (
    philox_compiled,
    philox_discrete,
    philox_fill,
    philox_gamma,
    philox_normal,
    philox_poisson,
    philox_uniform,
)
from convflow.ops.philox_fill import Draw
from convflow.ops.philox_lanes import Source
from convflow.ops.philox_sequence import words_of
from convflow.ops.philox_words import BLOCK, PhiloxStream, scrambled

# TensorFlow sets aside this many counters for each output of a run, however many the run needs.
_RESERVED_PER_OUTPUT = 256
_WORDS_PER_COUNTER = 4


class _Float(NamedTuple):
    """How TensorFlow makes one float type: narrow ones are float32 until the end."""

    computed: type[np.floating[Any]]
    outputs_per_counter: int
    uniform: Draw
    normal: Draw
    compiled_uniform: Callable[[], philox_compiled.Kernel] | None = None
    compiled_normal: Callable[[], philox_compiled.Kernel] | None = None


def _float32_based(mantissa_bits: int) -> _Float:
    def uniform(pairs: Any, scratch: Any) -> Any:
        return philox_uniform.uniform_float32(pairs, mantissa_bits)

    def compiled() -> philox_compiled.Kernel:
        return philox_compiled.uniforms(mantissa_bits)

    return _Float(np.float32, 4, uniform, philox_normal.box_muller_float32, compiled, philox_compiled.normals)


def _uniform_float64(pairs: Any, scratch: Any) -> Any:
    return philox_uniform.uniform_float64(pairs)


_FLOATS = {
    torch.float16: _float32_based(10),
    torch.bfloat16: _float32_based(7),
    torch.float32: _float32_based(23),
    torch.float64: _Float(np.float64, 2, _uniform_float64, philox_normal.box_muller_float64),
}
_INTEGERS: dict[torch.dtype, tuple[type[np.integer[Any]], int]] = {
    torch.int32: (np.int32, 4),
    torch.int64: (np.int64, 2),
    torch.uint32: (np.uint32, 4),
    torch.uint64: (np.uint64, 2),
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
        self._begin(seed, seed2, 0)

    @classmethod
    def at(cls, key: int, high: int, low: int = 0) -> PhiloxGenerator:
        """A generator at a place of its own: the key and the two halves of the 128-bit counter."""
        generator = cls.__new__(cls)
        generator._begin(key, high, low)
        return generator

    @classmethod
    def stateless(cls, seed: int, seed2: int) -> PhiloxGenerator:
        """The generator that an op with a seed input uses in every run."""
        return cls.at(*scrambled(seed, seed2))

    @property
    def place(self) -> tuple[int, int, int]:
        """Where the stream stands: what `at` makes a generator from that draws the same numbers next."""
        with self._lock:
            return self._key, self._high, self._next_counter

    def _begin(self, key: int, high: int, low: int) -> None:
        self._key, self._high = key, high
        self._stream = PhiloxStream(key, high)
        self._lock = threading.Lock()
        self.economy = philox_compiled.Economy()
        self._next_counter = low

    def uniform(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """Uniform in [0, 1); float16, bfloat16, float32 or float64 (op: RandomUniform)."""
        kind = _kind_of("RandomUniform", dtype, _FLOATS)
        return self._fill_floats(shape, kind, kind.uniform, kind.compiled_uniform).to(dtype)

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
        return self._integers(shape, minval, maxval, computed, outputs_per_counter)

    def uniform_full_int(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """Any number of the type, signed or not; 32 or 64 bits (op: StatelessRandomUniformFullInt)."""
        computed, outputs_per_counter = _kind_of("StatelessRandomUniformFullInt", dtype, _INTEGERS)

        def draw(pairs: Any, scratch: Any) -> Any:
            return pairs.view(computed)

        return self._fill(shape, draw, computed, outputs_per_counter)

    def _integers(self, shape: Sequence[int], minval: int, maxval: int, computed: Any, width: int) -> torch.Tensor:
        def draw(pairs: Any, scratch: Any) -> Any:
            return philox_uniform.uniform_integers(pairs, minval, maxval, computed)

        return self._fill(shape, draw, computed, width)

    def normal(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """Mean 0, standard deviation 1; the dtypes of `uniform` (op: RandomStandardNormal).

        float64 has its last bit from NumPy's log, sin and cos; the others are TensorFlow's on Linux.
        """
        kind = _kind_of("RandomStandardNormal", dtype, _FLOATS)
        return self._fill_floats(shape, kind, kind.normal, kind.compiled_normal).to(dtype)

    def truncated_normal(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        """As `normal`, with values of magnitude 2 or more drawn again (op: TruncatedNormal).

        The limit is checked before a narrow type is rounded to, so float16 and bfloat16 may show 2.
        """
        kind = _kind_of("TruncatedNormal", dtype, _FLOATS)
        count = math.prod(shape)
        start = self._reserve_outputs(count)
        if kind.compiled_normal is not None and self.economy.pays(count):
            return philox_compiled.fill_truncated(self._stream, start, shape).to(dtype)
        filled = philox_fill.fill_truncated(
            self._stream, start, shape, kind.normal, kind.computed, kind.outputs_per_counter
        )
        return filled.to(dtype)

    def gamma(self, shape: Sequence[int], alpha: torch.Tensor) -> torch.Tensor:
        """`shape` numbers for each shape parameter, in the type of `alpha` (op: RandomGamma).

        Returns:
            Shape `[*shape, *alpha.shape]`.
        """

        def draw(source: Source, parameters: Any) -> Any:
            return philox_gamma.gamma(source, parameters)

        return self._for_each(shape, alpha, draw, alpha.dtype)

    def poisson(self, shape: Sequence[int], rate: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """`shape` counts for each mean (op: RandomPoissonV2).

        Returns:
            Shape `[*shape, *rate.shape]`, of the type asked for.
        """
        limits = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)

        def draw(source: Source, parameters: Any) -> Any:
            counts = philox_poisson.poisson(source, parameters, float(limits.max))
            # What is no number or infinite is 0 among integers.
            return counts if dtype.is_floating_point else np.nan_to_num(counts, posinf=0.0)

        return self._for_each(shape, rate, draw, dtype)

    def _for_each(
        self, shape: Sequence[int], parameters: torch.Tensor, draw: Callable[[Source, Any], Any], dtype: torch.dtype
    ) -> torch.Tensor:
        samples, count = math.prod(shape), parameters.numel()
        start = self._reserve_outputs(samples * count)
        # TensorFlow numbers the outputs parameter by parameter, though the result has the parameters last.
        of_each = parameters.detach().to(torch.float64).reshape(-1).repeat_interleave(samples).numpy(force=True)
        result = np.empty(samples * count)
        for first in range(0, len(result), BLOCK):
            block = result[first : first + BLOCK]
            begin = start + first * _RESERVED_PER_OUTPUT
            source = Source(self._stream, philox_fill.counters(begin, len(block), _RESERVED_PER_OUTPUT))
            block[:] = draw(source, of_each[first : first + BLOCK])
        by_parameter = torch.from_numpy(result).reshape(count, samples)
        return by_parameter.t().to(dtype).reshape((*shape, *parameters.shape))

    def permutation(self, count: int) -> torch.Tensor:
        """The order of `count` items after a shuffle; int64, shape (count,) (op: RandomShuffle)."""
        counters = -(-max(count - 1, 0) // _WORDS_PER_COUNTER)
        pairs = self._stream.pairs(philox_fill.counters(self._reserve(counters), counters))
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
        start = self._reserve_outputs(reserved)
        count = batch * num_samples
        pairs = self._stream.pairs(philox_fill.counters(start, -(-count // 2)))[:count]
        uniform = philox_uniform.uniform_float64(pairs).reshape(batch, num_samples)
        wide = logits.detach().to(torch.float64).numpy(force=True)
        return torch.from_numpy(philox_discrete.classes(wide, uniform)).to(dtype)

    def words(self, count: int) -> Iterator[int]:
        """32-bit words, for ops that decide one thing at a time; `count` of them are set aside, more may be read."""
        return words_of(self._stream, self._reserve(-(-count // _WORDS_PER_COUNTER)))

    def _reserve(self, counters: int) -> int:
        with self._lock:
            start = self._next_counter
            self._next_counter += counters
        return start

    def _fill_floats(
        self, shape: Sequence[int], kind: _Float, draw: Draw, compiled: Callable[[], philox_compiled.Kernel] | None
    ) -> torch.Tensor:
        if compiled is None or not self.economy.pays(math.prod(shape)):
            return self._fill(shape, draw, kind.computed, kind.outputs_per_counter)
        return philox_compiled.fill(compiled(), *self.reserve_outputs(math.prod(shape)), shape)

    def reserve_outputs(self, count: int) -> tuple[PhiloxStream, int]:
        """Move on as a run does that draws that many outputs: the stream, and the first counter for them."""
        return self._stream, self._reserve_outputs(count)

    def _fill(self, shape: Sequence[int], draw: Draw, computed: type[np.generic], width: int) -> torch.Tensor:
        start = self._reserve_outputs(math.prod(shape))
        return philox_fill.fill(self._stream, start, shape, draw, computed, width)

    def _reserve_outputs(self, count: int) -> int:
        return self._reserve(count * _RESERVED_PER_OUTPUT)


def _kind_of(op: str, dtype: torch.dtype, kinds: dict[torch.dtype, Any]) -> Any:
    if dtype not in kinds:
        names = ", ".join(str(known) for known in kinds)
        raise TypeError(f"{op} was asked for {dtype}; it makes {names}. Ask for one of these and cast.")
    return kinds[dtype]
