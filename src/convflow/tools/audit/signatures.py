"""Whether a call's arguments fit what it calls."""

from __future__ import annotations

import difflib
import inspect
from functools import cache
from typing import Any

from convflow.tools.audit.names import Call

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def problems(symbol: str, value: Any, call: Call) -> list[str]:
    """What is wrong with calling `value` so, one sentence each.

    Args:
        symbol: what the program calls.
        value: the function or class behind it.
        call: the arguments.
    """
    fields = _message_fields(value)
    if fields is not None:
        return [_unknown(symbol, keyword, fields) for keyword in call.keywords if keyword not in fields]
    signature = _signature(value)
    if signature is None:
        return []
    return [*_positional(symbol, signature, call), *_keywords(symbol, signature, call)]


def _message_fields(value: Any) -> list[str] | None:
    descriptor = getattr(value, "DESCRIPTOR", None) if isinstance(value, type) else None
    fields = getattr(descriptor, "fields_by_name", None)
    return None if fields is None else list(fields)


@cache
def _signature(value: Any) -> inspect.Signature | None:
    if not callable(value):
        return None
    try:
        return inspect.signature(value)
    except (TypeError, ValueError):
        # Built in: it says nothing of its arguments.
        return None


def _positional(symbol: str, signature: inspect.Signature, call: Call) -> list[str]:
    parameters = signature.parameters.values()
    if any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters):
        return []
    names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
    if call.positional > len(names):
        return [f"{symbol} takes {len(names)} arguments without keywords ({', '.join(names)}), not {call.positional}"]
    twice = [name for name in names[: call.positional] if name in call.keywords]
    return [f"{symbol} gets {name!r} twice, by place and by keyword" for name in twice]


def _keywords(symbol: str, signature: inspect.Signature, call: Call) -> list[str]:
    parameters = signature.parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return []
    only = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)
    known = [name for name, parameter in parameters.items() if parameter.kind not in only]
    return [_unknown(symbol, keyword, known) for keyword in call.keywords if keyword not in known]


def _unknown(symbol: str, keyword: str, known: list[str]) -> str:
    close = difflib.get_close_matches(keyword, known, n=1)
    hint = f"; close to it: {close[0]!r}" if close else ""
    return f"{symbol} has no argument {keyword!r}{hint}"
