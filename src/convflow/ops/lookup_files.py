"""A vocabulary file's lines as the entries of a table (API: tf.lookup.TextFileInitializer)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes, errors
from convflow.formats import files

LINE_NUMBER = -1
WHOLE_LINE = -2


def entries(
    path: str, columns: tuple[int, int], types: tuple[dtypes.DType, dtypes.DType], vocab_size: int, delimiter: str
) -> tuple[np.ndarray, np.ndarray]:
    """Keys and values.

    Args:
        path: a text file with an entry in each line.
        columns: where in the line key and value are: a column, LINE_NUMBER or WHOLE_LINE.
        types: of keys and values.
        vocab_size: how many lines there are to be read; -1 for all.
        delimiter: stands between columns.

    Raises:
        NotFoundError: there is no such file.
        InvalidArgumentError: fewer lines or columns, or what is no number where there must be one.
    """
    with files.os_errors("read the vocabulary", path), open(path, "rb") as file:
        lines = file.read().splitlines()
    if vocab_size > len(lines):
        raise errors.InvalidArgumentError(
            None, None, f"Invalid vocab_size in {path}: expected {vocab_size} but got {len(lines)} lines."
        )
    if vocab_size >= 0:
        lines = lines[:vocab_size]
    made = [_column(path, lines, column, dtype, delimiter) for column, dtype in zip(columns, types, strict=True)]
    return made[0], made[1]


def _column(path: str, lines: list[bytes], column: int, dtype: dtypes.DType, delimiter: str) -> np.ndarray:
    if column == LINE_NUMBER:
        return np.arange(len(lines)).astype(dtype.as_numpy_dtype)
    result = np.empty(len(lines), object if dtype == dtypes.string else dtype.as_numpy_dtype)
    for number, line in enumerate(lines):
        parts = [line] if column == WHOLE_LINE else line.split(delimiter.encode())
        place = 0 if column == WHOLE_LINE else column
        if place >= len(parts):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid number of columns in {path} line {number} ({line!r}): expected more than {place}, got "
                f"{len(parts)}, split at {delimiter!r}.",
            )
        result[number] = _element(path, number, parts[place], dtype)
    return result


def _element(path: str, number: int, text: bytes, dtype: dtypes.DType) -> Any:
    if dtype == dtypes.string:
        return text
    try:
        return int(text) if dtype.is_integer else float(text)
    except ValueError:
        raise errors.InvalidArgumentError(
            None, None, f"Field {text!r} in line {number} of {path} is not a valid {dtype.name}."
        ) from None
