"""Checks of what losses are given."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor


def check_given(**arguments: Any) -> None:
    """ValueError for an argument that is None."""
    for name, value in arguments.items():
        if value is None:
            raise ValueError(f"Argument `{name}` must not be None.")


def check_shapes(name: str, tensor: Tensor, other_name: str, other: Tensor) -> None:
    """ValueError for static shapes that cannot be one."""
    if not tensor.shape.is_compatible_with(other.shape):
        raise ValueError(
            f"Shapes {tensor.shape} and {other.shape} are incompatible: {name} and {other_name} must have the same "
            f"shape. Reshape one of them ({tensor!r}, {other!r})."
        )
