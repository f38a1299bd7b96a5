"""Decorators and the inspection of decorated functions (API: tensorflow.python.util)."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Sequence
from functools import WRAPPER_ASSIGNMENTS, update_wrapper
from typing import Any, NamedTuple

contextmanager = contextlib.contextmanager
"""TensorFlow's own `contextmanager` keeps a function's signature, as Python's does."""


class ArgSpec(NamedTuple):
    """A function's arguments, as Python 2 described them."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def make_decorator(
    target: Callable[..., Any],
    decorator_func: Callable[..., Any],
    decorator_name: str | None = None,
    decorator_doc: str = "",
    decorator_argspec: Any = None,
) -> Callable[..., Any]:
    """`decorator_func` with the name, documentation and signature of `target`, which it wraps.

    Args:
        target: the function wrapped.
        decorator_func: what is called in its place.
        decorator_name, decorator_argspec: are kept for those who ask the function for `_tf_decorator`.
        decorator_doc: the documentation, instead of the target's.
    """
    assigned = [name for name in WRAPPER_ASSIGNMENTS if hasattr(target, name)]
    made: Any = update_wrapper(decorator_func, target, assigned=assigned)
    if decorator_doc:
        made.__doc__ = decorator_doc
    made._tf_decorator = (decorator_name or decorator_func.__name__, decorator_argspec)
    return made


def rewrap(decorator_func: Callable[..., Any], previous_target: Any, new_target: Callable[..., Any]) -> None:
    """Makes a wrapper made by `make_decorator` say that it wraps another function."""
    decorator_func.__wrapped__ = new_target  # type: ignore[attr-defined]


def unwrap(maybe_tf_decorator: Callable[..., Any]) -> tuple[list[Callable[..., Any]], Callable[..., Any]]:
    """The wrappers around a function, outermost first, and the function."""
    wrappers: list[Callable[..., Any]] = []
    function = maybe_tf_decorator
    while hasattr(function, "__wrapped__"):
        wrappers.append(function)
        function = function.__wrapped__
    return wrappers, function


def getargspec(obj: Any) -> ArgSpec:
    """The arguments of a function, or of what makes an object of a class.

    Raises:
        ValueError: it has keyword-only arguments, which this record has no place for.
    """
    spec = inspect.getfullargspec(unwrap(obj)[1])
    if spec.kwonlyargs:
        raise ValueError(f"getargspec got {obj!r} with keyword-only arguments. Expected none. Call getfullargspec.")
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def getfullargspec(obj: Any) -> inspect.FullArgSpec:
    """The arguments of a function, those with keywords alone included."""
    return inspect.getfullargspec(unwrap(obj)[1])


def getcallargs(*func_and_positional: Any, **named: Any) -> dict[str, Any]:
    """The value of each argument in a call."""
    func, *positional = func_and_positional
    return inspect.getcallargs(unwrap(func)[1], *positional, **named)


def tf_export(*names: str, **kwargs: Any) -> Callable[[Any], Any]:
    """Leaves what it decorates as it is: only TensorFlow's own build reads these names."""
    return lambda value: value


def make_all(module_name: str, doc_string_modules: Sequence[Any] | None = None) -> list[str]:
    """The public names of the module called `module_name`, sorted; for its `__all__`."""
    return sorted(name for name in vars(sys.modules[module_name]) if not name.startswith("_"))


def remove_undocumented(
    module_name: str, allowed_exception_list: Sequence[str] | None = None, doc_string_modules: Any = None
) -> None:
    """Does nothing: TensorFlow takes undocumented names out of its own modules so."""


def fn_args(fn: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's arguments, without `self` of a method (API: function_utils.fn_args)."""
    return tuple(name for name in inspect.signature(fn).parameters if name != "self")
