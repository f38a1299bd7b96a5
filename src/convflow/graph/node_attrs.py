"""Attributes of `NodeDef` protos as graphs hold them."""

from __future__ import annotations

from typing import Any

from tensorboard.compat.proto import node_def_pb2

from convflow.core.shape import TensorShape
from convflow.formats import attr_value, tensor_proto
from convflow.graph.opdef import REQUIRED, AttrDef, OpDef

_OUTPUT_SHAPES = "_output_shapes"


def attrs_of(node: node_def_pb2.NodeDef, definition: OpDef) -> tuple[dict[str, Any], list[TensorShape]]:
    """A node's attributes as the graph holds them, and the shapes that whoever wrote it knew."""
    attrs: dict[str, Any] = {}
    for name, attr in definition.attrs.items():
        if name in node.attr:
            attrs[name] = _value(attr_value.from_attr_value(node.attr[name], attr.type), attr)
        elif attr.default is REQUIRED:
            raise ValueError(
                f"NodeDef missing attr '{name}' from Op<name={definition.name}>: node '{node.name}' says nothing of "
                f"it, and it has no default. The proto was not written by TensorFlow, or is damaged."
            )
        else:
            attrs[name] = attr.default
    for name in node.attr:
        if name not in attrs and name != _OUTPUT_SHAPES:
            attrs[name] = attr_value.from_attr_value(node.attr[name])
    shapes: list[TensorShape] = []
    if _OUTPUT_SHAPES in node.attr:
        shapes = attr_value.from_attr_value(node.attr[_OUTPUT_SHAPES], "list(shape)")
    return attrs, shapes


def _value(value: Any, attr: AttrDef) -> Any:
    if attr.type == "tensor":
        # One value for a whole shape stays one value: `tf.zeros` of a large shape takes no room in the graph.
        return tensor_proto.read_array(value)
    if attr.type == "string" and (attr.allowed is not None or isinstance(attr.default, str)):
        return value.decode()  # a word such as "SAME", not data
    return value
