"""The names and arguments under which TensorFlow 1 has file operations (API: tf.gfile). See `gfile`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.formats import gfile


def Exists(filename: Any) -> bool:
    """Whether there is a file or folder (API: tf.gfile.Exists), see `gfile.exists`.

    Args:
        filename: its path.

    Returns:
        A bool.
    """
    return gfile.exists(filename)


def IsDirectory(dirname: Any) -> bool:
    """Whether there is a folder (API: tf.gfile.IsDirectory), see `gfile.isdir`.

    Args:
        dirname: its path.

    Returns:
        A bool.
    """
    return gfile.isdir(dirname)


def ListDirectory(dirname: Any) -> list[str]:
    """The names in a folder, in no order (API: tf.gfile.ListDirectory), see `gfile.listdir`.

    Args:
        dirname: the folder's path.

    Returns:
        Names without the folder's path.

    Raises:
        NotFoundError: there is no such folder.
    """
    return gfile.listdir(dirname)


def MakeDirs(dirname: Any) -> None:
    """Make a folder and those around it that are missing (API: tf.gfile.MakeDirs), see `gfile.makedirs`.

    Args:
        dirname: the folder's path; nothing happens if it is there.
    """
    gfile.makedirs(dirname)


def MkDir(dirname: Any) -> None:
    """Make a folder (API: tf.gfile.MkDir), see `gfile.mkdir`.

    Args:
        dirname: the folder's path; nothing happens if it is there.

    Raises:
        NotFoundError: the folder around it is missing.
    """
    gfile.mkdir(dirname)


def Remove(filename: Any) -> None:
    """Delete a file (API: tf.gfile.Remove), see `gfile.remove`.

    Args:
        filename: its path.

    Raises:
        NotFoundError: there is no such file.
        FailedPreconditionError: it is a folder.
    """
    gfile.remove(filename)


def DeleteRecursively(dirname: Any) -> None:
    """Delete a folder and what is in it (API: tf.gfile.DeleteRecursively), see `gfile.rmtree`.

    Args:
        dirname: the folder's path.

    Raises:
        NotFoundError: there is no such folder.
    """
    gfile.rmtree(dirname)


def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """Copy a file (API: tf.gfile.Copy), see `gfile.copy`.

    Args:
        oldpath: of the file.
        newpath: of the copy.
        overwrite: replace what is at `newpath`.

    Raises:
        AlreadyExistsError: something is at `newpath`, and `overwrite` is false.
        NotFoundError: there is no `oldpath`, or no folder for `newpath`.
    """
    gfile.copy(oldpath, newpath, overwrite)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """Rename a file or folder (API: tf.gfile.Rename), see `gfile.rename`.

    Args:
        oldname: its path.
        newname: its new path on the same file system.
        overwrite: replace what is at `newname`.

    Raises:
        AlreadyExistsError: something is at `newname`, and `overwrite` is false.
        NotFoundError: there is no `oldname`.
    """
    gfile.rename(oldname, newname, overwrite)


def Glob(filename: Any) -> list[str]:
    """The paths that match a pattern (API: tf.gfile.Glob), see `gfile.glob`.

    Args:
        filename: a path with *, ? or [...], or a list of such.

    Returns:
        A list of paths.
    """
    return gfile.glob(filename)


def Stat(filename: Any) -> gfile.FileStatistics:
    """Size, time of the last change and kind of a file or folder (API: tf.gfile.Stat), see `gfile.stat`.

    Args:
        filename: its path.

    Returns:
        `length` in bytes, `mtime_nsec` in nanoseconds, `is_directory`.

    Raises:
        NotFoundError: there is no such file.
    """
    return gfile.stat(filename)


def Walk(top: Any, in_order: bool = True) -> Iterator[Any]:
    """A folder and each below it (API: tf.gfile.Walk), see `gfile.walk`.

    Args:
        top: the folder's path.
        in_order: a folder comes before those in it; False for after.

    Returns:
        An iterator of (folder, folders in it, files in it).
    """
    return gfile.walk(top, in_order)
