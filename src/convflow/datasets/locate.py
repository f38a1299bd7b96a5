"""Where a data set's files may be, and which of them are the real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from convflow.datasets import compressed
from convflow.datasets.record import DataFile, NamedSet

DATA_VARIABLE = "CONVFLOW_DATA"


@dataclass(frozen=True)
class Found:
    """A file that was found: its place and its uncompressed content."""

    path: Path
    content: bytes


@dataclass
class Search:
    """The outcome of looking for one file.

    Args:
        found: the file, or None.
        looked: one line per place that was looked at, in order, for the error message.
    """

    found: Found | None = None
    looked: list[str] = field(default_factory=list)


def data_folders() -> list[Path]:
    """The folders listed in `$CONVFLOW_DATA`, separated as in `$PATH`."""
    listed = os.environ.get(DATA_VARIABLE, "").split(os.pathsep)
    return [Path(folder).expanduser() for folder in listed if folder]


def cache_folder() -> Path:
    """The user's cache, where downloads are kept: one folder per data set below it."""
    return platformdirs.user_cache_path("convflow") / "datasets"


def find(named_set: NamedSet, file: DataFile, folder: str | Path | None = None) -> Search:
    """Looks for a file in the folder given, in `$CONVFLOW_DATA`, then in the user's cache.

    What lies in the folder the caller points at is taken as it is, as TensorFlow does, so that another data
    set under MNIST's file names can be read. In the shared folders only the real file counts: an intact file
    of the same name with other content (Fashion-MNIST beside MNIST) is passed over.

    Args:
        named_set: the data set.
        file: the file of it.
        folder: the folder the caller names, if any.

    Raises:
        errors.DataLossError: a compressed file was met that is damaged.
    """
    search = Search()
    if folder is not None:
        search.looked.append(f"{Path(folder)} (the folder given)")
        for path in _candidates(Path(folder), file):
            search.found = Found(path, compressed.read(path)[1])
            return search
    for place, note in _shared_places(named_set):
        others = []
        for path in _candidates(place, file):
            archive, content = compressed.read(path)
            problem = file.mismatch(archive, content)
            if problem is None:
                search.found = Found(path, content)
                return search
            others.append(f"{path.name} is there, but is another file: {problem}")
        search.looked.append(f"{place} ({'; '.join([note, *others])})")
    if not data_folders():
        search.looked.append(f"${DATA_VARIABLE} (not set)")
    return search


def _shared_places(named_set: NamedSet) -> Iterator[tuple[Path, str]]:
    for folder in data_folders():
        yield folder, f"from ${DATA_VARIABLE}"
        yield folder / named_set.name, f"from ${DATA_VARIABLE}"
    yield cache_folder() / named_set.name, "the user's cache"


def _candidates(folder: Path, file: DataFile) -> list[Path]:
    return [folder / name for name in file.names if (folder / name).is_file()]
