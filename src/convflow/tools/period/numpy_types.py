"""What NumPy 2.0 has dropped that speaks of element types. Source: the release notes of NumPy 2.0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.tools.period.record import PeriodName

_NUMPY = "numpy"
# From the narrowest kind to the widest: a scalar decides only where its kind is wider than that of the arrays.
_KINDS = "buifcSUVO"

SCTYPES: dict[str, list[type]] = {
    "int": [np.int8, np.int16, np.int32, np.int64],
    "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64, np.longdouble],
    "complex": [np.complex64, np.complex128, np.clongdouble],
    "others": [bool, object, bytes, str, np.void],
}


def _widest(types: Sequence[Any]) -> np.dtype | None:
    return np.result_type(*map(np.dtype, types)) if len(types) else None


def find_common_type(array_types: Sequence[Any], scalar_types: Sequence[Any]) -> np.dtype | None:
    """The type that holds all arrays; that of the scalars, if theirs is a wider kind of number.

    Args:
        array_types: types of arrays.
        scalar_types: types of scalars.

    Returns:
        a dtype, None if both are empty.
    """
    arrays, scalars = _widest(array_types), _widest(scalar_types)
    if arrays is None or scalars is None:
        return scalars if arrays is None else arrays
    return scalars if _KINDS.find(scalars.kind) > _KINDS.find(arrays.kind) else arrays


def issubclass_(arg1: Any, arg2: Any) -> bool:
    """`issubclass` that says False of what is no class."""
    return isinstance(arg1, type) and issubclass(arg1, arg2)


def obj2sctype(rep: Any, default: Any = None) -> Any:
    """NumPy's class of an element type, a name of one, or an array; `default` for anything else."""
    if issubclass_(rep, np.generic):
        return rep
    if isinstance(rep, np.ndarray):
        return rep.dtype.type
    try:
        return np.dtype(rep).type
    except TypeError:
        return default


def issubsctype(arg1: Any, arg2: Any) -> bool:
    """Whether the type of the first is a kind of that of the second."""
    return issubclass(obj2sctype(arg1), obj2sctype(arg2))


def sctype2char(sctype: Any) -> str:
    """The letter of an element type."""
    kind = obj2sctype(sctype)
    if kind is None:
        raise ValueError(f"unrecognized type {sctype!r}: expected an element type of NumPy or its name.")
    return np.dtype(kind).char


def maximum_sctype(t: Any) -> Any:
    """The widest element type of the same kind; itself for a kind without others."""
    kind = obj2sctype(t)
    name = {"i": "int", "u": "uint", "f": "float", "c": "complex"}.get(np.dtype(kind).kind)
    return kind if name is None else SCTYPES[name][-1]


class _Casts:
    """`np.cast[dtype]`: a function that makes an array of that type."""

    def __getitem__(self, dtype: Any) -> Callable[[Any], np.ndarray]:
        return lambda x: np.asarray(x).astype(dtype)


def _value(name: str, meaning: str, value: Any) -> PeriodName:
    return PeriodName(_NUMPY, name, "NumPy 2.0", meaning, lambda: value)


NAMES = [
    _value("cast", "np.asarray(x).astype(dtype)", _Casts()),
    _value("find_common_type", "np.result_type", find_common_type),
    _value("issubclass_", "issubclass", issubclass_),
    _value("issubsctype", "np.issubdtype", issubsctype),
    _value("maximum_sctype", "the widest type, np.longdouble", maximum_sctype),
    _value("obj2sctype", "np.dtype(x).type", obj2sctype),
    _value("sctype2char", "np.dtype(x).char", sctype2char),
    _value("sctypes", "the types by name", SCTYPES),
]
