"""Datasets in the graph, and as components of other datasets' elements (API: tf.data.DatasetSpec)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.graph.type_spec import FlatTypes, TypeSpec, register_type_spec
from convflow.input.structure import ElementSpec


@dataclass(frozen=True)
class Node:
    """A dataset in the graph: its `variant` tensor and what its elements are."""

    variant: Tensor
    spec: ElementSpec


class DatasetSpec(TypeSpec):
    """The kind of a dataset that is part of an element (API: tf.data.DatasetSpec,
    tf.data.experimental.DatasetStructure).

    Args:
        element_spec: of its elements, a structure of `tf.TypeSpec`.
        dataset_shape: of several datasets at once, as batches of windows are.
    """

    # The room's dataset.py, which stands above, says here of what class the datasets are.
    dataset_class: type

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self._element_spec = element_spec
        self._dataset_shape = as_shape(dataset_shape)

    @property
    def value_type(self) -> type:
        return self.dataset_class

    @property
    def element_spec(self) -> Any:
        """The kind of its elements."""
        return self._element_spec

    @staticmethod
    def from_value(value: Any) -> DatasetSpec:
        """Of a dataset.

        Args:
            value: a `tf.data.Dataset`.
        """
        return DatasetSpec(value.element_spec)

    def _serialize(self) -> tuple[Any, ...]:
        return (self._element_spec, self._dataset_shape)

    @property
    def _flat_tensors(self) -> FlatTypes:
        return [(dtypes.variant, self._dataset_shape)]

    def _to_tensors(self, value: Any) -> list[Tensor]:
        return [value._variant_tensor]

    def _from_tensors(self, tensors: list[Tensor]) -> Any:
        if self._dataset_shape.rank == 0:
            return self.dataset_class(Node(tensors[0], ElementSpec(self._element_spec)))
        return ManyDatasets(tensors[0], self)

    def _batch(self, rows: int | None) -> DatasetSpec:
        return DatasetSpec(self._element_spec, TensorShape([rows]).concatenate(self._dataset_shape))

    def _unbatch(self) -> DatasetSpec:
        if self._dataset_shape.rank == 0:
            raise ValueError("Unbatching a dataset is only supported for rank >= 1.")
        return DatasetSpec(self._element_spec, self._dataset_shape[1:])


class ManyDatasets:
    """Several datasets at once, as batching datasets of datasets makes them; `unbatch` gives them one by one.

    Args:
        variant: the tensor of them.
        spec: what they are.
    """

    def __init__(self, variant: Tensor, spec: DatasetSpec) -> None:
        self._variant_tensor = variant
        self._spec = spec


register_type_spec(ManyDatasets, lambda value: value._spec)
