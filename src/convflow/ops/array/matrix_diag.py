"""Diagonals of matrices, one or several beside each other (API: tf.matrix_diag, ..._diag_part, ..._set_diag).

Several diagonals are the rows of a matrix from the uppermost to the lowest. Those that are shorter than the longest
stand at its left or right end, as `align` says: its first word is for diagonals above the main one, its second for
those below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import zeros, zeros_like
from convflow.ops.array.shape_ops import shape as shape_of

# What the second versions of the ops, which have no such attribute, do.
_OLD_ALIGN = "LEFT_LEFT"


def matrix_diag(
    diagonal: Any,
    name: str | None = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:
    """Matrices with the given diagonals (API: tf.matrix_diag, tf.linalg.diag).

    Args:
        diagonal: [..., length] for one diagonal, [..., diagonals, length] for several.
        k: which diagonal, 0 the main one, positive above; or the lowest and the uppermost of several.
        num_rows, num_cols: the matrices' size; -1 for the smallest that holds the diagonals.
        padding_value: what stands outside of the diagonals.
        align: "RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT" or "RIGHT_RIGHT", see this module.

    Raises:
        ValueError: diagonals that do not fit the size.
    """
    return apply_op(
        "MatrixDiagV3", diagonal=diagonal, k=k, num_rows=num_rows, num_cols=num_cols,
        padding_value=_as_number(padding_value, diagonal), align=align, name=name,
    )  # fmt: skip


def matrix_diag_part(
    input: Any, name: str | None = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """Diagonals of matrices (API: tf.matrix_diag_part, tf.linalg.diag_part).

    Args:
        input: [..., rows, columns].
        k, padding_value, align: as of `matrix_diag`; `padding_value` fills up the shorter diagonals.

    Returns:
        [..., length] for one diagonal, [..., diagonals, length] for several.

    Raises:
        ValueError: a diagonal outside of the matrix.
    """
    return apply_op(
        "MatrixDiagPartV3", input=input, k=k, padding_value=_as_number(padding_value, input), align=align, name=name
    )


def matrix_set_diag(
    input: Any, diagonal: Any, name: str | None = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """Matrices with other diagonals (API: tf.matrix_set_diag, tf.linalg.set_diag).

    Args:
        input: [..., rows, columns].
        diagonal, k, align: as of `matrix_diag`.
    """
    return apply_op("MatrixSetDiagV3", input=input, diagonal=diagonal, k=k, align=align, name=name)


def _as_number(padding_value: Any, beside: Any) -> Any:
    # False would be a number beside bools, and a bool beside numbers.
    if isinstance(beside, Tensor) and beside.dtype.is_bool and isinstance(padding_value, int):
        return bool(padding_value)
    return padding_value


@dataclass(frozen=True)
class _Band:
    """The diagonals from `lower` to `upper` of matrices of `rows` x `columns`."""

    lower: int
    upper: int
    rows: int
    columns: int
    align: str

    @property
    def length(self) -> int:
        """Of the longest diagonal."""
        return min(self.rows + min(self.upper, 0), self.columns - max(self.lower, 0))

    @property
    def is_single(self) -> bool:
        return self.lower == self.upper

    def places(self) -> Iterator[tuple[int, int, int, int]]:
        """For each diagonal: its number, its row among the diagonals, where it begins in that row, its length."""
        above_left, below_left = (word == "LEFT" for word in self.align.split("_"))
        for number in range(self.upper, self.lower - 1, -1):
            length = min(self.rows + min(number, 0), self.columns - max(number, 0))
            is_left = (number >= 0 and above_left) or (number <= 0 and below_left)
            yield number, self.upper - number, 0 if is_left else self.length - length, length


def _bounds(k: Any) -> tuple[int, int]:
    """The lowest and uppermost diagonal."""
    numbers = [int(number) for number in k.reshape(-1).tolist()]
    if len(numbers) not in (1, 2) or k.ndim > 1:
        raise ValueError(f"diag_index must be a scalar or vector with 1 or 2 elements, received shape {list(k.shape)}.")
    if numbers[0] > numbers[-1]:
        raise ValueError(f"lower_diag_index must not be larger than upper_diag_index: {numbers[0]} > {numbers[-1]}.")
    return numbers[0], numbers[-1]


def _checked_band(bounds: tuple[int, int], rows: int, columns: int, align: str) -> _Band:
    lower, upper = bounds
    for what, number in (("lower_diag_index", lower), ("upper_diag_index", upper)):
        if not (-rows < number < columns or number == 0):
            raise ValueError(
                f"{what} is out of bound: {number}. It must be between {-rows} and {columns} for {rows} x {columns}."
            )
    return _Band(lower, upper, rows, columns, align)


def _size(given: int, needed: int, what: str) -> int:
    if given == -1:
        return needed
    if given < needed:
        raise ValueError(f"{what} is too small: {given}, the diagonals need at least {needed}.")
    return given


def _matrix_sizes(length: int, lower: int, upper: int, rows: int, columns: int) -> tuple[int, int]:
    """The matrices' size from that of the longest diagonal and what was given of it, -1 for nothing."""
    needed_rows, needed_columns = length - min(upper, 0), length + max(lower, 0)
    if rows == -1 and columns == -1:
        return (max(needed_rows, needed_columns),) * 2
    result = _size(rows, needed_rows, "num_rows"), _size(columns, needed_columns, "num_cols")
    if result[0] != needed_rows and result[1] != needed_columns:
        raise ValueError(
            f"The number of rows or columns is not consistent with the specified k and diagonal: {result[0]} x "
            f"{result[1]}; the diagonals fill {needed_rows} rows or {needed_columns} columns."
        )
    return result


