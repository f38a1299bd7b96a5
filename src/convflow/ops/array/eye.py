"""Identity matrices (API: tf.eye)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, zeros
from convflow.ops.array.matrix_diag import matrix_diag, matrix_set_diag
from convflow.ops.math.arithmetic import minimum


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere (API: tf.eye, tf.linalg.eye).

    Args:
        num_rows, num_columns: the matrix' size; as many columns as rows by default.
        batch_shape: leading axes to repeat the matrix along.
        dtype: the element type.
    """
    with name_scope(name, default_name="eye", values=[num_rows, num_columns, batch_shape]):
        leading = [] if batch_shape is None else batch_shape
        columns = num_rows if num_columns is None else num_columns
        is_computed = is_tensor(num_rows) or is_tensor(columns)
        is_square = num_columns is None if is_computed else num_rows == columns
        diagonal_shape: Any
        if any(is_tensor(value) for value in (num_rows, columns, leading)):
            diagonal_shape, shape = _computed_shapes(num_rows, columns, leading, is_square)
        else:
            diagonal_shape, shape = _known_shapes(num_rows, columns, leading)
        diagonal = ones(diagonal_shape, dtype=dtype)
        if is_square:
            return matrix_diag(diagonal)
        return matrix_set_diag(zeros(shape, dtype=dtype), diagonal)


def _known_shapes(rows: Any, columns: Any, leading: Any) -> tuple[list[int], list[int]]:
    if isinstance(leading, np.ndarray):
        leading = np.atleast_1d(leading)
    elif not isinstance(leading, (list, tuple, TensorShape)):
        raise TypeError(f"batch_shape of tf.eye must be a list of sizes, got {leading!r} of {type(leading).__name__}.")
    batch = [int(size) for size in leading]
    return [*batch, min(int(rows), int(columns))], [*batch, int(rows), int(columns)]


def _computed_shapes(rows: Any, columns: Any, leading: Any, is_square: bool) -> tuple[Tensor, Any]:
    if is_tensor(rows) or is_tensor(columns):
        diagonal: Any = minimum(rows, columns)
    else:
        diagonal = min(int(rows), int(columns))
    batch = convert_to_tensor(leading, name="shape", dtype=dtypes.int32)
    diagonal_shape = concat([batch, [diagonal]], axis=0)
    return diagonal_shape, None if is_square else concat([batch, [rows, columns]], axis=0)
