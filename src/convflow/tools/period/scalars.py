"""Arrays of one element where Python wants a number: NumPy made numbers of them until 2.4.

`int(array)`, `math.sqrt(array)`, `"%.3f" % array` and `costs[step] = array` are read with a call around the array that
takes its element out; what a session returns for a cost of shape [1] is such an array.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convflow.tools.period.offer import Offer

NUMBER, FORMATTED, ELEMENT = "__period_number__", "__period_formatted__", "__period_element__"

_CONVERSIONS = {"int", "float", "complex"}
# Key, flags, width, precision, length, kind: as the manual of Python's `%` lists them.
_FIELD = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-+ #0]*(?P<width>\*|\d*)(?:\.(?P<digits>\*|\d*))?[hlL]?(?P<kind>.)")
_OF_NUMBERS = frozenset("diouxXeEfFgG")


def _are_refused() -> bool:
    try:
        int(np.zeros(1))
    except TypeError:
        return True
    return False


ARE_REFUSED = _are_refused()
"""Whether the NumPy that is installed makes no numbers of arrays of one element any more."""


def _is_single(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.size == 1


def make_helpers(offer: Offer) -> dict[str, Callable[..., Any]]:
    """The functions that take elements out, by the names that changed code calls them by."""

    def element_of(array: np.ndarray, where: str) -> Any:
        offer.tell(f"{where} for an array of one element", "NumPy 2.4", "array.item()")
        return array.item()

    def number(value: Any) -> Any:
        return element_of(value, "int(), float() or a function of math") if _is_single(value) else value

    def formatted(text: str, values: Any) -> Any:
        return _with_numbers(text, values, lambda array: element_of(array, '"%d" %'))

    def element(array: Any, index: Any, value: Any) -> Any:
        if not _is_single(value) or not isinstance(array, np.ndarray) or array.dtype == object:
            return value
        return element_of(value, "array[index] =") if np.ndim(array[index]) == 0 else value

    return {NUMBER: number, FORMATTED: formatted, ELEMENT: element}


def _with_numbers(text: str, values: Any, element_of: Callable[[np.ndarray], Any]) -> Any:
    """What `text % values` is given, with elements in the place of arrays whose fields show numbers."""
    fields = [field for field in _FIELD.finditer(text) if field["kind"] != "%"]
    if isinstance(values, Mapping):
        keys = {field["key"] for field in fields if field["kind"] in _OF_NUMBERS}
        single = {key: element_of(values[key]) for key in keys if key in values and _is_single(values[key])}
        return {**values, **single} if single else values
    # A `*` takes a value of its own, before the field's.
    kinds = [kind for field in fields for kind in ("d" * (field["width"], field["digits"]).count("*") + field["kind"])]
    if isinstance(values, tuple):
        if not any(map(_is_single, values)) or len(kinds) != len(values):
            return values
        pairs = zip(kinds, values, strict=True)
        return tuple(element_of(value) if kind in _OF_NUMBERS and _is_single(value) else value for kind, value in pairs)
    return element_of(values) if _is_single(values) and len(kinds) == 1 and kinds[0] in _OF_NUMBERS else values


class Singled(ast.NodeTransformer):
    """Puts the calls into a program. `is_changed` tells whether there was a place for one."""

    is_changed = False

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if _makes_numbers(node.func) and not node.keywords:
            node.args = [each if isinstance(each, ast.Starred) else self._call(NUMBER, each) for each in node.args]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            node.right = self._call(FORMATTED, node.left, node.right)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        self.generic_visit(node)
        if len(node.targets) == 1:
            node.value = self._for_element(node.targets[0], node.value)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AugAssign:
        self.generic_visit(node)
        node.value = self._for_element(node.target, node.value)
        return node

    def _for_element(self, target: ast.expr, value: ast.expr) -> ast.expr:
        # What is no more than names can be evaluated twice; a constant is no array.
        if not isinstance(target, ast.Subscript) or isinstance(value, ast.Constant):
            return value
        if not (_is_plain(target.value) and _is_plain(target.slice)):
            return value
        return self._call(ELEMENT, _loaded(target.value), _loaded(target.slice), value)

    def _call(self, function: str, *arguments: ast.expr) -> ast.Call:
        self.is_changed = True
        call = ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
        return ast.fix_missing_locations(ast.copy_location(call, arguments[-1]))


def _makes_numbers(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return isinstance(function.value, ast.Name) and function.value.id == "math"
    return isinstance(function, ast.Name) and function.id in _CONVERSIONS


def _is_plain(node: ast.expr) -> bool:
    """Whether an expression is made of names, attributes, numbers and arithmetic only."""
    allowed = (ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop)
    return all(isinstance(part, (*allowed, ast.expr_context)) for part in ast.walk(node))


def _loaded(node: ast.expr) -> ast.expr:
    """The same expression, to be read."""
    return ast.parse(ast.unparse(node), mode="eval").body
