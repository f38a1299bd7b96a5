"""Nested elements of datasets: tuples, named tuples and dicts, whose leaves are components.

A list is no structure here but a value to be made a tensor, as in TensorFlow's tf.data. The components of a
dict come in the order of its sorted keys. A sparse tensor is a structure of its three parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor


class SparseParts(NamedTuple):
    """Types or shapes of a sparse tensor's parts."""

    indices: Any
    values: Any
    dense_shape: Any


def flatten(structure: Any) -> list[Any]:
    """The leaves, in order."""
    if not _is_nested(structure):
        return [structure]
    return [leaf for part in _parts(structure) for leaf in flatten(part)]


def pack(structure: Any, flat: list[Any]) -> Any:
    """`flat` in the form of `structure`."""
    return _pack(structure, iter(flat))


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    return pack(structure, [function(leaf) for leaf in flatten(structure)])


def flatten_up_to(shallow: Any, deep: Any) -> list[Any]:
    """The parts of `deep` that stand where `shallow` has leaves.

    Raises:
        ValueError, TypeError: `deep` has another form.
    """
    if not _is_nested(shallow):
        return [deep]
    check_same_level(shallow, deep)
    pairs = zip(_parts(shallow), _parts(deep), strict=True)
    return [leaf for one, other in pairs for leaf in flatten_up_to(one, other)]


def check_same(first: Any, second: Any) -> None:
    """ValueError or TypeError unless both have the same form; their leaves do not matter."""
    if _is_nested(first) or _is_nested(second):
        check_same_level(first, second)
        for one, other in zip(_parts(first), _parts(second), strict=True):
            check_same(one, other)


def check_same_level(first: Any, second: Any) -> None:
    if not (_is_nested(first) and _is_nested(second)):
        raise ValueError(
            "The two structures don't have the same nested structure: one is a "
            f"{type(first).__name__}, the other a {type(second).__name__}: {first!r} and {second!r}."
        )
    if isinstance(first, Mapping) != isinstance(second, Mapping):
        raise TypeError(
            f"The two structures don't have the same sequence type: {type(first).__name__} and "
            f"{type(second).__name__}: {first!r} and {second!r}."
        )
    if isinstance(first, Mapping) and set(first) != set(second):
        raise ValueError(f"The two dictionaries don't have the same set of keys: {sorted(first)} and {sorted(second)}.")
    sizes = len(list(_parts(first))), len(list(_parts(second)))
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"The two structures don't have the same number of elements: {sizes[0]} and {sizes[1]}: "
            f"{first!r} and {second!r}."
        )


def _is_nested(value: Any) -> bool:
    return isinstance(value, (tuple, Mapping, SparseTensor))


def _parts(structure: Any) -> Iterator[Any]:
    if isinstance(structure, Mapping):
        return iter([structure[key] for key in sorted(structure)])
    if isinstance(structure, SparseTensor):
        return iter((structure.indices, structure.values, structure.dense_shape))
    return iter(structure)


def _pack(structure: Any, flat: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        filled = {key: _pack(structure[key], flat) for key in sorted(structure)}
        in_order = {key: filled[key] for key in structure}
        kind: Any = type(structure)
        return in_order if kind is dict else kind(in_order)
    if isinstance(structure, (SparseTensor, SparseParts)):
        sparse = SparseParts(next(flat), next(flat), next(flat))
        return SparseTensor(*sparse) if isinstance(sparse.values, Tensor) else sparse
    if isinstance(structure, tuple):
        parts = [_pack(part, flat) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return next(flat)


@dataclass(frozen=True)
class ElementSpec:
    """Types and shapes of a dataset's elements, in the form of an element."""

    types: Any
    shapes: Any

    @staticmethod
    def of(output_types: Any, output_shapes: Any = None) -> ElementSpec:
        """From what a program writes; shapes left out are unknown.

        Raises:
            TypeError: a leaf of `output_types` is no element type.
            ValueError: the two do not have the same form.
        """
        types = map_leaves(as_dtype, output_types)
        if output_shapes is None:
            return ElementSpec(types, map_leaves(lambda _: TensorShape(None), types))
        shapes = [as_shape(shape) for shape in flatten_up_to(types, output_shapes)]
        return ElementSpec(types, pack(types, shapes))

    @property
    def classes(self) -> Any:
        return _classes(self.types)

    @property
    def flat_types(self) -> list[DType]:
        return flatten(self.types)

    @property
    def flat_shapes(self) -> list[TensorShape]:
        return flatten(self.shapes)

    @property
    def attrs(self) -> dict[str, Any]:
        """The attributes by which dataset and iterator nodes know their elements."""
        return {"output_types": self.flat_types, "output_shapes": self.flat_shapes}

    def map_shapes(self, function: Callable[[TensorShape], TensorShape]) -> ElementSpec:
        """The spec of elements whose tensors have other shapes.

        Raises:
            TypeError: one of them is sparse, whose parts cannot be put together or taken apart one by one.
        """
        if _holds_sparse(self.types):
            raise TypeError(
                "A dataset of sparse tensors cannot be batched or sliced here. Batch before they are made "
                "(dataset.batch(n) and then tf.parse_example), or make them dense with tf.sparse_tensor_to_dense."
            )
        return ElementSpec(self.types, map_leaves(function, self.shapes))


def _holds_sparse(types: Any) -> bool:
    return isinstance(types, SparseParts) or (_is_nested(types) and any(map(_holds_sparse, _parts(types))))


def _classes(types: Any) -> Any:
    if isinstance(types, SparseParts):
        return SparseTensor
    if not _is_nested(types):
        return Tensor
    if isinstance(types, Mapping):
        return {key: _classes(part) for key, part in types.items()}
    parts = tuple(map(_classes, types))
    return type(types)(*parts) if hasattr(types, "_fields") else parts
