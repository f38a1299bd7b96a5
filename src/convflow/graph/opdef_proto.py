"""Signatures of ops as protos."""

from __future__ import annotations

from tensorboard.compat.proto import op_def_pb2

from convflow.formats import attr_value
from convflow.graph.opdef import REQUIRED, ArgDef, AttrDef, OpDef


def opdef_to_proto(op: OpDef) -> op_def_pb2.OpDef:
    """The signature of an op as an `OpDef` proto."""
    return op_def_pb2.OpDef(
        name=op.name,
        input_arg=[_arg_proto(arg) for arg in op.inputs],
        output_arg=[_arg_proto(arg) for arg in op.outputs],
        attr=[_attr_proto(attr) for attr in op.attrs.values()],
        is_stateful=op.stateful,
    )


def _arg_proto(arg: ArgDef) -> op_def_pb2.OpDef.ArgDef:
    return op_def_pb2.OpDef.ArgDef(
        name=arg.name,
        type=0 if arg.type is None else arg.type.as_datatype_enum,
        type_attr=arg.type_attr or "",
        number_attr=arg.number_attr or "",
        type_list_attr=arg.type_list_attr or "",
        is_ref=arg.is_ref,
    )


def _attr_proto(attr: AttrDef) -> op_def_pb2.OpDef.AttrDef:
    proto = op_def_pb2.OpDef.AttrDef(name=attr.name, type=attr.type)
    if attr.default is not REQUIRED:
        proto.default_value.CopyFrom(attr_value.to_attr_value(attr.default, attr.type))
    if attr.allowed is not None:
        kind = attr.type.removeprefix("list(").removesuffix(")")
        proto.allowed_values.CopyFrom(attr_value.to_attr_value(attr.allowed, f"list({kind})"))
    if attr.minimum is not None:
        proto.has_minimum, proto.minimum = True, attr.minimum
    return proto
