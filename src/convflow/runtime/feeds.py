"""What `Session.run` was fed: each value checked and turned into what kernels take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from convflow.core import nest, values
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.runtime.tensor_handle import TensorHandle


def read_feeds(graph: Graph, feed_dict: Any) -> dict[Tensor, Any]:
    """The fed tensors and their values as kernels take them.

    Raises:
        TypeError: a key that is no tensor, or a value of the wrong type.
        ValueError: a value whose shape does not fit, or a tensor that may not be fed.
    """
    feeds: dict[Tensor, Any] = {}
    if not isinstance(feed_dict, Mapping | None):
        raise TypeError(
            f"feed_dict must be a dictionary from tensors to values, got {_short(feed_dict)}: pass {{tensor: value}}."
        )
    for key, value in (feed_dict or {}).items():
        for tensor, item in _pairs(key, value):
            element = fed_tensor(graph, tensor)
            feeds[element] = kernel_value(element, item)
    return feeds


def feedable_tensors(graph: Graph, key: Any) -> list[Tensor]:
    """The tensors that a key of a feed dictionary stands for; TypeError or ValueError if it cannot stand in one."""
    return [fed_tensor(graph, tensor) for tensor in _parts_of(key)]


def _parts_of(key: Any) -> list[Any]:
    if isinstance(key, SparseTensor):
        return _parts(key)
    return key.components if isinstance(key, IndexedSlices) else [key]


def _parts(sparse: SparseTensor) -> list[Tensor]:
    return [sparse.indices, sparse.values, sparse.dense_shape]


def _pairs(key: Any, value: Any) -> list[tuple[Any, Any]]:
    if isinstance(key, SparseTensor):
        if isinstance(value, SparseTensor) or not isinstance(value, (list, tuple)) or len(value) != 3:
            raise ValueError(
                f"The feed of {key} needs a tf.SparseTensorValue or a tuple (indices, values, dense_shape), "
                f"got {_short(value)}."
            )
        return list(zip(_parts(key), value, strict=True))
    if isinstance(key, IndexedSlices):
        return _slices_pairs(key, value)
    if isinstance(key, (list, tuple)):
        return _structure_pairs(key, value)
    return [(key, value)]


def _structure_pairs(key: Any, value: Any) -> list[tuple[Any, Any]]:
    """The pairs of a structure of tensors, such as a recurrent state, and the values for it."""
    tensors, given = nest.flatten(key), nest.flatten(value)
    if len(tensors) != len(given) and isinstance(value, (list, tuple)):
        # Lists that stand for arrays are values themselves.
        given = list(value)
    if len(tensors) != len(given):
        raise ValueError(f"The feed of {len(tensors)} tensors needs as many values, got {_short(value)}.")
    return [pair for tensor, item in zip(tensors, given, strict=True) for pair in _pairs(tensor, item)]


def _slices_pairs(key: IndexedSlices, value: Any) -> list[tuple[Any, Any]]:
    given = [part for part in value if part is not None] if isinstance(value, (list, tuple)) else []
    if len(given) != len(key.components):
        raise ValueError(
            f"The feed of {key} needs a tf.IndexedSlicesValue or a tuple of {len(key.components)} "
            f"(values, indices[, dense_shape]), got {_short(value)}."
        )
    return list(zip(key.components, given, strict=True))


def fed_tensor(graph: Graph, key: Any) -> Tensor:
    """The tensor that a key of a feed dictionary means; TypeError or ValueError if it may not be fed."""
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        reason = error.args[0] if error.args else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {reason}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def kernel_value(tensor: Tensor, value: Any) -> Any:
    """What is fed for a tensor, as kernels take it; TypeError or ValueError if it does not fit."""
    if isinstance(value, TensorHandle):
        value = value.handle if _takes_handles(tensor) else value.eval()
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, "
            f"strings, lists and numpy ndarrays. The tensor {value!r} was fed for {tensor!r}: evaluate it first."
        )
    array = _as_array(tensor, value)
    if not tensor.shape.is_compatible_with(array.shape):
        raise ValueError(
            f"Cannot feed value of shape {array.shape!r} for Tensor {tensor.name!r}, which has shape "
            f"'{tensor.shape}'.\nThe tensor is output of {tensor.op.describe()}\n"
            f"{_advice(tensor, array)}"
        )
    return values.from_numpy(array)


def _takes_handles(tensor: Tensor) -> bool:
    """Whether a placeholder is that of `tf.get_session_tensor` or `tf.delete_session_tensor`."""
    return any(reader.type in ("GetSessionTensor", "DeleteSessionTensor") for reader in tensor.consumers())


def _advice(tensor: Tensor, array: np.ndarray) -> str:
    shape = tensor.shape
    if shape.rank == array.ndim + 1 and shape[1:].is_compatible_with(TensorShape(array.shape)):
        return "The batch dimension is missing: feed value[None]."
    count = shape.num_elements()
    if count == array.size:
        return f"The number of elements fits: feed value.reshape({[int(size) for size in shape]})."
    return "Feed an array of that shape, or leave dimensions that vary as None in the placeholder's shape."


def _as_array(tensor: Tensor, value: Any) -> np.ndarray:
    dtype = tensor.dtype.base_dtype
    try:
        # A number too large for a floating type becomes infinite, as in TensorFlow; no cause for a warning.
        with np.errstate(over="ignore"):
            array = np.asarray(value, dtype=dtype.as_numpy_dtype)
        return array if dtype.is_numeric_tensor else values.as_bytes_array(array)
    except OverflowError as error:
        raise TypeError(
            f"Type of feed value {_short(value)} is not compatible with Tensor type {dtype.name}: {error}.\n"
            f"The tensor is output of {tensor.op.describe()}\n"
            "Feed values in its range, or make the tensor of a larger type (e.g. int64)."
        ) from None
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"Cannot feed {_short(value)} for Tensor {tensor.name!r} of type {dtype.name}: {error}\n"
            f"The tensor is output of {tensor.op.describe()}"
        ) from None


def _short(value: Any) -> str:
    text = repr(value)
    kind = type(value).__name__
    return f"{text if len(text) < 80 else text[:77] + '...'} ({kind})"
