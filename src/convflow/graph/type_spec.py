"""What is known of a value before it is there: its kind, types and shapes (API: tf.TypeSpec, tf.TensorSpec)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor

FlatTypes = list[tuple[DType, TensorShape]]


class TypeSpec:
    """The kind of a value that is made of tensors (API: tf.TypeSpec, tf.data.experimental.Structure).

    Values of a kind travel through datasets as flat tensors; a kind knows how to make these of a value and back.
    """

    @property
    def value_type(self) -> type:
        """The class of the values."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it describes. Use one of its subclasses.")

    def _serialize(self) -> tuple[Any, ...]:
        """What two kinds of one class are told apart by."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it holds. Use one of its subclasses.")

    @property
    def _flat_tensors(self) -> FlatTypes:
        """Type and shape of each tensor that a value is in a dataset."""
        raise NotImplementedError(f"{type(self).__name__} is no element of datasets.")

    def _to_tensors(self, value: Any) -> list[Tensor]:
        raise NotImplementedError(f"{type(self).__name__} is no element of datasets.")

    def _to_batched_tensors(self, value: Any) -> list[Tensor]:
        """As `_to_tensors`, for a value that is to be taken apart along its first dimension."""
        return self._to_tensors(value)

    def _from_tensors(self, tensors: list[Tensor]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} is no element of datasets.")

    def _batch(self, rows: int | None) -> TypeSpec:
        raise TypeError(f"Elements of the kind {self!r} cannot be batched.")

    def _unbatch(self) -> TypeSpec:
        raise TypeError(f"Elements of the kind {self!r} cannot be taken apart.")

    # What `output_types`, `output_shapes` and `output_classes` of a dataset show.

    @property
    def _legacy_type(self) -> Any:
        return self

    @property
    def _legacy_shape(self) -> Any:
        return self

    @property
    def _legacy_class(self) -> Any:
        return self

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or all values of a kind, are of this kind.

        Args:
            spec_or_value: a `TypeSpec`, or a value of which one can be made.
        """
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_of(spec_or_value)
        return type(self) is type(other) and _are_compatible(self._serialize(), other._serialize())

    def most_specific_compatible_type(self, other: TypeSpec) -> TypeSpec:
        """The narrowest kind that both are of.

        Args:
            other: a `TypeSpec` of the same class.

        Raises:
            ValueError: there is none.
        """
        if type(self) is not type(other):
            raise ValueError(f"No TypeSpec is compatible with both {self!r} and {other!r}.")
        parts = zip(self._serialize(), other._serialize(), strict=True)
        return type(self)(*(_common(mine, theirs, (self, other)) for mine, theirs in parts))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._serialize() == other._serialize()

    def __hash__(self) -> int:
        return hash((type(self), _hashable(self._serialize())))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._serialize()))})"


def _are_compatible(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return len(mine) == len(theirs) and all(map(_are_compatible, mine, theirs))
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        return set(mine) == set(theirs) and all(_are_compatible(mine[key], theirs[key]) for key in mine)
    if type(mine) is type(theirs) and isinstance(mine, (TypeSpec, TensorShape, DType)):
        return mine.is_compatible_with(theirs)
    return bool(mine == theirs)


def _common(mine: Any, theirs: Any, specs: tuple[TypeSpec, TypeSpec]) -> Any:
    if isinstance(mine, TensorShape):
        return mine.most_specific_compatible_shape(theirs)
    if isinstance(mine, TypeSpec) and isinstance(theirs, TypeSpec):
        return mine.most_specific_compatible_type(theirs)
    if isinstance(mine, tuple) and type(mine) is type(theirs) and len(mine) == len(theirs):
        parts = [_common(one, other, specs) for one, other in zip(mine, theirs, strict=True)]
        return type(mine)(*parts) if hasattr(mine, "_fields") else tuple(parts)
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping) and set(mine) == set(theirs):
        return {key: _common(mine[key], theirs[key], specs) for key in mine}
    if mine != theirs:
        raise ValueError(f"No TypeSpec is compatible with both {specs[0]!r} and {specs[1]!r}: {mine!r} vs. {theirs!r}.")
    return mine


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple((key, _hashable(value[key])) for key in sorted(value))
    return tuple(map(_hashable, value)) if isinstance(value, tuple) else value


class TensorSpec(TypeSpec):
    """The shape and type of a tensor (API: tf.TensorSpec).

    Args:
        shape: what is known of it.
        dtype: the element type.
        name: what an argument of this kind is called.
    """

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @property
    def value_type(self) -> type:
        return Tensor

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def name(self) -> str | None:
        return self._name

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether a tensor or spec has this type and a shape that fits.

        Args:
            spec_or_tensor: what has a `dtype` and a `shape`.
        """
        return self._dtype.is_compatible_with(spec_or_tensor.dtype) and self._shape.is_compatible_with(
            spec_or_tensor.shape
        )

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same with another name.

        Args:
            spec: a `tf.TensorSpec`.
            name: None for its own.
        """
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """Of a tensor.

        Args:
            tensor: a `tf.Tensor`.
            name: None for its operation's, in graphs.
        """
        return cls(tensor.shape, tensor.dtype, name)

    def _serialize(self) -> tuple[Any, ...]:
        return (self._shape, self._dtype, self._name)

    @property
    def _flat_tensors(self) -> FlatTypes:
        return [(self._dtype, self._shape)]

    def _to_tensors(self, value: Any) -> list[Tensor]:
        return [value if isinstance(value, Tensor) else convert_to_tensor(value, self._dtype)]

    def _from_tensors(self, tensors: list[Tensor]) -> Tensor:
        return tensors[0]

    def _batch(self, rows: int | None) -> TensorSpec:
        return TensorSpec(TensorShape([rows]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> TensorSpec:
        if self._shape.rank == 0:
            raise ValueError(
                "Unbatching a tensor is only supported for rank >= 1: a component has shape (), but slicing needs a "
                "first dimension. Use Dataset.from_tensors for a single element."
            )
        return TensorSpec(self._shape[1:], self._dtype)

    @property
    def _legacy_type(self) -> DType:
        return self._dtype

    @property
    def _legacy_shape(self) -> TensorShape:
        return self._shape

    @property
    def _legacy_class(self) -> type:
        return Tensor

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


_FROM_VALUE: list[tuple[type | tuple[type, ...], Callable[[Any], TypeSpec]]] = []


def register_type_spec(kinds: type | tuple[type, ...], from_value: Callable[[Any], TypeSpec]) -> None:
    """Say of which kind the values of a class are that are no tensors.

    Args:
        kinds: the class, or several.
        from_value: takes a value, returns its kind.
    """
    _FROM_VALUE.append((kinds, from_value))


def composite_spec_of(value: Any) -> TypeSpec | None:
    """The kind of a value that is no tensor nor becomes one, None if it is one or does."""
    for kinds, from_value in _FROM_VALUE:
        if isinstance(value, kinds):
            return from_value(value)
    return None


def type_spec_of(value: Any) -> TypeSpec:
    """The kind of a value; what is not known otherwise is made a tensor.

    Raises:
        TypeError, ValueError: it cannot be made one.
    """
    found = composite_spec_of(value)
    if found is not None:
        return found
    tensor = value if isinstance(value, Tensor) else convert_to_tensor(value)
    return TensorSpec(tensor.shape, tensor.dtype.base_dtype)
