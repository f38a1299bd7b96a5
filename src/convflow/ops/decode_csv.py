"""Lines of comma-separated values as tensors (API: tf.decode_csv)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from convflow.core import dtypes, errors, values
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor

# Python's own limit is 128 KiB for a field, which encoded pictures pass.
csv.field_size_limit(2**31 - 1)
# One character for each byte, whatever the bytes are.
_BYTES = "latin-1"


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Any = None,
) -> list[Tensor]:
    """The columns of lines of text (API: tf.decode_csv, tf.io.decode_csv).

    Args:
        records: strings, each one line.
        record_defaults: for each column a value of its type that stands for an empty field, or an empty tensor of that
            type where the field must be there.
        field_delim: the character between fields.
        use_quote_delim: whether double quotes may enclose a field.
        na_value: a text that counts as an empty field, too.
        select_cols: which columns, ascending; all by default.

    Returns:
        A tensor for each column, of the shape of `records`.

    Raises:
        ValueError: `select_cols` does not ascend, or does not go with the defaults.
        InvalidArgumentError: (when run) another number of fields, or one that is no number of its type.
    """
    if select_cols is not None and any(first >= second for first, second in pairwise(select_cols)):
        raise ValueError("select_cols is not strictly increasing.")
    if select_cols is not None and select_cols and select_cols[0] < 0:
        raise ValueError("select_cols contains negative values.")
    if select_cols is not None and len(select_cols) != len(record_defaults):
        raise ValueError("Length of select_cols and record_defaults do not match.")
    return apply_op(
        "DecodeCSV",
        records=records,
        record_defaults=record_defaults,
        field_delim=field_delim,
        use_quote_delim=use_quote_delim,
        na_value=na_value,
        select_cols=select_cols,
        name=name,
    )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    for index in range(1, ctx.num_inputs):
        shape = ctx.input(index)
        if shape.rank not in (None, 0, 1) or (shape.rank == 1 and (shape[0].value or 0) > 1):
            raise ValueError(f"Shape of a default must be a length-0 or length-1 vector, or a scalar, got {shape}.")
    return [ctx.input(0)] * (ctx.num_inputs - 1)


def _text(value: Any) -> str:
    return value.decode(_BYTES) if isinstance(value, bytes) else value


def _kernel(op: Operation) -> Callable[..., tuple[Any, ...]]:
    types: list[DType] = op.attrs["OUT_TYPE"]
    chosen, missing = list(op.attrs["select_cols"]), {"", _text(op.attrs["na_value"])}
    quoting: Any = csv.QUOTE_MINIMAL if op.attrs["use_quote_delim"] else csv.QUOTE_NONE
    delimiter = _text(op.attrs["field_delim"])

    def split(record: bytes, index: int) -> list[str]:
        try:
            (fields,) = csv.reader([record.decode(_BYTES)], delimiter=delimiter, quoting=quoting, strict=True) or [[]]
        except (csv.Error, ValueError) as error:
            raise _invalid(f"Record {index} is no line of fields: {error}: {record[:80]!r}") from None
        fields = fields or [""]
        if chosen:
            if chosen[-1] >= len(fields):
                raise _invalid(f"Expect at least {chosen[-1] + 1} fields but have {len(fields)} in record {index}")
            return [fields[column] for column in chosen]
        if len(fields) != len(types):
            raise _invalid(f"Expect {len(types)} fields but have {len(fields)} in record {index}")
        return fields

    def compute(records: np.ndarray, *defaults: Any) -> tuple[Any, ...]:
        rows = [split(record, index) for index, record in enumerate(records.reshape(-1).tolist())]
        columns = zip(*rows, strict=True) if rows else [()] * len(types)
        return tuple(
            _column(list(fields), column, dtype, values.to_numpy(default).reshape(-1), missing, records.shape)
            for column, (fields, dtype, default) in enumerate(zip(columns, types, defaults, strict=True))
        )

    return compute


def _column(fields: list[str], column: int, dtype: DType, default: np.ndarray, missing: set[str], shape: Any) -> Any:
    absent = [index for index, field in enumerate(fields) if field in missing]
    if absent and not len(default):
        raise _invalid(f"Field {column} is required but missing in record {absent[0]}!")
    if dtype is dtypes.string:
        result = np.empty(len(fields), object)
        result[:] = [field.encode(_BYTES) for field in fields]
    else:
        for index in absent:
            fields[index] = "0"
        result = _numbers(fields, column, dtype)
    if absent:
        result[absent] = default[0]
    result = result.reshape(shape)
    return result if dtype is dtypes.string else values.from_numpy(result)


def _numbers(fields: list[str], column: int, dtype: DType) -> np.ndarray:
    read: Callable[[str], Any] = int if dtype.is_integer else float
    try:
        # Underscores are Python's own.
        if any("_" in field for field in fields):
            raise ValueError
        return np.array([read(field) for field in fields], dtype.as_numpy_dtype)
    except (ValueError, OverflowError):
        for index, field in enumerate(fields):
            number(field, dtype, column, f" in record {index}")
        raise


def number(field: str, dtype: DType, column: int, where: str = "") -> Any:
    """A field as a number of a type; InvalidArgumentError for what is none."""
    try:
        result = int(field) if dtype.is_integer else float(field)
    except ValueError:
        result = None
    if result is None or "_" in field or (dtype.is_integer and not dtype.min <= result <= dtype.max):
        raise _invalid(f"Field {column}{where} is not a valid {dtype.name}: {field}")
    return result


def _invalid(message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, message)


register_op(
    "DecodeCSV",
    inputs="records: string; record_defaults: (OUT_TYPE...)",
    outputs="output: (OUT_TYPE...)",
    attrs=(
        "OUT_TYPE: list(type) in {float, double, int32, int64, string} >= 1; field_delim: string = ','; "
        "use_quote_delim: bool = true; na_value: string = ''; select_cols: list(int) = []"
    ),
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
