"""Members of objects that a program makes: what "tf.train.Saver().save" is.

A class's call gives an object of the class; what a function gives, its annotation says. Where there is none, or it is
no class of convflow's, nothing is known of the object and nothing is said.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import MethodType, ModuleType
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from convflow import api
from convflow.tools.audit.resolve import Resolution, nearest_of, resolve

_OWN = __name__.partition(".")[0]
_STEP = re.compile(r"\(\)|[^.()]+")
_CALL = "()"


@dataclass(frozen=True)
class Instance:
    """An object of a class, or of one below it."""

    of: type


class _Mark:
    """A value that says something of a member."""


_UNKNOWN = _Mark()  # It is there; what it is cannot be told.
_MISSING = _Mark()


@cache
def resolve_member(symbol: str, is_given: bool = False) -> Resolution | None:
    """Looks up a member of what a call gives.

    Args:
        symbol: a path such as "tf.train.Saver().save".
        is_given: whether the program sets it, which every object but a message takes.

    Returns:
        Whether it is there, under the public name of its class ("tf.train.Saver.save"); None where the class is not
        known.
    """
    head, call, rest = symbol.partition(_CALL)
    made = resolve(head)
    if not made.is_there or made.symbol != head:
        return None
    value, path = made.value, head
    steps = _STEP.findall(call + rest)
    for step in steps[:-1]:
        value, path = _follow(value, path, step)
    if not isinstance(value, Instance):
        return None
    name, path = steps[-1], _public_names().get(value.of, path)
    member = _member(value, name)
    if member is _MISSING and is_given and not issubclass(value.of, Message):
        return None
    if member is _MISSING:
        return Resolution(f"{path}.{name}", None, "not there", nearest_of(path, value.of, name))
    return Resolution(f"{path}.{name}", None if isinstance(member, (_Mark, Instance)) else member)


def _follow(value: Any, path: str, step: str) -> tuple[Any, str]:
    if step == _CALL:
        return _given_by(value), path + _CALL
    if not isinstance(value, Instance):
        return _UNKNOWN, path
    return _member(value, step), f"{_public_names().get(value.of, path)}.{step}"


def _given_by(value: Any) -> Any:
    """What calling `value` gives, as far as can be told."""
    if isinstance(value, Instance):
        value = _member(value, "__call__")
    if isinstance(value, type):
        return _instance(value)
    return _annotated(value, "return", None) if callable(value) else _UNKNOWN


def _instance(cls: Any) -> Any:
    is_ours = isinstance(cls, type) and ((cls.__module__ or "").partition(".")[0] == _OWN or issubclass(cls, Message))
    return Instance(cls) if is_ours else _UNKNOWN


def _annotated(value: Any, name: str, owner: type | None) -> Any:
    """The object that an annotation of `value` tells of; `X | None` is an X where a program uses it."""
    try:
        hints = typing.get_type_hints(inspect.unwrap(value))
    except (NameError, TypeError, AttributeError):
        # Names that only type checkers import.
        return _UNKNOWN
    hint = hints.get(name)
    if hint is typing.Self:
        return _UNKNOWN if owner is None else Instance(owner)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        kinds = [each for each in typing.get_args(hint) if each is not type(None)]
        hint = kinds[0] if len(kinds) == 1 else None
    return _instance(hint)


def _member(instance: Instance, name: str) -> Any:
    if issubclass(instance.of, Message):
        return _field(instance.of, name)
    for cls in (instance.of, *_below(instance.of)):
        member = _member_of_class(cls, name)
        if member is not _MISSING:
            return member
    return _MISSING


def _below(cls: type) -> Iterator[type]:
    """The classes below: a tensor may be an eager one, a variable a resource."""
    # `type.__subclasses__`: of a metaclass it would want an argument.
    below: list[type] = type.__subclasses__(cls)
    for each in below:
        yield each
        yield from _below(each)


def _member_of_class(cls: type, name: str) -> Any:
    member = inspect.getattr_static(cls, name, _MISSING)
    if isinstance(member, property):
        return _annotated(member.fget, "return", cls)
    if isinstance(member, cached_property):
        return _annotated(member.func, "return", cls)
    if isinstance(member, (staticmethod, classmethod)):
        return getattr(cls, name)
    if inspect.isfunction(member):
        # As objects have it: its first argument is taken.
        return MethodType(member, cls)
    if member is not _MISSING:
        return _annotated(cls, name, cls)
    if name in _own_attributes(cls) or hasattr(cls, "__getattr__") or _takes_any_attribute(cls):
        return _annotated(cls, name, cls)
    return _MISSING


@cache
def _own_attributes(cls: type) -> frozenset[str]:
    """What the class annotates, or its methods give their object."""
    names: set[str] = set()
    for each in cls.__mro__[:-1]:
        names.update(vars(each).get("__annotations__", {}))
        names.update(_stored(each))
    return frozenset(names)


@cache
def _takes_any_attribute(cls: type) -> bool:
    """Whether its methods give their object attributes whose names they are told: hyperparameters, say."""
    calls = (node for each in cls.__mro__[:-1] for node in _nodes(each) if isinstance(node, ast.Call))
    sets = (call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "setattr")
    return any(isinstance(args[0], ast.Name) and args[0].id == "self" for args in sets)


def _nodes(cls: type) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))))
    except (OSError, TypeError, SyntaxError):
        # Built in, or made while the program runs.
        return []


def _stored(cls: type) -> set[str]:
    stored = (node for node in _nodes(cls) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return {node.attr for node in stored if isinstance(node.value, ast.Name) and node.value.id == "self"}


def _field(message: type[Message], name: str) -> Any:
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        return getattr(message, name, _MISSING)
    if field.type != FieldDescriptor.TYPE_MESSAGE or field.is_repeated:
        return _UNKNOWN
    return Instance(message_factory.GetMessageClass(field.message_type))


@cache
def _public_names() -> dict[type, str]:
    """Classes by their shortest public path."""
    names: dict[type, str] = {}
    modules = [("tf", api), *sorted(_modules(), key=lambda item: (item[0].count("."), item[0]))]
    for path, module in modules:
        for name, value in vars(module).items():
            if isinstance(value, type) and not name.startswith("_"):
                names.setdefault(value, f"{path}.{name}")
    return names


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for each in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if "._" not in each.name:
            yield each.name.replace(api.__name__, "tf", 1), importlib.import_module(each.name)
