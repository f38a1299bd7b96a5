"""The names and arguments under which TensorFlow 1 has file operations (API: tf.gfile). See `gfile`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.formats import gfile


def Exists(filename: Any) -> bool:
    """See `gfile.exists`."""
    return gfile.exists(filename)


def IsDirectory(dirname: Any) -> bool:
    """See `gfile.isdir`."""
    return gfile.isdir(dirname)


def ListDirectory(dirname: Any) -> list[str]:
    """See `gfile.listdir`."""
    return gfile.listdir(dirname)


def MakeDirs(dirname: Any) -> None:
    """See `gfile.makedirs`."""
    gfile.makedirs(dirname)


def MkDir(dirname: Any) -> None:
    """See `gfile.mkdir`."""
    gfile.mkdir(dirname)


def Remove(filename: Any) -> None:
    """See `gfile.remove`."""
    gfile.remove(filename)


def DeleteRecursively(dirname: Any) -> None:
    """See `gfile.rmtree`."""
    gfile.rmtree(dirname)


def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """See `gfile.copy`."""
    gfile.copy(oldpath, newpath, overwrite)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """See `gfile.rename`."""
    gfile.rename(oldname, newname, overwrite)


def Glob(filename: Any) -> list[str]:
    """See `gfile.glob`."""
    return gfile.glob(filename)


def Stat(filename: Any) -> gfile.FileStatistics:
    """See `gfile.stat`."""
    return gfile.stat(filename)


def Walk(top: Any, in_order: bool = True) -> Iterator[Any]:
    """See `gfile.walk`."""
    return gfile.walk(top, in_order)
