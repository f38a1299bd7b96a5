"""Frozen graphs made shorter (API: tensorflow.python.tools.optimize_for_inference_lib).

Batch normalizations with known statistics go into the filters before them, resizing and mirrored margins into the
convolution after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tensorboard.compat.proto import graph_pb2, node_def_pb2

from convflow.core import dtypes, logging
from convflow.formats.tensor_proto import make_ndarray, make_tensor_proto
from convflow.graph.sub_graph import remove_training_nodes
from convflow.training.strip_unused import strip_unused

# Where a normalization has its statistics among its inputs, and what its epsilon is called.
INPUT_ORDER = {
    "BatchNormWithGlobalNormalization": ["conv_op", "mean_op", "var_op", "beta_op", "gamma_op"],
    "FusedBatchNorm": ["conv_op", "gamma_op", "beta_op", "mean_op", "var_op"],
    "FusedBatchNormV3": ["conv_op", "gamma_op", "beta_op", "mean_op", "var_op"],
}
EPSILON_ATTR = {
    "BatchNormWithGlobalNormalization": "variance_epsilon",
    "FusedBatchNorm": "epsilon",
    "FusedBatchNormV3": "epsilon",
}
_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")


def optimize_for_inference(
    input_graph_def: Any,
    input_node_names: Sequence[str],
    output_node_names: Sequence[str],
    placeholder_type_enum: int | Sequence[int],
    toco_compatible: bool = False,
) -> graph_pb2.GraphDef:
    """A frozen graph without what only training needs (API: optimize_for_inference_lib.optimize_for_inference).

    Args:
        input_graph_def: a graph whose variables are constants.
        input_node_names: what is fed; these become placeholders.
        output_node_names: what is fetched.
        placeholder_type_enum: the type of the inputs as a number of `DataType`, one for all or one for each.
        toco_compatible: leave out what fuses resizing and margins with convolutions, which TOCO does not know.

    Returns:
        A new graph with the same outputs up to rounding.

    Raises:
        ValueError: two nodes of one name, or a name that is a tensor's. KeyError: an input is missing.
        AssertionError: an output is missing.
    """
    ensure_graph_is_valid(input_graph_def)
    optimized = strip_unused(input_graph_def, input_node_names, output_node_names, placeholder_type_enum)
    optimized = remove_training_nodes(_without_checks(optimized), output_node_names)
    optimized = fold_batch_norms(optimized)
    if not toco_compatible:
        optimized = fuse_resize_and_conv(optimized, output_node_names)
    ensure_graph_is_valid(optimized)
    return optimized


def _without_checks(graph_def: Any) -> graph_pb2.GraphDef:
    """Checks of numbers hand them on: removed as they are, they would leave who takes their value without it."""
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph_def)
    for node in result.node:
        if node.op == "CheckNumerics":
            node.op = "Identity"
            del node.attr["message"]
    return result


def ensure_graph_is_valid(graph_def: Any) -> None:
    """Refuse a graph with two nodes of one name, or with an input that is no node.

    Args:
        graph_def: the graph.

    Raises:
        ValueError: there is such a node.
    """
    names: set[str] = set()
    for node in graph_def.node:
        if node.name in names:
            raise ValueError(f"Duplicate node names detected for {node.name}: each node must have a name of its own.")
        names.add(node.name)
    for node in graph_def.node:
        for edge in node.input:
            if node_name_from_input(edge) not in names:
                raise ValueError(f"Input for {node.name} not found: {edge}. Pass the whole graph.")


def node_name_from_input(node_name: str) -> str:
    """The name of the node that an input names.

    Args:
        node_name: an input, such as "a", "a:1" or "^a".
    """
    return node_name.removeprefix("^").partition(":")[0]


def node_from_map(node_map: Mapping[str, Any], name: str) -> Any:
    """The node that an input names.

    Args:
        node_map: nodes by name.
        name: an input, such as "a", "a:1" or "^a".

    Raises:
        ValueError: there is none.
    """
    stripped = node_name_from_input(name)
    if stripped not in node_map:
        raise ValueError(f"No node named '{name}' found in map.")
    return node_map[stripped]


def values_from_const(node_def: Any) -> np.ndarray:
    """The value of a constant.

    Args:
        node_def: its node.

    Raises:
        ValueError: it is no constant.
    """
    if node_def.op != "Const":
        raise ValueError(f"Can not extract constant value from a node that is not Const. Got: {node_def}")
    return make_ndarray(node_def.attr["value"].tensor)


def scale_after_normalization(node: Any) -> bool:
    """Whether a normalization multiplies by gamma: old ones say so in an attribute, others always do.

    Args:
        node: the node of a normalization.
    """
    return node.op != "BatchNormWithGlobalNormalization" or node.attr["scale_after_normalization"].b


# Batch normalization


def fold_batch_norms(input_graph_def: Any) -> graph_pb2.GraphDef:
    """The graph with filters scaled and offsets added in place of batch normalizations.

    A normalization is left as it is, with a warning, where it does not follow a convolution with a constant filter,
    or its statistics are no constants, and where somebody else takes what it normalizes.

    Args:
        input_graph_def: the graph.
    """
    nodes = {node.name: node for node in input_graph_def.node}
    uses = _uses(input_graph_def)
    skipped: set[str] = set()
    made: list[node_def_pb2.NodeDef] = []
    for node in input_graph_def.node:
        if node.op in INPUT_ORDER and (folded := _folded(node, nodes, uses)) is not None:
            gone, new = folded
            skipped.update(gone)
            made += new
            # A constant that several normalizations share goes when nobody takes it any more.
            for name in gone:
                uses.subtract(node_name_from_input(edge) for edge in nodes[name].input)
    unused = {name for name in _constants_of(skipped, nodes) if uses[name] <= 0}
    kept = [node for node in input_graph_def.node if node.name not in skipped | unused]
    return _graph(input_graph_def, [*kept, *made])


def _uses(graph_def: Any) -> Counter[str]:
    """How often each node is an input, and how often each of its outputs after the first."""
    edges = [edge for node in graph_def.node for edge in node.input]
    return Counter([*map(node_name_from_input, edges), *(edge for edge in edges if ":" in edge)])


def _constants_of(names: set[str], nodes: Mapping[str, Any]) -> set[str]:
    taken = {node_name_from_input(edge) for name in names for edge in nodes[name].input}
    return {name for name in taken if nodes[name].op == "Const"}


def _folded(
    node: Any, nodes: Mapping[str, Any], uses: Counter[str]
) -> tuple[list[str], list[node_def_pb2.NodeDef]] | None:
    """The nodes that a normalization and its convolution leave, and those that take their place."""
    parts = {name: node_from_map(nodes, edge) for name, edge in zip(INPUT_ORDER[node.op], node.input, strict=False)}
    convolution = parts.pop("conv_op")
    bias = None
    gone = [node.name]
    if convolution.op == "BiasAdd" and uses[convolution.name] == 1:
        gone.append(convolution.name)
        bias = node_from_map(nodes, convolution.input[1])
        convolution = node_from_map(nodes, convolution.input[0])
    gone.append(convolution.name)
    reason = _obstacle(node, convolution, [*parts.values(), *([] if bias is None else [bias])], nodes, uses)
    if reason:
        logging.warning("The batch normalization '%s' is left as it is: %s.", node.name, reason)
        return None
    statistics = {name: values_from_const(part) for name, part in parts.items()}
    filter = values_from_const(node_from_map(nodes, convolution.input[1]))
    scale = 1.0 / np.sqrt(statistics["var_op"] + np.float32(node.attr[EPSILON_ATTR[node.op]].f))
    if scale_after_normalization(node):
        scale = scale * statistics["gamma_op"]
    mean = statistics["mean_op"] - (0 if bias is None else values_from_const(bias))
    offset = statistics["beta_op"] - mean * scale
    shape = filter.shape[2:] if convolution.op == "DepthwiseConv2dNative" else (filter.shape[3],)
    return gone, _replacement(node, convolution, filter * scale.reshape(shape), offset)


def _obstacle(node: Any, convolution: Any, constants: list[Any], nodes: Mapping[str, Any], uses: Counter[str]) -> str:
    """Why a normalization cannot be folded; empty if it can."""
    if convolution.op not in _CONVOLUTIONS:
        return f"it follows a {convolution.op}, not a convolution"
    if any(part.op != "Const" for part in [*constants, node_from_map(nodes, convolution.input[1])]):
        return "the filter and the statistics must be constants; freeze the graph first"
    if node.attr["is_training"].b:
        return "it takes its statistics from the batch (is_training=True)"
    if any(uses[f"{node.name}:{output}"] for output in range(1, 6)):
        return "its statistics are used"
    if uses[convolution.name] > 1:
        return f"'{convolution.name}' is used elsewhere, too"
    return ""


def _replacement(node: Any, convolution: Any, filter: np.ndarray, offset: np.ndarray) -> list[node_def_pb2.NodeDef]:
    weights = _constant(f"{convolution.name}_weights", filter)
    shift = _constant(f"{convolution.name}_bn_offset", offset)
    convolved = node_def_pb2.NodeDef()
    convolved.CopyFrom(convolution)
    convolved.input[1] = weights.name
    added = node_def_pb2.NodeDef(op="BiasAdd", name=node.name, input=[convolved.name, shift.name])
    added.attr["T"].CopyFrom(convolution.attr["T"])
    if "data_format" in convolution.attr:
        added.attr["data_format"].CopyFrom(convolution.attr["data_format"])
    return [weights, convolved, shift, added]


def _constant(name: str, value: np.ndarray) -> node_def_pb2.NodeDef:
    node = node_def_pb2.NodeDef(op="Const", name=name)
    node.attr["dtype"].type = dtypes.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value.astype(np.float32)))
    return node


def _graph(source: Any, nodes: list[Any]) -> graph_pb2.GraphDef:
    result = graph_pb2.GraphDef(versions=source.versions)
    if source.HasField("library"):
        result.library.CopyFrom(source.library)
    result.node.extend(nodes)
    return result


# Resizing and margins


def fuse_resize_and_conv(input_graph_def: Any, output_node_names: Sequence[str]) -> graph_pb2.GraphDef:
    """The graph with one node for each bilinear resizing, mirrored margin, or both, before a convolution.

    Nodes that others take, too, stay beside it.

    Args:
        input_graph_def: the graph.
        output_node_names: nodes that stay.
    """
    nodes = {node.name: node for node in input_graph_def.node}
    uses = _uses(input_graph_def)
    uses.update(node_name_from_input(name) for name in output_node_names)
    skipped: set[str] = set()
    made: list[node_def_pb2.NodeDef] = []
    for node in input_graph_def.node:
        if node.op != "Conv2D" or not _is_plain(node):
            continue
        source = node_from_map(nodes, node.input[0])
        margin = source if source.op == "MirrorPad" else None
        before = node_from_map(nodes, margin.input[0]) if margin is not None else source
        resizing = before if before.op == "ResizeBilinear" and not before.attr["half_pixel_centers"].b else None
        if margin is None and resizing is None:
            continue
        skipped.add(node.name)
        for replaced in (margin, resizing):
            if replaced is None:
                continue
            uses[replaced.name] -= 1
            if uses[replaced.name] > 0:
                break
            skipped.add(replaced.name)
        made += _fused(node, margin, resizing)
    kept = [node for node in input_graph_def.node if node.name not in skipped]
    return _graph(input_graph_def, [*kept, *made])


def _is_plain(node: Any) -> bool:
    """Whether the fused nodes can do what a convolution does."""
    is_nhwc = node.attr["data_format"].s in (b"", b"NHWC")
    return is_nhwc and set(node.attr["dilations"].list.i) <= {1} and node.attr["padding"].s in (b"SAME", b"VALID")


def _fused(node: Any, margin: Any, resizing: Any) -> list[node_def_pb2.NodeDef]:
    fused = node_def_pb2.NodeDef(name=node.name, op="FusedPadConv2D" if resizing is None else "FusedResizeAndPadConv2D")
    made: list[node_def_pb2.NodeDef] = []
    if margin is None:
        none = node_def_pb2.NodeDef(op="Const", name=f"{node.name}_dummy_paddings")
        none.attr["dtype"].type = dtypes.int32.as_datatype_enum
        none.attr["value"].tensor.CopyFrom(make_tensor_proto(np.zeros([4, 2], np.int32)))
        made.append(none)
        paddings, mode = none.name, b"REFLECT"
    else:
        paddings, mode = margin.input[1], margin.attr["mode"].s
    first = [margin.input[0]] if resizing is None else [resizing.input[0], resizing.input[1]]
    fused.input.extend([*first, paddings, node.input[1]])
    for name in ("T", "strides", "padding"):
        fused.attr[name].CopyFrom(node.attr[name])
    fused.attr["mode"].s = mode
    if resizing is not None:
        fused.attr["resize_align_corners"].b = resizing.attr["align_corners"].b
    return [*made, fused]
