"""What Python's standard library has dropped since 3.6. Source: its "What's New" pages."""

from __future__ import annotations

import html
import inspect
from collections import namedtuple
from collections.abc import Callable
from importlib import import_module
from typing import Any

from convflow.tools.period.record import PeriodName, elsewhere, moved, replaced

_CONTAINERS = (
    "ByteString",
    "Callable",
    "Container",
    "Coroutine",
    "Generator",
    "Hashable",
    "ItemsView",
    "Iterable",
    "Iterator",
    "KeysView",
    "Mapping",
    "MappingView",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "Sequence",
    "Set",
    "Sized",
    "ValuesView",
)

ArgSpec = namedtuple("ArgSpec", "args varargs keywords defaults")


def getargspec(func: Callable[..., Any]) -> ArgSpec:
    """The arguments of a function: (args, varargs, keywords, defaults).

    Annotations are passed over: TensorFlow's functions, which programs ask about, had none.

    Raises:
        ValueError: it has keyword-only arguments, which this record has no place for.
    """
    spec = inspect.getfullargspec(func)
    if spec.kwonlyargs:
        raise ValueError(
            f"getargspec got {func!r} with keyword-only arguments. Expected a function without. "
            "Call inspect.getfullargspec."
        )
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def gcd(a: Any, b: Any) -> Any:
    """The greatest common divisor, with the sign of `b` unless that is 0."""
    while b:
        a, b = b, a % b
    return a


def escape(s: str, quote: bool = False) -> str:
    """`s` with HTML's &, < and > written out, and quotation marks if `quote`."""
    return html.escape(s, quote=False).replace('"', "&quot;") if quote else html.escape(s, quote=False)


def _own(module: str, name: str, gone: str, meaning: str, value: Any) -> PeriodName:
    return PeriodName(module, name, gone, meaning, lambda: value)


NAMES: list[PeriodName] = [
    *moved("collections", "Python 3.10", {name: f"collections.abc.{name}" for name in _CONTAINERS}),
    PeriodName("time", "clock", "Python 3.8", "time.process_time", elsewhere("time.process_time")),
    _own("inspect", "getargspec", "Python 3.11", "inspect.getfullargspec", getargspec),
    _own("inspect", "ArgSpec", "Python 3.11", "inspect.FullArgSpec", ArgSpec),
    _own("fractions", "gcd", "Python 3.9", "math.gcd", gcd),
    _own("cgi", "escape", "Python 3.8", "html.escape", escape),
    *moved("base64", "Python 3.9", {"decodestring": "base64.decodebytes", "encodestring": "base64.encodebytes"}),
    PeriodName("os", "errno", "Python 3.7", "the module errno", lambda: import_module("errno")),
    PeriodName(
        "threading", "Thread.isAlive", "Python 3.9", "Thread.is_alive", lambda: elsewhere("threading.Thread")().is_alive
    ),
    replaced("xml.etree.cElementTree", "Python 3.9", "xml.etree.ElementTree"),
    *moved("imp", "Python 3.12", {"reload": "importlib.reload"}),
    *moved("pipes", "Python 3.13", {"quote": "shlex.quote"}),
]
