"""Writing checkpoints in format V1, for programs that ask for it (API: tf.train.Saver(write_version=SaverDef.V1))."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

import numpy as np

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape
from convflow.formats import files, table, tensor_bytes, tensor_proto
from convflow.formats.bundle_v1 import SavedTensorSlices
from convflow.formats.tensor_slice import WHOLE, TensorSlice, slice_key

_FORMAT_VERSION = 1
_META_KEY = b""


class V1Writer:
    """Collects tensors and writes them as one file; as a context manager it finishes at the end of the block.

    Readers see the old file or the new one. When the block raises, nothing is written.

    Args:
        path: the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._meta = SavedTensorSlices()
        self._meta.meta.versions.producer = _FORMAT_VERSION
        self._tensors: dict[str, Any] = {}
        self._entries: dict[bytes, bytes] = {}

    def add(self, name: str, array: Any, dtype: dtypes.DType | None = None) -> None:
        """Add a whole tensor; InvalidArgumentError if there is one of this name."""
        shape = list(np.shape(array))
        self.add_slice(name, shape, TensorSlice(((0, WHOLE),) * len(shape)), array, dtype)

    def add_slice(
        self,
        name: str,
        full_shape: list[int],
        tensor_slice: TensorSlice,
        array: Any,
        dtype: dtypes.DType | None = None,
    ) -> None:
        """Add a slice of the tensor `name` of shape `full_shape`; `array` has the slice's own shape.

        Raises:
            InvalidArgumentError: this slice was added before, or the tensor has another shape or type.
            TypeError: values of this type are not stored in checkpoints.
        """
        array, dtype = tensor_bytes.as_stored(array, dtype)
        tensor = self._tensor(name, TensorShape(full_shape).as_proto(), dtype)
        key = slice_key(name.encode(), tensor_slice)
        if key in self._entries:
            raise errors.InvalidArgumentError(
                None, None, f"Adding duplicate key: {name}. Each tensor is saved once; give the second another name."
            )
        tensor.slice.append(tensor_slice.as_proto())
        entry = SavedTensorSlices()
        entry.data.name = name
        entry.data.slice.CopyFrom(tensor_slice.as_proto())
        tensor_proto.fill(entry.data.data, array, dtype)
        entry.data.data.SetInParent()
        self._entries[key] = entry.SerializeToString()

    def _tensor(self, name: str, shape: Any, dtype: dtypes.DType) -> Any:
        """What the table of contents says of a tensor; made at its first slice."""
        if name not in self._tensors:
            number = dtype.as_datatype_enum
            self._tensors[name] = self._meta.meta.tensor.add(name=name, shape=shape, type=number)
        found = self._tensors[name]
        if found.shape != shape or found.type != dtype.as_datatype_enum:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The slices of {name} are of shapes {TensorShape(found.shape)} and {TensorShape(shape)}, types "
                f"{dtypes.as_dtype(found.type).name} and {dtype.name}. Slices of one tensor have its shape and type.",
            )
        return found

    def __enter__(self) -> V1Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()

    def finish(self) -> None:
        """Put the file in place. Nothing can be added afterwards."""
        temporary = files.temporary_name(self._path)
        with files.os_errors("write the checkpoint", self._path):
            try:
                with open(temporary, "wb") as file:
                    writer = table.TableWriter(file)
                    writer.add(_META_KEY, self._meta.SerializeToString())
                    for key in sorted(self._entries):
                        writer.add(key, self._entries[key])
                    writer.finish()
                os.replace(temporary, self._path)
            finally:
                if os.path.exists(temporary):
                    os.remove(temporary)
