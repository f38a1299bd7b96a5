"""Choosing among functions by a number (API: tf.switch_case)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.ops.control_flow import cond
from convflow.ops.math.comparison import equal

Branch = Callable[[], Any]


def switch_case(branch_index: Any, branch_fns: Any, default: Branch | None = None, name: str = "switch_case") -> Any:
    """What the function of a number returns (API: tf.switch_case).

    TensorFlow makes one node `Case` of it, whose branches are functions; here it is a row of `tf.cond`, with the same
    values and gradients. In eager mode the chosen function is called, and no other.

    Args:
        branch_index: an int32 scalar tensor; in eager mode also a Python integer.
        branch_fns: a list of functions without arguments; or a list of pairs of a number and a function, or a
            dictionary of them, with all numbers from 0 to n - 1. They return the same structure of tensors of the same
            types.
        default: the function for a number that has none; None for that of the largest number.
        name: a name scope for the nodes.

    Returns:
        What the chosen function returns, in its structure.

    Raises:
        TypeError: `branch_index` is no int32 tensor, what should be functions are none, or they return other
            structures or types.
        ValueError: no functions, or a number is missing.
    """
    functions = _functions(branch_fns)
    if default is not None:
        _check_callable(default, "default")
        functions.append(default)
    with name_scope(name, "case", [branch_index]):
        if executing_eagerly() and (isinstance(branch_index, (int, EagerTensor))):
            number = int(branch_index)
            return functions[number if 0 <= number < len(functions) else -1]()
        _check_index(branch_index)
        chosen = functions[-1]
        for number in reversed(range(len(functions) - 1)):
            chosen = functools.partial(_choose, branch_index, number, functions[number], chosen)
        return chosen()


def _choose(branch_index: Tensor, number: int, function: Branch, otherwise: Branch) -> Any:
    return cond(equal(branch_index, number), function, otherwise, strict=True)


def _functions(given: Any) -> list[Branch]:
    if not isinstance(given, (list, tuple, dict)):
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict, got {given!r}. Pass a list of functions.")
    items = list(given.items()) if isinstance(given, dict) else list(given)
    if not items:
        raise ValueError("Must provide at least one item in 'branch_fns': there is nothing to choose from.")
    if all(callable(item) for item in items):
        items = list(enumerate(items))
    for item in items:
        _check_pair(item)
    numbers = sorted(number for number, _ in items)
    if numbers != list(range(len(items))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(items)}) but found "
            f"{{{','.join(map(str, numbers))}}}. Give each number one function."
        )
    return [function for _, function in sorted(items, key=lambda item: item[0])]


def _check_pair(item: Any) -> None:
    if not isinstance(item, tuple) or len(item) != 2:
        raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple (number, function). Received {item!r}.")
    number, function = item
    if not isinstance(number, int):
        raise TypeError(f"key must be a Python `int`, got {type(number)}.")
    _check_callable(function, f"fn for key {number}")


def _check_callable(function: Any, what: str) -> None:
    if not callable(function):
        raise TypeError(f"{what} must be callable, got {function!r}. Wrap it: lambda: value.")


def _check_index(branch_index: Any) -> None:
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(branch_index)}. Call the function yourself.")
    if branch_index.dtype.base_dtype != dtypes.int32:
        raise TypeError(f"'branch_index' must be an int32 Tensor, got {branch_index.dtype.name}. Cast it.")
