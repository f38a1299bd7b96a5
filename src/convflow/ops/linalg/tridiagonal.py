"""Matrices of three diagonals (API: tf.linalg.tridiagonal_solve, tf.linalg.tridiagonal_matmul)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.matrix_diag import matrix_diag_part
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.linalg.shapes import at_least_matrix, batch_of, matrix_sizes
from convflow.ops.math.arithmetic import negative
from convflow.ops.math.complex import conj
from convflow.ops.math.reduce import reduce_sum

_TYPES = "double, float, complex64, complex128"


def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:
    """The solution of equations with tridiagonal matrices (API: tf.linalg.tridiagonal_solve).

    Args:
        diagonals: 'compact': [..., 3, n], the upper diagonal (its last element not read), the main one, the lower
            one (its first element not read); 'sequence': the three as a list, the outer ones with n or n - 1
            elements; 'matrix': [..., n, n].
        rhs: [..., n, k], or [..., n] where that is known when the node is made.
        transpose_rhs, conjugate_rhs: do so with `rhs` first; vectors are not transposed.
        partial_pivoting: exchange rows where that is more exact.
        perturb_singular: must be false.

    Raises:
        ValueError: another format, or shapes that do not fit.
        InvalidArgumentError: (when run) a matrix without an inverse.
    """
    if perturb_singular:
        raise ValueError("perturb_singular is not supported: TensorFlow 1 had no such argument. Leave it out.")
    compact = _compact(diagonals, diagonals_format)
    rhs = convert_to_tensor(rhs)
    is_vector = None not in (compact.shape.rank, rhs.shape.rank) and compact.shape.rank == len(rhs.shape) + 1
    if is_vector:
        rhs = conj(rhs) if conjugate_rhs else rhs
        return squeeze(_solved(compact, expand_dims(rhs, -1), partial_pivoting, name), -1)
    if transpose_rhs:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = conj(rhs)
    return _solved(compact, rhs, partial_pivoting, name)


def _solved(diagonals: Tensor, rhs: Tensor, partial_pivoting: bool, name: str | None) -> Tensor:
    return apply_op("TridiagonalSolve", diagonals=diagonals, rhs=rhs, partial_pivoting=partial_pivoting, name=name)


def _compact(diagonals: Any, diagonals_format: str) -> Tensor:
    if diagonals_format == "compact":
        compact = convert_to_tensor(diagonals)
        if compact.shape.rank is not None and compact.shape.rank > 1 and compact.shape[-2].value not in (None, 3):
            raise ValueError(f"Expected 3 diagonals, got diagonals of shape {compact.shape}.")
        return compact
    if diagonals_format == "matrix":
        matrix = convert_to_tensor(diagonals)
        if matrix.shape.rank is not None:
            rows, columns = matrix_sizes(at_least_matrix(matrix.shape, "diagonals"))
            rules.merge_dimension(rows, columns, f"the matrices must be square, they have shape {matrix.shape}")
        return matrix_diag_part(matrix, k=(-1, 1), padding_value=0, align="LEFT_RIGHT")
    if diagonals_format != "sequence":
        raise ValueError(
            f"Unrecognized diagonals_format: {diagonals_format!r}. Expected 'compact', 'sequence' or 'matrix'."
        )
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    superdiag, maindiag, subdiag = (convert_to_tensor(diagonal) for diagonal in diagonals)
    count = maindiag.shape[-1]
    subdiag = _full(subdiag, count, "subdiagonal", (1, 0))
    superdiag = _full(superdiag, count, "superdiagonal", (0, 1))
    return stack((superdiag, maindiag, subdiag), axis=-2)


def _full(diagonal: Tensor, count: Any, what: str, margin: tuple[int, int]) -> Tensor:
    """An outer diagonal with as many elements as the main one."""
    length = diagonal.shape[-1].value
    if length is None or length == count.value:
        return diagonal
    if count.value is None or length != count.value - 1:
        raise ValueError(f"Expected the {what} to have {count} elements or one less, got shape {diagonal.shape}.")
    margins = [[0, 0]] * (len(diagonal.shape) - 1) + [list(margin)]
    return pad(diagonal, margins)


def tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None) -> Tensor:
    """Tridiagonal matrices times matrices (API: tf.linalg.tridiagonal_matmul).

    Args:
        diagonals, diagonals_format: as of `tridiagonal_solve`; in a sequence all three have n elements.
        rhs: [..., n, k].

    Raises:
        ValueError: another format.
    """
    if diagonals_format == "compact":
        compact = convert_to_tensor(diagonals)
        parts = [compact[..., index, :] for index in range(3)]
    elif diagonals_format == "sequence":
        parts = [convert_to_tensor(diagonal) for diagonal in diagonals]
    elif diagonals_format == "matrix":
        matrix = convert_to_tensor(diagonals)
        compact = matrix_diag_part(matrix, k=(-1, 1), padding_value=0, align="LEFT_RIGHT")
        parts = [compact[..., index, :] for index in range(3)]
    else:
        raise ValueError(
            f"Unrecognized diagonals_format: {diagonals_format!r}. Expected 'compact', 'sequence' or 'matrix'."
        )
    superdiag, maindiag, subdiag = (expand_dims(part, -2) for part in parts)
    return apply_op("TridiagonalMatMul", superdiag=superdiag, maindiag=maindiag, subdiag=subdiag, rhs=rhs, name=name)


def _solve_shape(ctx: Any) -> list[TensorShape]:
    diagonals, rhs = at_least_matrix(ctx.input(0), "diagonals"), at_least_matrix(ctx.input(1), "rhs")
    count, length = matrix_sizes(diagonals)
    rows, _ = matrix_sizes(rhs)
    rules.merge_dimension(count, 3, f"there are three diagonals in {diagonals}")
    rules.merge_dimension(length, rows, f"the lengths of diagonals, {diagonals}, and rhs, {rhs}")
    try:
        batch_of(diagonals).merge_with(batch_of(rhs))
    except ValueError:
        raise ValueError(f"The leading axes of diagonals, {diagonals}, and rhs, {rhs}, must be equal.") from None
    return [rhs]


def _dense(diagonals: torch.Tensor) -> torch.Tensor:
    upper, main, lower = diagonals.unbind(-2)
    matrix = torch.diag_embed(main)
    if main.shape[-1] > 1:
        matrix = matrix + torch.diag_embed(upper[..., :-1], offset=1) + torch.diag_embed(lower[..., 1:], offset=-1)
    return matrix


def _solve_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    pivots = op.attrs["partial_pivoting"]

    def compute(diagonals: torch.Tensor, rhs: torch.Tensor) -> torch.Tensor:
        if diagonals.shape[-2] != 3 or diagonals.shape[-1] != rhs.shape[-2]:
            raise ValueError(f"diagonals {list(diagonals.shape)} and rhs {list(rhs.shape)} do not fit.")
        if not rhs.numel():
            return rhs.clone()
        if not pivots:
            return _eliminated(diagonals, rhs)
        result, failed = torch.linalg.solve_ex(_dense(diagonals), rhs)
        if bool(failed.any()):
            raise ValueError("The matrix is not invertible.")
        return result.contiguous()

    return compute


def _eliminated(diagonals: torch.Tensor, rhs: torch.Tensor) -> torch.Tensor:
    """Thomas' algorithm: one way down without exchanging rows, and back."""
    upper, main, lower = diagonals.unbind(-2)
    length = main.shape[-1]
    factors: list[torch.Tensor] = []
    values: list[torch.Tensor] = []
    for row in range(length):
        pivot, value = main[..., row], rhs[..., row, :]
        if row:
            pivot = pivot - lower[..., row] * factors[-1]
            value = value - lower[..., row, None] * values[-1]
        if bool((pivot == 0).any()):
            raise ValueError(
                "The first element of diagonal is zero." if not row else "Zero pivot: use partial_pivoting."
            )
        factors.append(upper[..., row] / pivot)
        values.append(value / pivot[..., None])
    for row in reversed(range(length - 1)):
        values[row] = values[row] - factors[row][..., None] * values[row + 1]
    return torch.stack(values, dim=-2)


