"""What singular values tell of matrices without an inverse (API: tf.linalg.pinv, tf.linalg.matrix_rank)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_rank import assert_rank_at_least
from convflow.ops.dependencies import with_dependencies
from convflow.ops.linalg.svd import svd
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.select import where_v2


def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """How many singular values of matrices [..., m, n] are above `tol`: int32 [...] (API: tf.linalg.matrix_rank).

    Args:
        tol: by default the largest singular value times the larger of m and n times the type's precision.
        validate_args: check that `a` is of floating matrices.

    Raises:
        TypeError, ValueError: `validate_args`, and no floating matrices.
    """
    with name_scope(name, "matrix_rank"):
        a = _checked(a, validate_args)
        values = svd(a, compute_uv=False)
        if tol is None:
            if a.shape.rank is not None and a.shape[-2:].is_fully_defined():
                larger: Any = np.max([int(size) for size in a.shape[-2:]])
            else:
                larger = reduce_max(shape_of(a)[-2:])
            kind = a.dtype.real_dtype
            precision = np.finfo(kind.as_numpy_dtype).eps
            tol = precision * cast(larger, kind) * reduce_max(values, axis=-1, keepdims=True)
        return reduce_sum(cast(values > tol, dtypes.int32), axis=-1)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The pseudo-inverse of matrices: [..., m, n] becomes [..., n, m] (API: tf.linalg.pinv).

    Args:
        rcond: singular values up to this share of the largest count as 0, by default 10 max(m, n) times the type's
            precision.
        validate_args: check that `a` is of matrices.

    Raises:
        TypeError: `a` is not of a floating type.
        ValueError: `validate_args`, and no matrices.
    """
    with name_scope(name or "pinv"):
        a = _checked(convert_to_tensor(a, name="a"), validate_args)
        if not a.dtype.is_floating:
            raise TypeError(f"Input must be of a floating type, got {a.dtype.name}. Use tf.cast.")
        kind = a.dtype.base_dtype
        rcond = _default_share(a) if rcond is None else rcond
        rcond = convert_to_tensor(rcond, dtype=kind, name="rcond")
        values, left, right = svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * reduce_max(values, axis=-1)
        # Dividing by infinity leaves nothing of the directions that count as 0.
        values = where_v2(values > expand_dims(cutoff, -1), values, np.array(np.inf, kind.as_numpy_dtype))
        result = matmul(right / expand_dims(values, -2), left, adjoint_b=True)
        if a.shape.rank is not None:
            result.set_shape(a.shape[:-2].concatenate([a.shape[-1], a.shape[-2]]))
        return result


def _default_share(a: Tensor) -> Any:
    precision = np.finfo(a.dtype.as_numpy_dtype).eps
    if a.shape.rank is not None and a.shape[-2:].is_fully_defined():
        return 10.0 * max(int(size) for size in a.shape[-2:]) * precision
    larger = maximum(shape_of(a)[-2], shape_of(a)[-1])
    return 10.0 * cast(larger, a.dtype.base_dtype) * precision


def _checked(a: Any, validate_args: bool) -> Tensor:
    a = convert_to_tensor(a, name="a")
    if not validate_args:
        return a
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have a floating type, got {a.dtype.name}. Use tf.cast.")
    if a.shape.rank is not None:
        if a.shape.rank < 2:
            raise ValueError(f"Input `a` must have at least 2 dimensions, got shape {a.shape}.")
        return a
    check = assert_rank_at_least(a, rank=2, message="Input `a` must have at least 2 dimensions.")
    return with_dependencies([check], a)
