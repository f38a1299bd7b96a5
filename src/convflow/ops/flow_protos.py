"""Branches and loops of a graph that was written and read again: which nodes belong to them."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph
from convflow.ops.cond_context import CondContext
from convflow.ops.flow_context import FlowContext
from convflow.ops.loop_nodes import ENTERS
from convflow.ops.while_context import WhileContext


def context_from_proto(proto: Any) -> FlowContext:
    """The context that a `CondContextDef` or `WhileContextDef` describes; its nodes are told that they belong to it.

    Args:
        proto: names nodes of the default graph.

    Raises:
        KeyError: the graph lacks one of the nodes.
    """
    context = _while(proto) if hasattr(proto, "loop_exit_names") else _cond(proto)
    _take_nodes(context, proto.values_def)
    with context.entered():
        for nested in proto.nested_contexts:
            context_from_proto(getattr(nested, nested.WhichOneof("ctxt")))
    return context


def _tensor(name: str) -> Tensor:
    return get_default_graph().get_tensor_by_name(name)


def _cond(proto: Any) -> CondContext:
    context = CondContext(_tensor(proto.pred_name), _tensor(proto.pivot_name), proto.branch)
    context.name = proto.context_name
    return context


def _while(proto: Any) -> WhileContext:
    limit = _tensor(proto.maximum_iterations_name) if proto.maximum_iterations_name else None
    context = WhileContext(limit, proto.parallel_iterations, proto.back_prop, proto.swap_memory)
    context.name = proto.context_name
    context.pivot = _tensor(proto.pivot_name)
    context.pivot_for_pred = _tensor(proto.pivot_for_pred_name)
    context.pivot_for_body = _tensor(proto.pivot_for_body_name)
    context.loop_exits = [_tensor(name) for name in proto.loop_exit_names]
    context.loop_enters = [_tensor(name) for name in proto.loop_enter_names]
    return context


def _take_nodes(context: FlowContext, values: Any) -> None:
    external = {_tensor(name): _tensor(own) for name, own in values.external_values.items()}
    context._values = {_tensor(name) for name in values.values}
    context._external = external
    for tensor in context._values - external.keys():
        tensor.op._control_flow_context = context
        if tensor.op.type in ENTERS and context.is_while:
            # Read into a scope, the loop has another name; nodes that enter later use that one.
            tensor.op._set_attr("frame_name", context.name.encode())
