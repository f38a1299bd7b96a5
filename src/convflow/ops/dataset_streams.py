"""Datasets made of other datasets, as sessions run them.

A dataset here is anything that can be iterated over again and again. Iterators are objects rather than generators:
a generator that raised is at its end, but a program may catch the error of a bad element and read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from convflow.core import errors, logging
from convflow.ops import dataset_sizes as sizes
from convflow.ops.dataset_elements import Element, VariantValue, batched, kept
from convflow.ops.iterator_state import advance

_END: Any = object()


@dataclass(frozen=True)
class Recipe(VariantValue):
    """A dataset as the value of a tensor: how to make it from the datasets before it.

    Each iterator makes its own, as TensorFlow does: what a shuffle has drawn and a cache has kept belongs to one
    place in one iterator, even where two read the same dataset.
    """

    make: Callable[..., Iterable[Element]]
    sources: tuple[Recipe, ...] = ()
    computes: bool = False
    size: sizes.Size = sizes.unknown

    @property
    def is_work(self) -> bool:
        """Whether its elements take computing, more than a gather does."""
        return self.computes or any(source.is_work for source in self.sources)

    def cardinality(self) -> int:
        """How many elements; -1 for endlessly many, -2 where only reading would tell."""
        return self.size(*(source.cardinality() for source in self.sources))

    def dataset(self) -> Iterable[Element]:
        return self.make(*(source.dataset() for source in self.sources))


class Stream:
    """A dataset given by the function that makes an iterator over it."""

    def __init__(self, make: Callable[[], Iterator[Element]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Element]:
        return self._make()


class Batches(Iterator[Element]):
    """`size` elements stacked into one; the last may be smaller unless `drop_remainder`."""

    def __init__(self, source: Iterator[Element], size: int, drop_remainder: bool) -> None:
        self._source = source
        self._size = size
        self._drop_remainder = drop_remainder

    def __next__(self) -> Element:
        elements = list(islice(self._source, self._size))
        if not elements or (self._drop_remainder and len(elements) < self._size):
            raise StopIteration
        return batched(elements)

    def skip(self, count: int) -> None:
        advance(self._source, count * self._size)


class Mapped(Iterator[Element]):
    """`call` of each element."""

    def __init__(self, call: Callable[[Element], Element], source: Iterator[Element]) -> None:
        self._call = call
        self._source = source

    def __next__(self) -> Element:
        return self._call(next(self._source))

    def skip(self, count: int) -> None:
        advance(self._source, count)


class WithoutErrors(Iterator[Element]):
    """The elements that can be made."""

    def __init__(self, source: Iterator[Element], log_warning: bool) -> None:
        self._source = source
        self._log_warning = log_warning

    def __next__(self) -> Element:
        while True:
            try:
                return next(self._source)
            except errors.OpError as error:
                if self._log_warning:
                    logging.warning("Error raised with error message %s", error.message)


class Repeats(Iterator[Element]):
    """The elements of `count` iterations over a dataset, of endlessly many where `count` is negative."""

    def __init__(self, source: Iterable[Element], count: int) -> None:
        self._source = source
        self._left = count
        self._current: Iterator[Element] | None = None
        self._is_empty = True

    def __next__(self) -> Element:
        while self._left:
            if self._current is None:
                self._current, self._is_empty = iter(self._source), True
            element = next(self._current, _END)
            if element is not _END:
                self._is_empty = False
                return element
            self._current = None
            # An empty dataset repeated without end is empty, not an endless search.
            self._left = 0 if self._is_empty else self._left - 1
        raise StopIteration


class Cache:
    """A dataset that remembers its elements once an iteration has reached the end."""

    def __init__(self, source: Iterable[Element]) -> None:
        self._source = source
        self.elements: list[Element] | None = None

    def __iter__(self) -> Iterator[Element]:
        if self.elements is not None:
            return iter(self.elements)
        return _Recorder(self, iter(self._source))


class _Recorder(Iterator[Element]):
    def __init__(self, cache: Cache, source: Iterator[Element]) -> None:
        self._cache = cache
        self._source = source
        self._seen: list[Element] = []

    def __next__(self) -> Element:
        element = next(self._source, _END)
        if element is _END:
            self._cache.elements = self._seen
            raise StopIteration
        self._seen.append(kept(element))
        return self._seen[-1]
