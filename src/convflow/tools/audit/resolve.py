"""Whether a symbol such as "tf.nn.conv2d" is there: the one place that decides it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import isroutine
from types import ModuleType
from typing import Any

from convflow.core.absent import Absent, NewerName

# Where a path's first name stands: the api, and the packages beside the research models.
ROOTS = {
    "tf": "convflow.api",
    "nets": "convflow.slim.nets",
    "preprocessing": "convflow.slim.preprocessing",
    "datasets": "convflow.slim.datasets",
}
_NEAR = 3


@dataclass(frozen=True)
class Resolution:
    """What became of a symbol.

    Args:
        symbol: its path, as far as modules and classes go: of "tf.flags.FLAGS.steps" it is "tf.flags.FLAGS". All of
            it if it is missing.
        value: the object, None if it is missing.
        reason: why it is missing, "" if it is not.
        nearest: symbols like it that are there, nearest first.
    """

    symbol: str
    value: Any
    reason: str = ""
    nearest: tuple[str, ...] = ()

    @property
    def is_there(self) -> bool:
        return not self.reason


def resolves(symbol: str) -> bool:
    """Whether `symbol`, such as "tf.nn.conv2d", is a name or module of convflow that works."""
    return resolve(symbol).is_there


@cache
def resolve(symbol: str) -> Resolution:
    """Looks `symbol` up, member by member.

    Args:
        symbol: a path that begins with one of `ROOTS`.
    """
    top, *parts = symbol.split(".")
    try:
        value: Any = import_module(ROOTS[top])
    except ModuleNotFoundError:
        return Resolution(symbol, None, f"there is no {top}")
    path = top
    for part in parts:
        if not _has_members(value):
            # An instance: what it has shows when it runs.
            return Resolution(path, value)
        try:
            member = _member(value, part)
        except NewerName as error:
            return Resolution(symbol, None, error.reason, (error.newer,) if error.newer else ())
        if member is _MISSING:
            gone = f"{path}.{part}"
            reason = "not there" if gone == symbol else f"there is no {gone}"
            return Resolution(symbol, None, reason, nearest_of(path, value, part))
        path, value = f"{path}.{part}", member
        if isinstance(value, Absent):
            return Resolution(
                path, None, f"for imports only: {value.reason}", nearest_of(path.rpartition(".")[0], None, "")
            )
    return Resolution(path, value)


_MISSING = object()


def _has_members(value: Any) -> bool:
    return isinstance(value, (ModuleType, type)) or isroutine(value)


def _member(owner: Any, name: str) -> Any:
    try:
        return getattr(owner, name)
    except NewerName:
        raise
    except AttributeError:
        if not isinstance(owner, ModuleType):
            return _instance_member(owner, name)
    path = f"{owner.__name__}.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{path}.".startswith(f"{error.name}."):
            raise
        return _MISSING


def _instance_member(owner: Any, name: str) -> Any:
    """What only instances of a class have: a message's fields, annotated attributes."""
    descriptor = getattr(owner, "DESCRIPTOR", None)
    if descriptor is not None and name in getattr(descriptor, "fields_by_name", {}):
        return descriptor.fields_by_name[name]
    return _MISSING


def nearest_of(path: str, owner: Any, name: str) -> tuple[str, ...]:
    """Members of `owner` like `name`, else the same name elsewhere."""
    beside = [each for each in dir(owner) if not each.startswith("_")] if owner is not None else []
    close = difflib.get_close_matches(name, beside, n=_NEAR, cutoff=0.7)
    if close:
        return tuple(f"{path}.{each}" for each in close)
    return _elsewhere(name)


def _elsewhere(name: str) -> tuple[str, ...]:
    found = []
    for module in ("", "nn", "train", "layers", "math", "image", "losses", "metrics", "summary", "contrib.layers"):
        path = f"tf.{module}".rstrip(".")
        owner = resolve(path).value
        if name and hasattr(owner, name):
            found.append(f"{path}.{name}")
    return tuple(found[:_NEAR])


def star_names(module: str) -> list[str]:
    """What `from module import *` brings."""
    if module.partition(".")[0] not in ROOTS or not isinstance(resolve(module).value, ModuleType):
        return []
    return [name for name in dir(resolve(module).value) if not name.startswith("_")]
