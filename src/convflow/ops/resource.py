"""Variables known by handles (API: tf.Variable(..., use_resource=True)).

A `VarHandleOp` node outputs a handle; reading is a node of its own, and what was read does not change when the
variable does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.handles import handle_shape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gathered_slices
from convflow.ops.array.gather_nd import gather_nd_compute, slices_or_scattered
from convflow.ops.state import add_in_place, count_kernel, count_shape, subtract_in_place
from convflow.ops.types import INDEX


def var_handle_op(
    dtype: Any, shape: Any, container: str = "", shared_name: str = "", name: str | None = None
) -> Tensor:
    """The handle of a variable (API: tf.raw_ops.VarHandleOp)."""
    return apply_op(
        "VarHandleOp", dtype=dtype, shape=as_shape(shape), container=container, shared_name=shared_name, name=name
    )


def _handle_kernel(op: Operation, store: Any) -> Callable[[], Any]:
    shared = op.attrs["shared_name"]
    slot = store.variable((shared.decode() if isinstance(shared, bytes) else shared) or op.name)
    return lambda: slot


register_op(
    "VarHandleOp",
    outputs="resource: resource",
    attrs="container: string = ''; shared_name: string = ''; dtype: type; shape: shape",
    shape=rules.scalar_output,
    kernel=_handle_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def read_variable_op(resource: Tensor, dtype: Any, name: str | None = None) -> Tensor:
    """The value of a variable at the moment the node runs (API: tf.raw_ops.ReadVariableOp)."""
    return apply_op("ReadVariableOp", resource=resource, dtype=dtype, name=name)


def _read(slot: Any) -> Any:
    value = slot.read()
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


register_op(
    "ReadVariableOp",
    inputs="resource: resource",
    outputs="value: dtype",
    attrs="dtype: type",
    shape=lambda ctx: [ctx.variable_shape(0)],
    kernel=lambda op, store: _read,
    gradient=lambda op, grad: [grad],
    stateful=True,
)


def assign_variable_op(resource: Tensor, value: Any, validate_shape: bool = False, name: str | None = None) -> Any:
    """The node that writes a variable (API: tf.raw_ops.AssignVariableOp).

    Args:
        validate_shape: whether the value must have the shape the variable has when the node runs.
    """
    return apply_op("AssignVariableOp", resource=resource, value=value, validate_shape=validate_shape, name=name)


def assign_add_variable_op(resource: Tensor, value: Any, name: str | None = None) -> Any:
    """The node that adds to a variable (API: tf.raw_ops.AssignAddVariableOp)."""
    return apply_op("AssignAddVariableOp", resource=resource, value=value, name=name)


def assign_sub_variable_op(resource: Tensor, value: Any, name: str | None = None) -> Any:
    """The node that subtracts from a variable (API: tf.raw_ops.AssignSubVariableOp)."""
    return apply_op("AssignSubVariableOp", resource=resource, value=value, name=name)


def _written_shape(ctx: InferenceContext) -> list[TensorShape]:
    variable, value = ctx.variable_shape(0), ctx.input(1)
    if not variable.is_compatible_with(value):
        raise ValueError(f"The variable has shape {variable}, the value {value}: they must be the same.")
    return []


def _assign_kernel(op: Operation, store: Any) -> Callable[[Any, Any], None]:
    declared = handle_shape(op.inputs[0])
    validate = op.attrs["validate_shape"]

    def compute(slot: Any, value: Any) -> None:
        expected = slot.shape if validate and slot.is_initialized else declared
        if not expected.is_compatible_with(value.shape):
            raise ValueError(f"The variable {slot.name} has shape {expected}, the value {tuple(value.shape)}.")
        slot.assign(value)

    return compute


def _update_kernel(update: Callable[[torch.Tensor, torch.Tensor], Any]) -> Callable[..., Any]:
    def compute(slot: Any, value: torch.Tensor) -> None:
        current = slot.read()
        if current.shape != value.shape:
            raise ValueError(
                f"The variable {slot.name} has shape {tuple(current.shape)}, the value {tuple(value.shape)}."
            )
        with slot.lock:
            update(current, value)

    return lambda op, store: compute


def _register_writer(op_type: str, attrs: str, kernel: Any) -> None:
    register_op(
        op_type,
        inputs="resource: resource; value: dtype",
        attrs=attrs,
        shape=_written_shape,
        kernel=kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register_writer("AssignVariableOp", "dtype: type; validate_shape: bool = false", _assign_kernel)
_register_writer("AssignAddVariableOp", "dtype: type", _update_kernel(add_in_place))
_register_writer("AssignSubVariableOp", "dtype: type", _update_kernel(subtract_in_place))


def var_is_initialized_op(resource: Tensor, name: str | None = None) -> Tensor:
    """Whether a variable has a value, a bool scalar (API: tf.raw_ops.VarIsInitializedOp)."""
    return apply_op("VarIsInitializedOp", resource=resource, name=name)


register_op(
    "VarIsInitializedOp",
    inputs="resource: resource",
    outputs="is_initialized: bool",
    shape=lambda ctx: [scalar()],
    kernel=lambda op, store: lambda slot: torch.tensor(slot.is_initialized),
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


def variable_shape(handle: Tensor, out_type: Any = dtypes.int32, name: str | None = None) -> Tensor:
    """The shape of a variable as a vector, a constant where it is known (API: tf.raw_ops.VariableShape)."""
    known = handle_shape(handle)
    if known.is_fully_defined():
        return constant([int(size) for size in known], dtype=out_type, name=name or "Const")
    return apply_op("VariableShape", input=handle, out_type=out_type, name=name)


def _shape_kernel(op: Operation, store: Any) -> Callable[[Any], torch.Tensor]:
    dtype = op.attrs["out_type"].as_torch_dtype
    return lambda slot: torch.tensor(slot.read().shape, dtype=dtype)


register_op(
    "VariableShape",
    inputs="input: resource",
    outputs="output: out_type",
    attrs=f"out_type: type = int32 in {{{INDEX}}}",
    shape=lambda ctx: [TensorShape([ctx.variable_shape(0).rank])],
    kernel=_shape_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)


def destroy_resource_op(resource: Tensor, ignore_lookup_error: bool = True, name: str | None = None) -> Operation:
    """The node that lets a variable's value go (API: tf.raw_ops.DestroyResourceOp)."""
    return apply_op("DestroyResourceOp", resource=resource, ignore_lookup_error=ignore_lookup_error, name=name)


