"""Arrays compared, with what differs in the message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_SHOWN = 10


def check_close(a: Any, b: Any, rtol: float, atol: float, message: str) -> None:
    """Raises AssertionError unless |a - b| <= atol + rtol * |b| everywhere, and shapes are equal; NaN equals NaN."""
    a, b = _numbers(a), _numbers(b)
    _check_shapes(a, b, message)
    bad = ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    if bad.any():
        largest = np.abs(np.asarray(a - b))[bad].max() if a.dtype != bool else 1
        _fail(f"not close: rtol={rtol}, atol={atol}, largest difference {largest}", a, b, bad, message)


def check_equal(a: Any, b: Any, message: str) -> None:
    """Raises AssertionError unless shapes and all elements are equal; NaN equals NaN, text equals its UTF-8 bytes."""
    a, b = _comparable(a), _comparable(b)
    _check_shapes(a, b, message)
    same = a == b
    if a.dtype.kind in "fc" and b.dtype.kind in "fc":
        same |= np.isnan(a) & np.isnan(b)
    bad = ~np.asarray(same, dtype=bool)
    if bad.any():
        _fail("not equal", a, b, bad, message)


def structure_pairs(a: Any, b: Any, path: str = "") -> list[tuple[Any, Any, str]] | None:
    """The pairs of leaves of two dictionaries, named tuples or lists of them; None if they are leaves themselves.

    Raises:
        AssertionError: the structures differ.
    """
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        if not (isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) == set(b)):
            raise AssertionError(f"Dictionaries with other keys{path}: {_keys(a)} and {_keys(b)}")
        return [(a[key], b[key], f"{path}[{key!r}]") for key in a]
    if hasattr(a, "_asdict") and hasattr(b, "_asdict"):
        return structure_pairs(a._asdict(), b._asdict(), path)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and (_is_ragged(a) or _is_ragged(b)):
        if len(a) != len(b):
            raise AssertionError(f"Lists of {len(a)} and {len(b)} elements{path}")
        return [(x, y, f"{path}[{number}]") for number, (x, y) in enumerate(zip(a, b, strict=True))]
    return None


def _keys(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, Mapping) else type(value).__name__


def _is_ragged(value: Any) -> bool:
    """Whether this list is no array: of dictionaries, or of parts of other shapes."""
    if any(isinstance(each, Mapping) or hasattr(each, "_asdict") for each in value):
        return True
    return len({np.shape(each) for each in value if not isinstance(each, (list, tuple)) or not _is_ragged(each)}) > 1


def _numbers(value: Any) -> np.ndarray:
    array = np.asarray(value)
    # ml_dtypes' numbers have no rules of their own for closeness.
    return array.astype(np.float32) if array.dtype.name in ("bfloat16", "float16") else array


def _comparable(value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind == "U":
        return np.char.encode(array, "utf-8").astype(object)
    if array.dtype.kind in "SO":
        flat = [each.encode() if isinstance(each, str) else each for each in array.ravel().tolist()]
        result = np.empty(len(flat), dtype=object)
        result[:] = flat
        return result.reshape(array.shape)
    return array


def _check_shapes(a: np.ndarray, b: np.ndarray, message: str) -> None:
    if a.shape != b.shape:
        raise AssertionError(f"Shapes differ: {a.shape} and {b.shape}. {message}".strip())


def _fail(what: str, a: np.ndarray, b: np.ndarray, bad: np.ndarray, message: str) -> None:
    places = np.argwhere(np.atleast_1d(bad))[:_SHOWN].tolist()
    left, right = np.atleast_1d(a)[np.atleast_1d(bad)], np.atleast_1d(b)[np.atleast_1d(bad)]
    raise AssertionError(
        f"{int(bad.sum())} of {bad.size} elements {what}\n  at {places}\n  left  {left[:_SHOWN]}\n"
        f"  right {right[:_SHOWN]}\n{message}".rstrip()
    )
