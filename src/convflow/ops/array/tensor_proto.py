"""Values as `TensorProto` (API: tf.make_tensor_proto); the way back is `convflow.formats.tensor_proto`."""

from __future__ import annotations

import math
from typing import Any

from tensorboard.compat.proto import tensor_pb2

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.formats import tensor_proto
from convflow.ops.array.constant import as_array


def make_tensor_proto(
    values: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False, allow_broadcast: bool = False
) -> tensor_pb2.TensorProto:
    """The `TensorProto` of a number, string, array or nested list (API: tf.make_tensor_proto).

    Args:
        values: them; a `TensorProto` is returned as it is.
        dtype: element type; float32 and int32 for Python's own numbers, the array's type for arrays.
        shape: the tensor's shape, in which the last value stands for all that are missing.
        verify_shape: refuse values of another shape instead.
        allow_broadcast: refuse any number of values but one and that of `shape`.

    Raises:
        TypeError: the values are not of `dtype`, or not of `shape` where that is asked for.
        ValueError: more values than `shape` has places.
    """
    if isinstance(values, tensor_pb2.TensorProto):
        return values
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    array = as_array(values, wanted)
    if shape is None:
        return tensor_proto.make_tensor_proto(array, wanted)
    sizes = [int(size) for size in as_shape(shape)]
    if verify_shape and list(array.shape) != sizes:
        raise TypeError(f"Expected Tensor's shape: {tuple(sizes)}, got {array.shape}. Reshape the values.")
    if allow_broadcast and array.shape not in ((), (1,)) and array.size != math.prod(sizes):
        raise TypeError(
            f"Expected Tensor's shape: {tuple(sizes)}, got {array.shape}. Pass one value, or one for each place."
        )
    return tensor_proto.make_tensor_proto(array, wanted, sizes)
