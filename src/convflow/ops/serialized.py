"""Tensors as serialized protos, and compressed strings (API: tf.serialize_tensor, parse_tensor, decode_compressed)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import tensor_pb2

from convflow.core import dtypes, errors, values
from convflow.core.shape import TensorShape, unknown_shape
from convflow.formats import compression, tensor_proto
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

_MOST_BYTES = 1 << 31


def serialize_tensor(tensor: Any, name: str | None = None) -> Tensor:
    """The bytes of a tensor's `TensorProto`, a string scalar (API: tf.serialize_tensor, tf.io.serialize_tensor).

    Args:
        tensor: of any type and shape.
    """
    return apply_op("SerializeTensor", tensor=tensor, name=name)


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor whose `TensorProto` a string scalar holds (API: tf.parse_tensor, tf.io.parse_tensor).

    Args:
        out_type: its type.

    Raises:
        InvalidArgumentError: (when run) the string is no `TensorProto`, or one of another type.
    """
    return apply_op("ParseTensor", serialized=serialized, out_type=out_type, name=name)


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Tensor:
    """Each string as it was before it was compressed (API: tf.decode_compressed, tf.io.decode_compressed).

    Args:
        compression_type: "", "ZLIB" or "GZIP".

    Raises:
        DataLossError: (when run) damaged data. InvalidArgumentError: another compression, or more than 2 GiB.
    """
    return apply_op("DecodeCompressed", bytes=bytes, compression_type=compression_type, name=name)


def _serialize_kernel(op: Operation) -> Callable[[Any], np.ndarray]:
    dtype = op.inputs[0].dtype.base_dtype

    def compute(value: Any) -> np.ndarray:
        result = np.empty((), object)
        array = values.to_numpy(value)
        proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=TensorShape(array.shape).as_proto())
        if dtype is dtypes.string:
            proto.string_val.extend(array.reshape(-1).tolist())
        else:
            proto.tensor_content = np.asarray(array, order="C").tobytes()
        result[()] = proto.SerializeToString()
        return result

    return compute


def _parse_kernel(op: Operation) -> Callable[[np.ndarray], Any]:
    wanted: dtypes.DType = op.attrs["out_type"]

    def compute(serialized: np.ndarray) -> Any:
        data = serialized.item()
        try:
            proto = tensor_pb2.TensorProto.FromString(data)
            found = dtypes.as_dtype(proto.dtype)
            if found is not wanted:
                raise ValueError(f"Type mismatch between parsed tensor ({found.name}) and dtype ({wanted.name})")
            return values.from_numpy(tensor_proto.make_ndarray(proto))
        except (DecodeError, TypeError, ValueError) as error:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Could not parse `serialized` as TensorProto, {len(data)} bytes: {error}. Expected what "
                "tf.serialize_tensor makes, and its type as out_type.",
            ) from None

    return compute


def _decompress_kernel(op: Operation) -> Callable[[np.ndarray], np.ndarray]:
    kind = op.attrs["compression_type"]
    kind = compression.checked(kind.decode() if isinstance(kind, bytes) else kind)

    def compute(texts: np.ndarray) -> np.ndarray:
        result = np.empty(texts.size, object)
        result[:] = [_decompressed(text, kind) for text in texts.reshape(-1).tolist()]
        return result.reshape(texts.shape)

    return compute


def _decompressed(data: bytes, kind: str) -> bytes:
    if not kind:
        return data
    found = compression.reader(io.BytesIO(data), kind, "A string").read(_MOST_BYTES + 1)
    if len(found) > _MOST_BYTES:
        raise errors.InvalidArgumentError(
            None, None, f"A string of {len(data)} bytes grows beyond {_MOST_BYTES}. Decompress it in pieces, as a file."
        )
    return found


def _scalar(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "serialized")
    return [unknown_shape()]


register_op(
    "SerializeTensor",
    inputs="tensor: T",
    outputs="serialized: string",
    attrs="T: type",
    shape=rules.scalar_output,
    kernel=_serialize_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "ParseTensor",
    inputs="serialized: string",
    outputs="output: out_type",
    attrs="out_type: type",
    shape=_scalar,
    kernel=_parse_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "DecodeCompressed",
    inputs="bytes: string",
    outputs="output: string",
    attrs="compression_type: string = ''",
    shape=rules.unchanged,
    kernel=_decompress_kernel,
    gradient=NO_GRADIENT,
)
