"""Datasets of what files hold (API: tf.data.TFRecordDataset, TextLineDataset, FixedLengthRecordDataset)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.input import mapped
from convflow.input.dataset import Dataset
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.ops import dataset_files as _file_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops.array.reshape import reshape

_STRING = ElementSpec.of(dtypes.string, TensorShape([]))
_BUFFER = 256 * 1024


def optional(value: Any, default: Any, dtype: dtypes.DType, name: str) -> Tensor:
    return convert_to_tensor(default if value is None else value, dtype, name)


def _file_names(filenames: Any) -> Dataset:
    """A dataset of the names, which may be a dataset already."""
    if isinstance(filenames, Dataset):
        types, shapes = filenames.output_types, filenames.output_shapes
        if types is not dtypes.string or shapes.rank not in (0, None):
            raise TypeError(
                f"The `filenames` argument must contain `tf.string` scalars. Got {types!r} elements of shape {shapes}."
            )
        return filenames
    names = convert_to_tensor(filenames, dtype_hint=dtypes.string)
    if names.dtype is not dtypes.string:
        raise TypeError(f"The `filenames` argument must contain `tf.string` elements. Got {names.dtype!r} elements.")
    flat = reshape(names, [-1], name="flat_filenames")
    variant = apply_op(
        "TensorSliceDataset", components=[flat], Toutput_types=[dtypes.string], output_shapes=[TensorShape([])]
    )
    return Dataset(Node(variant, _STRING))


def _node_of(value: Any, caller: str) -> Node:
    return value._node


class _FileDataset(Dataset):
    def __init__(self, filenames: Any, read_one: Callable[[Tensor], Tensor], num_parallel_reads: Any = None) -> None:
        def read_one_file(filename: Tensor) -> Dataset:
            return Dataset(Node(read_one(filename), _STRING))

        names = _file_names(filenames)
        if num_parallel_reads is None:
            node = mapped.flat_mapped(names._node, read_one_file, _node_of)
        else:
            node = mapped.interleaved_ahead(names._node, read_one_file, _node_of, num_parallel_reads)
        super().__init__(node)


class TFRecordDataset(_FileDataset):
    """The records of record files, scalar strings (API: tf.data.TFRecordDataset).

    Args:
        filenames: a name, a tensor or dataset of names.
        compression_type: "", "ZLIB" or "GZIP".
        buffer_size: bytes read at once.
        num_parallel_reads: from how many files in turn; one file after the other by default.

    Raises:
        tf.errors.DataLossError: (when read) a file is damaged or cut short: the message says where. Reading can go on,
            with the next file.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        def read_one(filename: Tensor) -> Tensor:
            kind = optional(compression_type, "", dtypes.string, "compression_type")
            size = optional(buffer_size, _BUFFER, dtypes.int64, "buffer_size")
            return apply_op("TFRecordDataset", filenames=filename, compression_type=kind, buffer_size=size)

        super().__init__(filenames, read_one, num_parallel_reads)


class TextLineDataset(_FileDataset):
    """The lines of text files, scalar strings without their ends (API: tf.data.TextLineDataset).

    Args: see `TFRecordDataset`.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        def read_one(filename: Tensor) -> Tensor:
            kind = optional(compression_type, "", dtypes.string, "compression_type")
            size = optional(buffer_size, _BUFFER, dtypes.int64, "buffer_size")
            return apply_op("TextLineDataset", filenames=filename, compression_type=kind, buffer_size=size)

        super().__init__(filenames, read_one, num_parallel_reads)


class FixedLengthRecordDataset(_FileDataset):
    """Pieces of one length, scalar strings (API: tf.data.FixedLengthRecordDataset).

    Args:
        filenames: see `TFRecordDataset`.
        record_bytes: the length.
        header_bytes, footer_bytes: skipped at the beginning and the end of each file.

    Raises:
        tf.errors.InvalidArgumentError: (when read) a file does not hold whole records.
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
        name: str | None = None,
    ) -> None:
        def read_one(filename: Tensor) -> Tensor:
            return apply_op(
                "FixedLengthRecordDatasetV2",
                filenames=filename,
                record_bytes=convert_to_tensor(record_bytes, dtypes.int64, "record_bytes"),
                header_bytes=optional(header_bytes, 0, dtypes.int64, "header_bytes"),
                footer_bytes=optional(footer_bytes, 0, dtypes.int64, "footer_bytes"),
                buffer_size=optional(buffer_size, _BUFFER, dtypes.int64, "buffer_size"),
                compression_type=optional(compression_type, "", dtypes.string, "compression_type"),
            )

        super().__init__(filenames, read_one, num_parallel_reads)
