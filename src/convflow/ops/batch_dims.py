"""Ops that know one batch size, applied to inputs of several (API: the rank 5 that tf.nn.conv2d accepts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of


def squeeze_batch_dims(input: Any, op: Callable[..., Tensor], inner_rank: int, name: str | None = None) -> Tensor:
    """`op(input=...)` on `input` with all sizes before the last `inner_rank` joined to one, and split again.

    An input with at most one size before them goes to `op(input=..., name=...)` as it is.
    """
    rank = _rank(input)
    if rank is None or rank <= inner_rank + 1:
        return op(input=input, name=name)
    with name_scope(name, "squeeze_batch_dims", [input]):
        input = convert_to_tensor(input, name="input")
        inner, batch = input.shape[-inner_rank:], input.shape[:-inner_rank]
        inner_sizes: Any = inner.as_list() if inner.is_fully_defined() else shape_of(input)[-inner_rank:]
        batch_sizes: Any = batch.as_list() if batch.is_fully_defined() else shape_of(input)[:-inner_rank]
        joined = [-1, *inner_sizes] if isinstance(inner_sizes, list) else concat([[-1], inner_sizes], axis=-1)
        result = op(input=reshape(input, joined))
        out_inner = result.shape[-inner_rank:]
        out_sizes: Any = out_inner.as_list() if out_inner.is_fully_defined() else shape_of(result)[-inner_rank:]
        split = reshape(result, concat([batch_sizes, out_sizes], axis=-1))
        split.set_shape(batch.concatenate(split.shape[-inner_rank:]))
        return split


def _rank(input: Any) -> int | None:
    shape = getattr(input, "shape", None)
    if shape is None:
        return None
    return shape.rank if isinstance(shape, TensorShape) else len(shape)
