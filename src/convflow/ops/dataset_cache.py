"""Elements kept in a file, in the format of TensorFlow's own caches: a checkpoint of one tensor per component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from convflow.core import values
from convflow.formats.bundle import BundleReader, BundleWriter, is_whole
from convflow.ops.dataset_elements import Element, Values

_END: Any = object()
_WIDTH = 7


def _key(element: int, component: int) -> str:
    return f"{element:{_WIDTH}d}_{component}"


class FileCache:
    """A dataset whose elements are in a file once an iteration has reached the end.

    Args:
        source: the dataset to keep.
        prefix: what the file's names begin with; `.index` and `.data-00000-of-00001` follow.
    """

    def __init__(self, source: Iterable[Element], prefix: str) -> None:
        self._source = source
        self._prefix = prefix

    def __iter__(self) -> Iterator[Element]:
        if is_whole(self._prefix):
            return _Kept(BundleReader(self._prefix))
        return _Recorder(iter(self._source), self._prefix)


class _Kept(Iterator[Element]):
    def __init__(self, reader: BundleReader) -> None:
        self._reader = reader
        self._number = 0
        self._components = sum(name.strip().startswith("0_") for name in reader.names())

    def __next__(self) -> Element:
        if _key(self._number, 0) not in self._reader:
            raise StopIteration
        arrays = [self._reader.read(_key(self._number, component)) for component in range(self._components)]
        self._number += 1
        return Values(tuple(values.from_numpy(array) for array in arrays))


class _Recorder(Iterator[Element]):
    """Hands elements on and writes them; an iteration that stops early leaves no file."""

    def __init__(self, source: Iterator[Element], prefix: str) -> None:
        self._source = source
        self._writer = BundleWriter(prefix)
        self._number = 0
        self._is_open = True

    def __next__(self) -> Element:
        element = next(self._source, _END) if self._is_open else _END
        if element is _END:
            if self._is_open:
                self._writer.finish()
            self._is_open = False
            raise StopIteration
        components = element.components()
        for index, value in enumerate(components):
            self._writer.add(_key(self._number, index), values.to_numpy(value))
        self._number += 1
        return Values(components)

    def __del__(self) -> None:
        if self._is_open:
            self._writer.discard()
