"""Checks of types, all made while the graph is built (API: tf.assert_type, tf.assert_integer ...)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.graph.sparse_tensor import SparseTensor, is_sparse
from convflow.ops.array.identity import no_op


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> Operation:
    """A node without effects if `tensor`, which may be sparse, is of type `tf_type` (API: tf.assert_type).

    Args:
        tensor: a tensor, sparse tensor or value.
        tf_type: the type that it should have.
        message: the beginning of the error's text.

    Raises:
        TypeError: it is of another type.
    """
    wanted = dtypes.as_dtype(tf_type)
    with name_scope(name, "assert_type", [tensor]):
        if not isinstance(tensor, SparseTensor):
            tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype.base_dtype is not wanted:
            what = "tensor" if isinstance(tensor, SparseTensor) else name_of(tensor)
            raise TypeError(
                f"{_sentence(message)}{what} must be of type tf.{wanted.name}; got tf.{tensor.dtype.base_dtype.name}. "
                "Use tf.cast."
            )
        return no_op("statically_determined_correct_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation:
    """A node without effects if `x` is of an integer type (API: tf.assert_integer).

    Args:
        x: a tensor, sparse tensor or value.
        message: the beginning of the error's text.

    Raises:
        TypeError: it is of another type, quantized ones included.
    """
    with name_scope(name, "assert_integer", [x]):
        x = x if isinstance(x, SparseTensor) else convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            what = "tensor" if isinstance(x, SparseTensor) else name_of(x)
            raise TypeError(
                f'{_sentence(message)}Expected "x" to be integer type.  Found: {what} of dtype {x.dtype!r}. '
                "Use tf.cast."
            )
        return no_op("statically_determined_was_integer")


def assert_proper_iterable(values: Any) -> None:
    """Refuse what can be iterated over but is one value: a tensor, an array, a string (API of that name).

    Args:
        values: what should be a list, tuple, set or other collection of values.

    Raises:
        TypeError: such a value, or one that cannot be iterated over.
    """
    if is_tensor(values) or is_sparse(values) or isinstance(values, (np.ndarray, str, bytes)):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}. '
            "Pass a list of tensors, e.g. [x]."
        )
    if not isinstance(values, Iterable):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}. Pass a list of tensors.')


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """The one float type of all `tensors` (None entries left out) and of `dtype` (API: tf.assert_same_float_dtype).

    Without either it is float32.

    Args:
        tensors: a list of tensors, sparse tensors, values or None; None for no list.
        dtype: the type that all should have; None for that of the first tensor.

    Returns:
        A `DType`.

    Raises:
        ValueError: types that differ, or one that is no float type.
    """
    found = None if dtype is None else dtypes.as_dtype(dtype)
    first: Any = None
    for tensor in tensors or []:
        if tensor is None:
            continue
        tensor = tensor if isinstance(tensor, (Tensor, SparseTensor)) else convert_to_tensor(tensor)
        own = tensor.dtype.base_dtype
        if found is None:
            found, first = own, tensor
        elif own is not found:
            # Whom it contradicts: another tensor, or the type that was asked for.
            other = f" as {_name(first)}" if first is not None else ""
            raise ValueError(
                f"{_name(tensor)}, type={own!r}, must be of the same type ({found!r}){other}. Use tf.cast."
            )
    if found is None:
        return dtypes.float32
    if not found.is_floating:
        raise ValueError(f"Expected floating point type, got {found!r}. Use tf.cast.")
    return found


def _name(tensor: Any) -> str:
    return str(tensor) if isinstance(tensor, SparseTensor) else name_of(tensor)


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it is a tensor of numbers, neither bool nor string (API: tf.is_numeric_tensor).

    Args:
        tensor: any object; arrays and sparse tensors are no tensors.

    Returns:
        A Python bool.
    """
    return isinstance(tensor, Tensor) and tensor.dtype in _NUMERIC


_NUMERIC = frozenset(
    (
        dtypes.float16, dtypes.float32, dtypes.float64, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64,
        dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.uint64, dtypes.qint8, dtypes.qint32, dtypes.quint8,
        dtypes.complex64, dtypes.complex128, dtypes.bfloat16,
    )
)  # fmt: skip


def _sentence(message: str | None) -> str:
    return f"{message}.  " if message else ""
