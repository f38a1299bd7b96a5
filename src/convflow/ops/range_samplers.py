"""How candidate samplers pick class numbers from 0, ..., range - 1, and how likely each number is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from convflow.core import errors

_WORD = 2**32
Float32s = NDArray[np.float32]
Int64s = NDArray[np.int64]


class Words:
    """Numbers from 32-bit words that are read one after the other, as TensorFlow reads them.

    Args:
        words: the words; without end.
    """

    def __init__(self, words: Iterator[int]) -> None:
        self._words = words

    def unit_double(self) -> float:
        """A number in [0, 1) of 52 bits."""
        high, low = islice(self._words, 2)
        return ((high & 0xFFFFF) * _WORD + low) / 2.0**52

    def unit_float(self) -> float:
        """A number in [0, 1) of 23 bits."""
        return (next(self._words) & 0x7FFFFF) / 2.0**23

    def below(self, limit: int) -> int:
        """A whole number below `limit`, from one word."""
        return self._exact(limit, _WORD, self._words)

    def below_wide(self, limit: int) -> int:
        """A whole number below `limit`, from two words."""
        pairs = zip(self._words, self._words, strict=False)
        return self._exact(limit, _WORD * _WORD, (low + _WORD * high for low, high in pairs))

    def _exact(self, limit: int, size: int, numbers: Iterator[int]) -> int:
        # The lowest numbers are skipped, so that every remainder has as many numbers as the others.
        skipped = size % limit
        return next(number for number in numbers if number >= skipped) % limit


class RangeSampler(Protocol):
    """A distribution over 0, ..., size - 1."""

    size: int

    def sample(self, words: Words) -> int:
        """A number drawn from the distribution."""

    def probability(self, values: Int64s) -> Float32s:
        """How likely each of the values is."""

    def update(self, values: Int64s) -> None:
        """Learn from the true classes of a batch."""


class _Fixed:
    """A distribution that does not learn."""

    def __init__(self, size: int) -> None:
        self.size = size

    def update(self, values: Int64s) -> None:
        return None


class Uniform(_Fixed):
    """All numbers alike."""

    def sample(self, words: Words) -> int:
        return words.below_wide(self.size)

    def probability(self, values: Int64s) -> Float32s:
        return np.full(values.shape, 1.0 / self.size, np.float32)


class LogUniform(_Fixed):
    """P(k) = log((k + 2) / (k + 1)) / log(size + 1), about Zipf's law for words sorted by their frequency."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._log_size = math.log1p(size)

    def sample(self, words: Words) -> int:
        return (int(math.exp(words.unit_double() * self._log_size)) - 1) % self.size

    def probability(self, values: Int64s) -> Float32s:
        return (np.log((values + 2.0) / (values + 1.0)) / self._log_size).astype(np.float32)


class Weighted(_Fixed):
    """In proportion to given weights, by Walker's alias method (1977).

    Each number has a slot of which it keeps a part; the rest is another number's.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__(len(weights))
        self._weights = np.array(weights, np.float32)
        self._total = np.add.accumulate(self._weights, dtype=np.float32)[-1] if len(weights) else np.float32(0)
        self._kept, self._other = _alias_table(self._weights.tolist())

    def sample(self, words: Words) -> int:
        part = words.unit_float()
        slot = words.below(self.size)
        return slot if part < self._kept[slot] else self._other[slot]

    def probability(self, values: Int64s) -> Float32s:
        return self._weights[_checked(values, self.size)] / self._total


def _alias_table(weights: list[float]) -> tuple[list[float], list[int]]:
    size, total = len(weights), sum(weights)
    parts = [weight * size / total for weight in weights]
    other = list(range(size))
    low = [i for i in range(size) if parts[i] < 1.0]
    high = [i for i in range(size) if parts[i] >= 1.0]
    while low and high:
        poor, rich = low.pop(), high.pop()
        other[poor] = rich
        parts[rich] -= 1.0 - parts[poor]
        (low if parts[rich] < 1.0 else high).append(rich)
    # What is left is full but for rounding.
    for i in low + high:
        parts[i] = 1.0
    return np.array(parts, np.float32).tolist(), other


class Learned:
    """In proportion to how often a number was a true class, counting from 1."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._counts = np.ones(size, np.int64)
        self._sums = np.arange(1, size + 1)

    def sample(self, words: Words) -> int:
        return int(np.searchsorted(self._sums, words.below(int(self._sums[-1])), side="right"))

    def probability(self, values: Int64s) -> Float32s:
        return self._counts[_checked(values, self.size)].astype(np.float32) / np.float32(self._sums[-1])

    def update(self, values: Int64s) -> None:
        np.add.at(self._counts, values, 1)
        self._sums = np.cumsum(self._counts)


class Every(_Fixed):
    """All numbers in order, instead of a sample."""

    def sample(self, words: Words) -> int:
        raise TypeError("every number is taken, none is drawn")

    def probability(self, values: Int64s) -> Float32s:
        return np.ones(values.shape, np.float32)


def _checked(values: Int64s, size: int) -> Int64s:
    outside = values[(values < 0) | (values >= size)]
    if outside.size:
        raise errors.InvalidArgumentError(
            None, None, f"The true class {outside[0]} is not in [0, {size}), the sampler's range."
        )
    return values


def draw(
    sampler: RangeSampler, words: Words, count: int, unique: bool, true_classes: Int64s
) -> tuple[Int64s, Float32s, Float32s]:
    """A batch of candidates.

    Returns:
        The candidates, and how often each true class, and each candidate, is expected in such a batch.

    Raises:
        InvalidArgumentError: more different candidates than there are.
    """
    if isinstance(sampler, Every):
        return np.arange(count), sampler.probability(true_classes), np.ones(count, np.float32)
    if unique and count > sampler.size:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Sampler's range is too small: {count} different candidates were asked for, the range holds "
            f"{sampler.size}. Sample fewer, or not uniquely.",
        )
    drawn: dict[int, None] = {}
    candidates: list[int] = []
    tries = 0
    while len(candidates) < count:
        value = sampler.sample(words)
        tries += 1
        if not unique or value not in drawn:
            drawn[value] = None
            candidates.append(value)
    sampled = np.array(candidates, np.int64)
    expected = [_expected_count(sampler.probability(values), count, tries) for values in (true_classes, sampled)]
    return sampled, expected[0], expected[1]


def _expected_count(probability: Float32s, count: int, tries: int) -> Float32s:
    if tries == count:
        return probability * np.float32(count)
    # 1 - (1 - p)^tries, exact for small p too, and rounded to float32 where TensorFlow does.
    logs = np.log1p(-probability.astype(np.float64)).astype(np.float32) * np.float32(tries)
    return -np.expm1(logs.astype(np.float64)).astype(np.float32)
