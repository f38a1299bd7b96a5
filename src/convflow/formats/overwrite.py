"""Overwriting a checkpoint of several files, so that at every moment there is a whole one.

Data files are renamed into place before their index. A process that is killed between these renames leaves the old
index beside new data, and the system takes the longest there: it frees the old data's room. Until the index is in place
the old data therefore stay under a second name, where a reader looks whose checksums do not match.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence

_SUFFIX = ".before"


def before_path(data_path: str) -> str:
    """Where the data of before are while a checkpoint is overwritten."""
    return data_path + _SUFFIX


@contextlib.contextmanager
def keeping(data_paths: Sequence[str], is_whole: Callable[[], bool]) -> Iterator[None]:
    """Keeps old data files until the block has put new ones, and their index, in place.

    Args:
        is_whole: whether the checkpoint reads without the data of before: asked if a save was killed here.
    """
    left = [path for path in data_paths if os.path.exists(before_path(path))]
    # Otherwise the index there is belongs to what is kept already.
    if not left or is_whole():
        _forget(left)
        for path in data_paths:
            # Where a file system has no second names, there is nothing to fall back to.
            with contextlib.suppress(OSError):
                os.link(path, before_path(path))
    try:
        yield
    except BaseException:
        if is_whole():
            _forget(data_paths)
        raise
    _forget(data_paths)


def _forget(data_paths: Sequence[str]) -> None:
    for path in data_paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(before_path(path))
