"""Values that wait for others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import beside, control_dependencies, executing_eagerly, name_scope
from convflow.ops.array.identity import identity


def with_dependencies(dependencies: Sequence[Any], tensor: Tensor, name: str | None = None) -> Tensor:
    """`tensor`, once all `dependencies` (operations or tensors) have run."""
    if executing_eagerly():
        return tensor
    with (
        name_scope(name, "control_dependency", [*dependencies, tensor]) as scope,
        beside(tensor),
        control_dependencies(dependencies),
    ):
        return identity(tensor, name=scope)
