"""Variables as nodes (API: tf.assign, tf.assign_add, tf.assign_sub, tf.is_variable_initialized).

A `VariableV2` node outputs a reference: the place of the value, which `Assign` and the optimizers' nodes write.
Nodes that take no reference read the value at the moment they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, as_shape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.types import NUMBER


def variable_op(shape: Any, dtype: Any, name: str = "Variable", container: str = "", shared_name: str = "") -> Tensor:
    """The node of a variable: its output is the reference."""
    return apply_op(
        "VariableV2", shape=as_shape(shape), dtype=dtype, name=name, container=container, shared_name=shared_name
    )


def _variable_kernel(op: Operation, store: Any) -> Callable[[], Any]:
    shared = op.attrs["shared_name"]
    slot = store.variable((shared.decode() if isinstance(shared, bytes) else shared) or op.name)
    return lambda: slot


register_op(
    "VariableV2",
    outputs="ref: Ref(dtype)",
    attrs="shape: shape; dtype: type; container: string = ''; shared_name: string = ''",
    shape=lambda ctx: [ctx.attr("shape")],
    kernel=_variable_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def assign(
    ref: Any, value: Any, validate_shape: bool | None = None, use_locking: bool | None = None, name: str | None = None
) -> Tensor:
    """Write `value` into a variable; returns its reference (API: tf.assign).

    Args:
        ref: a variable.
        value: a tensor of the variable's type and, unless `validate_shape` is False, shape.
    """
    ref = as_reference(ref)
    return apply_op(
        "Assign", ref=ref, value=value, name=name,
        validate_shape=True if validate_shape is None else validate_shape,
        use_locking=True if use_locking is None else use_locking,
    )  # fmt: skip


def assign_add(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Add `value` to a variable; returns its reference (API: tf.assign_add)."""
    return _update("AssignAdd", ref, value, use_locking, name)


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Subtract `value` from a variable; returns its reference (API: tf.assign_sub)."""
    return _update("AssignSub", ref, value, use_locking, name)


def _update(op_type: str, ref: Any, value: Any, use_locking: bool | None, name: str | None) -> Tensor:
    ref = as_reference(ref)
    return apply_op(op_type, ref=ref, value=value, use_locking=bool(use_locking), name=name)


def as_reference(ref: Any) -> Tensor:
    """The reference of a variable; TypeError for what cannot be written."""
    tensor = convert_to_tensor(ref, as_ref=True)
    if not tensor.dtype._is_ref_dtype:
        raise TypeError(f"{tensor} cannot be assigned to: it is a value, not a variable.")
    return tensor


def is_variable_initialized(variable: Any) -> Tensor:
    """Whether a variable has been assigned, a bool scalar (API: tf.is_variable_initialized)."""
    return apply_op("IsVariableInitialized", ref=as_reference(variable))


def _assign_shape(ctx: InferenceContext) -> list[TensorShape]:
    if not ctx.attr("validate_shape"):
        return [ctx.input(1)]
    return [_agreeing(ctx)]


def _agreeing(ctx: InferenceContext) -> TensorShape:
    if not ctx.input(0).is_compatible_with(ctx.input(1)):
        raise ValueError(f"The variable has shape {ctx.input(0)}, the value {ctx.input(1)}: they must be the same.")
    return ctx.input(0).merge_with(ctx.input(1))


def _assign_kernel(op: Operation) -> Callable[[Any, Any], Any]:
    declared = op.inputs[0].shape if op.attrs["validate_shape"] else unknown_shape()

    def compute(slot: Any, value: Any) -> Any:
        if not declared.is_compatible_with(value.shape):
            raise ValueError(
                f"Assign requires shapes of both tensors to match: the variable {slot.name} has shape {declared}, "
                f"the value {tuple(value.shape)}."
            )
        slot.assign(value)
        return slot

    return compute


register_op(
    "Assign",
    inputs="ref: Ref(T); value: T",
    outputs="output_ref: Ref(T)",
    attrs="T: type; validate_shape: bool = true; use_locking: bool = true",
    shape=_assign_shape,
    kernel=_assign_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _update_kernel(update: Callable[[torch.Tensor, torch.Tensor], Any]) -> Callable[[Operation], Any]:
    def compute(slot: Any, value: torch.Tensor) -> Any:
        current = slot.read()
        if current.shape != value.shape:
            raise ValueError(
                f"The variable {slot.name} has shape {tuple(current.shape)}, the value {tuple(value.shape)}."
            )
        update(current, value)
        return slot

    return lambda op: compute


def _register_update(op_type: str, update: Callable[[torch.Tensor, torch.Tensor], Any]) -> None:
    register_op(
        op_type,
        inputs="ref: Ref(T); value: T",
        outputs="output_ref: Ref(T)",
        attrs=f"T: type in {{{NUMBER}}}; use_locking: bool = false",
        shape=lambda ctx: [_agreeing(ctx)],
        kernel=_update_kernel(update),
        gradient=NOT_DIFFERENTIABLE,
    )


_register_update("AssignAdd", lambda current, value: current.add_(value))
_register_update("AssignSub", lambda current, value: current.sub_(value))
register_op(
    "IsVariableInitialized",
    inputs="ref: Ref(dtype)",
    outputs="is_initialized: bool",
    attrs="dtype: type",
    shape=lambda ctx: [scalar()],
    kernel=lambda op: lambda slot: torch.tensor(slot.is_initialized),
    gradient=NO_GRADIENT,
)
