"""Resources that a program has to initialize beside its variables (API: tensorflow.python.ops.resources)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import add_to_collection, get_collection
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group, no_op
from convflow.ops.array.stack import stack
from convflow.ops.array.strided_slice import boolean_mask
from convflow.ops.math.comparison import logical_not


class _Resource(NamedTuple):
    handle: Tensor
    create: Operation
    is_initialized: Tensor


def register_resource(handle: Tensor, create_op: Operation, is_initialized_op: Tensor, is_shared: bool = True) -> None:
    """Notes a resource for `shared_resources`, or for `local_resources` if it is not shared.

    Args:
        handle: the resource's handle.
        create_op: makes it.
        is_initialized_op: a scalar of type bool: whether it is made.
        is_shared: whether all workers see one.
    """
    collection = GraphKeys.RESOURCES if is_shared else GraphKeys.LOCAL_RESOURCES
    add_to_collection(collection, _Resource(handle, create_op, is_initialized_op))


def shared_resources() -> list[Any]:
    """The resources of the default graph that all workers share."""
    return get_collection(GraphKeys.RESOURCES)


def local_resources() -> list[Any]:
    """The resources of the default graph that each worker has for itself."""
    return get_collection(GraphKeys.LOCAL_RESOURCES)


def initialize_resources(resource_list: Sequence[Any], name: str = "init") -> Operation:
    """An operation that makes all of them; one without effect for an empty list."""
    if resource_list:
        return group(*[resource.create for resource in resource_list], name=name)
    return no_op(name=name)


def report_uninitialized_resources(resource_list: Sequence[Any] | None = None, name: str = "") -> Tensor:
    """The names of the handles that are not made yet: [count] of type string.

    Args:
        resource_list: all shared and local ones if None.
        name: of the result.
    """
    resources = [*shared_resources(), *local_resources()] if resource_list is None else resource_list
    if not resources:
        return constant([], dtype="string", name=name or "Const")
    missing = logical_not(stack([resource.is_initialized for resource in resources]))
    names = constant([resource.handle.name for resource in resources])
    return boolean_mask(names, missing, name=name or "boolean_mask")
