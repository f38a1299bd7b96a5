"""Changing element types (API: tf.cast)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor, convert_to_sparse, is_sparse
from convflow.ops import rules
from convflow.ops.state import is_resource


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """`x` with elements of another type; floating to integer rounds towards zero (API: tf.cast).

    A tensor that already has the type is returned as it is. A sparse tensor gives a sparse one.

    Args:
        x: a tensor, sparse tensor, `IndexedSlices`, variable or value of a number type or bool.
        dtype: the wanted element type; True becomes 1, numbers other than 0 become True.

    Returns:
        The elements of `x` as `dtype`, in the shape (and sparse form) of `x`.

    Raises:
        TypeError: `dtype` means no element type.
    """
    base = dtypes.as_dtype(dtype).base_dtype
    if (isinstance(x, (Tensor, SparseTensor, IndexedSlices)) or is_resource(x)) and x.dtype is base:
        return x
    with name_scope(name, "Cast", [x]) as scope:
        if is_sparse(x):
            sparse = convert_to_sparse(x)
            return SparseTensor(sparse.indices, cast(sparse.values, base, name=scope), sparse.dense_shape)
        if isinstance(x, IndexedSlices):
            return x.with_values(cast(x.values, base, name=scope))
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype is base:
            return x
        return apply_op("Cast", x=x, DstT=base, name=scope)


def to_float(x: Any, name: str = "ToFloat") -> Tensor:
    """`x` as float32 (API: tf.to_float).

    Args:
        x: a tensor or value; see `cast`.

    Returns:
        float32 of the shape of `x`.
    """
    return cast(x, dtypes.float32, name=name)


def to_double(x: Any, name: str = "ToDouble") -> Tensor:
    """`x` as float64 (API: tf.to_double).

    Args:
        x: a tensor or value; see `cast`.

    Returns:
        float64 of the shape of `x`.
    """
    return cast(x, dtypes.float64, name=name)


def to_int32(x: Any, name: str = "ToInt32") -> Tensor:
    """`x` as int32 (API: tf.to_int32).

    Args:
        x: a tensor or value; see `cast`. Fractions are cut off.

    Returns:
        int32 of the shape of `x`.
    """
    return cast(x, dtypes.int32, name=name)


def to_int64(x: Any, name: str = "ToInt64") -> Tensor:
    """`x` as int64 (API: tf.to_int64).

    Args:
        x: a tensor or value; see `cast`. Fractions are cut off.

    Returns:
        int64 of the shape of `x`.
    """
    return cast(x, dtypes.int64, name=name)


def to_bfloat16(x: Any, name: str = "ToBFloat16") -> Tensor:
    """`x` as bfloat16 (API: tf.to_bfloat16).

    Args:
        x: a tensor or value; see `cast`.

    Returns:
        bfloat16 of the shape of `x`.
    """
    return cast(x, dtypes.bfloat16, name=name)


def to_complex64(x: Any, name: str = "ToComplex64") -> Tensor:
    """`x` as complex64 (API: tf.to_complex64).

    Args:
        x: a tensor or value; see `cast`. Real numbers get the imaginary part 0.

    Returns:
        complex64 of the shape of `x`.
    """
    return cast(x, dtypes.complex64, name=name)


def to_complex128(x: Any, name: str = "ToComplex128") -> Tensor:
    """`x` as complex128 (API: tf.to_complex128).

    Args:
        x: a tensor or value; see `cast`. Real numbers get the imaginary part 0.

    Returns:
        complex128 of the shape of `x`.
    """
    return cast(x, dtypes.complex128, name=name)


def _cast_kernel(op: Operation) -> Callable[[torch.Tensor], torch.Tensor]:
    for attr in ("SrcT", "DstT"):
        if not op.attrs[attr].is_numeric_tensor:
            raise TypeError(f"Cast from {op.attrs['SrcT'].name} to {op.attrs['DstT'].name} is not supported.")
    target = op.attrs["DstT"].as_torch_dtype
    if op.attrs["SrcT"].is_complex and not op.attrs["DstT"].is_complex:
        return lambda x: x.real.to(target)
    return lambda x: x.to(target)


def _cast_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    source, target = op.attrs["SrcT"], op.attrs["DstT"]
    differentiable = all(dtype.is_floating or dtype.is_complex for dtype in (source, target))
    return [cast(grad, source)] if differentiable else [None]


register_op(
    "Cast",
    inputs="x: SrcT",
    outputs="y: DstT",
    attrs="SrcT: type; DstT: type; Truncate: bool = false",
    shape=rules.unchanged,
    kernel=_cast_kernel,
    gradient=_cast_gradient,
)
