"""What `Session.run` returns for a `tf.get_session_handle`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import values
from convflow.core.dtypes import DType
from convflow.ops.session_tensor import SessionTensors


class TensorHandle:
    """Stands for a value that its session keeps; when nobody holds it any more, the value goes.

    Made by `Session.run`; it may be fed in place of the value. API: the result of tf.get_session_handle.

    Args:
        handle: the text that names the value.
        dtype: the value's type.
        kept: the values of the session.
    """

    def __init__(self, handle: str, dtype: DType, kept: SessionTensors) -> None:
        self._handle = handle
        self._dtype = dtype
        self._kept = kept
        self._is_own = True

    def __del__(self) -> None:
        if getattr(self, "_is_own", False):
            self._kept.discard(self._handle)

    def __str__(self) -> str:
        return self._handle

    @property
    def handle(self) -> str:
        """The text that names the value, for the placeholder of `tf.get_session_tensor`."""
        return self._handle

    @property
    def dtype(self) -> DType:
        return self._dtype

    def eval(self) -> Any:
        """The value as a NumPy array; TypeError once it is deleted."""
        self._check()
        value = self._kept.get(self._handle)
        return np.array(values.to_numpy(value))[()]

    def delete(self) -> None:
        """Have the session forget the value; TypeError if it is deleted."""
        self._check()
        self._is_own = False
        self._kept.delete(self._handle)

    def get_raw_handle(self) -> str:
        """The text; from then on the value stays until `tf.delete_session_tensor` or the session's end."""
        self._is_own = False
        return self._handle

    def to_numpy_array(self) -> np.ndarray:
        """The text as an array, as it is fed to the placeholder of `tf.get_session_tensor`."""
        return np.asarray(self._handle.encode(), dtype=object)

    def _check(self) -> None:
        if not self._is_own:
            raise TypeError(
                f"Persistent tensor {self._handle} may have already been deleted: delete() or get_raw_handle() was "
                "called. Read it with tf.get_session_tensor."
            )
