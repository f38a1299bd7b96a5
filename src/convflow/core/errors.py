"""TensorFlow's error classes (API: tf.errors).

Every error that a running graph raises is an `OpError`. It keeps TensorFlow's constructor, so programs
that raise or catch these classes themselves work unchanged.
"""

from __future__ import annotations

from typing import Any

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


_CLASSES: dict[int, type[OpError]] = {}


def _error_class(name: str, code: int, doc: str) -> type[OpError]:
    def __init__(self: OpError, node_def: Any, op: Any, message: str) -> None:
        OpError.__init__(self, node_def, op, message, code)

    cls = type(name, (OpError,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})
    _CLASSES[code] = cls
    return cls


CancelledError = _error_class("CancelledError", CANCELLED, "The step was cancelled.")
UnknownError = _error_class("UnknownError", UNKNOWN, "An error of no other class.")
InvalidArgumentError = _error_class("InvalidArgumentError", INVALID_ARGUMENT, "An input has a wrong value.")
DeadlineExceededError = _error_class("DeadlineExceededError", DEADLINE_EXCEEDED, "The time given ran out.")
NotFoundError = _error_class("NotFoundError", NOT_FOUND, "A file or a name does not exist.")
AlreadyExistsError = _error_class("AlreadyExistsError", ALREADY_EXISTS, "What was to be made exists.")
PermissionDeniedError = _error_class("PermissionDeniedError", PERMISSION_DENIED, "Access is not allowed.")
ResourceExhaustedError = _error_class("ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory or disk is full.")
FailedPreconditionError = _error_class(
    "FailedPreconditionError", FAILED_PRECONDITION, "The state is not ready, e.g. an uninitialized variable."
)
AbortedError = _error_class("AbortedError", ABORTED, "The operation was given up by another one.")
OutOfRangeError = _error_class("OutOfRangeError", OUT_OF_RANGE, "The end of a sequence was passed.")
UnimplementedError = _error_class("UnimplementedError", UNIMPLEMENTED, "The operation is not implemented.")
InternalError = _error_class("InternalError", INTERNAL, "An invariant of convflow itself is broken.")
UnavailableError = _error_class("UnavailableError", UNAVAILABLE, "The service cannot be reached.")
DataLossError = _error_class("DataLossError", DATA_LOSS, "Stored bytes are damaged or cut short.")
UnauthenticatedError = _error_class("UnauthenticatedError", UNAUTHENTICATED, "The caller is not known.")


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The error class of a code (API: tf.errors.exception_type_from_error_code)."""
    return _CLASSES[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The code of an error class (API: tf.errors.error_code_from_exception_type)."""
    for code, error_class in _CLASSES.items():
        if error_class is cls:
            return code
    raise KeyError(f"{cls.__name__} is not one of TensorFlow's error classes.")