def _solve_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    diagonals, x = op.inputs[0], op.outputs[0]
    # The transposed matrix has its outer diagonals exchanged, each moved by one place.
    upper, main, lower = (diagonals[..., index, :] for index in range(3))
    turned = stack((_moved(lower, -1), main, _moved(upper, 1)), axis=-2)
    if diagonals.dtype.is_complex:
        turned, x = conj(turned), conj(x)
    grad_rhs = _solved(turned, grad, op.attrs["partial_pivoting"], None)
    return [negative(_products(grad_rhs, x)), grad_rhs]


def _moved(vector: Tensor, by: int) -> Tensor:
    """Elements along the last axis moved by one place, a zero moving in."""
    return squeeze(_moved_rows(expand_dims(vector, -1), by), -1)


def _moved_rows(matrix: Tensor, by: int) -> Tensor:
    first, last = matrix[..., :1, :], matrix[..., -1:, :]
    if by > 0:
        return concat([first - first, matrix[..., :-1, :]], -2)
    return concat([matrix[..., 1:, :], last - last], -2)


def _products(left: Tensor, right: Tensor) -> Tensor:
    """The three diagonals of left @ right^T."""
    return stack(
        [
            reduce_sum(left * _moved_rows(right, -1), axis=-1),
            reduce_sum(left * right, axis=-1),
            reduce_sum(left * _moved_rows(right, 1), axis=-1),
        ],
        axis=-2,
    )


