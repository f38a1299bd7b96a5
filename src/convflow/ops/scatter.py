"""Changing rows of variables (API: tf.scatter_update, tf.scatter_add, tf.scatter_nd_update ...).

Rows are taken one after the other: of several updates of one row each sees what the one before left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import values as value_views
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.state import as_reference, is_resource, updated_resource
from convflow.ops.types import INDEX, NUMBER

# Takes the memory of a variable as rows, row numbers, and a row (or number) for each; overwrites the rows.
RowUpdate = Callable[[Any, torch.Tensor, Any], None]


def _function(name: str, op_type: str, resource_op_type: str, use_locking: bool, summary: str) -> Callable[..., Any]:
    by_coordinates = "_nd_" in name
    handle_name = "ref" if by_coordinates else "resource"
    locked = use_locking

    def scatter(ref: Any, indices: Any, updates: Any, use_locking: bool = locked, name: str | None = None) -> Any:
        if is_resource(ref):
            return updated_resource(resource_op_type, ref, name, handle_name, indices=indices, updates=updates)
        return apply_op(
            op_type, ref=as_reference(ref), indices=indices, updates=updates, use_locking=use_locking, name=name
        )

    scatter.__name__ = scatter.__qualname__ = name
    scatter.__doc__ = f"{summary} (API: tf.{name}).\n\n    {_ND_ARGS if by_coordinates else _ARGS}"
    return scatter


_ARGS = """Args:
        ref: a variable [rows, ...].
        indices: int32 or int64 row numbers, of any shape.
        updates: a slice of the variable for each index, shape indices.shape + ref.shape[1:], or one scalar.
        use_locking: kept on the node; updates never interleave here.

    Returns:
        The variable's reference after the update; a variable to read it for a resource variable.

    Raises:
        ValueError: shapes that do not go together.
        InvalidArgumentError: (when run) an index outside of the variable.
    """
_ND_ARGS = """Args:
        ref: a variable.
        indices: int32 or int64 coordinates [..., k] along the variable's first k axes.
        updates: a slice for each, shape indices.shape[:-1] + ref.shape[k:].
        use_locking: kept on the node; updates never interleave here.

    Returns:
        The variable's reference after the update; a variable to read it for a resource variable.

    Raises:
        ValueError: shapes that do not go together.
        InvalidArgumentError: (when run) coordinates outside of the variable.
    """

scatter_update = _function(
    "scatter_update", "ScatterUpdate", "ResourceScatterUpdate", True, "Replace rows of a variable",
)  # fmt: skip
scatter_add = _function(
    "scatter_add", "ScatterAdd", "ResourceScatterAdd", False, "Add to rows of a variable",
)  # fmt: skip
scatter_sub = _function(
    "scatter_sub", "ScatterSub", "ResourceScatterSub", False, "Subtract from rows of a variable",
)  # fmt: skip
scatter_mul = _function(
    "scatter_mul", "ScatterMul", "ResourceScatterMul", False, "Multiply rows of a variable",
)  # fmt: skip
scatter_div = _function(
    "scatter_div", "ScatterDiv", "ResourceScatterDiv", False, "Divide rows of a variable",
)  # fmt: skip
scatter_min = _function(
    "scatter_min", "ScatterMin", "ResourceScatterMin", False, "Lower rows of a variable to smaller updates",
)  # fmt: skip
scatter_max = _function(
    "scatter_max", "ScatterMax", "ResourceScatterMax", False, "Raise rows of a variable to larger updates",
)  # fmt: skip
scatter_nd_update = _function(
    "scatter_nd_update", "ScatterNdUpdate", "ResourceScatterNdUpdate", True, "Replace slices of a variable",
)  # fmt: skip
scatter_nd_add = _function(
    "scatter_nd_add", "ScatterNdAdd", "ResourceScatterNdAdd", False, "Add to slices of a variable",
)  # fmt: skip
scatter_nd_sub = _function(
    "scatter_nd_sub", "ScatterNdSub", "ResourceScatterNdSub", False, "Subtract from slices of a variable",
)  # fmt: skip
scatter_nd_min = _function(
    "scatter_nd_min", "ScatterNdMin", "ResourceScatterNdMin", False, "Lower slices of a variable to smaller updates",
)  # fmt: skip
scatter_nd_max = _function(
    "scatter_nd_max", "ScatterNdMax", "ResourceScatterNdMax", False, "Raise slices of a variable to larger updates",
)  # fmt: skip


def batch_scatter_update(
    ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None
) -> Any:
    """Replace entries of the last batch axis of a variable (API: tf.batch_scatter_update).

    Args:
        ref: a variable [b1, ..., bn, rows, ...].
        indices: int32 or int64 [b1, ..., bn, k], row numbers in each batch.
        updates: [b1, ..., bn, k, ...].
    """
    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes = shape_of(indices)
        if indices.shape.rank is None:
            raise ValueError(f"tf.batch_scatter_update needs indices of known rank, got {indices}.")
        last = expand_dims(indices, axis=-1)
        coordinates = [_along(axis, sizes, last) for axis in range(indices.shape.rank - 1)]
        return scatter_nd_update(ref, concat([*coordinates, last], axis=-1), updates, use_locking=use_locking)


def _along(axis: int, sizes: Tensor, like: Tensor) -> Tensor:
    """The number of each entry along a batch axis, in the shape of `like`."""
    size = sizes[axis]
    shape: list[Any] = [1] * len(like.shape)
    shape[axis] = size
    numbers = reshape(apply_op("Range", start=0, limit=size, delta=1), shape)
    return cast(numbers, like.dtype) * ones_like(like)


# What is done with the rows


def _replace(rows: Any, indices: torch.Tensor, updates: Any) -> None:
    numbers = indices.numpy()
    # The last update of a row counts.
    kept, last = np.unique(numbers[::-1], return_index=True)
    chosen = updates[len(numbers) - 1 - last] if updates.ndim else updates
    if isinstance(rows, np.ndarray):
        rows[kept] = chosen
    else:
        value_views.to_numpy(rows)[kept] = value_views.to_numpy(chosen)


def _add(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> None:
    _added(rows, indices, updates, 1)


def _subtract(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> None:
    _added(rows, indices, updates, -1)


_WIDE_UNSIGNED = (torch.uint16, torch.uint32, torch.uint64)


def _added(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor, sign: int) -> None:
    updates = updates.expand(len(indices), *rows.shape[1:])
    if rows.dtype in _WIDE_UNSIGNED:
        _one_by_one(np.add if sign > 0 else np.subtract)(rows, indices, updates)
    else:
        rows.index_add_(0, indices, updates, alpha=sign)


def _one_by_one(function: np.ufunc) -> RowUpdate:
    def update(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> None:
        function.at(value_views.to_numpy(rows), indices.numpy(), value_views.to_numpy(updates))

    return update


def _divide(rows: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> None:
    whole = not (rows.is_floating_point() or rows.is_complex())
    updates = updates.expand(len(indices), *rows.shape[1:])
    for index, divisor in zip(indices.tolist(), updates, strict=True):
        rows[index] = torch.div(rows[index], divisor, rounding_mode="trunc" if whole else None)


# From a node's inputs to rows


def _numbered(memory: Any, indices: torch.Tensor, updates: Any) -> tuple[Any, torch.Tensor, Any]:
    if memory.ndim == 0:
        raise ValueError("The variable is a scalar, it has no rows to update.")
    _check_updates(updates, (*indices.shape, *memory.shape[1:]), scalar_allowed=True)
    flat = indices.reshape(-1).long()
    _check_numbers(flat, memory.shape[0], lambda position: str(int(flat[position])), f"in [0, {memory.shape[0]})")
    return memory, flat, updates.reshape(len(flat), *memory.shape[1:]) if updates.ndim else updates


def _located(memory: Any, indices: torch.Tensor, updates: Any) -> tuple[Any, torch.Tensor, Any]:
    depth = indices.shape[-1] if indices.ndim else 0
    if indices.ndim == 0 or depth > memory.ndim:
        raise ValueError(f"indices of shape {list(indices.shape)} do not fit a variable {list(memory.shape)}.")
    sizes, rest = tuple(memory.shape[:depth]), tuple(memory.shape[depth:])
    _check_updates(updates, (*indices.shape[:-1], *rest), scalar_allowed=False)
    count = math.prod(indices.shape[:-1])
    wide = indices.reshape(count, depth).long()
    outside = (wide < 0) | (wide >= torch.tensor(sizes, dtype=torch.int64))
    strides = [math.prod(sizes[axis + 1 :]) for axis in range(depth)]
    flat = (wide * torch.tensor(strides, dtype=torch.int64)).sum(1)
    flat[outside.any(1)] = -1
    _check_numbers(
        flat,
        math.prod(sizes),
        lambda position: str(wide[position].tolist()),
        f"an index into the variable's shape {list(memory.shape)}",
    )
    return memory.reshape(math.prod(sizes), *rest), flat, updates.reshape(count, *rest)


def _check_updates(updates: Any, expected: tuple[int, ...], scalar_allowed: bool) -> None:
    if tuple(updates.shape) == expected or (scalar_allowed and updates.ndim == 0):
        return
    raise ValueError(f"updates has shape {list(updates.shape)}, indices and variable need {list(expected)}.")


def _check_numbers(numbers: torch.Tensor, size: int, text: Callable[[int], str], where: str) -> None:
    outside = (numbers < 0) | (numbers >= size)
    if bool(outside.any()):
        position = int(outside.nonzero()[0, 0])
        raise ValueError(f"indices[{position}] = {text(position)} is not {where}")


def _kernel(update: RowUpdate, rows_of: Callable[..., Any]) -> Callable[..., Any]:
    def compute(slot: Any, indices: torch.Tensor, updates: Any) -> Any:
        with slot.lock:
            memory = slot.read()
            if isinstance(memory, torch.Tensor) and not memory.is_contiguous():
                slot.value = memory = memory.contiguous()
            rows, numbers, changes = rows_of(memory, indices, updates)
            if len(numbers):
                update(rows, numbers, changes)
        return slot

    return compute


# Shapes


def _numbered_shape(ctx: InferenceContext) -> TensorShape:
    variable, indices, updates = ctx.variable_shape(0), ctx.input(1), ctx.input(2)
    if variable.rank == 0:
        raise ValueError("Shape of ref must be at least rank 1 but is rank 0.")
    if updates.rank not in (0, None) and variable.rank is not None and indices.rank is not None:
        expected = indices.concatenate(variable[1:])
        if not updates.is_compatible_with(expected):
            raise ValueError(
                f"updates has shape {updates}; for the variable's shape {variable} and indices {indices} it must be "
                f"{expected}, or a scalar."
            )
    return variable


def _located_shape(ctx: InferenceContext) -> TensorShape:
    variable, indices, updates = ctx.variable_shape(0), ctx.input(1), ctx.input(2)
    if indices.rank == 0:
        raise ValueError("Shape of indices must be at least rank 1 but is rank 0.")
    depth = None if indices.rank is None else indices[-1].value
    if depth is None or variable.rank is None:
        return variable
    if depth > variable.rank:
        raise ValueError(
            f"indices {indices} hold {depth} coordinates, the variable has the shape {variable}: at most its rank."
        )
    expected = indices[:-1].concatenate(variable[depth:])
    if not updates.is_compatible_with(expected):
        raise ValueError(
            f"updates has shape {updates}; for the variable's shape {variable} and indices {indices} it must be "
            f"{expected}."
        )
    return variable


# Records


def _register(kind: str, types: str, update: RowUpdate, gradient: Any = NOT_DIFFERENTIABLE) -> None:
    types = f"type in {{{types}}}" if types else "type"
    compute = _kernel(update, _numbered)
    register_op(
        f"Scatter{kind}",
        inputs="ref: Ref(T); indices: Tindices; updates: T",
        outputs="output_ref: Ref(T)",
        attrs=f"T: {types}; Tindices: type in {{{INDEX}}}; use_locking: bool = {str(kind == 'Update').lower()}",
        shape=lambda ctx: [_numbered_shape(ctx)],
        kernel=lambda op: compute,
        gradient=gradient,
    )
    resource_types = f"type in {{{NUMBER}}}" if types != "type" else "type"
    register_op(
        f"ResourceScatter{kind}",
        inputs="resource: resource; indices: Tindices; updates: dtype",
        attrs=f"dtype: {resource_types}; Tindices: type in {{{INDEX}}}",
        shape=lambda ctx: _numbered_shape(ctx) and [],
        kernel=lambda op, store: compute,
        gradient=NO_GRADIENT,
        stateful=True,
    )


def _register_nd(kind: str, types: str, update: RowUpdate, gradient: Any = NOT_DIFFERENTIABLE) -> None:
    types = f"type in {{{types}}}" if types else "type"
    compute = _kernel(update, _located)
    register_op(
        f"ScatterNd{kind}",
        inputs="ref: Ref(T); indices: Tindices; updates: T",
        outputs="output_ref: Ref(T)",
        attrs=f"T: {types}; Tindices: type in {{{INDEX}}}; use_locking: bool = {str(kind == 'Update').lower()}",
        shape=lambda ctx: [_located_shape(ctx)],
        kernel=lambda op: compute,
        gradient=gradient,
    )
    register_op(
        f"ResourceScatterNd{kind}",
        inputs="ref: resource; indices: Tindices; updates: T",
        attrs=f"T: type; Tindices: type in {{{INDEX}}}; use_locking: bool = true",
        shape=lambda ctx: _located_shape(ctx) and [],
        kernel=lambda op, store: compute,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_ORDERED = "half, bfloat16, float, double, int32, int64"
_register("Update", "", _replace, NO_GRADIENT)
_register("Add", NUMBER, _add)
_register("Sub", NUMBER, _subtract)
_register("Mul", NUMBER, _one_by_one(np.multiply))
_register("Div", NUMBER, _divide)
_register("Min", _ORDERED, _one_by_one(np.minimum), NO_GRADIENT)
_register("Max", _ORDERED, _one_by_one(np.maximum), NO_GRADIENT)
_register_nd("Update", "", _replace)
_register_nd("Add", NUMBER, _add)
_register_nd("Sub", NUMBER, _subtract)
_register_nd("Min", NUMBER, _one_by_one(np.minimum), NO_GRADIENT)
_register_nd("Max", NUMBER, _one_by_one(np.maximum), NO_GRADIENT)


def _added_to_copy(input: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
    result = input.clone(memory_format=torch.contiguous_format)
    rows, numbers, changes = _located(result, indices, updates)
    if rows.dtype is torch.bool:
        # Of truth values the sum is "or".
        np.logical_or.at(rows.numpy(), numbers.numpy(), changes.numpy())
    else:
        _add(rows, numbers, changes)
    return result


def scatter_nd_non_aliasing_add(input: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """A copy of a tensor with `updates` added at coordinates (API: tf.raw_ops.ScatterNdNonAliasingAdd)."""
    return apply_op("ScatterNdNonAliasingAdd", input=input, indices=indices, updates=updates, name=name)


def _non_aliasing_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [grad, None, gather_nd(grad, op.inputs[1])]


register_op(
    "ScatterNdNonAliasingAdd",
    inputs="input: T; indices: Tindices; updates: T",
    outputs="output: T",
    attrs=f"T: type in {{{NUMBER}, bool}}; Tindices: type in {{{INDEX}}}",
    shape=lambda ctx: [_located_shape(ctx)],
    kernel=lambda op: _added_to_copy,
    gradient=_non_aliasing_gradient,
)
