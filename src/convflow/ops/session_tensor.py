"""Values that stay in the session between runs (API: tf.get_session_handle and its kin)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes, errors, values
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, device
from convflow.ops import rules
from convflow.ops.array.placeholder import placeholder
from convflow.ops.queue_nodes import own_copy

# What runs here is on the one device that there is.
_DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"


class SessionTensors:
    """The values of one session by their handles."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, Any] = {}
        self._made = 0

    def put(self, name: str, value: Any) -> str:
        """Keep a value and return its handle, which begins with a node's name."""
        with self._lock:
            handle = f"{name};{self._made};{_DEVICE}"
            self._made += 1
            self._values[handle] = value
        return handle

    def get(self, handle: str) -> Any:
        """The value of a handle; InvalidArgumentError if there is none."""
        with self._lock:
            if handle not in self._values:
                raise _unknown(handle)
            return self._values[handle]

    def delete(self, handle: str) -> None:
        """Forget a value; InvalidArgumentError if there is none."""
        with self._lock:
            if handle not in self._values:
                raise _unknown(handle)
            del self._values[handle]

    def discard(self, handle: str) -> None:
        """Forget a value if there is one."""
        with self._lock:
            self._values.pop(handle, None)


def _unknown(handle: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None,
        None,
        f"The tensor with handle '{handle}' is not in the session store. Expected a handle that this session has made "
        "and not deleted: run tf.get_session_handle in the same session.",
    )


def session_tensors(store: Any) -> SessionTensors:
    """What a session's store keeps."""
    return store.resource("session tensors", SessionTensors)


def get_session_handle(data: Any, name: str | None = None) -> Tensor:
    """Keep the value of a tensor in the session (API: tf.get_session_handle).

    Args:
        data: a tensor, or what becomes one.
        name: of the node.

    Returns:
        A scalar of type string. `Session.run` makes a `TensorHandle` of it, which may be fed to any placeholder, or
        by its attribute `handle` to that of `tf.get_session_tensor`.

    Raises:
        TypeError: `data` is no tensor and cannot become one.
    """
    tensor = data if isinstance(data, Tensor) else convert_to_tensor(data)
    with colocate_with(tensor):
        return apply_op("GetSessionHandle", value=tensor, name=name)


def get_session_tensor(handle: Any, dtype: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The value that a session keeps under a handle (API: tf.get_session_tensor).

    Args:
        handle: what `Session.run` gave for a `tf.get_session_handle`, or its attribute `handle`.
        dtype: the value's type.
        name: of the node.

    Returns:
        A placeholder for a handle, a scalar of type string, and a tensor of unknown shape with the value of whatever
        handle is fed.

    Raises:
        InvalidArgumentError: (when run) the session has no value of the handle, or one of another type.
    """
    with device(_device_of(handle)):
        holder = placeholder(dtypes.string)
        return holder, apply_op("GetSessionTensor", handle=holder, dtype=dtype, name=name)


def delete_session_tensor(handle: Any, name: str | None = None) -> tuple[Tensor, Operation]:
    """Forget the value that a session keeps under a handle (API: tf.delete_session_tensor).

    Args:
        handle: what `Session.run` gave for a `tf.get_session_handle`, or its attribute `handle`.
        name: of the node.

    Returns:
        A placeholder for a handle, a scalar of type string, and the operation that forgets whatever handle is fed.

    Raises:
        InvalidArgumentError: (when run) the session has no value of the handle.
    """
    with device(_device_of(handle)):
        holder = placeholder(dtypes.string)
        return holder, apply_op("DeleteSessionTensor", handle=holder, name=name)


def _device_of(handle: Any) -> str:
    text = handle.decode() if isinstance(handle, bytes) else str(handle)
    parts = text.split(";")
    if len(parts) < 2:
        raise ValueError(f"A handle of a session's tensor is 'name;number;device', got {text!r}. Take one of a run.")
    return parts[-1]


def _text(handle: np.ndarray) -> str:
    return handle.item().decode()


def _handle_kernel(op: Operation, store: Any) -> Callable[[Any], np.ndarray]:
    return lambda value: values.as_bytes_array(session_tensors(store).put(op.name, own_copy(value)))


def _tensor_kernel(op: Operation, store: Any) -> Callable[[np.ndarray], Any]:
    wanted = op.attrs["dtype"]

    def get(handle: np.ndarray) -> Any:
        value = session_tensors(store).get(_text(handle))
        kept = dtypes.string if isinstance(value, np.ndarray) else values.dtype_of(value)
        if kept != wanted:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The handle {_text(handle)!r} stands for a value of type {kept.name}, but tf.get_session_tensor was "
                f"made for {wanted.name}. Pass it that type.",
            )
        return value

    return get


def _delete_kernel(op: Operation, store: Any) -> Callable[[np.ndarray], None]:
    return lambda handle: session_tensors(store).delete(_text(handle))


def _scalar_handle(ctx: InferenceContext) -> None:
    rules.with_rank(ctx.input(0), 0, "handle")


def _tensor_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalar_handle(ctx)
    return [unknown_shape()]


def _delete_shape(ctx: InferenceContext) -> list[TensorShape]:
    _scalar_handle(ctx)
    return []


register_op(
    "GetSessionHandle",
    inputs="value: T",
    outputs="handle: string",
    attrs="T: type",
    shape=rules.scalar_output,
    kernel=_handle_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)

register_op(
    "GetSessionTensor",
    inputs="handle: string",
    outputs="value: dtype",
    attrs="dtype: type",
    shape=_tensor_shape,
    kernel=_tensor_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)

register_op(
    "DeleteSessionTensor",
    inputs="handle: string",
    outputs="",
    attrs="",
    shape=_delete_shape,
    kernel=_delete_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
