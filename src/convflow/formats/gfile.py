"""Files of any file system that fsspec knows: local paths, `s3://`, `gs://`, `http://` ... (API: tf.io.gfile)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from convflow.core import errors
from convflow.core.compat import as_bytes, as_str_any, path_to_str
from convflow.core.lazy import LazyModule
from convflow.formats.files import os_errors

if TYPE_CHECKING:
    import fsspec
else:
    fsspec = LazyModule("fsspec")

_MODES = ("r", "w", "a", "r+", "w+", "a+")


def _path(path: Any) -> str:
    return as_str_any(path_to_str(path))


def _system(path: Any) -> tuple[Any, str]:
    """The file system of a path, and the path in it. Local paths stay as they are written."""
    text = _path(path)
    system, inner = fsspec.core.url_to_fs(text)
    return system, inner if "://" in text else text


def _refuse(kind: Any, message: str) -> errors.OpError:
    return kind(None, None, message)


class GFile:
    """A file (API: tf.gfile.GFile, tf.gfile.Open).

    Args:
        name: its path.
        mode: "r", "w", "a", "r+", "w+" or "a+", with a "b" for bytes instead of text (UTF-8).

    Raises:
        tf.errors.InvalidArgumentError: another mode.
        tf.errors.NotFoundError: in reading, there is no such file.
        tf.errors.PermissionDeniedError: reading what is open for writing, or the other way round.
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        if mode.replace("b", "") not in _MODES:
            raise _refuse(errors.InvalidArgumentError, f"mode is not {' or '.join(map(repr, _MODES))}: {mode!r}")
        self._name = name
        self._mode = mode
        self._file: Any = None

    @property
    def name(self) -> Any:
        return self._name

    @property
    def mode(self) -> str:
        return self._mode

    def _opened(self) -> Any:
        if self._file is None:
            system, inner = _system(self._name)
            with os_errors("open the file", _path(self._name)):
                # Bytes throughout: positions in text would be no numbers of bytes.
                self._file = system.open(inner, self._mode.replace("b", "") + "b")
        return self._file

    def _for_reading(self) -> Any:
        if not ("r" in self._mode or "+" in self._mode):
            raise _refuse(
                errors.PermissionDeniedError, f"File isn't open for reading: {self._name}, mode {self._mode}."
            )
        return self._opened()

    def _decoded(self, data: bytes) -> Any:
        return data if "b" in self._mode else data.decode("utf-8")

    def read(self, n: int = -1) -> Any:
        """The next `n` bytes, all of them for -1, as text unless the mode says bytes."""
        return self._decoded(self._for_reading().read(n))

    def readline(self) -> Any:
        """The next line with its end; empty at the end of the file."""
        return self._decoded(self._for_reading().readline())

    def readlines(self) -> list[Any]:
        return list(self)

    def write(self, file_content: str | bytes) -> None:
        """Append text or bytes."""
        if self._mode in ("r", "rb"):
            raise _refuse(
                errors.PermissionDeniedError, f"File isn't open for writing: {self._name}, mode {self._mode}."
            )
        self._opened().write(as_bytes(file_content))

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Go to a byte; `position` is the old name of `offset`."""
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        self._for_reading().seek(position if offset is None else offset, whence)

    def tell(self) -> int:
        return self._opened().tell()

    def size(self) -> int:
        """The size in bytes."""
        return stat(self._name).length

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        elif "w" in self._mode:
            self._opened().close()
            self._file = None

    def seekable(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def next(self) -> Any:
        return next(self)

    def __enter__(self) -> GFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class FileStatistics:
    """What `stat` says: the size in bytes, the time of the last change in nanoseconds, and whether it is a folder."""

    length: int
    mtime_nsec: int
    is_directory: bool


def exists(path: Any) -> bool:
    """Whether there is a file or folder (API: tf.io.gfile.exists).

    Args:
        path: text, bytes or a path object.

    Returns:
        A bool.
    """
    system, inner = _system(path)
    return system.exists(inner)


def isdir(path: Any) -> bool:
    """Whether there is a folder (API: tf.io.gfile.isdir).

    Args:
        path: text, bytes or a path object.

    Returns:
        A bool.
    """
    system, inner = _system(path)
    return system.isdir(inner)


def listdir(path: Any) -> list[str]:
    """The names in a folder, in no order (API: tf.io.gfile.listdir).

    Args:
        path: of the folder: text, bytes or a path object.

    Returns:
        Names without the folder's path.

    Raises:
        NotFoundError: there is no such folder.
    """
    system, inner = _system(path)
    if not system.isdir(inner):
        raise _refuse(errors.NotFoundError, f"Could not find directory {_path(path)}")
    return [entry.rstrip("/").rpartition("/")[2] for entry in system.ls(inner, detail=False)]


def makedirs(path: Any) -> None:
    """Make a folder and those around it that are missing (API: tf.io.gfile.makedirs).

    Args:
        path: of the folder: text, bytes or a path object; nothing happens if it is there.
    """
    system, inner = _system(path)
    with os_errors("make the folder", _path(path)):
        system.makedirs(inner, exist_ok=True)


def mkdir(path: Any) -> None:
    """Make a folder (API: tf.io.gfile.mkdir).

    Args:
        path: of the folder: text, bytes or a path object; nothing happens if it is there.

    Raises:
        NotFoundError: the folder around it is missing.
    """
    system, inner = _system(path)
    if system.isdir(inner):
        return
    with os_errors("make the folder", _path(path)):
        system.mkdir(inner, create_parents=False)


def remove(path: Any) -> None:
    """Delete a file (API: tf.io.gfile.remove).

    Args:
        path: of the file: text, bytes or a path object.

    Raises:
        NotFoundError: there is no such file.
        FailedPreconditionError: it is a folder.
    """
    system, inner = _system(path)
    if system.isdir(inner):
        raise _refuse(errors.FailedPreconditionError, f"{_path(path)}; Is a directory. Use DeleteRecursively for it.")
    with os_errors("delete the file", _path(path)):
        system.rm_file(inner)


def rmtree(path: Any) -> None:
    """Delete a folder and what is in it (API: tf.io.gfile.rmtree).

    Args:
        path: of the folder: text, bytes or a path object.

    Raises:
        NotFoundError: there is no such folder.
    """
    system, inner = _system(path)
    if not system.exists(inner):
        raise _refuse(errors.NotFoundError, f"{_path(path)} not found")
    with os_errors("delete the folder", _path(path)):
        system.rm(inner, recursive=True)


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file (API: tf.io.gfile.copy).

    Args:
        src: the path of the file.
        dst: the path of the copy, maybe on another file system.
        overwrite: replace what is at `dst`.

    Raises:
        AlreadyExistsError: something is at `dst`, and `overwrite` is false.
        NotFoundError: there is no `src`, or no folder for `dst`.
    """
    _check_free(dst, overwrite)
    system, inner = _system(src)
    target, target_inner = _system(dst)
    with os_errors("copy the file", _path(src)), system.open(inner, "rb") as source:
        data = source.read()
        with target.open(target_inner, "wb") as out:
            out.write(data)


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Rename a file or folder (API: tf.io.gfile.rename).

    Args:
        src: the path of the file or folder.
        dst: its new path on the same file system.
        overwrite: replace what is at `dst`.

    Raises:
        AlreadyExistsError: something is at `dst`, and `overwrite` is false.
        NotFoundError: there is no `src`.
    """
    _check_free(dst, overwrite)
    system, inner = _system(src)
    with os_errors("rename the file", _path(src)):
        system.mv(inner, _system(dst)[1], recursive=system.isdir(inner))


def _check_free(path: Any, overwrite: bool) -> None:
    if not overwrite and exists(path):
        raise _refuse(
            errors.AlreadyExistsError, f"file already exists: {_path(path)}. Pass overwrite=True to replace it."
        )


def glob(pattern: Any) -> list[str]:
    """The paths that match a pattern, or any pattern of a list (API: tf.io.gfile.glob).

    Args:
        pattern: a path with *, ? or [...], or a list of such.

    Returns:
        The paths, sorted for each pattern; relative ones where the pattern is.
    """
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [found for each in patterns for found in _matching(each)]


def _matching(pattern: Any) -> list[str]:
    text = _path(pattern)
    system, inner = _system(pattern)
    found = sorted(system.glob(inner))
    if "://" in text:
        return [system.unstrip_protocol(path) for path in found]
    if text.startswith("/"):
        return found
    # fsspec gives absolute paths of a local file system: programs get them as they asked.
    prefix = fsspec.core.url_to_fs("")[1].rstrip("/") + "/"
    return [path.removeprefix(prefix) for path in found]


def stat(path: Any) -> FileStatistics:
    """Size, time of the last change and kind (API: tf.io.gfile.stat).

    Args:
        path: of the file or folder: text, bytes or a path object.

    Returns:
        `length` in bytes, `mtime_nsec` in nanoseconds, `is_directory`.

    Raises:
        NotFoundError: there is no such file.
    """
    system, inner = _system(path)
    with os_errors("look at the file", _path(path)):
        info = system.info(inner)
    return FileStatistics(info.get("size") or 0, int(info.get("mtime", 0) * 1e9), info["type"] == "directory")


def walk(top: Any, topdown: bool = True, onerror: Callable[[Any], Any] | None = None) -> Iterator[Any]:
    """`(folder, folders in it, files in it)` for `top` and each folder below it (API: tf.io.gfile.walk).

    Args:
        top: the path of a folder.
        topdown: a folder comes before those in it; False for after.
        onerror: called with the error of a folder that cannot be listed; None passes over it.

    Yields:
        Tuples of a path and two lists of names.
    """
    root = _path(top)
    try:
        names = sorted(listdir(root))
    except errors.NotFoundError as error:
        if onerror is not None:
            onerror(error)
        return
    folders = [name for name in names if isdir(f"{root}/{name}")]
    here = (root, folders, [name for name in names if name not in folders])
    if topdown:
        yield here
    for folder in folders:
        yield from walk(f"{root.rstrip('/')}/{folder}", topdown, onerror)
    if not topdown:
        yield here
