"""Variables as nodes (API: tf.assign, tf.assign_add, tf.assign_sub, tf.count_up_to, tf.is_variable_initialized).

A `VariableV2` node outputs a reference: the place of the value, which `Assign` and the optimizers' nodes write.
Nodes that take no reference read the value at the moment they run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, as_shape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import NUMBER


def variable_op(shape: Any, dtype: Any, name: str = "Variable", container: str = "", shared_name: str = "") -> Tensor:
    """The node of a variable: its output is the reference."""
    return apply_op(
        "VariableV2", shape=as_shape(shape), dtype=dtype, name=name, container=container, shared_name=shared_name
    )


def _variable_kernel(op: Operation, store: Any) -> Callable[[], Any]:
    shared = op.attrs["shared_name"]
    slot = store.variable(_text(shared) or op.name)
    return lambda: slot


def _register_variable(op_type: str) -> None:
    register_op(
        op_type,
        outputs="ref: Ref(dtype)",
        attrs="shape: shape; dtype: type; container: string = ''; shared_name: string = ''",
        shape=lambda ctx: [ctx.attr("shape")],
        kernel=_variable_kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register_variable("VariableV2")
# What graphs of before TensorFlow 1.0 hold.
_register_variable("Variable")


def assign(
    ref: Any, value: Any, validate_shape: bool | None = None, use_locking: bool | None = None, name: str | None = None
) -> Tensor:
    """Write `value` into a variable; returns its reference (API: tf.assign).

    Args:
        ref: a variable.
        value: a tensor of the variable's type and, unless `validate_shape` is False, shape.
        validate_shape: True by default; otherwise the variable takes over the value's shape.

    Returns:
        The variable's reference once it is written; for a resource variable a variable to read it.
    """
    if is_resource(ref):
        return ref.assign(value, name=name)
    ref = as_reference(ref)
    return apply_op(
        "Assign", ref=ref, value=value, name=name,
        validate_shape=True if validate_shape is None else validate_shape,
        use_locking=True if use_locking is None else use_locking,
    )  # fmt: skip


def assign_add(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Add `value` to a variable; returns its reference (API: tf.assign_add).

    Args:
        ref: a variable of a number type.
        value: what to add, of the variable's type and shape.
        use_locking: accepted for reference variables: updates never mix. Of no meaning for resource variables.

    Returns:
        The variable's reference once it is written; for a resource variable a variable to read it.
    """
    if is_resource(ref):
        return ref.assign_add(value)
    return _update("AssignAdd", ref, value, use_locking, name)


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """Subtract `value` from a variable; returns its reference (API: tf.assign_sub).

    Args:
        ref: a variable of a number type.
        value: what to take away, of the variable's type and shape.
        use_locking: accepted for reference variables: updates never mix. Of no meaning for resource variables.

    Returns:
        The variable's reference once it is written; for a resource variable a variable to read it.
    """
    if is_resource(ref):
        return ref.assign_sub(value)
    return _update("AssignSub", ref, value, use_locking, name)


def _update(op_type: str, ref: Any, value: Any, use_locking: bool | None, name: str | None) -> Tensor:
    ref = as_reference(ref)
    return apply_op(op_type, ref=ref, value=value, use_locking=bool(use_locking), name=name)


def is_resource(variable: Any) -> bool:
    """Whether a variable is known by a handle, not by a reference."""
    return hasattr(variable, "handle")


def updated_resource(op_type: str, variable: Any, name: str | None, ref_name: str = "resource", **inputs: Any) -> Any:
    """Apply an updating op to a resource variable; returns a variable that is read after it.

    Args:
        ref_name: what the op calls its handle.
        inputs: the op's other inputs; `updates` takes the variable's type.
    """
    if "updates" in inputs:
        inputs["updates"] = convert_to_tensor(inputs["updates"], dtype=variable.dtype)
    return variable._lazy_read(apply_op(op_type, name=name, **{ref_name: variable.handle}, **inputs))


def as_reference(ref: Any) -> Tensor:
    """The reference of a variable; AttributeError, as in TensorFlow, for what cannot be written."""
    tensor = convert_to_tensor(ref, as_ref=True)
    if not tensor.dtype._is_ref_dtype:
        raise AttributeError(f"{tensor} cannot be assigned to: it is a value, not a variable.")
    return tensor


