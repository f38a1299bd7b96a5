"""How large a graph's values and variables are (API: slim.model_analyzer)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def tensor_description(var: Any) -> str:
    """Type and sizes, such as "(float32 3x3x64)" (API: slim.model_analyzer.tensor_description).

    Args:
        var: a variable or tensor of known rank.

    Returns:
        a string; an unknown size is a question mark.
    """
    return f"({var.dtype.name} {'x'.join(str(size) for size in var.get_shape())})"


def _count(value: Any) -> int:
    return value.get_shape().num_elements() or 0


def analyze_ops(graph: Any, print_info: bool = False) -> int:
    """How many numbers all nodes give, as far as their shapes are known.

    Args:
        print_info: whether each node is printed.
    """
    if print_info:
        _print_title("Operations: name -> (type shapes) [size]")
    total = 0
    for op in graph.get_operations():
        size = sum(_count(output) for output in op.outputs)
        total += size
        if print_info:
            shapes = ", ".join(tensor_description(output) for output in op.outputs if output.get_shape())
            print(op.name, "\t->", shapes, f"[{size}]")
    return total


def analyze_vars(variables: Iterable[Any], print_info: bool = False) -> tuple[int, int]:
    """How many numbers, and how many bytes, variables have.

    Args:
        print_info: whether each variable is printed.
    """
    if print_info:
        _print_title("Variables: name (type shape) [size]")
    total = total_bytes = 0
    for variable in variables:
        size = _count(variable)
        size_bytes = size * variable.dtype.size
        total += size
        total_bytes += size_bytes
        if print_info:
            print(variable.name, tensor_description(variable), f"[{size}, bytes: {size_bytes}]")
    if print_info:
        print(f"Total size of variables: {total}\nTotal bytes of variables: {total_bytes}")
    return total, total_bytes


def _print_title(title: str) -> None:
    print("---------", title, "---------", sep="\n")
