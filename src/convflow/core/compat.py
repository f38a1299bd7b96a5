"""Text and bytes (API: tf.compat)."""

from __future__ import annotations

import contextlib
import datetime
import numbers
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

bytes_or_text_types = (bytes, str)
"""The types of strings (API: tf.compat.bytes_or_text_types)."""

integral_types = (numbers.Integral, np.integer)
"""The types of integers (API: tf.compat.integral_types)."""

real_types = (numbers.Real, np.integer, np.floating)
"""The types of real numbers (API: tf.compat.real_types)."""

complex_types = (numbers.Complex, np.number)
"""The types of numbers (API: tf.compat.complex_types)."""


def as_bytes(bytes_or_text: str | bytes | bytearray, encoding: str = "utf-8") -> bytes:
    """A string as bytes (API: tf.compat.as_bytes).

    Args:
        bytes_or_text: text, bytes or a bytearray.
        encoding: how text is written as bytes.

    Returns:
        Bytes.

    Raises:
        TypeError: it is no string.
    """
    if isinstance(bytes_or_text, bytearray):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text: str | bytes, encoding: str = "utf-8") -> str:
    """A string as text (API: tf.compat.as_text).

    Args:
        bytes_or_text: text or bytes.
        encoding: how bytes are read.

    Returns:
        Text.

    Raises:
        TypeError: it is no string.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_str(bytes_or_text: str | bytes, encoding: str = "utf-8") -> str:
    """A string as text (API: tf.compat.as_str).

    Args:
        bytes_or_text: text or bytes.
        encoding: how bytes are read.

    Returns:
        Text.

    Raises:
        TypeError: it is no string.
    """
    return as_text(bytes_or_text, encoding)


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Any value as text; bytes are decoded (API: tf.compat.as_str_any).

    Args:
        value: anything; what is not bytes goes through Python's `str`.
        encoding: how bytes are read.

    Returns:
        Text.
    """
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """A path object as text; anything else unchanged (API: tf.compat.path_to_str).

    Args:
        path: a path object such as `pathlib.Path`, or anything.

    Returns:
        Text for a path object, else `path` itself.
    """
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether a graph may use what TensorFlow's readers understand since that day (API: tf.compat.forward_compatible).

    convflow reads what it writes: always, for days that have been.

    Args:
        year, month, day: a date, three whole numbers.

    Returns:
        Whether that date has passed.

    Raises:
        ValueError: there is no such date.
    """
    return (_Horizon.day or datetime.date.today()) > datetime.date(year, month, day)


@contextlib.contextmanager
def forward_compatibility_horizon(year: int, month: int, day: int) -> Iterator[None]:
    """Within the block `forward_compatible` answers as if that day were today (API: tf.compat...).

    Args:
        year, month, day: a date, three whole numbers.

    Raises:
        ValueError: there is no such date.
    """
    before = _Horizon.day
    _Horizon.day = datetime.date(year, month, day)
    try:
        yield
    finally:
        _Horizon.day = before


class _Horizon:
    """The day that stands for today, if there is one."""

    day: datetime.date | None = None
