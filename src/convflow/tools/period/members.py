"""Methods that built-in classes have dropped: `array.tostring()`, `mapping.has_key(name)`.

Nobody may add a member to a class that is written in C. So the program's `value.tostring` is read as
`holder(value, "tostring").tostring`, where the holder is the value itself unless it lacks the method.
"""

from __future__ import annotations

import ast
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from convflow.tools.period.offer import Offer
from convflow.tools.period.record import PeriodName

HOLDER = "__period_holder__"


@dataclass(frozen=True)
class _Method:
    owner: type
    described: PeriodName


def itemset(array: np.ndarray, *args: Any) -> None:
    """`array[index] = value`, the index by number, as a tuple or left out where there is one element."""
    *index, value = args
    if not index:
        array[...] = value
    elif isinstance(index[0], tuple) or len(index) > 1:
        array[index[0] if isinstance(index[0], tuple) else tuple(index)] = value
    else:
        array.flat[index[0]] = value


def newbyteorder(array: np.ndarray, new_order: str = "S") -> np.ndarray:
    """The same bytes, read in another order."""
    return array.view(array.dtype.newbyteorder(new_order))  # type: ignore[arg-type]


def _method(owner: type, name: str, gone: str, meaning: str, function: Callable[..., Any]) -> _Method:
    return _Method(owner, PeriodName(owner.__module__, f"{owner.__name__}.{name}", gone, meaning, lambda: function))


_METHODS = (
    _method(np.ndarray, "tostring", "NumPy 2.3", "tobytes", np.ndarray.tobytes),
    _method(np.generic, "tostring", "NumPy 2.3", "tobytes", np.generic.tobytes),
    _method(np.ndarray, "itemset", "NumPy 2.0", "array[index] = value", itemset),
    _method(np.ndarray, "newbyteorder", "NumPy 2.0", "array.view(array.dtype.newbyteorder(order))", newbyteorder),
    _method(np.ndarray, "ptp", "NumPy 2.0", "numpy.ptp(array)", np.ptp),
    _method(array, "tostring", "Python 3.9", "tobytes", array.tobytes),
    _method(array, "fromstring", "Python 3.9", "frombytes", array.frombytes),
    _method(dict, "has_key", "Python 3.0", "name in mapping", dict.__contains__),
    _method(dict, "iteritems", "Python 3.0", "iter(mapping.items())", lambda mapping: iter(mapping.items())),
    _method(dict, "iterkeys", "Python 3.0", "iter(mapping.keys())", lambda mapping: iter(mapping.keys())),
    _method(dict, "itervalues", "Python 3.0", "iter(mapping.values())", lambda mapping: iter(mapping.values())),
)
NAMES = frozenset(method.described.name.rpartition(".")[2] for method in _METHODS)


def make_holder(offer: Offer) -> Callable[[Any, str], Any]:
    """The function that gives what has a member: the value, or a stand-in with this one member."""

    def holder(value: Any, name: str) -> Any:
        for method in _METHODS:
            if method.described.name.endswith(f".{name}") and isinstance(value, method.owner):
                if hasattr(value, name):
                    return value
                return SimpleNamespace(**{name: partial(offer.value(method.described), value)})
        return value

    return holder


class Held(ast.NodeTransformer):
    """Reads the methods from their holders. `is_changed` tells whether there were any."""

    is_changed = False

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        if node.attr in NAMES and isinstance(node.ctx, ast.Load):
            self.is_changed = True
            call = ast.Call(ast.Name(HOLDER, ast.Load()), [node.value, ast.Constant(node.attr)], [])
            node.value = ast.copy_location(call, node.value)
            ast.fix_missing_locations(node)
        return node
