"""Arrays as `TensorProto`, in the bytes TensorFlow makes (API: tf.make_tensor_proto, tf.make_ndarray).

A `TensorProto` holds its elements either as raw memory (`tensor_content`) or in a repeated field of the
type's own; there a last value stands for all elements after it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from tensorboard.compat.proto import tensor_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.formats import tensor_bytes

# A few bytes of proto may stand for a tensor of any size, as long as one value fills it all.
_MOST_FILLED = 1 << 31


@dataclasses.dataclass(frozen=True)
class _Field:
    """How elements of a type go into their repeated field."""

    name: str
    encode: Callable[[np.ndarray], list[Any]]
    decode: Callable[[Sequence[Any], Any], np.ndarray]


def _plain(name: str) -> _Field:
    return _Field(name, np.ndarray.tolist, lambda values, numpy_type: np.array(values, numpy_type))


def _small_integers() -> _Field:
    # Unsigned types come back from int32 fields; the cast wraps as C's does instead of refusing.
    return _Field(
        "int_val",
        np.ndarray.tolist,
        lambda values, numpy_type: np.array(values, np.int64).astype(numpy_type),
    )


def _bits(name: str) -> _Field:
    return _Field(
        name,
        lambda array: array.view(np.uint16).tolist(),
        lambda values, numpy_type: np.array(values, np.int64).astype(np.uint16).view(numpy_type),
    )


def _pairs(name: str, part_type: Any) -> _Field:
    return _Field(
        name,
        lambda array: array.view(part_type).tolist(),
        lambda values, numpy_type: np.array(values[: len(values) // 2 * 2], part_type).view(numpy_type),
    )


def _decode_strings(values: Sequence[bytes], numpy_type: Any) -> np.ndarray:
    array = np.empty(len(values), numpy_type)
    array[:] = list(values)
    return array


_FIELDS: dict[dtypes.DType, _Field] = {
    dtypes.float32: _plain("float_val"),
    dtypes.float64: _plain("double_val"),
    dtypes.int64: _plain("int64_val"),
    dtypes.uint32: _plain("uint32_val"),
    dtypes.uint64: _plain("uint64_val"),
    dtypes.bool: _plain("bool_val"),
    dtypes.float16: _bits("half_val"),
    dtypes.bfloat16: _bits("half_val"),
    dtypes.complex64: _pairs("scomplex_val", np.float32),
    dtypes.complex128: _pairs("dcomplex_val", np.float64),
    dtypes.string: _Field("string_val", np.ndarray.tolist, _decode_strings),
}
_FIELDS.update(
    dict.fromkeys(
        (
            dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint16, dtypes.uint8,
            dtypes.qint8, dtypes.quint8, dtypes.qint16, dtypes.quint16, dtypes.qint32,
        ),
        _small_integers(),
    )
)  # fmt: skip

# The types TensorFlow writes as raw memory when there is more than one element.
_RAW = frozenset(
    (
        dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int8, dtypes.uint8,
        dtypes.int16, dtypes.int32, dtypes.uint32, dtypes.int64, dtypes.uint64,
        dtypes.qint8, dtypes.quint8, dtypes.qint16, dtypes.quint16, dtypes.qint32,
    )
)  # fmt: skip


def make_tensor_proto(
    array: Any, dtype: dtypes.DType | None = None, shape: Sequence[int] | None = None
) -> tensor_pb2.TensorProto:
    """The `TensorProto` of an array.

    Args:
        array: an array of numbers, bytes objects or texts.
        dtype: its element type where `array` does not tell (quantized types).
        shape: the shape of the tensor, by default the array's own. It may have more elements than the array,
            whose last one then stands for the rest.

    Raises:
        TypeError: `array` holds no values of `dtype`, or of any type a `TensorProto` can hold.
        ValueError: `shape` has fewer elements than the array.
    """
    array, dtype = tensor_bytes.as_stored(array, dtype)
    full_shape = TensorShape(array.shape if shape is None else shape)
    full_size = full_shape.num_elements()
    if full_size is None:
        raise ValueError(f"The shape of a tensor's value must be known, got {full_shape}.")
    if array.size > full_size:
        raise ValueError(
            f"Too many elements provided. Takes at most {full_size:d}, but got {array.size:d}. A tensor of "
            f"shape {full_shape} was asked for; pass at most its number of elements."
        )
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=full_shape.as_proto())
    if dtype in _RAW and array.size == full_size > 1:
        proto.tensor_content = array.tobytes()
    else:
        fill(proto, array, dtype)
    return proto


def fill(proto: tensor_pb2.TensorProto, array: np.ndarray, dtype: dtypes.DType) -> None:
    """Append the elements of an array to the repeated field of their type."""
    field = _FIELDS[dtype]
    getattr(proto, field.name).extend(field.encode(array.reshape(-1)))


def make_ndarray(tensor: tensor_pb2.TensorProto) -> np.ndarray:
    """The array a `TensorProto` describes (API: tf.make_ndarray); strings as an object array of bytes.

    Args:
        tensor: the proto.

    Returns:
        An array of the proto's shape and the NumPy type of its element type.

    Raises:
        TypeError: the element type has no NumPy counterpart.
        ValueError: the proto's data do not fit its shape, or repeating its last value would take more than 2 GiB.
    """
    array = read_array(tensor)
    try:
        return np.array(array)
    except MemoryError:
        raise ValueError(f"A TensorProto of shape {list(array.shape)} does not fit into memory.") from None


def read_array(proto: tensor_pb2.TensorProto) -> np.ndarray:
    """As `make_ndarray`, but one value that stands for all elements takes the room of one; not to be written to."""
    dtype = dtypes.as_dtype(proto.dtype).base_dtype
    field = _FIELDS.get(dtype)
    if field is None:
        raise TypeError(f"Unsupported tensor type: a TensorProto of {dtype.name} holds no array.")
    shape = TensorShape(proto.tensor_shape)
    size = shape.num_elements()
    if size is None:
        raise ValueError(f"The shape of a tensor's value must be known, got {shape}.")
    numpy_type = np.dtype(dtype.as_numpy_dtype)
    if proto.tensor_content:
        if dtype == dtypes.string or len(proto.tensor_content) != size * numpy_type.itemsize:
            raise ValueError(
                f"The tensor_content of a TensorProto has {len(proto.tensor_content)} bytes, but "
                f"{dtype.name} of shape {shape} was expected. The proto is damaged."
            )
        values = np.frombuffer(proto.tensor_content, numpy_type.newbyteorder("<")).astype(numpy_type)
    else:
        values = _repeat_last(field.decode(getattr(proto, field.name), numpy_type), size, dtype)
    sizes = [int(dim) for dim in shape]
    return values.reshape(sizes) if values.size == size else np.broadcast_to(values, sizes)


def _repeat_last(values: np.ndarray, size: int, dtype: dtypes.DType) -> np.ndarray:
    """`size` values, or the one that stands for all of them."""
    if values.size > size:
        raise ValueError(
            f"A TensorProto holds {values.size} values of {dtype.name}, but its shape has room for {size}. "
            "The proto is damaged."
        )
    if values.size == size:
        return values
    if values.size == 0:
        values = np.array([b""], object) if dtype == dtypes.string else np.zeros(1, values.dtype)
    if values.size == 1:
        return values
    if size * values.itemsize > _MOST_FILLED:
        raise ValueError(
            f"A TensorProto of {values.size} values says that the last of them fills a tensor of {size}, more than "
            f"{_MOST_FILLED} bytes. The proto is damaged."
        )
    full = np.empty(size, values.dtype)
    full[: values.size] = values
    full[values.size :] = values[-1]
    return full


def sizes_of_shape_proto(shape: Any) -> list[int]:
    """The sizes in a TensorShapeProto, -1 for unknown ones (API: tensor_util.TensorShapeProtoToList)."""
    return [dimension.size for dimension in shape.dim]
