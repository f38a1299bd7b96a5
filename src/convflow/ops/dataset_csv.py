"""The node of a dataset of the rows of CSV files (API: tf.data.experimental.CsvDataset)."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from convflow.core import dtypes, errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape, scalar
from convflow.formats import compression, files
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import decode_csv, rules
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_files import bounded_lines, buffered
from convflow.ops.dataset_streams import Recipe, Stream

# One character for each byte, whatever the bytes are.
_BYTES = "latin-1"


@dataclass(frozen=True)
class _Columns:
    """How a row's fields become values.

    Attributes:
        defaults: for each column an array of one value for empty fields, or of none where it must be there.
        chosen: which fields, ascending; empty for all.
    """

    types: list[DType]
    defaults: list[np.ndarray]
    chosen: list[int]
    missing: frozenset[str]

    def values(self, fields: list[str]) -> Values:
        if self.chosen:
            if self.chosen[-1] >= len(fields):
                raise _invalid(f"Expect at least {self.chosen[-1] + 1} fields but have {len(fields)} in record")
            fields = [fields[column] for column in self.chosen]
        elif len(fields) != len(self.types):
            raise _invalid(f"Expect {len(self.types)} fields but have {len(fields)} in record")
        return Values(tuple(map(self._value, fields, self.types, self.defaults, range(len(fields)))))

    def _value(self, field: str, dtype: DType, default: np.ndarray, column: int) -> Any:
        result = np.empty((), object if dtype is dtypes.string else dtype.as_numpy_dtype)
        if field in self.missing:
            if not len(default):
                raise _invalid(f"Field {column} is required but missing in record!")
            result[()] = default[0]
        elif dtype is dtypes.string:
            result[()] = field.encode(_BYTES)
        else:
            result[()] = decode_csv.number(field, dtype, column)
        return result if dtype is dtypes.string else values.from_numpy(result)


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quoted: bool

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        quoting: Any = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self.delimiter, quoting=quoting, strict=True)

    @property
    def pattern(self) -> re.Pattern[str]:
        """A row whose quotes stand around whole fields, which Python's reader does not ask for."""
        end = re.escape(self.delimiter)
        field = rf'(?:"(?:[^"]|"")*"|[^"{end}]*)'
        return re.compile(rf"{field}(?:{end}{field})*")


class _Rows(Iterator[Element]):
    """The rows of several files. After an error in a row the next call goes on behind it."""

    def __init__(
        self, paths: list[str], open_lines: Callable[[str], Iterator[str]], dialect: _Dialect, columns: _Columns
    ):
        self._paths = iter(paths)
        self._open = open_lines
        self._dialect = dialect
        self._columns = columns
        self._pattern = dialect.pattern
        self._rows: Iterator[list[str]] | None = None
        self._path = ""
        self._number = 0
        self._text: list[str] = []

    def __next__(self) -> Element:
        while True:
            if self._rows is None:
                self._path, self._number = next(self._paths), 0
                self._rows = self._dialect.rows(self._recorded(self._open(self._path)))
            self._text.clear()
            self._number += 1
            try:
                fields = next(self._rows, None)
                if fields is not None:
                    return self._element(fields)
            except csv.Error as error:
                raise self._located(_invalid(f"no row of fields: {error}")) from None
            except errors.InvalidArgumentError as error:
                raise self._located(error) from None
            except MemoryError:
                self._rows = None
                self._text.clear()
                raise errors.ResourceExhaustedError(
                    None,
                    None,
                    f"Record {self._number} of {self._path} takes more than there is memory for. Is a quote missing, "
                    "or is it no CSV file, or one from someone you do not trust?",
                ) from None
            except errors.OpError:
                self._rows = None
                raise
            self._rows = None

    def _element(self, fields: list[str]) -> Element:
        text = "".join(self._text)
        if self._dialect.quoted and '"' in text and not self._pattern.fullmatch(text.rstrip("\r\n")):
            raise _invalid("Unquoted fields cannot have quotes inside, and quoted ones nothing behind the last")
        return self._columns.values(fields or [""])

    def _recorded(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._text.append(line)
            yield line

    def _located(self, error: errors.OpError) -> errors.OpError:
        text = "".join(self._text)[:80]
        return _invalid(f"{self._path}, record {self._number}: {error.message}: {text!r}")


def _invalid(message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, message)


def _lines(file: BinaryIO, kind: str, path: str) -> Iterator[str]:
    for line in bounded_lines(file, kind, path) if kind else file:
        yield line.decode(_BYTES)


def _kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    types: list[DType] = list(op.attrs["output_types"])

    def rows(
        filenames: np.ndarray,
        compression_type: np.ndarray,
        buffer_size: Any,
        header: Any,
        field_delim: np.ndarray,
        use_quote_delim: Any,
        na_value: np.ndarray,
        select_cols: Any,
        *record_defaults: Any,
    ) -> Recipe:
        kind, buffer = compression.checked(compression_type.item().decode()), buffered(buffer_size)
        delimiter = field_delim.item().decode(_BYTES)
        if len(delimiter) != 1:
            raise _invalid(f"field_delim should be only 1 char, got {delimiter!r}.")
        chosen = [int(column) for column in select_cols]
        if chosen and (len(chosen) != len(types) or chosen[0] < 0 or chosen != sorted(set(chosen))):
            raise _invalid(f"select_cols must ascend and have one column for each of {len(types)} types, got {chosen}.")
        columns = _Columns(
            types,
            [values.to_numpy(default).reshape(-1) for default in record_defaults],
            chosen,
            frozenset(("", na_value.item().decode(_BYTES))),
        )
        dialect, has_header = _Dialect(delimiter, bool(use_quote_delim)), bool(header)

        def open_lines(path: str) -> Iterator[str]:
            with files.os_errors("read the CSV file", path), open(path, "rb", buffer) as file:
                lines = _lines(file, kind, path)
                if has_header:
                    next(lines, None)
                yield from lines

        paths = [os.fsdecode(name) for name in filenames.reshape(-1)]
        return Recipe(lambda: Stream(lambda: _Rows(paths, open_lines, dialect, columns)), computes=True)

    return rows


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    if (ctx.input(0).rank or 0) > 1:
        raise ValueError(f"filenames must be a scalar or vector, got the shape {ctx.input(0)}.")
    for index in range(1, 7):
        rules.with_rank(ctx.input(index), 0, f"input {index}")
    rules.with_rank(ctx.input(7), 1, "select_cols")
    for index in range(8, ctx.num_inputs):
        shape = ctx.input(index)
        if shape.rank not in (None, 0, 1) or (shape.rank == 1 and (shape[0].value or 0) > 1):
            raise ValueError(f"Shape of a default must be a length-0 or length-1 vector, or a scalar, got {shape}.")
    return [scalar()]


register_op(
    "CSVDataset",
    inputs=(
        "filenames: string; compression_type: string; buffer_size: int64; header: bool; field_delim: string; "
        "use_quote_delim: bool; na_value: string; select_cols: int64; record_defaults: (output_types...)"
    ),
    outputs="handle: variant",
    attrs=("output_types: list(type) in {float, double, int32, int64, string} >= 1; output_shapes: list(shape) >= 1"),
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
