"""Marks of what is on its way out (API: tensorflow.python.util.deprecation): one warning for each caller."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from convflow.core import logging

_Function = Callable[..., Any]
_told: set[tuple[Any, str, int]] = set()


def deprecated(date: str | None, instructions: str, warn_once: bool = True) -> Callable[[_Function], _Function]:
    """Marks a function: whoever calls it is told what to do instead.

    Args:
        date: when it goes, as YYYY-MM-DD, or None.
        instructions: what to do instead.
        warn_once: once for all, not once for each calling line.
    """

    def decorate(func: _Function) -> _Function:
        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            _tell(func, f"{func.__qualname__} is deprecated{_when(date)}. {instructions}", warn_once)
            return func(*args, **kwargs)

        return wrapper

    return decorate


def deprecated_args(
    date: str | None, instructions: str, *deprecated_arg_names_or_tuples: Any, warn_once: bool = True
) -> Callable[[_Function], _Function]:
    """Marks arguments of a function: whoever passes one is told.

    Args:
        date: when they go, or None.
        instructions: what to do instead.
        deprecated_arg_names_or_tuples: names, or (name, the value that may still be passed).
        warn_once: once for all, not once for each calling line.

    Raises:
        ValueError: no name, or the function has no such argument.
    """
    marked: dict[str, Any] = dict(
        each if isinstance(each, tuple) else (each, _ANYTHING) for each in deprecated_arg_names_or_tuples
    )
    if not instructions or not marked:
        raise ValueError("deprecated_args got no instructions or no arguments. Expected both. Name the arguments.")

    def decorate(func: _Function) -> _Function:
        signature = inspect.signature(func)
        open_ended = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
        unknown = [name for name in marked if name not in signature.parameters]
        if unknown and not open_ended:
            raise ValueError(f"{func.__qualname__} has no arguments {unknown}. Correct the names.")

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind_partial(*args, **kwargs).arguments
            for name, allowed in marked.items():
                if name in given and (allowed is _ANYTHING or given[name] != allowed):
                    _tell(func, f"{func.__qualname__}: {name} is deprecated{_when(date)}. {instructions}", warn_once)
            return func(*args, **kwargs)

        return wrapper

    return decorate


_ANYTHING = object()


def deprecated_arg_values(
    date: str | None, instructions: str, warn_once: bool = True, **deprecated_kwargs: Any
) -> Callable[[_Function], _Function]:
    """Marks values of arguments: whoever passes one of them is told (API: tf.contrib.framework.deprecated_arg_values).

    Args:
        date: from when on they may be refused, such as "2017-01-31"; None if that is not settled.
        instructions: what to do instead.
        warn_once: whether to tell of each function and value once only.
        deprecated_kwargs: the values, by the arguments' names.
    """

    def decorate(func: _Function) -> _Function:
        signature = inspect.signature(func)

        @functools.wraps(func)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            given = signature.bind_partial(*args, **kwargs).arguments
            for name, value in deprecated_kwargs.items():
                if name in given and given[name] == value:
                    text = f"{func.__qualname__}: {name}={value!r} is deprecated{_when(date)}. {instructions}"
                    _tell(func, text, warn_once)
            return func(*args, **kwargs)

        return wrapper

    return decorate


def deprecated_argument_lookup(new_name: str, new_value: Any, old_name: str, old_value: Any) -> Any:
    """The value of an argument that has an old and a new name.

    Raises:
        ValueError: both are given.
    """
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
    return old_value


def _when(date: str | None) -> str:
    return f" and goes after {date}" if date else ""


def _tell(func: _Function, text: str, once: bool) -> None:
    caller = sys._getframe(2)
    place = (func, "", 0) if once else (func, caller.f_code.co_filename, caller.f_lineno)
    if place not in _told:
        _told.add(place)
        logging.warning("%s:%d: %s", caller.f_code.co_filename, caller.f_lineno, text)
