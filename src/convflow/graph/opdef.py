"""One record per op: its signature, shape rule, kernel and gradient; and the registry of them all.

A signature is written in the notation of TensorFlow's op registry, e.g.

    inputs="input: T; filter: T"        outputs="output: T"
    attrs="T: type in {half, float, double}; strides: list(int); padding: string in {'SAME', 'VALID'}"

`N * T` is a list of N tensors, `(Ts...)` a list typed by a list(type) attribute, `Ref(T)` a reference.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape, unknown_shape


class _Mark:
    """A value that stands for itself and prints as its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


REQUIRED = _Mark("REQUIRED")
NOT_DIFFERENTIABLE = _Mark("NOT_DIFFERENTIABLE")
"""Said of an op whose output does not depend smoothly on any input: gradients stop there silently."""
NO_GRADIENT = _Mark("NO_GRADIENT")
"""Said of an op that TensorFlow gives no gradient either: asking for one is a LookupError."""


def routed(op: Any, *_: Any) -> Callable[..., Any]:
    """The kernel of ops that compute nothing but say which nodes run: plans act on them, nobody calls them."""
    raise TypeError(f"{op.describe()} is no function of its inputs: only a session's plan knows what it passes on.")


@dataclass(frozen=True)
class ArgDef:
    """An input or output of an op. One of the type fields says where its type comes from."""

    name: str
    type: DType | None = None
    type_attr: str | None = None
    number_attr: str | None = None
    type_list_attr: str | None = None
    is_ref: bool = False

    @property
    def is_list(self) -> bool:
        return self.number_attr is not None or self.type_list_attr is not None


@dataclass(frozen=True)
class AttrDef:
    """An attribute of an op: its type as the op registry spells it, default and bounds."""

    name: str
    type: str
    default: Any = REQUIRED
    allowed: tuple[Any, ...] | None = None
    minimum: int | None = None


@dataclass(frozen=True)
class OpDef:
    """Everything there is to know about an op.

    Attributes:
        shape: takes an `InferenceContext`, returns one `TensorShape` per output; raises ValueError for inputs
            that cannot work. Used when a node is made and, with real shapes, to explain a kernel's failure.
        kernel: takes the `Operation` (and the session's `Store` where `takes_store`), returns the function from
            input values to the output value: one value, a tuple for several, None for no output.
        gradient: takes the `Operation` and a gradient per output, returns a gradient (or None) per input.
    """

    name: str
    inputs: tuple[ArgDef, ...]
    outputs: tuple[ArgDef, ...]
    attrs: dict[str, AttrDef]
    shape: Callable[[Any], Any]
    kernel: Callable[..., Callable[..., Any]]
    gradient: Any
    stateful: bool = False

    @property
    def takes_store(self) -> bool:
        """Whether the kernel is made for one session: it keeps state there, or runs functions there."""
        return self.stateful or any(attr.type == "func" for attr in self.attrs.values())


_ARG = re.compile(r"(?P<name>\w+): (?P<ref>Ref\()?(?:(?P<number>\w+) \* )?(?P<type>\w+|\(\w+\.\.\.\))\)?$")
_ATTR = re.compile(
    r"(?P<name>\w+): (?P<type>\w+(?:\(\w+\))?)"
    r"(?: = (?P<default>.+?))?(?: in \{(?P<allowed>.*)\})?(?: >= (?P<minimum>-?\d+))?$"
)


class _Registration(NamedTuple):
    """What `register_op` was given. Texts are parsed when an op is first asked for: programs use few of them."""

    inputs: str
    outputs: str
    attrs: str
    shape: Callable[[Any], Any]
    kernel: Callable[..., Callable[..., Any]]
    gradient: Any
    stateful: bool


_registered: dict[str, _Registration] = {}
_imports_of_the_rest: list[Callable[[], None]] = []


def look_further(import_the_rest: Callable[[], None]) -> None:
    """Have `import_the_rest` called when an op is asked for that nothing has registered so far.

    Nodes are made by the names of their ops, gradients most of all, and who names an op need not have imported the
    module where it stands.
    """
    _imports_of_the_rest.append(import_the_rest)


def register_op(
    name: str,
    *,
    shape: Callable[[Any], Any],
    kernel: Callable[..., Callable[..., Any]],
    gradient: Any,
    inputs: str = "",
    outputs: str = "",
    attrs: str = "",
    stateful: bool = False,
) -> None:
    """Add an op to the registry. See `OpDef` for the functions and this module for the notation."""
    if name in _registered:
        raise ValueError(f"The op {name} is registered twice.")
    _registered[name] = _Registration(inputs, outputs, attrs, shape, kernel, gradient, stateful)


@cache
def get_op(name: str) -> OpDef:
    """The record of the op called `name`; NotImplementedError for an op that convflow does not have."""
    if not is_registered(name):
        raise NotImplementedError(f"convflow has no op called {name!r}.")
    given = _registered[name]
    attrs = {attr.name: attr for attr in map(_parse_attr, _split(given.attrs))}
    return OpDef(
        name=name,
        inputs=tuple(_parse_arg(text, attrs) for text in _split(given.inputs)),
        outputs=tuple(_parse_arg(text, attrs) for text in _split(given.outputs)),
        attrs=attrs,
        shape=given.shape,
        kernel=given.kernel,
        gradient=given.gradient,
        stateful=given.stateful,
    )


def all_ops() -> Iterator[OpDef]:
    """Every registered op, by name."""
    return map(get_op, sorted(_registered))


def is_registered(name: str) -> bool:
    """Whether there is an op called `name`; the ops that nothing has imported yet count."""
    if name not in _registered:
        for import_the_rest in _imports_of_the_rest:
            import_the_rest()
    return name in _registered


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _parse_arg(text: str, attrs: dict[str, AttrDef]) -> ArgDef:
    match = _ARG.match(text)
    if match is None:
        raise ValueError(f"Not an argument of an op: {text!r}")
    name, type_text = match["name"], match["type"]
    is_ref = match["ref"] is not None
    if type_text.startswith("("):
        return ArgDef(name, type_list_attr=type_text[1:-4])
    if type_text in attrs:
        return ArgDef(name, type_attr=type_text, number_attr=match["number"], is_ref=is_ref)
    return ArgDef(name, type=as_dtype(type_text), number_attr=match["number"], is_ref=is_ref)


def _parse_attr(text: str) -> AttrDef:
    match = _ATTR.match(text)
    if match is None:
        raise ValueError(f"Not an attribute of an op: {text!r}")
    kind = match["type"]
    default = REQUIRED if match["default"] is None else _parse_value(match["default"], kind)
    allowed = None
    if match["allowed"] is not None:
        allowed = tuple(_parse_value(part.strip(), kind) for part in match["allowed"].split(","))
    minimum = None if match["minimum"] is None else int(match["minimum"])
    return AttrDef(match["name"], kind, default, allowed, minimum)


def _parse_value(text: str, kind: str) -> Any:
    if kind.startswith("list("):
        if not text.startswith("["):
            return _parse_value(text, kind[5:-1])  # an allowed element, not a default
        inner = text.strip("[]")
        return [_parse_value(part.strip(), kind[5:-1]) for part in inner.split(",") if part.strip()]
    if kind == "type":
        return as_dtype(text)
    if kind == "bool":
        return text == "true"
    if kind == "shape":
        return _parse_shape(text)
    if kind == "float":
        return float(text)
    return ast.literal_eval(text)


def _parse_shape(text: str) -> TensorShape:
    return unknown_shape() if text == "<unknown>" else TensorShape(ast.literal_eval(text))
