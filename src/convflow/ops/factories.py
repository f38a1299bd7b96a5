"""Short registrations for the many ops that work element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation
from convflow.ops import rules

Kernel = Callable[..., Any]


def constant_kernel(compute: Kernel) -> Callable[[Operation], Kernel]:
    """A kernel that needs none of its node's attributes."""
    return lambda op: compute


def register_unary(
    name: str, types: str, compute: Kernel, gradient: Any, input_name: str = "x", output_name: str = "y"
) -> None:
    """Register an elementwise op of one input."""
    register_op(
        name,
        inputs=f"{input_name}: T",
        outputs=f"{output_name}: T",
        attrs=f"T: type in {{{types}}}",
        shape=rules.unchanged,
        kernel=constant_kernel(compute),
        gradient=gradient,
    )


def register_binary(name: str, types: str, compute: Kernel, gradient: Any) -> None:
    """Register an elementwise op of two inputs that broadcasts."""
    register_op(
        name,
        inputs="x: T; y: T",
        outputs="z: T",
        attrs=f"T: type in {{{types}}}",
        shape=rules.broadcast,
        kernel=constant_kernel(compute),
        gradient=gradient,
    )


def register_comparison(name: str, attrs: str, compute: Kernel, gradient: Any) -> None:
    """Register an elementwise op of two inputs whose output is bool."""
    register_op(
        name,
        inputs="x: T; y: T",
        outputs="z: bool",
        attrs=attrs,
        shape=rules.broadcast,
        kernel=constant_kernel(compute),
        gradient=gradient,
    )


def on_wide_unsigned(compute: Kernel) -> Kernel:
    """`compute` for the unsigned types PyTorch stores but does not calculate with, via the next wider type."""
    wider = {torch.uint16: torch.int32, torch.uint32: torch.int64, torch.uint64: torch.int64}

    def computed(*values: torch.Tensor) -> torch.Tensor:
        narrow = values[0].dtype
        if narrow not in wider:
            return compute(*values)
        return compute(*(value.to(wider[narrow]) for value in values)).to(narrow)

    return computed
