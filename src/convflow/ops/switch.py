"""Nodes that say which others run: Switch and Merge, and their kin for references (API: tf.raw_ops.Switch).

A Switch passes its input on at the output its predicate names; nothing comes out of the other one, and nodes that
need it do not run. A Merge passes on the input that there is. They have no kernels: a session's plan turns them
into `if` statements (runtime/guards.py).
"""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.handles import handle_dtype
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op, routed
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, name_scope
from convflow.ops import rules
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape_internal
from convflow.ops.flow_context import output_context
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal

# The types of op that pass their first input on at one of two outputs, and that pass one of their inputs on.
SWITCHES = frozenset({"Switch", "RefSwitch"})
MERGES = frozenset({"Merge", "RefMerge"})


def switch(data: Any, pred: Any, name: str | None = None) -> list[Tensor]:
    """`data` at the second output where `pred` is true, at the first where it is false."""
    with name_scope(name, "Switch", [data, pred]) as scope:
        data = convert_to_tensor(data, name="data", as_ref=True)
        pred = convert_to_tensor(pred, name="pred")
        return apply_op("Switch", data=data, pred=pred, name=scope)


def switch_ref_or_tensor(data: Tensor, pred: Tensor, name: str = "Switch") -> list[Tensor]:
    """The same at the location of `data`, which stays a reference if it is one."""
    with colocate_with(data.op, ignore_existing=True):
        if data.dtype._is_ref_dtype:
            return apply_op("RefSwitch", data=data, pred=pred, name=name)
        return switch(data, pred, name)


def merge(inputs: list[Tensor], name: str | None = None) -> list[Tensor]:
    """The one of `inputs` that there is, and its index."""
    with name_scope(name, "Merge", inputs) as scope:
        if all(tensor.dtype._is_ref_dtype for tensor in inputs):
            with colocate_with(inputs[0].op):
                return apply_op("RefMerge", inputs=inputs, name=scope)
        return apply_op("Merge", inputs=inputs, name=scope)


def ref_identity(input: Tensor, name: str | None = None) -> Tensor:
    """The same reference under a new name (API: tf.raw_ops.RefIdentity)."""
    return apply_op("RefIdentity", input=input, name=name)


register_op(
    "RefIdentity",
    inputs="input: Ref(T)",
    outputs="output: Ref(T)",
    attrs="T: type",
    shape=rules.unchanged,
    kernel=lambda op: lambda slot: slot,
    gradient=lambda op, grad: [grad],
)


def zeros_like_output(op: Operation, index: int) -> Tensor:
    """Zeros in place of a gradient that nothing gave for an output.

    The output of a Switch in a branch has no value when the other branch is taken; that is when the zeros are
    needed, so their size comes from the other output of another Switch.
    """
    output = op.outputs[index]
    context = op._get_control_flow_context()
    if op.type not in SWITCHES or context is None:
        return apply_op("ZerosLike", x=output, name="zeros_like")
    other = switch(op.inputs[0], context.pred)[1 - context.branch]
    pivot = identity(other)
    dtype = output.dtype.base_dtype
    if dtype is dtypes.resource:
        # A variable's handle stands for the variable.
        with control_dependencies([pivot]):
            return zeros(apply_op("VariableShape", input=other), dtype=handle_dtype(op.inputs[0]) or dtypes.float32)
    size = shape_internal(other, optimize=False)
    with control_dependencies([pivot]):
        return zeros(size, dtype=dtype)


def _switch_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "pred")
    return [ctx.input(0), ctx.input(0)]


def _switch_gradient(op: Operation, *grads: Any) -> list[Any]:
    context = op._get_control_flow_context()
    if context is not None and context.is_while:
        return [_gradient_loop().grad_state.go_round(op, *grads), None]
    if context is not None:
        if grads[1 - context.branch] is None:
            return [None, None]
        return [_merged(list(grads), "cond_grad"), None]
    # A Switch of an imported graph, of which both outputs may have been used.
    sides = [switch(grad, op.inputs[1])[side] for side, grad in enumerate(grads)]
    return [merge(sides)[0], None]


