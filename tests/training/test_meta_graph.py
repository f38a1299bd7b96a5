from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorboard.compat.proto import meta_graph_pb2, variable_pb2

from convflow.core import dtypes
from convflow.core.version import VERSION
from convflow.graph.graph import Graph
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math.arithmetic import add
from convflow.training.meta_graph import export_meta_graph


def test_collections_of_every_kind(graph: Graph) -> None:
    variable = Variable([1.0], name="v")
    for key, value in (("texts", "a"), ("texts", b"b"), ("counts", 3), ("rates", 0.5), ("nodes", variable.op)):
        graph.add_to_collection(key, value)
    collections = export_meta_graph().collection_def
    proto = variable_pb2.VariableDef.FromString(collections["variables"].bytes_list.value[0])
    assert (proto.variable_name, proto.initializer_name) == ("v:0", "v/Assign")
    assert (proto.snapshot_name, proto.initial_value_name) == ("v/read:0", "v/initial_value:0")
    assert proto.trainable
    assert list(collections["texts"].bytes_list.value) == [b"a", b"b"]
    assert list(collections["counts"].int64_list.value) == [3]
    assert list(collections["rates"].float_list.value) == [0.5]
    assert list(collections["nodes"].node_list.value) == ["v"]


def test_what_cannot_be_written_is_named(graph: Graph, caplog: pytest.LogCaptureFixture) -> None:
    graph.add_to_collection("functions", lambda: None)
    graph.add_to_collection("mixed", 1)
    graph.add_to_collection("mixed", "one")
    assert "mixed" not in export_meta_graph().collection_def
    assert "Issue encountered when serializing mixed" in caplog.text


def test_only_collections_listed(graph: Graph) -> None:
    Variable([1.0])
    graph.add_to_collection("mine", 1)
    assert list(export_meta_graph(collection_list=["mine"]).collection_def) == ["mine"]


def test_signatures_of_the_ops(graph: Graph) -> None:
    x = placeholder(dtypes.float32, [2])
    add(x, x)
    info = export_meta_graph().meta_info_def
    assert info.tensorflow_version == VERSION
    assert [op.name for op in info.stripped_op_list.op] == ["AddV2", "Placeholder"]
    add_op, placeholder_op = info.stripped_op_list.op
    assert [arg.type_attr for arg in add_op.input_arg] == ["T", "T"]
    assert dtypes.float32.as_datatype_enum in add_op.attr[0].allowed_values.list.type
    (shape,) = [attr for attr in placeholder_op.attr if attr.name == "shape"]
    assert shape.default_value.shape.unknown_rank


def test_default_attributes_can_be_left_out(graph: Graph) -> None:
    placeholder(dtypes.float32, name="any")
    placeholder(dtypes.float32, [2], name="pair")
    kept = export_meta_graph().graph_def.node
    stripped = export_meta_graph(strip_default_attrs=True)
    assert all("shape" in node.attr for node in kept)
    assert [("shape" in node.attr) for node in stripped.graph_def.node] == [False, True]
    assert stripped.meta_info_def.stripped_default_attrs


def test_devices_can_be_left_out(graph: Graph) -> None:
    with graph.device("/cpu:0"):
        placeholder(dtypes.float32)
    assert export_meta_graph().graph_def.node[0].device
    assert not export_meta_graph(clear_devices=True).graph_def.node[0].device


@pytest.mark.parametrize("as_text", [False, True])
def test_writing_it(as_text: bool, graph: Graph, tmp_path: Path) -> None:
    Variable([1.0])
    exported = export_meta_graph(str(tmp_path / "graph.meta"), as_text=as_text)
    data = (tmp_path / "graph.meta").read_bytes()
    if as_text:
        assert text_format.Parse(data.decode(), meta_graph_pb2.MetaGraphDef()) == exported
    else:
        assert meta_graph_pb2.MetaGraphDef.FromString(data) == exported
