"""Rows put together by a number each carries: what the kernels of all segment ops share."""

from __future__ import annotations

import math

import torch

_STORED_ONLY = {torch.uint16: torch.int32, torch.uint32: torch.int64, torch.uint64: torch.int64}
_REDUCTIONS = {"prod": "prod", "max": "amax", "min": "amin"}


def reduced_rows(rows: torch.Tensor, ids: torch.Tensor, count: int, how: str, of_nothing: float | int) -> torch.Tensor:
    """Rows of one id reduced to one.

    Args:
        rows: [n, ...].
        ids: n integers from 0 to count - 1.
        how: sum, prod, max or min.
        of_nothing: the elements of rows that no id names.
    """
    kind = rows.dtype
    if kind in _STORED_ONLY:
        return reduced_rows(rows.to(_STORED_ONLY[kind]), ids, count, how, of_nothing).to(kind)
    rest, at = rows.shape[1:], ids.long()
    if how == "sum":
        return rows.new_zeros((count, *rest)).index_add_(0, at, rows)
    if how == "prod" and rows.is_complex():
        result = rows.new_full((count, *rest), of_nothing)
        for row, target in zip(rows, at.tolist(), strict=True):
            result[target] *= row
        return result
    flat = rows.reshape(rows.shape[0], math.prod(rest))
    result = torch.full((count, flat.shape[1]), of_nothing, dtype=kind)
    where = at[:, None].expand_as(flat)
    return result.scatter_reduce_(0, where, flat, _REDUCTIONS[how], include_self=False).reshape(count, *rest)


def row_counts(ids: torch.Tensor, count: int) -> torch.Tensor:
    """How many rows each id has: int64 [count]."""
    return torch.bincount(ids.long(), minlength=count)


def divided(total: torch.Tensor, by: torch.Tensor) -> torch.Tensor:
    """Rows of `total` divided by a number each; integers rounded towards zero."""
    shaped = by.reshape(-1, *[1] * (total.ndim - 1))
    if total.is_floating_point() or total.is_complex():
        return total / shaped.to(total.dtype)
    kind = total.dtype
    wide = total.long() if kind in _STORED_ONLY else total
    return torch.div(wide, shaped.to(wide.dtype), rounding_mode="trunc").to(kind)
