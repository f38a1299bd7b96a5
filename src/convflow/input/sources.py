"""Rows of databases, records written, datasets as tensors (API: tf.data.experimental.SqlDataset ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.type_spec import TensorSpec
from convflow.input import structure
from convflow.input.dataset import Dataset
from convflow.input.nested import Node
from convflow.input.readers import optional
from convflow.input.structure import ElementSpec
from convflow.ops import dataset_cardinality as _cardinality_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops import dataset_records as _record_ops  # noqa: F401
from convflow.ops import dataset_sql as _sql_ops  # noqa: F401


class SqlDataset(Dataset):
    """The rows that a query gives, a tuple of scalars each (API: tf.data.experimental.SqlDataset).

    Args:
        driver_name: "sqlite", a string scalar.
        data_source_name: the path of the database, a string scalar.
        query: what is asked, a string scalar.
        output_types: a tuple of the columns' types: string, bool, float64, or whole numbers. SQLite converts; what is
            missing (NULL) is 0 or "".

    Raises:
        ValueError: a column of another type.
        tf.errors.InvalidArgumentError: (in the run) another driver, or another number of columns.
        tf.errors.UnknownError: (when read) the database or the query is wrong.
    """

    def __init__(self, driver_name: Any, data_source_name: Any, query: Any, output_types: Any) -> None:
        texts: dict[str, Any] = {"driver_name": driver_name, "data_source_name": data_source_name, "query": query}
        inputs: dict[str, Any] = {name: convert_to_tensor(text, dtypes.string, name) for name, text in texts.items()}
        spec = ElementSpec.of(output_types, structure.map_leaves(lambda _: TensorShape([]), output_types))
        super().__init__(Node(apply_op("SqlDataset", **inputs, **spec.attrs), spec))


class TFRecordWriter:
    """Writes a dataset to a record file (API: tf.data.experimental.TFRecordWriter).

    Args:
        filename: the file, a string scalar.
        compression_type: "", "ZLIB" or "GZIP"; None for "".
    """

    def __init__(self, filename: Any, compression_type: Any = None) -> None:
        self._filename = convert_to_tensor(filename, dtypes.string, name="filename")
        self._compression_type = optional(compression_type, "", dtypes.string, "compression_type")

    def write(self, dataset: Any) -> Operation:
        """The operation that writes the file anew each time it is run; in eager mode it is written at once.

        Args:
            dataset: a `tf.data.Dataset` of string scalars.

        Raises:
            TypeError: `dataset` is none, or one of other elements.
        """
        if not isinstance(dataset, Dataset):
            raise TypeError(f"Invalid `dataset`. Expected a `tf.data.Dataset` object but got {type(dataset)}.")
        if not TensorSpec([], dtypes.string).is_compatible_with(_single(dataset)):
            raise TypeError(
                "Invalid `dataset`. Expected a `dataset` that produces scalar `tf.string` elements, but got a dataset "
                f"which produces elements with shapes {dataset.output_shapes} and types {dataset.output_types}. "
                "Use tf.serialize_tensor, or tf.train.Example, to make strings of them."
            )
        return apply_op(
            "DatasetToTFRecord",
            input_dataset=dataset._variant_tensor,
            filename=self._filename,
            compression_type=self._compression_type,
        )


def _single(dataset: Dataset) -> Any:
    """The kind of elements of one tensor; for others something that fits nothing."""
    spec = dataset.element_spec
    return spec if isinstance(spec, TensorSpec) else TensorSpec(None, dtypes.variant)


def cardinality(dataset: Dataset) -> Tensor:
    """How many elements a dataset has (API: tf.data.experimental.cardinality).

    Args:
        dataset: a `tf.data.Dataset`.

    Returns:
        An int64 scalar; `INFINITE_CARDINALITY` (-1), or `UNKNOWN_CARDINALITY` (-2) where only reading would tell.
    """
    return apply_op("DatasetCardinality", input_dataset=dataset._variant_tensor)


def from_variant(variant: Any, structure: Any) -> Dataset:
    """The dataset of a tensor (API: tf.data.experimental.from_variant).

    Args:
        variant: what `to_variant` returned, a scalar of type `variant`.
        structure: the kind of its elements, a structure of `tf.TypeSpec`.

    Returns:
        A `Dataset`.
    """
    return Dataset(Node(variant, ElementSpec(structure)))
