"""Defaults of functions for a part of a program (API: tf.contrib.framework.arg_scope).

Inside `with arg_scope([conv2d, max_pool2d], padding="SAME"):` both functions take that padding unless a call says
otherwise. Inner scopes add to outer ones. Functions take part that are decorated with `add_arg_scope`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# The innermost scope is last: {key of a function: {argument: value}}.
_scopes: list[dict[str, dict[str, Any]]] = [{}]
# The arguments that a scope may set, of each decorated function.
_settable: dict[str, tuple[str, ...]] = {}


def current_arg_scope() -> dict[str, dict[str, Any]]:
    """The defaults that hold here: {key of a function: {argument: value}}."""
    return _scopes[-1]


def arg_scope_func_key(op: Any) -> str:
    """What a function is called in the dicts that scopes are (API: tf.contrib.framework.arg_scope_func_key).

    Args:
        op: a function, decorated or not.

    Returns:
        a string.
    """
    return getattr(op, "_key_op", str(op))


@contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[dict[str, dict[str, Any]]]:
    """Gives functions other defaults inside the block.

    Args:
        list_ops_or_scope: a list or tuple of decorated functions; or a scope as an earlier `with` gave it, to use
            again instead of the scopes around.
        kwargs: the arguments and their values; each function must take them all.

    Yields:
        The scope, a dict.

    Raises:
        TypeError: neither a list nor a scope.
        ValueError: a function that is not decorated, or arguments beside a scope.
    """
    _scopes.append(_new_scope(list_ops_or_scope, kwargs))
    try:
        yield _scopes[-1]
    finally:
        _scopes.pop()


def _new_scope(functions: Any, arguments: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if isinstance(functions, dict):
        if arguments:
            raise ValueError(
                "When attempting to re-use a scope by suppling a dictionary, kwargs must be empty, "
                f"got {', '.join(arguments)}. Nest a second arg_scope for them."
            )
        return dict(functions)
    if not isinstance(functions, (list, tuple)):
        raise TypeError(
            "list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict), "
            f"got {functions!r}. Write arg_scope([function], ...)."
        )
    scope = dict(current_arg_scope())
    for function in functions:
        if not has_arg_scope(function):
            name = getattr(function, "__name__", repr(function))
            raise ValueError(
                f"({getattr(function, '__module__', '')!r}, {name!r}) is not decorated with @add_arg_scope: "
                "only decorated functions take arguments from an arg_scope."
            )
        key = arg_scope_func_key(function)
        scope[key] = {**scope.get(key, {}), **arguments}
    return scope


def add_arg_scope(func: Function) -> Function:
    """Decorates a function so that an `arg_scope` can set its arguments (API: tf.contrib.framework.add_arg_scope).

    Args:
        func: a function; arguments with defaults can be set.

    Returns:
        the function, which takes what a call does not name from the scope.
    """
    key = arg_scope_func_key(func)

    @functools.wraps(func)
    def func_with_args(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **{**current_arg_scope().get(key, {}), **kwargs})

    parameters = inspect.signature(func).parameters.values()
    _settable[key] = tuple(
        parameter.name
        for parameter in parameters
        if parameter.default is not parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    )
    func_with_args._key_op = key  # type: ignore[attr-defined]
    return func_with_args  # type: ignore[return-value]


def has_arg_scope(func: Any) -> bool:
    """Whether a function is decorated with `add_arg_scope` (API: tf.contrib.framework.has_arg_scope).

    Args:
        func: a function.
    """
    return arg_scope_func_key(func) in _settable


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The names of the arguments that a scope can set (API: tf.contrib.framework.arg_scoped_arguments).

    Args:
        func: a decorated function.

    Returns:
        the names of the arguments that have defaults.

    Raises:
        ValueError: the function is not decorated.
    """
    if not has_arg_scope(func):
        raise ValueError(f"{func!r} is not decorated with @add_arg_scope, so no scope sets its arguments.")
    return _settable[arg_scope_func_key(func)]
