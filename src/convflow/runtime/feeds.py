"""What `Session.run` was fed: each value checked and turned into what kernels take."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import values
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph
from convflow.graph.operation import Tensor


def read_feeds(graph: Graph, feed_dict: Any) -> dict[Tensor, Any]:
    """The fed tensors and their values as kernels take them.

    Raises:
        TypeError: a key that is no tensor, or a value of the wrong type.
        ValueError: a value whose shape does not fit, or a tensor that may not be fed.
    """
    feeds: dict[Tensor, Any] = {}
    for key, value in (feed_dict or {}).items():
        for tensor, item in _pairs(key, value):
            element = _fed_tensor(graph, tensor)
            feeds[element] = _value_for(element, item)
    return feeds


def _pairs(key: Any, value: Any) -> list[tuple[Any, Any]]:
    if isinstance(key, (list, tuple)):
        return list(zip(key, value, strict=True))
    return [(key, value)]


def _fed_tensor(graph: Graph, key: Any) -> Tensor:
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except (TypeError, ValueError, KeyError) as error:
        reason = error.args[0] if error.args else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {reason}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    return tensor


def _value_for(tensor: Tensor, value: Any) -> Any:
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
        array = np.asarray(value, dtype=dtype.as_numpy_dtype)
        if dtype.is_numeric_tensor:
            _check_integers(tensor, value, array)
        else:
            array = values.as_bytes_array(array)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"Cannot feed {_short(value)} for Tensor {tensor.name!r} of type {dtype.name}: {error}\n"
            f"The tensor is output of {tensor.op.describe()}"
        ) from None
    return array


def _check_integers(tensor: Tensor, value: Any, array: np.ndarray) -> None:
    if isinstance(value, int) and array.dtype.kind in "iu" and int(array) != value:
        raise TypeError(f"Type of feed value {value} with type {type(value)} does not fit {tensor.dtype.name}.")


def _short(value: Any) -> str:
    text = repr(value)
    kind = type(value).__name__
    return f"{text if len(text) < 80 else text[:77] + '...'} ({kind})"