def _product_shape(ctx: Any) -> list[TensorShape]:
    rhs = at_least_matrix(ctx.input(3), "rhs")
    rows = matrix_sizes(rhs)[0]
    for index, what in enumerate(("superdiag", "maindiag", "subdiag")):
        shape = at_least_matrix(ctx.input(index), what)
        one, length = matrix_sizes(shape)
        rules.merge_dimension(one, 1, f"{what} must be rows of shape [..., 1, n], not {shape}")
        rules.merge_dimension(length, rows, f"the lengths of {what}, {shape}, and rhs, {rhs}")
        try:
            batch_of(rhs).merge_with(batch_of(shape))
        except ValueError:
            raise ValueError(f"The leading axes of {what}, {shape}, and rhs, {rhs}, must be equal.") from None
    return [rhs]


def _product(upper: torch.Tensor, main: torch.Tensor, lower: torch.Tensor, rhs: torch.Tensor) -> torch.Tensor:
    for diagonal in (upper, main, lower):
        if diagonal.shape[:-2] != rhs.shape[:-2] or tuple(diagonal.shape[-2:]) != (1, rhs.shape[-2]):
            raise ValueError(f"A diagonal of shape {list(diagonal.shape)} does not fit rhs {list(rhs.shape)}.")
    result = main.mT * rhs
    result[..., :-1, :] += upper.mT[..., :-1, :] * rhs[..., 1:, :]
    result[..., 1:, :] += lower.mT[..., 1:, :] * rhs[..., :-1, :]
    return result


def _product_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    upper, main, lower = (matrix_transpose(conj(diagonal)) for diagonal in op.inputs[:3])
    rhs = conj(op.inputs[3])
    parts = (_moved_rows(rhs, -1) * grad, rhs * grad, _moved_rows(rhs, 1) * grad)
    by_rhs = _moved_rows(upper * grad, 1) + main * grad + _moved_rows(lower * grad, -1)
    return [*(expand_dims(reduce_sum(part, axis=-1), -2) for part in parts), by_rhs]


register_op(
    "TridiagonalSolve",
    inputs="diagonals: T; rhs: T",
    outputs="output: T",
    attrs=f"partial_pivoting: bool = true; perturb_singular: bool = false; T: type in {{{_TYPES}}}",
    shape=_solve_shape,
    kernel=_solve_kernel,
    gradient=_solve_gradient,
)
register_op(
    "TridiagonalMatMul",
    inputs="superdiag: T; maindiag: T; subdiag: T; rhs: T",
    outputs="output: T",
    attrs=f"T: type in {{{_TYPES}}}",
    shape=_product_shape,
    kernel=lambda op: _product,
    gradient=_product_gradient,
)
