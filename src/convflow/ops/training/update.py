"""What all updates share: their four nodes (of references or resources, whole or by rows), shape rules and kernels.

An update changes variables in place: references and resources arrive as the variables' slots, and a slot's memory
is overwritten, so whoever reads a reference variable later in the step sees the new value, as in TensorFlow. A
family's own part is its step: a function of the variables' memory, which it overwrites, and of the values. A sparse
update takes the listed rows out, makes the same step on them and puts them back.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import INDEX, NUMBER

Step = Callable[..., None]
"""One step of one variable: a function of tensors, which it overwrites, and of numbers."""
Steps = Callable[..., None]
"""One step of many variables: the same function, with lists of tensors in the place of tensors."""
_GRADIENTS = ("grad", "gradient", "delta")
_TYPES = {"global_step": "int64"}
_NONE = -1


def _none_at_once(op: Operation) -> Steps | None:
    return None


class Update:
    """One family of update nodes.

    Args:
        variables: the names of what is written, the trained variable first, separated by spaces.
        values: the names of the other inputs in the nodes' order; `grad` (or `delta`) has the variable's shape, all
            others are scalars.
        step: takes a node, returns the function that overwrites the variables' memory. It gets them as tensors,
            then the values: the gradient as a tensor of their shape, which may share memory with the variable, and
            the scalars as Python numbers.
        does: the formula, as the functions' documentation.
        attrs: attributes beside `T` and `use_locking`, in the registry's notation.
        steps: takes a node, returns the function that makes the step of many variables at once; None where there is
            no such function for this node, and they are made one after the other.
    """

    def __init__(
        self,
        variables: str,
        values: str,
        step: Callable[[Operation], Step],
        does: str,
        attrs: str = "",
        steps: Callable[[Operation], Steps | None] = _none_at_once,
    ) -> None:
        self._variables = variables.split()
        self._values = values.split()
        self._step = step
        self._does = does
        self._attrs = attrs
        self._steps = steps

    def dense(self, op_type: str) -> Callable[..., Any]:
        """Register the node that updates whole variables; returns the function that makes one."""
        layout = _Layout(len(self._variables), self._values, op_type.startswith("Resource"))
        _dense_updates[op_type] = DenseUpdate(layout, self._step, self._steps)
        return self._register(op_type, self._values, _dense_shape, _dense_kernel)

    def sparse(self, op_type: str, gradient_name: str = "grad") -> Callable[..., Any]:
        """Register the node that updates the rows `indices`; returns the function that makes one."""
        values: list[str] = []
        for name in self._values:
            values += [gradient_name, "indices"] if name in _GRADIENTS else [name]
        return self._register(op_type, values, _sparse_shape, _sparse_kernel)

    def _register(
        self, op_type: str, values: list[str], shape: Callable[..., Any], kernel: Callable[..., Any]
    ) -> Callable[..., Any]:
        is_resource = op_type.startswith("Resource")
        layout = _Layout(len(self._variables), values, is_resource)
        kind = "resource" if is_resource else "Ref(T)"
        indices = f"; Tindices: type in {{{INDEX}}}" if "indices" in values else ""
        register_op(
            op_type,
            inputs="; ".join(
                [f"{name}: {kind}" for name in self._variables] + [f"{name}: {_type(name)}" for name in values]
            ),
            outputs="" if is_resource else "out: Ref(T)",
            attrs=f"T: type in {{{NUMBER}}}{indices}; use_locking: bool = false; {self._attrs}",
            shape=lambda ctx: shape(ctx, layout),
            # A stateful op's kernel is offered the session's store, which handles make needless.
            kernel=lambda op, store=None: kernel(self._step(op), layout),
            gradient=NO_GRADIENT,
            stateful=is_resource,
        )
        return self._function(op_type, values)

    def _function(self, op_type: str, values: list[str]) -> Callable[..., Any]:
        attributes = [part.split(":")[0].strip() for part in self._attrs.split(";") if part]
        positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
        required = [inspect.Parameter(name, positional) for name in (*self._variables, *values)]
        optional = [inspect.Parameter(name, positional, default=None) for name in ("use_locking", *attributes, "name")]
        signature = inspect.Signature(required + optional)

        def update(*args: Any, **kwargs: Any) -> Any:
            return apply_op(op_type, **signature.bind(*args, **kwargs).arguments)

        update.__name__ = update.__qualname__ = _snake_case(op_type)
        update.__signature__ = signature  # type: ignore[attr-defined]
        update.__doc__ = _documentation(op_type, self._variables, self._does, "indices" in values)
        return update


class _Layout:
    """Where the inputs of an update node stand."""

    def __init__(self, variables: int, values: Sequence[str], is_resource: bool) -> None:
        names = dict(enumerate(values, variables))
        self.variables = variables
        self.is_resource = is_resource
        self.gradient = next(index for index, name in names.items() if name in _GRADIENTS)
        self.indices = next((index for index, name in names.items() if name == "indices"), _NONE)
        self.scalars = {i: name for i, name in names.items() if i not in (self.gradient, self.indices)}


def _type(value: str) -> str:
    return "Tindices" if value == "indices" else _TYPES.get(value, "T")


def _snake_case(op_type: str) -> str:
    text = op_type.replace("RMSProp", "RmsProp").replace("AdagradDA", "AdagradDa").replace("AdaMax", "AdaMax")
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in text).lstrip("_")


def _documentation(op_type: str, variables: list[str], does: str, is_sparse: bool) -> str:
    rows = "\n\nOnly the rows `indices` change; row i of `grad` belongs to row `indices[i]`." if is_sparse else ""
    result = "the operation" if op_type.startswith("Resource") else "the reference of the variable"
    return (
        f"{does}{rows}\n\nThe variables {', '.join(variables)} and the gradient have one shape; the other values are "
        f"scalars.\nReturns {result} (API: tf.raw_ops.{op_type})."
    )


class DenseUpdate:
    """How the nodes of one type update whole variables, for those who make many such steps as one."""

    def __init__(
        self, layout: _Layout, step: Callable[[Operation], Step], steps: Callable[[Operation], Steps | None]
    ) -> None:
        self._layout = layout
        self._step = step
        self._steps = steps

    def variables(self, op: Operation) -> list[Tensor]:
        """What a node writes: references or handles."""
        return list(op.inputs[: self._layout.variables])

    def gradient(self, op: Operation) -> Tensor:
        return op.inputs[self._layout.gradient]

    def scalars(self, op: Operation) -> list[Tensor]:
        """What nodes of one optimizer share: learning rate, decay ..."""
        return [op.inputs[index] for index in self._layout.scalars]

    def kernel(self, ops: Sequence[Operation]) -> Callable[..., Any]:
        """The steps of nodes with the same scalars as one function: of the scalars, then of each node's variables
        and gradient. It returns what the nodes output."""
        layout, count = self._layout, len(ops)
        steps = self._steps(ops[0]) or _one_by_one(self._step(ops[0]), layout)
        width = layout.variables + 1

        def compute(*inputs: Any) -> Any:
            scalars = {i: value.item() for i, value in zip(layout.scalars, inputs, strict=False)}
            own = inputs[len(scalars) :]
            columns: list[list[torch.Tensor]] = []
            for place in range(layout.variables):
                columns.append([own[start + place].read() for start in range(0, count * width, width)])
            gradients = list(own[layout.variables :: width])
            for row in zip(*columns, gradients, strict=True):
                _check_same(*row)
            last = range(layout.variables, layout.variables + len(scalars) + 1)
            steps(*columns, *(gradients if index == layout.gradient else scalars[index] for index in last))
            return None if layout.is_resource else own[::width]

        return compute


_dense_updates: dict[str, DenseUpdate] = {}


def dense_update(op_type: str) -> DenseUpdate | None:
    """How nodes of this type update whole variables; None for other nodes."""
    return _dense_updates.get(op_type)


def _one_by_one(step: Step, layout: _Layout) -> Steps:
    """A step of many variables that makes the steps one after the other."""

    def steps(*arguments: Any) -> None:
        of_each = {*range(layout.variables), layout.gradient}
        for each in range(len(arguments[0])):
            step(*(value[each] if index in of_each else value for index, value in enumerate(arguments)))

    return steps


# Shape rules


def _dense_shape(ctx: InferenceContext, layout: _Layout) -> list[TensorShape]:
    _check_scalars(ctx, layout)
    shape = _variables_shape(ctx, layout)
    return _result(_merged(shape, ctx.input(layout.gradient), layout.gradient), layout)


def _sparse_shape(ctx: InferenceContext, layout: _Layout) -> list[TensorShape]:
    _check_scalars(ctx, layout)
    shape = _variables_shape(ctx, layout)
    indices = rules.with_rank(ctx.input(layout.indices), 1, "indices")
    if shape.rank == 0:
        raise ValueError(f"Shape of var must be at least rank 1 but is rank 0: rows of {shape} cannot be updated.")
    grad = ctx.input(layout.gradient)
    if shape.rank is not None:
        rows = TensorShape([indices[0]]).concatenate(shape[1:])
        if not rows.is_compatible_with(grad):
            raise ValueError(
                f"Shapes must be equal: indices {indices} of a variable {shape} need a gradient {rows}, it has {grad}."
            )
    return _result(shape, layout)


def _check_scalars(ctx: InferenceContext, layout: _Layout) -> None:
    for index, name in layout.scalars.items():
        rules.with_rank(ctx.input(index), 0, name)


def _variables_shape(ctx: InferenceContext, layout: _Layout) -> TensorShape:
    """The common shape of what is written. A handle's own shape says nothing of its variable's."""
    if layout.is_resource:
        return TensorShape(None)
    shape = ctx.input(0)
    for index in range(1, layout.variables):
        shape = _merged(shape, ctx.input(index), index)
    return shape


def _merged(shape: TensorShape, other: TensorShape, index: int) -> TensorShape:
    try:
        return shape.merge_with(other)
    except ValueError:
        raise ValueError(
            f"Shapes must be equal: the variable has {shape}, input {index} has {other}. "
            "A gradient and the optimizer's slots have the shape of their variable."
        ) from None


def _result(shape: TensorShape, layout: _Layout) -> list[TensorShape]:
    return [] if layout.is_resource else [shape]


# Kernels


def _dense_kernel(step: Step, layout: _Layout) -> Callable[..., Any]:
    def compute(*inputs: Any) -> Any:
        variables = [slot.read() for slot in inputs[: layout.variables]]
        gradient = inputs[layout.gradient]
        # PyTorch would broadcast a gradient of shape [1].
        _check_same(*variables, gradient)
        step(*variables, *_values(inputs, layout, gradient))
        return None if layout.is_resource else inputs[0]

    return compute


def _sparse_kernel(step: Step, layout: _Layout) -> Callable[..., Any]:
    def compute(*inputs: Any) -> Any:
        variables = [slot.read() for slot in inputs[: layout.variables]]
        indices, gradient = inputs[layout.indices].long(), inputs[layout.gradient]
        _check_rows(variables, indices, gradient)
        for rows, grad in _parts(indices, gradient):
            taken = [variable.index_select(0, rows) for variable in variables]
            step(*taken, *_values(inputs, layout, grad))
            for variable, changed in zip(variables, taken, strict=True):
                variable.index_copy_(0, rows, changed)
        return None if layout.is_resource else inputs[0]

    return compute


def _values(inputs: tuple[Any, ...], layout: _Layout, gradient: torch.Tensor) -> list[Any]:
    values = []
    for index in range(layout.variables, len(inputs)):
        if index == layout.gradient:
            values.append(gradient)
        elif index != layout.indices:
            values.append(inputs[index].item())
    return values


def _parts(indices: torch.Tensor, gradient: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """All rows at once; one after the other where a row is listed twice, as its second step builds on its first."""
    if indices.numel() == 0:
        return []
    if torch.unique(indices).numel() == indices.numel():
        return [(indices, gradient)]
    return list(zip(indices.split(1), gradient.split(1), strict=True))


def _check_same(variable: torch.Tensor, *others: torch.Tensor) -> None:
    for other in others:
        if other.shape != variable.shape:
            raise ValueError(
                f"The variable has shape {tuple(variable.shape)}, its gradient or a slot {tuple(other.shape)}: "
                "they must be the same."
            )


def _check_rows(variables: list[torch.Tensor], indices: torch.Tensor, gradient: torch.Tensor) -> None:
    _check_same(*variables)
    size = variables[0].shape[0] if variables[0].ndim else 0
    wanted = (*indices.shape, *variables[0].shape[1:])
    if indices.ndim != 1 or tuple(gradient.shape) != wanted:
        raise ValueError(
            f"A gradient for rows {tuple(indices.shape)} of a variable {tuple(variables[0].shape)} has shape "
            f"{wanted}, not {tuple(gradient.shape)}."
        )
    outside = ((indices < 0) | (indices >= size)).nonzero()
    if outside.numel():
        offset = int(outside[0])
        raise ValueError(f"Index {int(indices[offset])} at offset {offset} in indices is out of range [0, {size}).")
