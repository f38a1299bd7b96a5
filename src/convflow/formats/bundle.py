"""Checkpoints in format V2: reading (API: tf.train.NewCheckpointReader) and writing.

A checkpoint `prefix` is a table `prefix.index` and data files `prefix.data-00000-of-00001`. The table maps
each tensor's name to a `BundleEntryProto` (type, shape, where its bytes lie, their masked CRC32C), and the
empty key to a `BundleHeaderProto`. A partitioned variable has an entry that lists its slices, and an entry
for each of them.
"""

from __future__ import annotations

import contextlib
import math
import os
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from google.protobuf.message import DecodeError

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape
from convflow.formats import crc, files, messages, missing_checkpoint, overwrite, table, tensor_bytes
from convflow.formats.tensor_slice import TensorSlice, slice_key

_HEADER_KEY = b""
_SLICE_KEY_START = b"\x00"
_FORMAT_VERSION = 1
_LITTLE_ENDIAN = 0


def index_path(prefix: str) -> str:
    return f"{prefix}.index"


def data_path(prefix: str, shard: int = 0, num_shards: int = 1) -> str:
    return f"{prefix}.data-{shard:05d}-of-{num_shards:05d}"


class BundleWriter:
    """Writes the checkpoint `prefix`; as a context manager it finishes at the end of the block.

    Nothing appears under the checkpoint's own names before `finish`, which renames the data file and then
    the index. When the block raises, all that was written is removed and what was there before remains.

    Args:
        prefix: path of the checkpoint without `.index`; its folder exists.

    Raises:
        NotFoundError, PermissionDeniedError: the files cannot be made.
        ResourceExhaustedError: the disk is full.
    """

    def __init__(self, prefix: str | os.PathLike[str]) -> None:
        self._prefix = os.fspath(prefix)
        self._entries: dict[bytes, Any] = {}
        self._offset = 0
        self._temporary: dict[str, str] = {}
        self._data: BinaryIO | None = self._open(data_path(self._prefix))

    def add(self, name: str, array: Any, dtype: dtypes.DType | None = None) -> None:
        """Writes a tensor.

        Args:
            name: its key in the checkpoint.
            array: its value, an array of numbers or of bytes objects.
            dtype: its element type where `array` does not tell (quantized types).

        Raises:
            InvalidArgumentError: the name is empty, begins with a zero byte, or was added before.
            TypeError: values of this type are not stored in checkpoints.
        """
        key = self._new_key(name)
        self._entries[key] = self._write(array, dtype)

    def add_slice(
        self,
        name: str,
        full_shape: list[int],
        tensor_slice: TensorSlice,
        array: Any,
        dtype: dtypes.DType | None = None,
    ) -> None:
        """Writes a slice of the tensor `name` of shape `full_shape`; `array` has the slice's own shape."""
        if tensor_slice.is_whole(full_shape):
            self.add(name, array, dtype)
            return
        array, dtype = tensor_bytes.as_stored(array, dtype)
        selected = np.broadcast_to(np.empty(()), full_shape)[tensor_slice.indices(full_shape)].shape
        if selected != array.shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Slice {tensor_slice} of {name}, shape {full_shape}, has shape {list(selected)}, but the "
                f"array has {list(array.shape)}. Pass the slice's own values.",
            )
        full = self._full_entry(name, full_shape, dtype)
        key = slice_key(name.encode(), tensor_slice)
        if key in self._entries:
            raise _duplicate(f"{name}, slice {tensor_slice}")
        full.slices.append(tensor_slice.as_proto())
        self._entries[key] = self._write(array, dtype)

    def finish(self) -> None:
        """Puts the checkpoint in place. Nothing can be added afterwards."""
        data, index = data_path(self._prefix), index_path(self._prefix)
        try:
            with files.os_errors("write the checkpoint", self._prefix):
                self._opened().close()
                with self._open(index) as file:
                    self._write_index(file)
                # An index without its data would be a broken checkpoint, data without an index are none.
                with overwrite.keeping([data], lambda: is_whole(self._prefix)):
                    for path in (data, index):
                        os.replace(self._temporary[path], path)
                        del self._temporary[path]
        finally:
            self.discard()

    def discard(self) -> None:
        """Removes what was written and not finished."""
        if self._data is not None:
            with contextlib.suppress(OSError):
                self._data.close()
        self._data = None
        for path in self._temporary.values():
            with contextlib.suppress(OSError):
                os.remove(path)
        self._temporary.clear()

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self.discard()

    def _open(self, path: str) -> BinaryIO:
        temporary = files.temporary_name(path)
        with files.os_errors("make a file of the checkpoint", path):
            file = open(temporary, "xb")  # noqa: SIM115
        self._temporary[path] = temporary
        return file

    def _opened(self) -> BinaryIO:
        if self._data is None:
            raise errors.FailedPreconditionError(
                None,
                None,
                f"The checkpoint {self._prefix} is finished or discarded. Make a new BundleWriter to write it again.",
            )
        return self._data

    def _new_key(self, name: str) -> bytes:
        key = name.encode()
        if not key or key.startswith(_SLICE_KEY_START):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{name!r} cannot be the name of a tensor in a checkpoint. Expected a non-empty name that "
                "does not begin with a zero byte.",
            )
        if key in self._entries:
            raise _duplicate(name)
        return key

    def _full_entry(self, name: str, full_shape: list[int], dtype: dtypes.DType) -> Any:
        entry = messages.BundleEntryProto(dtype=dtype.as_datatype_enum, shape=TensorShape(full_shape).as_proto())
        known = self._entries.get(name.encode())
        if known is None:
            self._entries[self._new_key(name)] = entry
            return entry
        if not known.slices or known.dtype != entry.dtype or known.shape != entry.shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"A slice of {name} says {dtype.name} of shape {full_shape}, but {name} was added before "
                "with another type or shape, or whole. All slices name the one type and full shape.",
            )
        return known

    def _write(self, array: Any, dtype: dtypes.DType | None) -> Any:
        array, dtype = tensor_bytes.as_stored(array, dtype)
        data: Any
        if dtype == dtypes.string:
            data, checksum = tensor_bytes.string_bytes(array)
        elif dtype == dtypes.variant:
            data, checksum = tensor_bytes.variant_bytes(array)
        else:
            data = tensor_bytes.number_bytes(array)
            checksum = crc.extend(0, data)
        file = self._opened()
        try:
            with files.os_errors("write the checkpoint", self._prefix):
                file.write(data)
        except BaseException:
            # What went out is unknown, so offsets of later tensors would be wrong.
            self.discard()
            raise
        entry = messages.BundleEntryProto(
            dtype=dtype.as_datatype_enum,
            shape=TensorShape(array.shape).as_proto(),
            offset=self._offset,
            size=len(data),
            crc32c=crc.mask(checksum),
        )
        self._offset += len(data)
        return entry

    def _write_index(self, file: BinaryIO) -> None:
        header = messages.BundleHeaderProto(num_shards=1, endianness=_LITTLE_ENDIAN)
        header.version.producer = _FORMAT_VERSION
        writer = table.TableWriter(file)
        writer.add(_HEADER_KEY, header.SerializeToString())
        for key in sorted(self._entries):
            writer.add(key, self._entries[key].SerializeToString())
        writer.finish()