def is_variable_initialized(variable: Any) -> Tensor:
    """Whether a variable has been assigned, a bool scalar (API: tf.is_variable_initialized).

    Args:
        variable: a variable, or the reference of one.

    Returns:
        A bool scalar.
    """
    if is_resource(variable):
        return variable.is_initialized()
    return apply_op("IsVariableInitialized", ref=as_reference(variable))


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """Add one to an integer scalar variable; returns the value before (API: tf.count_up_to).

    Args:
        limit: the first number that is not given out.

    Raises:
        OutOfRangeError: (when run) the variable has reached the limit; it stays as it is.
    """
    if is_resource(ref):
        return apply_op("ResourceCountUpTo", resource=ref.handle, limit=limit, T=ref.dtype, name=name)
    return apply_op("CountUpTo", ref=as_reference(ref), limit=limit, name=name)


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
        with slot.lock:
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


_WIDE_UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)


def add_in_place(current: torch.Tensor, value: torch.Tensor) -> None:
    """current += value, for the unsigned types too that PyTorch only stores."""
    if current.dtype in _WIDE_UNSIGNED:
        np.add(current.numpy(), value.numpy(), out=current.numpy())
    else:
        current.add_(value)


def subtract_in_place(current: torch.Tensor, value: torch.Tensor) -> None:
    """current -= value, likewise."""
    if current.dtype in _WIDE_UNSIGNED:
        np.subtract(current.numpy(), value.numpy(), out=current.numpy())
    else:
        current.sub_(value)


_register_update("AssignAdd", add_in_place)
_register_update("AssignSub", subtract_in_place)
register_op(
    "IsVariableInitialized",
    inputs="ref: Ref(dtype)",
    outputs="is_initialized: bool",
    attrs="dtype: type",
    shape=lambda ctx: [scalar()],
    kernel=lambda op: lambda slot: torch.tensor(slot.is_initialized),
    gradient=NO_GRADIENT,
)


def count_kernel(op: Operation) -> Callable[[Any], torch.Tensor]:
    """The kernel of counting, for references and handles."""
    limit = op.attrs["limit"]

    def compute(slot: Any) -> torch.Tensor:
        with slot.lock:
            value = slot.read()
            if int(value) >= limit:
                raise errors.OutOfRangeError(
                    None,
                    None,
                    f"Reached limit of {limit}: the variable {slot.name} is {int(value)}. Assign it to go on.",
                )
            before = value.clone()
            value += 1
        return before

    return compute


def count_shape(ctx: InferenceContext) -> list[TensorShape]:
    """What is counted is a scalar."""
    rules.with_rank(ctx.variable_shape(0), 0, "the variable")
    return [scalar()]


register_op(
    "CountUpTo",
    inputs="ref: Ref(T)",
    outputs="output: T",
    attrs="limit: int; T: type in {int32, int64}",
    shape=count_shape,
    kernel=count_kernel,
    gradient=NO_GRADIENT,
)


def temporary_variable(shape: Any, dtype: Any, var_name: str = "", name: str | None = None) -> Tensor:
    """A variable that lives within one run; returns its reference (API: tf.raw_ops.TemporaryVariable).

    It holds zeros at first; TensorFlow leaves open what it holds.
    """
    return apply_op("TemporaryVariable", shape=as_shape(shape), dtype=dtype, var_name=var_name, name=name)


def destroy_temporary_variable(ref: Tensor, var_name: str, name: str | None = None) -> Tensor:
    """The last value of a temporary variable, which ends here (API: tf.raw_ops.DestroyTemporaryVariable)."""
    return apply_op("DestroyTemporaryVariable", ref=ref, var_name=var_name, name=name)


def _temporary_kernel(op: Operation, store: Any) -> Callable[[], Any]:
    sizes, dtype = [int(size) for size in op.attrs["shape"]], op.attrs["dtype"].as_torch_dtype
    name = _text(op.attrs["var_name"]) or op.name

    def compute() -> Any:
        slot = store.temporary(name)
        slot.value = torch.zeros(sizes, dtype=dtype)
        return slot

    return compute


def _destroy_kernel(op: Operation) -> Callable[[Any], Any]:
    def compute(slot: Any) -> Any:
        value = slot.read()
        slot.value = None
        return value

    return compute


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value


register_op(
    "TemporaryVariable",
    outputs="ref: Ref(dtype)",
    attrs="shape: shape; dtype: type; var_name: string = ''",
    shape=lambda ctx: [ctx.attr("shape")],
    kernel=_temporary_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "DestroyTemporaryVariable",
    inputs="ref: Ref(T)",
    outputs="value: T",
    attrs="T: type; var_name: string",
    shape=lambda ctx: [ctx.input(0)],
    kernel=_destroy_kernel,
    gradient=NO_GRADIENT,
)
