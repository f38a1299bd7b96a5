"""What Python 3 has dropped of Python 2's built-in names and modules, and its division."""

from __future__ import annotations

import builtins
import operator
from functools import reduce
from importlib import reload
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from convflow.tools.period.record import PeriodName, moved, replaced

_GONE = "Python 3.0"


def execfile(filename: str, globals: dict[str, Any], locals: Any = None) -> None:
    """Run a file in the given namespace."""
    code = compile(Path(filename).read_bytes(), filename, "exec", dont_inherit=True)
    exec(code, globals, globals if locals is None else locals)


def cmp(a: Any, b: Any) -> int:
    """-1, 0 or 1 as a is less than, equal to or greater than b."""
    return int(a > b) - int(a < b)


def _builtin(name: str, meaning: str, value: Any) -> PeriodName:
    return PeriodName("builtins", name, _GONE, meaning, lambda: value)


BUILTINS: tuple[PeriodName, ...] = (
    _builtin("basestring", "str", str),
    _builtin("cmp", "(a > b) - (a < b)", cmp),
    _builtin("execfile", "exec(open(...).read())", execfile),
    _builtin("long", "int", int),
    _builtin("raw_input", "input", builtins.input),
    _builtin("reduce", "functools.reduce", reduce),
    _builtin("reload", "importlib.reload", reload),
    _builtin("unichr", "chr", chr),
    _builtin("unicode", "str", str),
    _builtin("xrange", "range", range),
)

NAMES: list[PeriodName] = [
    replaced("cPickle", _GONE, "convflow.tools.period.python2_pickle"),
    replaced("ConfigParser", _GONE, "configparser"),
    replaced("Queue", _GONE, "queue"),
    replaced("StringIO", _GONE, "io"),
    replaced("cStringIO", _GONE, "io"),
    replaced("urllib2", _GONE, "urllib.request"),
    *moved("urllib", _GONE, {name: f"urllib.request.{name}" for name in ("urlopen", "urlretrieve")}),
    *moved(
        "urllib",
        _GONE,
        {name: f"urllib.parse.{name}" for name in ("quote", "quote_plus", "unquote", "unquote_plus", "urlencode")},
    ),
    *moved(
        "itertools",
        _GONE,
        {
            "ifilter": "builtins.filter",
            "imap": "builtins.map",
            "izip": "builtins.zip",
            "izip_longest": "itertools.zip_longest",
        },
    ),
    *moved("os", _GONE, {"getcwdu": "os.getcwd"}),
    *moved("string", _GONE, {name: f"string.ascii_{name}" for name in ("letters", "lowercase", "uppercase")}),
    *moved("sys", _GONE, {"maxint": "sys.maxsize"}),
]


def divide(a: Any, b: Any) -> Any:
    """`a / b` as in Python 2: rounded down where both are whole numbers."""
    if _is_whole(a) and _is_whole(b):
        return a // b
    # What has an operator of its own for it, such as tensors of whole numbers.
    if hasattr(type(a), "__div__"):
        return a.__div__(b)
    if hasattr(type(b), "__rdiv__"):
        return b.__rdiv__(a)
    return a / b


def divide_in_place(a: Any, b: Any) -> Any:
    """`a /= b` as in Python 2."""
    return operator.itruediv(a, b) if isinstance(a, np.ndarray) and a.dtype.kind in "fc" else divide(a, b)


def _is_whole(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biu"
    return isinstance(value, (Integral, np.bool_))
