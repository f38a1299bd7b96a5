"""What names stand for, block by block."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# What a name stands for: a dotted path, or None for anything else. "tf.train.Saver()" is what that call gives.
Origin = str | None


def is_instance(origin: str) -> bool:
    """Whether it is what a call gives, or a part of it."""
    return "()" in origin


class Attributes:
    """What the attributes of a class's objects stand for.

    Only those that the class gives once: what two methods may give cannot be told from the text.
    """

    def __init__(self, definition: ast.ClassDef) -> None:
        stored = (node for node in ast.walk(definition) if isinstance(node, ast.Attribute))
        counts = Counter(node.attr for node in stored if isinstance(node.ctx, (ast.Store, ast.Del)))
        self._once = {name for name, count in counts.items() if count == 1}
        self._names: dict[str, Origin] = {}

    def find(self, name: str) -> Origin:
        return self._names.get(name)

    def bind(self, name: str, origin: Origin) -> None:
        if name in self._once:
            self._names[name] = origin


@dataclass
class Scope:
    """The names of a block.

    Args:
        names: what they stand for at the line that is being read.
        parent: the block around it.
        attributes: of a class, those of its objects.
        owner: of a method, the name of its object, and its attributes.
        runs_later: whether it runs when the block around it is at its end, or at any time before.
    """

    names: dict[str, Origin] = field(default_factory=dict)
    parent: Scope | None = None
    attributes: Attributes | None = None
    owner: tuple[str, Attributes] | None = None
    runs_later: bool = False
    _changed: set[str] = field(default_factory=set)

    def find(self, name: str) -> Origin:
        scope: Scope | None = self
        is_later = False
        while scope is not None:
            if name in scope.names and (scope is self or scope.attributes is None):
                origin = scope.names[name]
                # Which of several instances a function meets depends on when it runs.
                is_uncertain = is_later and name in scope._changed and origin is not None and is_instance(origin)
                return None if is_uncertain else origin
            is_later = is_later or scope.runs_later
            scope = scope.parent
        return None

    def bind(self, name: str, origin: Origin) -> None:
        if name in self.names and self.names[name] != origin:
            self._changed.add(name)
        self.names[name] = origin

    def attributes_of(self, name: str) -> Attributes | None:
        """The attributes of the object that a method around this line has under `name`."""
        scope: Scope | None = self
        while scope is not None:
            if scope.owner is not None and scope.owner[0] == name:
                return scope.owner[1]
            if name in scope.names:
                return None
            scope = scope.parent
        return None

    def inner(self, attributes: Attributes | None = None, runs_later: bool = False) -> Scope:
        return Scope(parent=self, attributes=attributes, runs_later=runs_later)


def merged(one: Mapping[str, Origin], last: Mapping[str, Origin]) -> dict[str, Origin]:
    """Names where a program may come from either of two lines, `last` being the one read last.

    A path is the last one given, as of modules imported in one of two ways. An instance is none for certain if the
    lines differ.
    """
    return {name: _either(one[name], origin) if name in one else origin for name, origin in last.items()}


def _either(one: Origin, last: Origin) -> Origin:
    differ = one != last and any(each is not None and is_instance(each) for each in (one, last))
    return None if differ else last
