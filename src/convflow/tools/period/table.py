"""All names that are offered, by their path."""

from __future__ import annotations

from convflow.tools.period import numpy_names, numpy_types, picture_names, python2_names, python_names, scipy_names
from convflow.tools.period.record import PeriodName

NAMES: tuple[PeriodName, ...] = (
    *python_names.NAMES,
    *python2_names.NAMES,
    *numpy_names.NAMES,
    *numpy_types.NAMES,
    *scipy_names.NAMES,
    *picture_names.NAMES,
)
_BY_PATH = {name.path: name for name in NAMES}


def find(symbol: str) -> PeriodName | None:
    """The dropped name that `symbol` is or begins with: "numpy.int" for "numpy.int"; None for any other."""
    while symbol:
        if symbol in _BY_PATH:
            return _BY_PATH[symbol]
        symbol = symbol.rpartition(".")[0]
    return None
