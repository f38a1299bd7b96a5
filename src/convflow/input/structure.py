"""Nested elements of datasets: tuples, named tuples and dicts, whose leaves are components.

A list is no structure here but a value to be made a tensor, as in TensorFlow's tf.data. The components of a
dict come in the order of its sorted keys. A sparse tensor, or its value, is a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue
from convflow.graph.type_spec import TensorSpec, TypeSpec, type_spec_of
from convflow.ops.sparse.spec import SparseTensorSpec


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
    return isinstance(value, (tuple, Mapping)) and not isinstance(value, SparseTensorValue)


def _parts(structure: Any) -> Iterator[Any]:
    if isinstance(structure, Mapping):
        return iter([structure[key] for key in sorted(structure)])
    return iter(structure)


def _pack(structure: Any, flat: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        filled = {key: _pack(structure[key], flat) for key in sorted(structure)}
        in_order = {key: filled[key] for key in structure}
        kind: Any = type(structure)
        return in_order if kind is dict else kind(in_order)
    if _is_nested(structure):
        parts = [_pack(part, flat) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return next(flat)


@dataclass(frozen=True)
class ElementSpec:
    """What a dataset's elements are.

    Attributes:
        spec: a `TypeSpec` for each component, in the form of an element.
    """

    spec: Any

    @staticmethod
    def of(output_types: Any, output_shapes: Any = None, output_classes: Any = None) -> ElementSpec:
        """From what a program writes; shapes left out are unknown, classes left out those of tensors.

        Raises:
            TypeError: a leaf of `output_types` is no element type, or one of `output_classes` no class of components.
            ValueError: they do not have the same form.
        """
        types = map_leaves(lambda leaf: leaf if isinstance(leaf, TypeSpec) else as_dtype(leaf), output_types)
        flat = flatten(types)
        shapes = [None] * len(flat) if output_shapes is None else flatten_up_to(types, output_shapes)
        classes = [Tensor] * len(flat) if output_classes is None else flatten_up_to(types, output_classes)
        return ElementSpec(pack(types, [_component(*leaf) for leaf in zip(flat, shapes, classes, strict=True)]))

    @staticmethod
    def of_value(value: Any) -> ElementSpec:
        """Of an element: tensors and what is made of them.

        Raises:
            TypeError, ValueError: a leaf is neither, nor can be made a tensor.
        """
        return ElementSpec(map_leaves(type_spec_of, value))

    @property
    def types(self) -> Any:
        return map_leaves(lambda leaf: leaf._legacy_type, self.spec)

    @property
    def shapes(self) -> Any:
        return map_leaves(lambda leaf: leaf._legacy_shape, self.spec)

    @property
    def classes(self) -> Any:
        return map_leaves(lambda leaf: leaf._legacy_class, self.spec)

    @property
    def flat_types(self) -> list[DType]:
        """The types of the tensors that an element travels as."""
        return [dtype for leaf in flatten(self.spec) for dtype, _ in leaf._flat_tensors]

    @property
    def flat_shapes(self) -> list[TensorShape]:
        return [shape for leaf in flatten(self.spec) for _, shape in leaf._flat_tensors]

    @property
    def attrs(self) -> dict[str, Any]:
        """The attributes by which dataset and iterator nodes know their elements."""
        return {"output_types": self.flat_types, "output_shapes": self.flat_shapes}

    def to_tensors(self, element: Any) -> list[Tensor]:
        """The tensors that an element travels as."""
        pairs = zip(flatten(self.spec), flatten_up_to(self.spec, element), strict=True)
        return [tensor for leaf, value in pairs for tensor in leaf._to_tensors(value)]

    def to_batched_tensors(self, element: Any) -> list[Tensor]:
        """As `to_tensors`, for an element that is to be taken apart along its first dimension."""
        pairs = zip(flatten(self.spec), flatten_up_to(self.spec, element), strict=True)
        return [tensor for leaf, value in pairs for tensor in leaf._to_batched_tensors(value)]

    def from_tensors(self, tensors: Any) -> Any:
        """The element that these tensors are; one alone may come without a list."""
        left = iter(tensors if isinstance(tensors, list) else [tensors])
        return map_leaves(lambda leaf: leaf._from_tensors(list(islice(left, len(leaf._flat_tensors)))), self.spec)

    def batched(self, rows: int | None) -> ElementSpec:
        """Of `rows` elements at once."""
        return ElementSpec(map_leaves(lambda leaf: leaf._batch(rows), self.spec))

    def unbatched(self) -> ElementSpec:
        """Of the rows of an element.

        Raises:
            ValueError: a component is a scalar.
        """
        return ElementSpec(map_leaves(lambda leaf: leaf._unbatch(), self.spec))

    def with_dense_shapes(self, shapes: list[TensorShape]) -> ElementSpec:
        """The spec of tensors of the same types and form that have these shapes."""
        flat = zip(self.flat_types, shapes, strict=True)
        return ElementSpec(pack(self.spec, [TensorSpec(shape, dtype) for dtype, shape in flat]))

    def fits(self, other: ElementSpec) -> bool:
        """Whether elements of `other`, of the same form, are elements of this."""
        pairs = zip(flatten(self.spec), flatten(other.spec), strict=True)
        return all(mine.is_compatible_with(theirs) for mine, theirs in pairs)

    def common(self, other: ElementSpec) -> ElementSpec:
        """The narrowest spec of the elements of both, which have one form.

        Raises:
            ValueError: their types differ.
        """
        pairs = zip(flatten(self.spec), flatten(other.spec), strict=True)
        return ElementSpec(pack(self.spec, [mine.most_specific_compatible_type(theirs) for mine, theirs in pairs]))


def _component(dtype: Any, shape: Any, kind: Any) -> TypeSpec:
    for leaf in (dtype, kind):
        if isinstance(leaf, TypeSpec):
            return leaf
    if isinstance(kind, type) and issubclass(kind, SparseTensor):
        return SparseTensorSpec(shape, dtype)
    if isinstance(kind, type) and issubclass(kind, Tensor):
        return TensorSpec(shape, dtype)
    raise TypeError(
        f"Could not build a structure for output class {kind!r}. Give tf.Tensor, tf.SparseTensor or what "
        "`output_classes` of a dataset has in its place."
    )