def _destroy_kernel(op: Operation, store: Any) -> Callable[[Any], None]:
    ignore = op.attrs["ignore_lookup_error"]

    def compute(slot: Any) -> None:
        if not ignore:
            slot.read()
        slot.value = None

    return compute


register_op(
    "DestroyResourceOp",
    inputs="resource: resource",
    attrs="ignore_lookup_error: bool = true",
    shape=rules.no_output,
    kernel=_destroy_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)


def resource_gather(
    resource: Tensor, indices: Any, dtype: Any, batch_dims: int = 0, validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Rows of a variable, without reading the others (API: tf.raw_ops.ResourceGather)."""
    return apply_op(
        "ResourceGather", resource=resource, indices=indices, dtype=dtype, batch_dims=batch_dims,
        validate_indices=validate_indices, name=name,
    )  # fmt: skip


def _gather_shape(ctx: InferenceContext) -> list[TensorShape]:
    variable, indices = ctx.variable_shape(0), ctx.input(1)
    if variable.rank == 0:
        raise ValueError("Shape must be at least rank 1 but is rank 0: the variable is a scalar.")
    batch_dims = ctx.attr("batch_dims")
    if variable.rank is None or indices.rank is None:
        return [unknown_shape()]
    return [indices.concatenate(variable[batch_dims + 1 :])]


def _gather_kernel(op: Operation, store: Any) -> Callable[[Any, torch.Tensor], Any]:
    batch_dims = op.attrs["batch_dims"]

    def compute(slot: Any, indices: torch.Tensor) -> Any:
        memory = slot.read()
        size = memory.shape[batch_dims]
        outside = (indices < 0) | (indices >= size)
        if bool(outside.any()):
            wrong = int(indices[outside][0])
            raise ValueError(f"indices holds {wrong}, which is not in [0, {size}), the rows of {slot.name}")
        if batch_dims:
            return _batched(memory, indices, batch_dims)
        if isinstance(memory, np.ndarray):
            return memory[indices.numpy()]
        return memory.index_select(0, indices.reshape(-1)).reshape(*indices.shape, *memory.shape[1:])

    return compute


def _batched(memory: Any, indices: torch.Tensor, batch_dims: int) -> Any:
    batch = tuple(memory.shape[:batch_dims])
    if tuple(indices.shape[:batch_dims]) != batch:
        raise ValueError(f"The variable {list(memory.shape)} and indices {list(indices.shape)} differ in a batch axis.")
    places = np.indices(indices.shape, sparse=True)[:batch_dims]
    picks = (*places, indices.numpy())
    return memory[picks] if isinstance(memory, np.ndarray) else memory[tuple(map(torch.as_tensor, picks))]


def _gather_gradient(op: Operation, grad: Tensor) -> list[Any]:
    handle, indices = op.inputs
    if op.attrs["batch_dims"]:
        raise NotImplementedError(
            f"The gradient of {op.describe()} with batch_dims={op.attrs['batch_dims']} is not there: read the whole "
            "variable and use tf.gather."
        )
    return [gathered_slices(grad, indices, variable_shape(handle)), None]


register_op(
    "ResourceGather",
    inputs="resource: resource; indices: Tindices",
    outputs="output: dtype",
    attrs=f"batch_dims: int = 0; validate_indices: bool = true; dtype: type; Tindices: type in {{{INDEX}}}",
    shape=_gather_shape,
    kernel=_gather_kernel,
    gradient=_gather_gradient,
    stateful=True,
)


def resource_gather_nd(resource: Tensor, indices: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Slices of a variable by coordinates (API: tf.raw_ops.ResourceGatherNd)."""
    return apply_op("ResourceGatherNd", resource=resource, indices=indices, dtype=dtype, name=name)


def _gather_nd_shape(ctx: InferenceContext) -> list[TensorShape]:
    variable, indices = ctx.variable_shape(0), ctx.input(1)
    if indices.rank == 0:
        raise ValueError("Shape of indices must be at least rank 1 but is rank 0.")
    depth = None if indices.rank is None else indices[-1].value
    if depth is None or variable.rank is None:
        return [unknown_shape()]
    if depth > variable.rank:
        raise ValueError(f"indices.shape[-1] must be <= the variable's rank, but saw {depth} for {variable}.")
    return [indices[:-1].concatenate(variable[depth:])]


def _gather_nd_kernel(op: Operation, store: Any) -> Callable[[Any, torch.Tensor], Any]:
    return lambda slot, indices: gather_nd_compute(slot.read(), indices)


def _gather_nd_gradient(op: Operation, grad: Tensor) -> list[Any]:
    handle, indices = op.inputs
    shape = apply_op("VariableShape", input=handle, out_type=indices.dtype.base_dtype)
    return [slices_or_scattered(grad, indices, shape), None]


register_op(
    "ResourceGatherNd",
    inputs="resource: resource; indices: Tindices",
    outputs="output: dtype",
    attrs=f"dtype: type; Tindices: type in {{{INDEX}}}",
    shape=_gather_nd_shape,
    kernel=_gather_nd_kernel,
    gradient=_gather_nd_gradient,
    stateful=True,
)
register_op(
    "ResourceCountUpTo",
    inputs="resource: resource",
    outputs="output: T",
    attrs="limit: int; T: type in {int32, int64}",
    shape=count_shape,
    kernel=lambda op, store: count_kernel(op),
    gradient=NO_GRADIENT,
    stateful=True,
)
