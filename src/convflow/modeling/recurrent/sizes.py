"""The sizes of states and outputs: an integer, a TensorShape or a shape tensor, behind a batch size."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.reshape import expand_dims


def joined(prefix: Any, suffix: Any) -> Tensor:
    """Both sizes as one shape tensor.

    Raises:
        ValueError: a size is not known, or a tensor is neither a scalar nor a vector.
    """
    first, second = _size_tensor(prefix), _size_tensor(suffix)
    if first is None or second is None:
        raise ValueError(
            f"Prefix or suffix can't be None. Received prefix = {prefix} and suffix = {suffix}. "
            "Give sizes that are known, or tensors of them."
        )
    return concat((first, second), 0)


def joined_shape(prefix: Any, suffix: Any) -> TensorShape:
    """Both sizes as a static shape, as far as they are known.

    TensorFlow makes both sizes' nodes here as well, though nobody takes them: the names of later nodes count them.
    """
    _size_tensor(prefix)
    _size_tensor(suffix)
    return _static(prefix).concatenate(_static(suffix))


def _size_tensor(size: Any) -> Tensor | None:
    if isinstance(size, Tensor):
        if size.shape.rank == 0:
            return expand_dims(size, 0)
        if size.shape.rank != 1:
            raise ValueError(f"A size must be either a scalar or vector, but received tensor: {size}")
        return size
    shape = _static(size)
    return constant(shape.as_list(), dtype=dtypes.int32) if shape.is_fully_defined() else None


def _static(size: Any) -> TensorShape:
    if isinstance(size, Tensor):
        size = constant_value(size)
        if size is None:
            return TensorShape(None)
        size = size.tolist()
    return TensorShape([size]) if isinstance(size, int) else as_shape(size)


def zero_states(state_size: Any, batch_size: Any, dtype: Any) -> Any:
    """Zeros of shape (batch_size, size) for each size, in the structure of `state_size`."""

    def zero(size: Any) -> Tensor:
        state = zeros(joined(batch_size, size), dtype=dtype)
        state.set_shape(joined_shape(batch_size, size))
        return state

    return nest.map_structure(zero, state_size)


def state_dtype(explicit: Any, state: Any) -> Any:
    """The type of outputs: the one given, else that of the state.

    Raises:
        ValueError: the state holds no tensor, or tensors of several types.
    """
    if explicit is not None:
        return explicit
    found = [item.dtype for item in nest.flatten(state)]
    if not found:
        raise ValueError(f"Unable to infer dtype from argument state={state}. Pass `dtype`.")
    if any(dtype != found[0] for dtype in found):
        raise ValueError(
            f"Argument state={state} has tensors of different inferred dtypes: {[dtype.name for dtype in found]}. "
            "Unable to infer a single one: pass `dtype`."
        )
    return found[0]


def output_element_shape(batch_size: int | None, size: Any) -> TensorShape:
    """The shape of one step's output."""
    return TensorShape([batch_size]).concatenate(_static(size))
