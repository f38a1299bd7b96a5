"""Rows of CSV files as datasets (API: tf.data.experimental.CsvDataset, make_csv_dataset)."""

from __future__ import annotations

import collections
import csv
import gzip
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.formats import files, gfile_v1
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.input import experimental
from convflow.input.dataset import AUTOTUNE, Dataset
from convflow.input.nested import Node
from convflow.input.readers import optional
from convflow.input.structure import ElementSpec
from convflow.ops import dataset_csv as _csv_ops  # noqa: F401 (registers the node made here)
from convflow.ops.array.constant import constant

_TYPES = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.string)
_BUFFER = 4 * 1024 * 1024


class CsvDataset(Dataset):
    """The rows of CSV files, a tuple of scalars each (API: tf.data.experimental.CsvDataset).

    Args:
        filenames: a name, or a tensor of names.
        record_defaults: for each column its type, or a value of its type that stands for an empty field.
        compression_type: "", "ZLIB" or "GZIP".
        buffer_size: bytes read at once.
        header: whether to skip the first line of each file.
        field_delim: the character between fields.
        use_quote_delim: whether double quotes may enclose a field, also one with line breaks.
        na_value: a text that counts as an empty field, too.
        select_cols: which columns, ascending; all by default.

    Raises:
        TypeError: a column of another type.
        tf.errors.InvalidArgumentError: (when read) a row with another number of fields, or a field that is no number of
            its type: the message names file and row. Reading can go on, with the next row.
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: Any = None,
        buffer_size: Any = None,
        header: Any = False,
        field_delim: Any = ",",
        use_quote_delim: Any = True,
        na_value: Any = "",
        select_cols: Any = None,
    ) -> None:
        names = convert_to_tensor(filenames, dtypes.string, "filenames")
        kind = optional(compression_type, "", dtypes.string, "compression_type")
        defaults = [convert_to_tensor(_default(item), name="record_defaults") for item in record_defaults]
        types = tuple(default.dtype for default in defaults)
        for dtype in types:
            if dtype not in _TYPES:
                raise TypeError(
                    f"A column of a CSV file cannot be {dtype.name}, expected one of "
                    f"{', '.join(item.name for item in _TYPES)}. Read one of these and use tf.cast."
                )
        variant = apply_op(
            "CSVDataset",
            filenames=names,
            compression_type=kind,
            buffer_size=optional(buffer_size, _BUFFER, dtypes.int64, "buffer_size"),
            header=convert_to_tensor(header, dtypes.bool, "header"),
            field_delim=convert_to_tensor(field_delim, dtypes.string, "field_delim"),
            use_quote_delim=convert_to_tensor(use_quote_delim, dtypes.bool, "use_quote_delim"),
            na_value=convert_to_tensor(na_value, dtypes.string, "na_value"),
            select_cols=optional(select_cols, np.zeros(0, np.int64), dtypes.int64, "select_cols"),
            record_defaults=defaults,
            output_types=list(types),
            output_shapes=[TensorShape([])] * len(types),
        )
        super().__init__(Node(variant, ElementSpec.of(types, (TensorShape([]),) * len(types))))


def _default(item: Any) -> Any:
    """A type means that the field must be there, which an empty tensor says."""
    if isinstance(item, (DType, type)):
        return constant([], dtype=dtypes.as_dtype(item))
    return item


def make_csv_dataset(
    file_pattern: Any,
    batch_size: Any,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[int | str] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: Any = 10000,
    shuffle_seed: Any = None,
    prefetch_buffer_size: Any = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: Any = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:
    """Batches of the rows of CSV files by the names of their columns (API: tf.data.experimental.make_csv_dataset).

    Args:
        file_pattern: a name with wildcards, or a list of them.
        batch_size: rows in each batch; the last batch of `num_epochs` may have fewer.
        column_names: by default what the files' first lines say.
        column_defaults: see `CsvDataset`; by default the narrowest types that take the first rows, with 0 and "" for
            empty fields.
        label_name: the column that is handed out apart: elements are then pairs.
        select_columns: names or places of the columns; all by default.
        num_epochs: how often; None for endlessly.
        num_parallel_reads, prefetch_buffer_size, sloppy: the order is always that of one reader.
        num_rows_for_inference: how many rows decide about types; None for all.
        ignore_errors: leave rows out that cannot be read.
        encoding: of the names and fields that are looked at here.

    Returns:
        A dataset of dicts of tensors of shape (batch,), or of pairs of such a dict and the labels.

    Raises:
        ValueError: no such files, contradicting columns, or an empty file.
    """
    names = _file_names(file_pattern)
    probe = _Probe(names, field_delim, use_quote_delim, header, _opener(compression_type, encoding))
    if column_names is None:
        if not header:
            raise ValueError("Expected `column_names` or `header` arguments. Neither is provided.")
        column_names = probe.names()
    column_names = list(column_names)
    if len(set(column_names)) != len(column_names):
        repeated = sorted(name for name, count in collections.Counter(column_names).items() if count > 1)
        raise ValueError(
            "Either `column_names` argument or CSV header row contains duplicate column names: "
            f"{repeated}. Pass column_names that differ."
        )
    chosen = None if select_columns is None else _places(select_columns, column_names)
    if column_defaults is None:
        column_defaults = probe.defaults(len(column_names), chosen, na_value, num_rows_for_inference)
    if chosen is not None and len(column_defaults) != len(chosen):
        raise ValueError(
            "If specified, `column_defaults` and `select_columns` must have the same length: `column_defaults` has "
            f"length {len(column_defaults)}, `select_columns` has length {len(chosen)}."
        )
    kept = column_names if chosen is None else [column_names[place] for place in chosen]
    if label_name is not None and label_name not in kept:
        raise ValueError(f"`label_name` provided must be one of the columns: {kept}. Received: {label_name}.")
    defaults = [_default(item) for item in column_defaults]

    def rows(name: Tensor) -> Dataset:
        data: Dataset = CsvDataset(
            name,
            defaults,
            field_delim=field_delim,
            use_quote_delim=use_quote_delim,
            na_value=na_value,
            select_cols=chosen,
            header=header,
            compression_type=compression_type,
        )
        return data.apply(experimental.ignore_errors()) if ignore_errors else data

    def by_name(*columns: Tensor) -> Any:
        features = collections.OrderedDict(zip(kept, columns, strict=True))
        return features if label_name is None else (features, features.pop(label_name))

    data = Dataset.from_tensor_slices(np.array(names, object))
    data = data.shuffle(len(names), shuffle_seed) if shuffle else data
    data = data.interleave(rows, cycle_length=num_parallel_reads or 1, block_length=1)
    data = experimental.shuffled_epochs(data, num_epochs, shuffle, shuffle_buffer_size, shuffle_seed)
    data = data.batch(batch_size, drop_remainder=num_epochs is None).map(by_name)
    return data.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


def _file_names(file_pattern: Any) -> list[str]:
    patterns = file_pattern if isinstance(file_pattern, (list, tuple)) else [file_pattern]
    if not patterns:
        raise ValueError("Argument `file_pattern` should not be empty.")
    names = sorted(name for pattern in patterns for name in gfile_v1.Glob(pattern))
    if not names:
        raise ValueError(f"No files match `file_pattern` {file_pattern}. Is the path right, as seen from here?")
    return names


def _places(columns: Sequence[int | str], names: list[str]) -> list[int]:
    result = []
    for column in columns:
        if isinstance(column, int):
            if not 0 <= column < len(names):
                raise ValueError(
                    f"Column index {column} specified in `select_columns` should be >= 0 and < {len(names)}, which is "
                    "the number of columns."
                )
            result.append(column)
        elif column in names:
            result.append(names.index(column))
        else:
            raise ValueError(f"Column {column} specified in `select_columns` must be of one of the columns: {names}.")
    if len(set(result)) != len(result):
        repeated = sorted(names[place] for place, count in collections.Counter(result).items() if count > 1)
        raise ValueError(f"The `select_columns` argument contains duplicate columns: {repeated}.")
    return sorted(result)


def _opener(compression_type: Any, encoding: str) -> Any:
    kind = constant_value(compression_type) if isinstance(compression_type, Tensor) else compression_type
    kind = kind.item() if isinstance(kind, np.ndarray) else kind
    kind = kind.decode() if isinstance(kind, bytes) else kind

    def opened(name: str) -> IO[str]:
        if kind == "GZIP":
            return gzip.open(name, "rt", encoding=encoding, newline="")
        if kind:
            raise ValueError(
                f"`compression_type` {kind} is not supported for probing: give column_names and column_defaults."
            )
        return open(name, encoding=encoding, newline="")

    return opened


class _Probe:
    """What the files say of themselves."""

    def __init__(self, names: list[str], field_delim: str, use_quote_delim: bool, header: bool, opened: Any) -> None:
        self._names = names
        self._arguments: dict[str, Any] = {
            "delimiter": field_delim,
            "quoting": csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE,
        }
        self._header = header
        self._opened = opened

    def _rows(self, name: str) -> Iterator[list[str]]:
        with files.os_errors("read the CSV file", name), self._opened(name) as file:
            yield from csv.reader(file, **self._arguments)

    def names(self) -> list[str]:
        first: list[str] | None = None
        for name in self._names:
            row = next(self._rows(name), None)
            if row is None:
                raise ValueError(f"Failed when reading the header line of {name}. Is it an empty file?")
            if first is not None and row != first:
                raise ValueError(
                    "All input CSV files should have the same column names in the header row. File "
                    f"{name} has different column names: {row}, expected {first}."
                )
            first = row
        return first or []

    def defaults(self, count: int, chosen: list[int] | None, na_value: str, num_rows: int | None) -> list[Tensor]:
        places = list(range(count)) if chosen is None else chosen
        types: list[DType | None] = [None] * len(places)
        for number, row in enumerate(self._counted_rows(count)):
            if num_rows is not None and number >= num_rows:
                break
            types = [_widened(row[place], na_value, dtype) for place, dtype in zip(places, types, strict=True)]
        found = [dtype or dtypes.string for dtype in types]
        return [constant(["" if dtype is dtypes.string else 0], dtype=dtype) for dtype in found]

    def _counted_rows(self, count: int) -> Iterator[list[str]]:
        for name in self._names:
            for number, row in enumerate(self._rows(name), 1):
                if self._header and number == 1:
                    continue
                if len(row) != count:
                    raise ValueError(
                        f"Problem inferring types: CSV row {number} of {name} has {len(row)} number of fields. "
                        f"Expected: {count}. Give column_defaults, with ignore_errors=True to leave such rows out."
                    )
                yield row


def _widened(text: str, na_value: str, dtype: DType | None) -> DType | None:
    """The narrowest type that takes this text and what `dtype` takes."""
    if text in ("", na_value):
        return dtype
    kinds = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string]
    start = 0 if dtype is None else kinds.index(dtype)
    return next(kind for kind in kinds[start:] if _takes(kind, text))


def _takes(kind: DType, text: str) -> bool:
    if kind is dtypes.string:
        return True
    try:
        if kind.is_integer:
            return bool(kind.min <= int(text) <= kind.max)
        with np.errstate(over="ignore"):
            return bool(kind.as_numpy_dtype(text) < np.inf)
    except ValueError:
        return False
