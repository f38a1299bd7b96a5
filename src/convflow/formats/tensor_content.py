"""A `TensorProto` whose elements are all in `tensor_content`: memory of numbers, and strings after their lengths."""

from __future__ import annotations

import numpy as np
from tensorboard.compat.proto import tensor_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.formats import tensor_proto, varint


def content_proto(array: np.ndarray, dtype: dtypes.DType) -> bytes:
    """The bytes of such a proto.

    Args:
        array: numbers, or bytes objects.
        dtype: their type.
    """
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=TensorShape(array.shape).as_proto())
    if dtype == dtypes.string:
        texts = array.reshape(-1).tolist()
        proto.tensor_content = b"".join([varint.encode(len(text)) for text in texts] + texts)
    else:
        proto.tensor_content = np.asarray(array, order="C").tobytes()
    return proto.SerializeToString()


def read_content(data: bytes) -> tuple[np.ndarray, dtypes.DType]:
    """The array of such a proto, or of one that lists its elements, and their type.

    Raises:
        ValueError: the data do not fit the proto's shape.
        TypeError: a type of which there are no arrays.
        google.protobuf.message.DecodeError: it is no proto.
    """
    proto = tensor_pb2.TensorProto.FromString(data)
    dtype = dtypes.as_dtype(proto.dtype)
    if dtype != dtypes.string or not proto.tensor_content:
        return tensor_proto.make_ndarray(proto), dtype
    sizes = [dimension.size for dimension in proto.tensor_shape.dim]
    texts = np.empty(int(np.prod(sizes)), object)
    content, place = proto.tensor_content, 0
    lengths = []
    for _ in range(texts.size):
        length, place = varint.decode(content, place)
        lengths.append(length)
    if place + sum(lengths) != len(content):
        raise ValueError(
            f"The strings of a TensorProto take {place + sum(lengths)} bytes, but its tensor_content has "
            f"{len(content)}. The proto is damaged."
        )
    for index, length in enumerate(lengths):
        texts[index] = content[place : place + length]
        place += length
    return texts.reshape(sizes), dtype
