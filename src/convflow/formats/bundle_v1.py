"""Checkpoints in format V1, which TensorFlow wrote before 0.12: one table for each file.

The empty key of the table maps to what the file holds: names, shapes, types, slices. Each other entry is a slice with
its values as a `TensorProto`. Source: TensorFlow's saved_tensor_slice.proto.
"""

from __future__ import annotations

import glob
import math
import os
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import tensor_pb2, tensor_shape_pb2, types_pb2, versions_pb2

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape
from convflow.formats import files, messages, missing_checkpoint, table, tensor_proto
from convflow.formats.bundle import BundleReader, index_path
from convflow.formats.tensor_slice import TensorSlice

_Field = descriptor_pb2.FieldDescriptorProto
_SLICE = messages.TensorSliceProto.DESCRIPTOR
_DATA_TYPE = types_pb2.DESCRIPTOR.enum_types_by_name["DataType"]


def _build() -> Any:
    package = "convflow.v1"
    shape, tensor = tensor_shape_pb2.TensorShapeProto.DESCRIPTOR, tensor_pb2.TensorProto.DESCRIPTOR
    versions = versions_pb2.VersionDef.DESCRIPTOR
    file = descriptor_pb2.FileDescriptorProto(name="convflow/formats/bundle_v1.proto", package=package, syntax="proto3")
    file.dependency.extend(sorted({item.file.name for item in (_SLICE, _DATA_TYPE, shape, tensor, versions)}))

    def message(name: str, *fields: tuple[str, Any, bool]) -> None:
        made = file.message_type.add(name=name)
        for number, (field, kind, repeated) in enumerate(fields, 1):
            added = made.field.add(name=field, number=number)
            added.label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
            if kind is str:
                added.type = _Field.TYPE_STRING
                continue
            added.type = _Field.TYPE_ENUM if kind is _DATA_TYPE else _Field.TYPE_MESSAGE
            added.type_name = f".{kind if isinstance(kind, str) else kind.full_name}"

    slices = ("name", str, False)
    message("SliceMeta", slices, ("shape", shape, False), ("type", _DATA_TYPE, False), ("slice", _SLICE, True))
    message("Meta", ("tensor", f"{package}.SliceMeta", True), ("versions", versions, False))
    message("Slice", slices, ("slice", _SLICE, False), ("data", tensor, False))
    message("Slices", ("meta", f"{package}.Meta", False), ("data", f"{package}.Slice", False))
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Slices"))


SavedTensorSlices: Any = _build()


def open_checkpoint(prefix: str | os.PathLike[str]) -> BundleReader | V1Reader:
    """A reader of the checkpoint `prefix`, of whichever format it is.

    Raises:
        NotFoundError: there is none. DataLossError: it is damaged or cut short.
    """
    path = os.fspath(prefix)
    if not os.path.isfile(index_path(path)) and (found := _files(path)):
        return V1Reader(path, found)
    return BundleReader(path)


def _files(prefix: str) -> list[str]:
    names = [prefix] if os.path.isfile(prefix) else sorted(glob.glob(prefix))
    return [name for name in names if missing_checkpoint.is_table(name)]


class V1Reader:
    """Reads a checkpoint of format V1; it has the methods of `BundleReader`.

    Args:
        prefix: what errors call it.
        paths: its files.
    """

    def __init__(self, prefix: str, paths: list[str]) -> None:
        self.prefix = prefix
        self._metas: dict[str, Any] = {}
        self._slices: dict[str, list[Any]] = {}
        for path in paths:
            self._read_file(path)

    def _read_file(self, path: str) -> None:
        with files.os_errors("read the checkpoint", path), open(path, "rb") as file:
            data = file.read()
        for key, value in table.read_table(data, path):
            try:
                entry = SavedTensorSlices.FromString(value)
            except DecodeError as error:
                raise self._damaged(f"the entry of {key!r} in {path} is no SavedTensorSlices ({error})") from None
            if key:
                self._slices.setdefault(entry.data.name, []).append(entry.data)
            else:
                for meta in entry.meta.tensor:
                    self._metas.setdefault(meta.name, meta)

    def names(self) -> list[str]:
        """The names of all tensors, sorted."""
        return sorted(self._metas)

    def __contains__(self, name: str) -> bool:
        return name in self._metas

    def _meta(self, name: str) -> Any:
        if name not in self._metas:
            raise missing_checkpoint.missing_key(name, self.prefix, self.names())
        return self._metas[name]

    def dtype(self, name: str) -> dtypes.DType:
        """The element type of a tensor; NotFoundError if there is none of this name, DataLossError if it is no type."""
        number = self._meta(name).type
        try:
            return dtypes.as_dtype(number).base_dtype
        except TypeError:
            raise self._damaged(f"tensor {name} is of type {number}, which there is not") from None

    def shape(self, name: str) -> TensorShape:
        """The full shape of a tensor; NotFoundError if there is none of this name."""
        return TensorShape(self._meta(name).shape)

    def read(self, name: str) -> np.ndarray:
        """The value of a tensor, slices put together.

        Raises:
            NotFoundError: there is no tensor of this name.
            DataLossError: slices are missing or do not fit.
        """
        shape = self.shape(name).as_list()
        if None in shape:
            raise self._damaged(f"the shape of tensor {name} is {shape}")
        sizes = [size or 0 for size in shape]
        parts = []
        for saved in self._slices.get(name, ()):
            part = self._part(name, saved, sizes)
            if part.shape == tuple(sizes):
                return part
            parts.append((TensorSlice.from_proto(saved.slice).indices(sizes), part))
        # Python's integers: what slices hold is compared with the shape before there is room made for it.
        covered = sum(part.size for _, part in parts)
        if not parts or covered != math.prod(sizes) or len({part.dtype for _, part in parts}) > 1:
            raise self._damaged(f"tensor {name} of shape {sizes}: {covered} elements of one type are there")
        result = np.empty(sizes, parts[0][1].dtype)
        for place, part in parts:
            result[place] = part
        return result

    def _part(self, name: str, saved: Any, sizes: list[int]) -> np.ndarray:
        try:
            # A broadcast of nothing: sizes of a damaged file may be any.
            whole = np.broadcast_to(np.empty(()), sizes)
            shape = whole[TensorSlice.from_proto(saved.slice).indices(sizes)].shape
            proto = tensor_pb2.TensorProto()
            proto.CopyFrom(saved.data)
            if not proto.dtype:
                proto.dtype = self._metas[name].type
            proto.tensor_shape.CopyFrom(TensorShape(shape).as_proto())
            per_value = 2 if proto.scomplex_val or proto.dcomplex_val else 1
            given = max((len(value) for field, value in proto.ListFields() if field.name.endswith("_val")), default=0)
            if given != per_value * np.prod(shape, dtype=object) and not proto.tensor_content:
                raise ValueError(f"{given} values for the shape {list(shape)}")
            return tensor_proto.make_ndarray(proto)
        except (TypeError, ValueError) as error:
            raise self._damaged(f"a slice of tensor {name} of shape {sizes}: {error}") from None

    def _damaged(self, what: str) -> errors.OpError:
        return errors.DataLossError(
            None, None, f"The checkpoint {self.prefix} (format V1) is damaged: {what}. Use another one."
        )
