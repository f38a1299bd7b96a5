"""What one list has and another has not (API: tf.setdiff1d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.types import INDEX


class ListDiff(NamedTuple):
    out: Tensor
    idx: Tensor


def setdiff1d(x: Any, y: Any, index_dtype: Any = dtypes.int32, name: str | None = None) -> ListDiff:
    """The elements of the vector `x` that are not in `y`, in order, and where they stood (API: tf.setdiff1d).

    Args:
        x: a vector of any type.
        y: a vector of the same type.
        index_dtype: int32 or int64, the type of `idx`.

    Returns:
        `out`, elements of `x`; `idx`, the place of each in `x`.
    """
    return ListDiff(*apply_op("ListDiff", x=x, y=y, out_idx=index_dtype, name=name))


def _list_diff_kernel(op: Operation) -> Callable[..., tuple[Any, torch.Tensor]]:
    out_idx = op.attrs["out_idx"].as_torch_dtype

    def compute(x: Any, y: Any) -> tuple[Any, torch.Tensor]:
        if x.ndim != 1 or y.ndim != 1:
            raise ValueError(f"x and y must be vectors, got shapes {list(x.shape)} and {list(y.shape)}.")
        excluded = set(y.tolist())
        kept = [position for position, item in enumerate(x.tolist()) if item not in excluded]
        where = torch.tensor(kept, dtype=torch.int64)
        return x[where.numpy() if isinstance(x, np.ndarray) else where], where.to(out_idx)

    return compute


register_op(
    "ListDiff",
    inputs="x: T; y: T",
    outputs="out: T; idx: out_idx",
    attrs=f"T: type; out_idx: type = int32 in {{{INDEX}}}",
    shape=lambda ctx: [unknown_shape(1), unknown_shape(1)],
    kernel=_list_diff_kernel,
    gradient=NO_GRADIENT,
)
