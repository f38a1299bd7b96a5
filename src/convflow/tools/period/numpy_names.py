"""What NumPy has dropped since 1.16, the release of TensorFlow 1.15's days. Source: its release notes."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from convflow.tools.period.record import PeriodName, elsewhere

_NUMPY = "numpy"


def _value(name: str, gone: str, meaning: str, value: Any) -> PeriodName:
    return PeriodName(_NUMPY, name, f"NumPy {gone}", meaning, lambda: value)


# Python's own types under NumPy's name; `long` and `unicode` are Python 2's names of two of them.
_PYTHON_TYPES = {name: name for name in ("bool", "complex", "float", "int", "object", "str")} | {
    "long": "int",
    "unicode": "str",
}
_RENAMED_IN_2 = {
    "Inf": "inf",
    "Infinity": "inf",
    "NaN": "nan",
    "PINF": "inf",
    "alltrue": "all",
    "cfloat": "complex128",
    "clongfloat": "clongdouble",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "infty": "inf",
    "longcomplex": "clongdouble",
    "longfloat": "longdouble",
    "mat": "asmatrix",
    "product": "prod",
    "round_": "round",
    "singlecomplex": "complex64",
    "sometrue": "any",
    "string_": "bytes_",
    "unicode_": "str_",
}
_RENAMED_LATER = {"in1d": "isin", "row_stack": "vstack", "trapz": "trapezoid"}


def asscalar(a: Any) -> Any:
    """The element of an array of one, as Python's own number."""
    return np.asarray(a).item()


def alen(a: Any) -> int:
    """The length of the first dimension, 1 for a number."""
    return len(np.array(a, ndmin=1))


def msort(a: Any) -> np.ndarray:
    """A copy sorted along the first dimension."""
    return np.sort(np.asarray(a), axis=0)


def asfarray(a: Any, dtype: Any = np.float64) -> np.ndarray:
    """An array of floating-point numbers; float64 where `dtype` is none of these."""
    kind = np.dtype(dtype)
    return np.asarray(a, dtype=kind if np.issubdtype(kind, np.inexact) else np.float64)


def in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False) -> np.ndarray:
    """Whether each element of the flattened `ar1` is in `ar2`."""
    return np.isin(np.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)


NAMES = [
    *(
        _value(name, "1.24", f"Python's {meaning}", getattr(builtins, meaning))
        for name, meaning in _PYTHON_TYPES.items()
    ),
    _value("asscalar", "1.23", "a.item()", asscalar),
    _value("alen", "1.23", "len(np.atleast_1d(a))", alen),
    _value("rank", "1.18", "np.ndim", np.ndim),
    *(
        PeriodName(_NUMPY, name, "NumPy 2.0", f"np.{newer}", elsewhere(f"numpy.{newer}"))
        for name, newer in _RENAMED_IN_2.items()
    ),
    _value("NINF", "2.0", "-np.inf", -np.inf),
    _value("NZERO", "2.0", "-0.0", -0.0),
    _value("PZERO", "2.0", "0.0", 0.0),
    _value("asfarray", "2.0", "np.asarray(a, np.float64)", asfarray),
    _value("msort", "2.0", "np.sort(a, axis=0)", msort),
    *(
        PeriodName(_NUMPY, name, "NumPy 2.4", f"np.{newer}", elsewhere(f"numpy.{newer}"))
        for name, newer in _RENAMED_LATER.items()
        if name != "in1d"
    ),
    _value("in1d", "2.4", "np.isin", in1d),
]
