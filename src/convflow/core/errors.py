"""TensorFlow's error classes (API: tf.errors).

Every error that a running graph raises is an `OpError`. It keeps TensorFlow's constructor, so programs
that raise or catch these classes themselves work unchanged.
"""

from __future__ import annotations

from typing import Any, ClassVar

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OpError(Exception):
    """A step failed while it ran.

    Args:
        node_def: the `NodeDef` of the node that failed, or None.
        op: the `Operation` that failed, or None when no node is to blame.
        message: what happened, what was expected, what to do next.
        error_code: one of the codes of this module.
    """

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int) -> None:
        super().__init__(message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    @property
    def message(self) -> str:
        return self._message

    @property
    def op(self) -> Any:
        return self._op

    @property
    def error_code(self) -> int:
        return self._error_code

    @property
    def node_def(self) -> Any:
        return self._node_def

    def __str__(self) -> str:
        return self._message


class CodedError(OpError):
    """A class that stands for one code."""

    _code: ClassVar[int]

    def __init__(self, node_def: Any, op: Any, message: str) -> None:
        super().__init__(node_def, op, message, self._code)


class CancelledError(CodedError):
    """The step was cancelled."""

    _code = CANCELLED


class UnknownError(CodedError):
    """An error of no other class."""

    _code = UNKNOWN


class InvalidArgumentError(CodedError):
    """An input has a wrong value."""

    _code = INVALID_ARGUMENT


class DeadlineExceededError(CodedError):
    """The time given ran out."""

    _code = DEADLINE_EXCEEDED


class NotFoundError(CodedError):
    """A file or a name does not exist."""

    _code = NOT_FOUND


class AlreadyExistsError(CodedError):
    """What was to be made exists."""

    _code = ALREADY_EXISTS


class PermissionDeniedError(CodedError):
    """Access is not allowed."""

    _code = PERMISSION_DENIED


class ResourceExhaustedError(CodedError):
    """Memory or disk is full."""

    _code = RESOURCE_EXHAUSTED


class FailedPreconditionError(CodedError):
    """The state is not ready, e.g. an uninitialized variable."""

    _code = FAILED_PRECONDITION


class AbortedError(CodedError):
    """The operation was given up by another one."""

    _code = ABORTED


class OutOfRangeError(CodedError):
    """The end of a sequence was passed."""

    _code = OUT_OF_RANGE


class UnimplementedError(CodedError):
    """The operation is not implemented."""

    _code = UNIMPLEMENTED


class InternalError(CodedError):
    """An invariant of convflow itself is broken."""

    _code = INTERNAL


class UnavailableError(CodedError):
    """The service cannot be reached."""

    _code = UNAVAILABLE


class DataLossError(CodedError):
    """Stored bytes are damaged or cut short."""

    _code = DATA_LOSS


class UnauthenticatedError(CodedError):
    """The caller is not known."""

    _code = UNAUTHENTICATED


_CLASSES: dict[int, type[CodedError]] = {cls._code: cls for cls in CodedError.__subclasses__()}


def exception_type_from_error_code(error_code: int) -> type[CodedError]:
    """The error class of a code (API: tf.errors.exception_type_from_error_code).

    Args:
        error_code: one of the numbers in `tf.errors`, such as `tf.errors.DATA_LOSS`.

    Returns:
        A class such as `tf.errors.DataLossError`.

    Raises:
        KeyError: no class has this code.
    """
    return _CLASSES[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The code of an error class (API: tf.errors.error_code_from_exception_type)."""
    for code, error_class in _CLASSES.items():
        if error_class is cls:
            return code
    raise KeyError(f"{cls.__name__} is not one of TensorFlow's error classes.")


class Status:
    """What a call of TensorFlow's C interface reports: an error's code, 0 for none, and its text.

    Attributes:
        code: one of the numbers of this module.
        message: what happened.
    """

    def __init__(self) -> None:
        self.code = OK
        self.message = ""


class raise_exception_on_not_ok_status:
    """A context of calls that report a status: an error if it is not 0 at the end (API: tf.errors).

    Raises:
        OpError: the status has an error's code: the class of that code.
    """

    def __enter__(self) -> Status:
        self._status = Status()
        return self._status

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        if kind is None and self._status.code != OK:
            raise exception_type_from_error_code(self._status.code)(None, None, self._status.message)
