"""Values that are known before anything runs (API: tf.get_static_value's forerunner, tensor_util.constant_value).

A node without state whose inputs are all known is computed by its own kernel, so a shape rule sees through
`tf.stack([tf.shape(x)[0], 10])` without a second implementation of each op.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core import values
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.handles import handle_shape
from convflow.graph.opdef import routed
from convflow.graph.operation import Tensor

# Shape arithmetic is tiny; anything larger is data, and not worth computing twice.
_LARGEST = 1024
# TensorFlow's tensors have no more.
_MOST_AXES = 254
# A range or fill makes much of little.
_LARGEST_MADE = 1 << 20


def constant_value(tensor: Tensor) -> np.ndarray | None:
    """The value of `tensor` as an array if it follows from constants and static shapes, else None."""
    if isinstance(tensor, EagerTensor):
        return tensor._array() if isinstance(tensor._value, (torch.Tensor, np.ndarray)) else None
    known = getattr(tensor.op, "_static_values", None)
    if known is None:
        known = _compute(tensor)
        # Static shapes may still be narrowed by set_shape: only successes are kept.
        if known is not None:
            tensor.op._static_values = known  # type: ignore[attr-defined]
    return None if known is None else known[tensor.value_index]


def get_static_value(tensor: Tensor, partial: bool = False) -> np.ndarray | None:
    """The value of `tensor` where it follows from constants (API: tf.get_static_value, tf.contrib.util.constant_value).

    Args:
        tensor: any tensor.
        partial: where only some of stacked scalars are known, give an object array with None for the others.

    Returns:
        an array, None where it is not known.
    """
    value = constant_value(tensor)
    if value is not None or not partial or tensor.op.type != "Pack":
        return value
    parts = [constant_value(part) for part in tensor.op.inputs]
    if all(part is None for part in parts):
        return None
    return np.array([None if part is None else part[()] for part in parts], dtype=object)


def _compute(tensor: Tensor) -> tuple[np.ndarray | None, ...] | None:
    op = tensor.op
    if op.type == "Const":
        return (op.attrs["value"],)
    if op.type == "Switch":
        return _switched(op)
    from_shape = _STATIC_SHAPE_OPS.get(op.type)
    if from_shape is not None:
        result = from_shape(op.inputs[0].shape)
        return None if result is None else (np.asarray(result, op.outputs[0].dtype.as_numpy_dtype),)
    if op.type == "StridedSlice":
        size = _size_of_axis(op)
        if size is not None:
            return (np.asarray(size, op.outputs[0].dtype.as_numpy_dtype),)
    if op.definition.stateful or op.definition.kernel is routed or not op.inputs or not _is_small(op):
        return None
    if op.type == "PlaceholderWithDefault":
        return None  # a run may feed another value
    inputs = [constant_value(value) for value in op.inputs]
    if any(value is None for value in inputs):
        return None
    results = op.definition.kernel(op)(*(values.from_numpy(value) for value in inputs if value is not None))
    if not isinstance(results, (tuple, list)):
        results = (results,)
    return tuple(values.to_numpy(result) for result in results)


def _switched(op: Any) -> tuple[np.ndarray | None, ...] | None:
    """What a branch takes from outside; the branch not taken gets nothing."""
    data, pred = (constant_value(value) for value in op.inputs)
    if data is None or pred is None:
        return None
    return (None, data) if pred else (data, None)


def _size_of_axis(op: Any) -> int | None:
    """`tf.shape(x)[i]` where that size is known, though others are not."""
    masks = {mask: op.attrs[f"{mask}_mask"] for mask in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
    source = op.inputs[0].op
    if source.type != "Shape" or masks.pop("shrink_axis") != 1 or any(masks.values()):
        return None
    shape, begin = source.inputs[0].shape, constant_value(op.inputs[1])
    if shape.rank is None or begin is None or begin.size != 1 or not -shape.rank <= begin[0] < shape.rank:
        return None
    return shape[int(begin[0])].value


def _is_small(op: Any) -> bool:
    if any(not t.dtype.is_numeric_tensor or t.dtype._is_ref_dtype for t in (*op.inputs, *op.outputs)):
        return False
    sizes = [tensor.shape.num_elements() for tensor in op.inputs]
    made = [tensor.shape.num_elements() or 0 for tensor in op.outputs]
    return all(size is not None and size <= _LARGEST for size in sizes) and max(made, default=0) <= _LARGEST_MADE


_STATIC_SHAPE_OPS: dict[str, Any] = {
    "Shape": lambda shape: shape.as_list() if shape.is_fully_defined() else None,
    "Size": lambda shape: shape.num_elements(),
    "Rank": lambda shape: shape.rank,
}


def constant_value_as_shape(tensor: Tensor) -> TensorShape:
    """A vector of sizes read as a shape, each size as far as it is known (-1 stands for unknown)."""
    value = constant_value(tensor)
    if value is not None:
        return shape_from_sizes(value)
    op = tensor.op
    if op.type == "Shape":
        return op.inputs[0].shape
    if op.type == "VariableShape":
        return handle_shape(op.inputs[0])
    if op.type == "ShapeN":
        return op.inputs[tensor.value_index].shape
    if op.type == "Pack":
        return TensorShape([_size(constant_value(part)) for part in op.inputs])
    if op.type == "Cast":
        return constant_value_as_shape(op.inputs[0])
    if op.type == "ConcatV2":
        return _concatenated(op)
    if op.type == "StridedSlice":
        sliced = _sliced(op)
        if sliced is not None:
            return sliced
    length = tensor.shape[0].value if tensor.shape.rank == 1 else None
    return unknown_shape(length if length is None or length <= _MOST_AXES else None)


def shape_from_sizes(sizes: np.ndarray) -> TensorShape:
    """A shape from an array of sizes; -1, as a scalar, is a shape of unknown rank."""
    if sizes.ndim == 0:
        return unknown_shape()
    return TensorShape([_size(size) for size in sizes])


def _size(value: np.ndarray | None) -> Dimension:
    return Dimension(None if value is None or value < 0 else int(value))


def _concatenated(op: Any) -> TensorShape:
    shape = TensorShape(())
    for part in op.inputs[:-1]:
        if part.shape.rank not in (None, 1):
            return unknown_shape()
        shape = shape.concatenate(constant_value_as_shape(part))
    return shape


def _sliced(op: Any) -> TensorShape | None:
    begin, end, strides = (constant_value(tensor) for tensor in op.inputs[1:4])
    if begin is None or end is None or strides is None or begin.size != 1:
        return None
    if any(op.attrs[mask] for mask in ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")):
        return None
    source = constant_value_as_shape(op.inputs[0])
    first = None if op.attrs["begin_mask"] else int(begin[0])
    last = None if op.attrs["end_mask"] else int(end[0])
    return source[first : last : int(strides[0])] if source.rank is not None else None
