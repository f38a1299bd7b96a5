"""Files written whole or not at all, and operating-system errors as TensorFlow's classes."""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Iterator

from convflow.core import errors

_CLASS_OF_ERRNO: dict[int | None, type[errors.CodedError]] = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EFBIG: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTDIR: errors.FailedPreconditionError,
}
_ADVICE: dict[type[errors.CodedError], str] = {
    errors.NotFoundError: "Check the path, and that its folder exists.",
    errors.PermissionDeniedError: "Choose a folder that this user may use, or change its permissions.",
    errors.ResourceExhaustedError: "Free some space or close some files, then try again.",
    errors.FailedPreconditionError: "Check which parts of the path are files and which are folders.",
}


@contextlib.contextmanager
def os_errors(action: str, path: str) -> Iterator[None]:
    """Raises an `OSError` of the block as TensorFlow's class for it, saying what was tried on which file.

    Args:
        action: the verb with its object, as in "write the checkpoint".
        path: the file it happened to.
    """
    try:
        yield
    except OSError as error:
        error_class = _CLASS_OF_ERRNO.get(error.errno, errors.UnknownError)
        advice = _ADVICE.get(error_class, "See the operating system's message.")
        reason = error.strerror or str(error)
        raise error_class(None, None, f"{path}; {reason}. Could not {action}. {advice}") from error


def temporary_name(path: str) -> str:
    """A name beside `path` that no other writer uses, for `os.replace` to turn into `path`."""
    return f"{path}.tempstate{uuid.uuid4().hex}"


def write_atomically(path: str, data: bytes) -> None:
    """Makes `path` hold `data`; readers see the old file or the new one, never a part."""
    temporary = temporary_name(path)
    with os_errors("write the file", path):
        try:
            with open(temporary, "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.remove(temporary)
            raise