def _constant_number(ctx: Any, index: int, missing: int) -> int | None:
    if index >= ctx.num_inputs:
        return missing
    value = ctx.constant(index)
    return None if value is None else int(value)


def _at_least(shape: TensorShape, rank: int, what: str) -> TensorShape:
    if shape.rank is not None and shape.rank < rank:
        raise ValueError(f"Shape of {what} must be at least rank {rank} but is rank {shape.rank}: {shape}.")
    return shape


def _known_bounds(ctx: Any, index: int) -> tuple[int, int] | None:
    if index >= ctx.num_inputs:
        return 0, 0
    k = ctx.constant(index)
    return None if k is None else _bounds(k)


def _diag_shape(ctx: Any) -> list[TensorShape]:
    diagonal = _at_least(ctx.input(0), 1, "diagonal")
    bounds = _known_bounds(ctx, 1)
    if diagonal.rank is None or bounds is None:
        return [unknown_shape()]
    lower, upper = bounds
    leading = 1 if lower == upper else 2
    _at_least(diagonal, leading, "diagonal")
    if leading == 2:
        rules.merge_dimension(diagonal[-2], upper - lower + 1, f"the number of diagonals from {lower} to {upper}")
    rows, columns = _constant_number(ctx, 2, -1), _constant_number(ctx, 3, -1)
    length = diagonal[-1].value
    if None in (rows, columns, length):
        return [diagonal[:-leading].concatenate(unknown_shape(2))]
    sizes = _matrix_sizes(int(length or 0), lower, upper, int(rows or 0), int(columns or 0))
    return [diagonal[:-leading].concatenate(TensorShape(list(sizes)))]


def _part_shape(ctx: Any) -> list[TensorShape]:
    matrices = _at_least(ctx.input(0), 2, "input")
    bounds = _known_bounds(ctx, 1)
    if matrices.rank is None or bounds is None:
        return [unknown_shape()]
    rows, columns = matrices[-2].value, matrices[-1].value
    return [matrices[:-2].concatenate(_diagonals_shape(bounds, rows, columns))]


def _diagonals_shape(bounds: tuple[int, int], rows: int | None, columns: int | None) -> TensorShape:
    count = bounds[1] - bounds[0] + 1
    length = None
    if rows is not None and columns is not None:
        length = _checked_band(bounds, rows, columns, _OLD_ALIGN).length
    return TensorShape([length] if count == 1 else [count, length])


def _set_shape(ctx: Any) -> list[TensorShape]:
    matrices, diagonal = _at_least(ctx.input(0), 2, "input"), _at_least(ctx.input(1), 1, "diagonal")
    bounds = _known_bounds(ctx, 2)
    if matrices.rank is None or bounds is None:
        return [matrices]
    single = bounds[0] == bounds[1]
    rules.with_rank(diagonal, matrices.rank - 1 if single else matrices.rank, "diagonal")
    rows, columns = matrices[-2].value, matrices[-1].value
    expected = matrices[:-2].concatenate(_diagonals_shape(bounds, rows, columns))
    if not diagonal.is_compatible_with(expected):
        raise ValueError(f"diagonal has shape {diagonal}; k={bounds} of input {matrices} needs {expected}.")
    return [matrices]


_MAIN = torch.tensor(0)


def _filled(diagonal: torch.Tensor, band: _Band, result: torch.Tensor) -> torch.Tensor:
    rows = diagonal.unsqueeze(-2) if band.is_single else diagonal
    for number, row, start, length in band.places():
        result.diagonal(number, -2, -1).copy_(rows[..., row, start : start + length])
    return result