def _gradient_loop() -> Any:
    """The loop that computes gradients, while their nodes are made."""
    return get_default_graph()._get_control_flow_context()


def _merged(grads: list[Any], name: str) -> Any:
    """The one of two gradients that there is; where one is made of slices, the other becomes slices too."""
    if not any(isinstance(grad, IndexedSlices) for grad in grads):
        return merge(grads, name=name)[0]
    with name_scope(name):
        slices = _with_one_index_type([_as_slices(grad) for grad in grads])
        parts = zip(*(item.components for item in slices), strict=True)
        return IndexedSlices(*(merge(list(part))[0] for part in parts))


def _with_one_index_type(slices: list[IndexedSlices]) -> list[IndexedSlices]:
    if len({item.indices.dtype for item in slices}) == 1:
        return slices
    return [
        item
        if item.indices.dtype is dtypes.int64
        else IndexedSlices(item.values, cast(item.indices, dtypes.int64), item.dense_shape)
        for item in slices
    ]


def _as_slices(grad: Any) -> IndexedSlices:
    if isinstance(grad, IndexedSlices):
        return grad
    sizes = shape_internal(grad, optimize=False)
    return IndexedSlices(grad, range_of(0, sizes[0]), sizes)


def _switched(grad: Any, pred: Tensor, name: str) -> list[Any]:
    """A gradient at the output of each branch."""
    if not isinstance(grad, IndexedSlices):
        return switch_ref_or_tensor(grad, pred, name=name)
    with name_scope(name), colocate_with(grad.op, ignore_existing=True):
        sides = zip(*(switch(part, pred) for part in grad.components), strict=True)
        return [IndexedSlices(*side) for side in sides]


def _merge_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [_common([ctx.input(index) for index in range(ctx.num_inputs)]), scalar()]


def _common(shapes: list[TensorShape]) -> TensorShape:
    """What is known of a value that has one of the shapes."""
    first = shapes[0]
    if any(shape.rank is None or shape.rank != first.rank for shape in shapes):
        return unknown_shape()
    sizes = zip(*(shape.as_list() for shape in shapes), strict=True)
    return TensorShape([Dimension(size[0] if len(set(size)) == 1 else None) for size in sizes])


def _merge_gradient(op: Operation, grad: Any, _: Any = None) -> list[Any]:
    context, loop = output_context(op.inputs[0].op), _gradient_loop()
    if context is not None and context.is_while:
        return list(_switched(grad, loop.pivot, "Switch"))
    if context is not None:
        in_loop = loop is not None and loop.grad_state is not None
        pred = loop.grad_state.real_predicate(context.pred) if in_loop else context.pred
        return list(_switched(grad, pred, "cond_grad"))
    taken = [equal(op.outputs[1], constant(index, dtypes.int32)) for index in range(len(op.inputs))]
    return [switch_ref_or_tensor(grad, pred)[1] for pred in taken]


register_op(
    "Switch",
    inputs="data: T; pred: bool",
    outputs="output_false: T; output_true: T",
    attrs="T: type",
    shape=_switch_shape,
    kernel=routed,
    gradient=_switch_gradient,
)
register_op(
    "RefSwitch",
    inputs="data: Ref(T); pred: bool",
    outputs="output_false: Ref(T); output_true: Ref(T)",
    attrs="T: type",
    shape=_switch_shape,
    kernel=routed,
    gradient=_switch_gradient,
)
register_op(
    "Merge",
    inputs="inputs: N * T",
    outputs="output: T; value_index: int32",
    attrs="T: type; N: int >= 1",
    shape=_merge_shape,
    kernel=routed,
    gradient=_merge_gradient,
)
register_op(
    "RefMerge",
    inputs="inputs: Ref(N * T)",
    outputs="output: Ref(T); value_index: int32",
    attrs="T: type; N: int >= 1",
    shape=_merge_shape,
    kernel=routed,
    gradient=_merge_gradient,
)