def _duplicate(name: str) -> errors.OpError:
    return errors.InvalidArgumentError(
        None, None, f"Adding duplicate key: {name}. Each tensor is saved once; give the second another name."
    )


def is_whole(prefix: str) -> bool:
    """Whether every tensor of a checkpoint reads, without what an interrupted save has kept."""
    try:
        reader = BundleReader(prefix, looks_before=False)
        for name in reader.names():
            reader.read(name)
    except errors.OpError:
        return False
    return True


class BundleReader:
    """Reads the checkpoint `prefix`, in as many shards as it has. Tensors are read when asked for.

    Args:
        looks_before: where data do not go with the index, take those that an interrupted save has kept.

    Raises:
        NotFoundError: there is no such checkpoint; the message names what was looked for and what is there.
        DataLossError: the index is damaged or cut short.
        UnimplementedError: the checkpoint is of a format this version does not read.
    """

    def __init__(self, prefix: str | os.PathLike[str], looks_before: bool = True) -> None:
        self._prefix = os.fspath(prefix)
        self._looks_before = looks_before
        self._index_path = index = index_path(self._prefix)
        if not os.path.isfile(self._index_path):
            raise missing_checkpoint.error(self._prefix)
        with files.os_errors("read the checkpoint's index", index), open(index, "rb") as file:
            data = file.read()
        entries = dict(table.read_table(data, self._index_path))
        self._num_shards = self._check_header(entries.pop(_HEADER_KEY, None))
        self._entries = {key: self._parse_entry(key, value) for key, value in entries.items()}
        self._names = sorted(
            key.decode(errors="surrogateescape") for key in self._entries if not key.startswith(_SLICE_KEY_START)
        )

    @property
    def prefix(self) -> str:
        return self._prefix

    def names(self) -> list[str]:
        """The names of all tensors, sorted; slices of partitioned variables are not listed."""
        return list(self._names)

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    def dtype(self, name: str) -> dtypes.DType:
        """The element type of a tensor; NotFoundError if there is none of this name."""
        return self._dtype(name, self._entry(name))

    def shape(self, name: str) -> TensorShape:
        """The full shape of a tensor; NotFoundError if there is none of this name."""
        return TensorShape(self._entry(name).shape)

    def read(self, name: str) -> np.ndarray:
        """The value of a tensor; strings as an object array of bytes, slices put together.

        Raises:
            NotFoundError: there is no tensor of this name, or its data file is missing.
            DataLossError: its bytes are damaged or cut short, or slices are missing.
        """
        entry = self._entry(name)
        return self._read_slices(name, entry) if entry.slices else self._read_entry(name, entry)

    def _check_header(self, data: bytes | None) -> int:
        if data is None:
            raise self._damaged("the index has no header. Expected an entry under the empty key")
        try:
            header = messages.BundleHeaderProto.FromString(data)
        except DecodeError as error:
            raise self._damaged(f"the header of the index is no BundleHeaderProto ({error})") from error
        version = header.version
        if version.min_consumer > _FORMAT_VERSION or _FORMAT_VERSION in version.bad_consumers:
            raise self._unimplemented(
                f"asks for a reader of format version {version.min_consumer}, this one reads {_FORMAT_VERSION}"
            )
        if header.endianness != _LITTLE_ENDIAN:
            raise self._unimplemented("was written on a big-endian machine")
        if header.num_shards < 1:
            raise self._damaged(f"the header counts {header.num_shards} shards")
        return header.num_shards

    def _parse_entry(self, key: bytes, value: bytes) -> Any:
        try:
            return messages.BundleEntryProto.FromString(value)
        except DecodeError as error:
            raise self._damaged(f"the entry of {key!r} is no BundleEntryProto ({error})") from error

    def _entry(self, name: str) -> Any:
        entry = self._entries.get(_key(name))
        if entry is None:
            raise missing_checkpoint.missing_key(name, self._prefix, self._names)
        return entry

    def _dtype(self, name: str, entry: Any) -> dtypes.DType:
        try:
            dtype = dtypes.as_dtype(entry.dtype).base_dtype
            if dtype != dtypes.variant:
                dtype.as_numpy_dtype  # noqa: B018  # raises where there is none
        except TypeError as error:
            raise self._unimplemented(
                f"holds {name} with an element type that is not read (DataType {entry.dtype})"
            ) from error
        return dtype

    def _read_entry(self, name: str, entry: Any) -> np.ndarray:
        dtype, sizes = self._dtype(name, entry), [dim.size for dim in entry.shape.dim]
        if entry.shape.unknown_rank or any(size < 0 for size in sizes):
            raise self._damaged(f"the shape of tensor {name} is {TensorShape(entry.shape)}")
        # Python's integers, for sizes of a damaged file may not fit NumPy's.
        count = 1
        for size in sizes:
            count *= size
        if dtype not in (dtypes.string, dtypes.variant) and entry.size != count * dtype.size:
            raise self._damaged(
                f"tensor {name}, {dtype.name} of shape {sizes}, takes {count * dtype.size} bytes, but its "
                f"entry says {entry.size}"
            )
        path = self._shard_path(name, entry)
        try:
            values = self._values(name, entry, dtype, count, path)
        except errors.DataLossError:
            before = overwrite.before_path(path)
            if not self._looks_before or not os.path.isfile(before):
                raise
            values = self._values(name, entry, dtype, count, before)
        return values.reshape(sizes)

    def _values(self, name: str, entry: Any, dtype: dtypes.DType, count: int, path: str) -> np.ndarray:
        data = self._read_bytes(name, entry, path)
        if dtype in (dtypes.string, dtypes.variant):
            values, checksum = self._parse_objects(name, data, count, dtype)
        else:
            values, checksum = data.view(dtype.as_numpy_dtype), crc.extend(0, data)
        if crc.mask(checksum) != entry.crc32c:
            raise self._damaged(
                f"tensor {name}: the checksum of its {entry.size} bytes at {entry.offset} is "
                f"{crc.mask(checksum):#010x}, the index says {entry.crc32c:#010x}",
                path,
            )
        return values

    def _parse_objects(self, name: str, data: np.ndarray, count: int, dtype: dtypes.DType) -> tuple[np.ndarray, int]:
        if count > len(data):
            raise self._damaged(f"tensor {name}: {count} {dtype.name}s do not fit into {len(data)} bytes")
        parse = tensor_bytes.parse_strings if dtype == dtypes.string else tensor_bytes.parse_variants
        try:
            return parse(data.tobytes(), count)
        except ValueError as error:
            raise self._damaged(f"tensor {name}: {error}") from error

    def _shard_path(self, name: str, entry: Any) -> str:
        if not 0 <= entry.shard_id < self._num_shards or entry.offset < 0 or entry.size < 0:
            raise self._damaged(
                f"tensor {name} lies in shard {entry.shard_id} of {self._num_shards} at byte {entry.offset}, "
                f"size {entry.size}"
            )
        return data_path(self._prefix, entry.shard_id, self._num_shards)

    def _read_bytes(self, name: str, entry: Any, path: str) -> np.ndarray:
        if not os.path.isfile(path):
            raise errors.NotFoundError(
                None,
                None,
                f"{path}; No such file or directory. The index {self._index_path} says that tensor {name} "
                "lies there. Copy the checkpoint's data files beside its index.",
            )
        with files.os_errors(f"read tensor {name}", path), open(path, "rb", buffering=0) as file:
            file_size = os.fstat(file.fileno()).st_size
            if entry.offset + entry.size > file_size:
                raise self._damaged(
                    f"tensor {name} ends at byte {entry.offset + entry.size}, the file has {file_size}", path
                )
            data = np.empty(entry.size, np.uint8)
            file.seek(entry.offset)
            view = data.data
            while view and (got := file.readinto(view)):
                view = view[got:]
        return data

    def _read_slices(self, name: str, entry: Any) -> np.ndarray:
        full_shape = [dim.size for dim in entry.shape.dim]
        parts = [self._slice(name, entry, TensorSlice.from_proto(proto)) for proto in entry.slices]
        # Python's integers: what slices hold is compared with the shape before there is room made for it.
        covered, size = sum(part.size for _, part in parts), math.prod(full_shape)
        if covered < size:
            raise self._damaged(
                f"tensor {name} of shape {full_shape} lacks slices: {covered} elements are there. It was "
                "saved in parts, of which some were not merged"
            )
        whole = self._room_for(name, full_shape, parts[0][1].dtype)
        for tensor_slice, part in parts:
            try:
                whole[tensor_slice.indices(full_shape)] = part
            except ValueError as error:
                raise self._damaged(f"tensor {name}: {error}") from error
        return whole

    def _slice(self, name: str, entry: Any, tensor_slice: TensorSlice) -> tuple[TensorSlice, np.ndarray]:
        part_entry = self._entries.get(slice_key(_key(name), tensor_slice))
        if part_entry is None:
            raise self._damaged(f"slice {tensor_slice} of tensor {name} has no entry")
        part = self._read_entry(f"{name}, slice {tensor_slice}", part_entry)
        if part_entry.dtype != entry.dtype:
            raise self._damaged(f"slice {tensor_slice} of tensor {name} has another type than the tensor")
        return tensor_slice, part

    def _room_for(self, name: str, full_shape: list[int], dtype: Any) -> np.ndarray:
        try:
            return np.zeros(full_shape, dtype)
        except (ValueError, MemoryError) as error:
            raise self._damaged(f"tensor {name} has shape {full_shape}") from error

    def _damaged(self, what: str, path: str | None = None) -> errors.OpError:
        return errors.DataLossError(
            None,
            None,
            f"{path or self._index_path} is damaged or cut short: {what}. Use another checkpoint, or copy "
            "this one again from where it was made.",
        )

    def _unimplemented(self, what: str) -> errors.OpError:
        return errors.UnimplementedError(
            None,
            None,
            f"The checkpoint {self._prefix} {what}. Expected a little-endian checkpoint of format version "
            f"{_FORMAT_VERSION} with tensors of numbers and strings. Save it again without what is not read.",
        )


def _key(name: str) -> bytes:
    return name.encode(errors="surrogateescape")
