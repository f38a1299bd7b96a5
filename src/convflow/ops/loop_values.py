"""What goes round a loop: the tensors in which tensor arrays and the parts of sparse tensors and slices travel."""

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
    return [tensor for leaf in leaves for tensor in _parts(leaf)]


def from_tensors(like: list[Any], tensors: list[Tensor]) -> list[Any]:
    """Values such as those of `like`, made of tensors in their order."""
    rest = iter(tensors)
    return [_rebuilt(leaf, rest) for leaf in like]


def _parts(leaf: Any) -> list[Tensor]:
    if isinstance(leaf, TensorArray):
        return [leaf.flow]
    if isinstance(leaf, SparseTensor):
        return [leaf.indices, leaf.values, leaf.dense_shape]
    if isinstance(leaf, IndexedSlices):
        return leaf.components
    return [convert_to_tensor(leaf)]


def _rebuilt(leaf: Any, tensors: Iterator[Tensor]) -> Any:
    if isinstance(leaf, TensorArray):
        return leaf.with_flow(next(tensors))
    if isinstance(leaf, SparseTensor):
        return SparseTensor(next(tensors), next(tensors), next(tensors))
    if isinstance(leaf, IndexedSlices):
        parts = [next(tensors) for _ in leaf.components]
        return IndexedSlices(*parts)
    return next(tensors)
