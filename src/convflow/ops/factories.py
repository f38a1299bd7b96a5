"""Short registrations for the many ops that work element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

Kernel = Callable[..., Any]
_WIDER = {torch.uint16: torch.int32, torch.uint32: torch.int64, torch.uint64: torch.int64}
_WIDE_UNSIGNED = (dtypes.uint16, dtypes.uint32, dtypes.uint64)


def constant_kernel(compute: Kernel) -> Callable[[Operation], Kernel]:
    """A kernel that needs none of its node's attributes."""
    if not isinstance(compute, OnWideUnsigned):
        return lambda op: compute
    # Nearly all nodes are of other types, and go to PyTorch's own function.
    return lambda op: compute if op.attrs["T"] in _WIDE_UNSIGNED else compute.plain


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


class OnWideUnsigned:
    """A function for the unsigned types PyTorch stores but does not calculate with, via the next wider type.

    Args:
        plain: the function, for all other types.
    """

    def __init__(self, plain: Kernel) -> None:
        self.plain = plain

    def __call__(self, *values: torch.Tensor) -> torch.Tensor:
        narrow = values[0].dtype
        if narrow not in _WIDER:
            return self.plain(*values)
        return self.plain(*(value.to(_WIDER[narrow]) for value in values)).to(narrow)


def on_wide_unsigned(compute: Kernel) -> Kernel:
    """`compute` for the unsigned types PyTorch stores but does not calculate with, via the next wider type."""
    return OnWideUnsigned(compute)


def in_single_precision(compute: Kernel) -> Kernel:
    """`compute` with float16 and bfloat16 calculated as float32 and rounded once."""

    def computed(*values: torch.Tensor) -> torch.Tensor:
        narrow = values[0].dtype
        if narrow not in (torch.float16, torch.bfloat16):
            return compute(*values)
        return compute(*(value.float() for value in values)).to(narrow)

    return computed


_UNARY = """{op_type}).

    Args:
        x: a tensor of a type that the op takes, or a value, of any shape.
        name: of the node.

    Returns:
        The op's output type, the same shape.

    Raises:
        TypeError: another type.
    """
_BINARY = """{op_type}).

    Args:
        x, y: tensors of one type that the op takes, or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The op's output type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """


def unary_function(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    """The user function of an elementwise op of one input `x`.

    Args:
        function_name: its path under `tf`.
        summary: what it computes, the docstring's first words.
    """

    def function(x: Any, name: str | None = None) -> Tensor:
        return apply_op(op_type, x=x, name=name)

    return _named(function, function_name, summary, _UNARY.format(op_type=op_type))


def binary_function(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    """The user function of an elementwise op of two inputs `x` and `y`. Arguments as of `unary_function`."""

    def function(x: Any, y: Any, name: str | None = None) -> Tensor:
        return apply_op(op_type, x=x, y=y, name=name)

    return _named(function, function_name, summary, _BINARY.format(op_type=op_type))


def _named(function: Callable[..., Tensor], path: str, summary: str, details: str) -> Callable[..., Tensor]:
    function.__name__ = function.__qualname__ = path.rpartition(".")[2]
    function.__doc__ = f"{summary} (API: tf.{path}; op: {details}"
    return function