def _diag_kernel(align: str) -> Callable[..., torch.Tensor]:
    def compute(
        diagonal: torch.Tensor, k: torch.Tensor = _MAIN, num_rows: Any = -1, num_cols: Any = -1, padding_value: Any = 0
    ) -> torch.Tensor:
        bounds = _bounds(k)
        leading = 1 if bounds[0] == bounds[1] else 2
        if diagonal.ndim < leading:
            raise ValueError(f"diagonal must have rank {leading} or more, has shape {list(diagonal.shape)}.")
        if leading == 2 and diagonal.shape[-2] != bounds[1] - bounds[0] + 1:
            raise ValueError(f"diagonal has shape {list(diagonal.shape)} for the diagonals {bounds}.")
        rows, columns = _matrix_sizes(diagonal.shape[-1], *bounds, int(num_rows), int(num_cols))
        sizes = (*diagonal.shape[:-leading], rows, columns)
        padding = padding_value.item() if isinstance(padding_value, torch.Tensor) else padding_value
        return _filled(diagonal, _Band(*bounds, rows, columns, align), diagonal.new_full(sizes, padding))

    return compute


def _part_kernel(align: str) -> Callable[..., torch.Tensor]:
    def compute(input: torch.Tensor, k: torch.Tensor = _MAIN, padding_value: Any = 0) -> torch.Tensor:
        if input.ndim < 2:
            raise ValueError(f"input must be at least 2-dim, received shape: {list(input.shape)}")
        band = _checked_band(_bounds(k), input.shape[-2], input.shape[-1], align)
        padding = padding_value.item() if isinstance(padding_value, torch.Tensor) else padding_value
        result = input.new_full((*input.shape[:-2], band.upper - band.lower + 1, band.length), padding)
        for number, row, start, length in band.places():
            result[..., row, start : start + length] = input.diagonal(number, -2, -1)
        return result.squeeze(-2) if band.is_single else result

    return compute


def _set_kernel(align: str) -> Callable[..., torch.Tensor]:
    def compute(input: torch.Tensor, diagonal: torch.Tensor, k: torch.Tensor = _MAIN) -> torch.Tensor:
        if input.ndim < 2:
            raise ValueError(f"input must be at least 2-dim, received shape: {list(input.shape)}")
        band = _checked_band(_bounds(k), input.shape[-2], input.shape[-1], align)
        expected = [*input.shape[:-2], *([] if band.is_single else [band.upper - band.lower + 1]), band.length]
        if list(diagonal.shape) != expected:
            raise ValueError(f"diagonal has shape {list(diagonal.shape)}, expected {expected}.")
        return _filled(diagonal, band, input.clone(memory_format=torch.contiguous_format))

    return compute


def _k_and_align(op: Operation, index: int) -> dict[str, Any]:
    k: Any = op.inputs[index] if len(op.inputs) > index else 0
    default = _OLD_ALIGN if op.type.endswith("V2") else "RIGHT_LEFT"
    return {"k": k, "align": op.attrs.get("align", default)}


def _diag_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [matrix_diag_part(grad, **_k_and_align(op, 1)), *[None] * (len(op.inputs) - 1)]


def _part_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    matrices = op.inputs[0]
    settings = _k_and_align(op, 1)
    rows, columns = (None, None) if matrices.shape.rank is None else matrices.shape.as_list()[-2:]
    if rows is None or columns is None:
        result = matrix_set_diag(zeros_like(matrices), grad, **settings)
    else:
        result = matrix_diag(grad, num_rows=rows, num_cols=columns, **settings)
    return [result, *[None] * (len(op.inputs) - 1)]


def _set_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    diagonal, settings = op.inputs[1], _k_and_align(op, 2)
    nothing = zeros(shape_of(diagonal), dtype=grad.dtype.base_dtype)
    results: list[Tensor | None] = [matrix_set_diag(grad, nothing, **settings), matrix_diag_part(grad, **settings)]
    return results + [None] * (len(op.inputs) - 2)


_ALIGN = "; align: string = 'RIGHT_LEFT' in {'LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'}"
_FAMILIES: dict[str, tuple[str, str, str, Any, Any, Any]] = {
    "MatrixDiag": (
        "diagonal: T", "k: int32; num_rows: int32; num_cols: int32; padding_value: T", "output: T",
        _diag_shape, _diag_kernel, _diag_gradient,
    ),
    "MatrixDiagPart": (
        "input: T", "k: int32; padding_value: T", "diagonal: T", _part_shape, _part_kernel, _part_gradient,
    ),
    "MatrixSetDiag": (
        "input: T; diagonal: T", "k: int32", "output: T", _set_shape, _set_kernel, _set_gradient,
    ),
}  # fmt: skip


def _aligned(make: Any, op: Operation) -> Any:
    return make(str(_k_and_align(op, 0)["align"]))


for _name, (_first, _rest, _output, _shape, _make, _gradient) in _FAMILIES.items():
    for _version in ("", "V2", "V3"):
        register_op(
            _name + _version,
            inputs=f"{_first}; {_rest}" if _version else _first,
            outputs=_output,
            attrs=f"T: type{_ALIGN if _version == 'V3' else ''}",
            shape=_shape,
            kernel=lambda op, make=_make: _aligned(make, op),
            gradient=_gradient,
        )
