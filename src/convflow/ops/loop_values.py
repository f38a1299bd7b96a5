"""What goes round a loop or comes out of a branch: the tensors that stand for arrays, sparse tensors and slices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.tensor_array import TensorArray


def tensors_of(leaves: list[Any]) -> list[Tensor]:
    """The tensors of values, several for a value that has parts."""
    return [convert_to_tensor(part) for leaf in leaves for part in parts_of(leaf)]


def from_tensors(like: list[Any], tensors: list[Tensor]) -> list[Any]:
    """Values such as those of `like`, made of tensors in their order."""
    rest = iter(tensors)
    return [_rebuilt(leaf, rest) for leaf in like]


def parts_of(leaf: Any) -> list[Any]:
    """What stands for a value: itself, unless it is made of tensors."""
    if isinstance(leaf, TensorArray):
        return [leaf.flow]
    if isinstance(leaf, SparseTensor):
        return [leaf.indices, leaf.values, leaf.dense_shape]
    if isinstance(leaf, IndexedSlices):
        return leaf.components
    return [leaf]


def _rebuilt(leaf: Any, tensors: Iterator[Tensor]) -> Any:
    if isinstance(leaf, TensorArray):
        return leaf.with_flow(next(tensors))
    if isinstance(leaf, SparseTensor):
        return SparseTensor(next(tensors), next(tensors), next(tensors))
    if isinstance(leaf, IndexedSlices):
        parts = [next(tensors) for _ in leaf.components]
        return IndexedSlices(*parts)
    return next(tensors)
