"""Values that may be missing (API: tf.data.experimental.Optional, get_next_as_optional)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import colocate_with, name_scope
from convflow.graph.type_spec import FlatTypes, TypeSpec, register_type_spec
from convflow.input.functions import as_components
from convflow.input.iterators import Iterator
from convflow.input.structure import ElementSpec
from convflow.ops import optional as _optional_ops  # noqa: F401 (registers the nodes made here)


class Optional:
    """A value, or the knowledge that there is none (API: tf.data.experimental.Optional).

    Made by `Optional.from_value`, `Optional.none_from_structure` and `get_next_as_optional`.

    Args:
        variant_tensor: the scalar of type `variant`.
        value_structure: the kind of the value, a structure of `tf.TypeSpec`.
    """

    def __init__(self, variant_tensor: Tensor, value_structure: Any) -> None:
        self._variant_tensor = variant_tensor
        self._value_structure = value_structure

    @staticmethod
    def from_value(value: Any) -> Optional:
        """With this value.

        Args:
            value: a structure of tensors, sparse tensors and datasets.

        Raises:
            TypeError, ValueError: it cannot be made tensors.
        """
        with name_scope("optional") as scope:
            with name_scope("value"):
                given = as_components(value)
                spec = ElementSpec.of_value(given)
                components = spec.to_tensors(given)
            return Optional(apply_op("OptionalFromValue", components=components, name=scope), spec.spec)

    @staticmethod
    def none_from_structure(value_structure: Any) -> Optional:
        """Without a value.

        Args:
            value_structure: the kind of the value that it would have, a structure of `tf.TypeSpec`.
        """
        return Optional(apply_op("OptionalNone"), value_structure)

    @property
    def value_structure(self) -> Any:
        """The kind of the value, a structure of `tf.TypeSpec`."""
        return self._value_structure

    def has_value(self, name: str | None = None) -> Tensor:
        """Whether there is a value, a bool scalar.

        Args:
            name: of the operation.
        """
        with colocate_with(self._variant_tensor):
            return apply_op("OptionalHasValue", optional=self._variant_tensor, name=name)

    def get_value(self, name: str | None = None) -> Any:
        """The value, in its form.

        Args:
            name: of the operation.

        Raises:
            tf.errors.InvalidArgumentError: (in the run) there is none.
        """
        spec = ElementSpec(self._value_structure)
        with name_scope(name, "OptionalGetValue", [self._variant_tensor]) as scope:
            with colocate_with(self._variant_tensor):
                found = apply_op("OptionalGetValue", optional=self._variant_tensor, name=scope, **spec.attrs)
            return spec.from_tensors(found)


class OptionalSpec(TypeSpec):
    """The kind of an optional value (API: tf.OptionalSpec, tf.data.experimental.OptionalStructure).

    Args:
        value_structure: the kind of the value, a structure of `tf.TypeSpec`.
    """

    def __init__(self, value_structure: Any) -> None:
        self._value_structure = value_structure

    @property
    def value_type(self) -> type:
        return Optional

    @staticmethod
    def from_value(value: Any) -> OptionalSpec:
        """Of an optional value.

        Args:
            value: an `Optional`.
        """
        return OptionalSpec(value.value_structure)

    def _serialize(self) -> tuple[Any, ...]:
        return (self._value_structure,)

    @property
    def _flat_tensors(self) -> FlatTypes:
        return [(dtypes.variant, TensorShape([]))]

    def _to_tensors(self, value: Any) -> list[Tensor]:
        return [value._variant_tensor]

    def _from_tensors(self, tensors: list[Tensor]) -> Optional:
        return Optional(tensors[0], self._value_structure)


register_type_spec(Optional, OptionalSpec.from_value)


def get_next_as_optional(iterator: Any) -> Optional:
    """The next element of an iterator, or none past the last one (API: tf.data.experimental.get_next_as_optional).

    Args:
        iterator: a `tf.data.Iterator`.

    Returns:
        An `Optional`, which is read anew in each run.

    Raises:
        TypeError: `iterator` is none.
    """
    if not isinstance(iterator, Iterator):
        raise TypeError(f"Expected a tf.data.Iterator, got {iterator!r} of type {type(iterator).__name__}.")
    spec = iterator._spec
    with colocate_with(iterator._iterator_resource):
        found = apply_op("IteratorGetNextAsOptional", iterator=iterator._iterator_resource, **spec.attrs)
        return Optional(found, spec.spec)


def get_structure(dataset_or_iterator: Any) -> Any:
    """The kind of an element (API: tf.data.experimental.get_structure).

    Args:
        dataset_or_iterator: a `tf.data.Dataset` or an iterator over one.

    Returns:
        A structure of `tf.TypeSpec`.

    Raises:
        TypeError: it is neither.
    """
    try:
        return dataset_or_iterator.element_spec
    except AttributeError:
        raise TypeError(
            f"`dataset_or_iterator` must be a Dataset or Iterator object, but got {type(dataset_or_iterator).__name__}."
        ) from None


def to_variant(dataset: Any) -> Tensor:
    """The tensor behind a dataset (API: tf.data.experimental.to_variant).

    Args:
        dataset: a `tf.data.Dataset`.

    Returns:
        A scalar of type `variant`.
    """
    return dataset._variant_tensor
