"""Graphs from protos. Names, order, edges and errors are those that TensorFlow 2.21 gives for the same protos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def proto(change: Callable[[Any], Any] | None = None) -> Any:
    """A placeholder `a`, a sum `b` that waits for `n`, and `c`, which splits the sum where it stands."""
    with tf.Graph().as_default() as graph:
        with tf.device("/cpu:0"):
            a = tf.placeholder(tf.float32, [None, 3], name="a")
        with tf.control_dependencies([tf.no_op(name="n")]):
            b = tf.add(a, 1.0, name="b")
        with tf.colocate_with(b):
            tf.split(b, 3, 1, name="c")
        result = graph.as_graph_def(add_shapes=True)
    if change is not None:
        change(result)
    return result


def nodes(graph: tf.Graph) -> list[Any]:
    return [
        (op.name, [tensor.name for tensor in op.inputs], [control.name for control in op.control_inputs])
        for op in graph.get_operations()
    ]


def test_names_edges_and_places_carry_the_scope() -> None:
    assert tf.import_graph_def(proto()) is None
    graph = tf.get_default_graph()
    assert nodes(graph) == [
        ("import/a", [], []),
        ("import/n", [], []),
        ("import/b/y", [], ["import/n"]),
        ("import/b", ["import/a:0", "import/b/y:0"], []),
        ("import/c/split_dim", [], []),
        ("import/c", ["import/c/split_dim:0", "import/b:0"], []),
    ]
    assert graph.get_operation_by_name("import/a").device == "/device:CPU:0"
    assert graph.get_operation_by_name("import/c").colocation_groups() == [b"loc:@import/b"]
    assert "_output_shapes" not in graph.get_operation_by_name("import/c").attrs


def test_elements_are_returned_and_run() -> None:
    tensor, op = tf.import_graph_def(proto(), return_elements=["c:1", b"b"], name="")
    assert (tensor.name, op.name) == ("c:1", "b")
    with tf.Session() as session:
        assert session.run(tensor, {"a:0": [[1.0, 2.0, 3.0]]}).tolist() == [[3.0]]


def test_inputs_are_replaced() -> None:
    x = tf.ones([2, 3])
    (b,) = tf.import_graph_def(proto(), {"a": x}, ["b:0"])
    assert (b.op.inputs[0], b.shape.as_list()) == (x, [2, 3])
    (b,) = tf.import_graph_def(proto(), {"a:0": [[1.0, 2.0, 3.0]], "^n": tf.no_op("mine")}, ["b:0"])
    assert [op.name for op in b.op.inputs[1].op.control_inputs] == ["mine"]
    with tf.Session() as session:
        assert session.run(b).tolist() == [[2.0, 3.0, 4.0]]


def test_scopes_and_names_are_unique() -> None:
    for name in ("q", "q", "", ""):
        tf.import_graph_def(proto(), name=name)
    names = [op.name for op in tf.get_default_graph().get_operations()]
    assert {"q/a", "q_1/a", "a", "a_1", "b/y_1", "c/split_dim_1"} <= set(names)


def test_nodes_may_stand_in_any_order() -> None:
    def backwards(graph_def: Any) -> None:
        reverse = list(graph_def.node)[::-1]
        del graph_def.node[:]
        graph_def.node.extend(reverse)

    tf.import_graph_def(proto(backwards), name="")
    assert [op.name for op in tf.get_default_graph().get_operations()] == ["c/split_dim", "n", "b/y", "a", "b", "c"]


def test_a_branch_runs_after_a_round_trip() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], name="x")
        tf.cond(x > 0, lambda: x * 2, lambda: x - 1, name="branch")
    tf.import_graph_def(graph.as_graph_def(), name="again")
    with tf.Session() as session:
        found = [session.run("again/branch/Merge:0", {"again/x:0": value}) for value in (3.0, -3.0)]
    assert found == [6.0, -4.0]


def test_a_trained_graph_keeps_its_attributes() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 8, 8, 3])
        net = tf.layers.conv2d(x, 4, 3, strides=2, padding="same", name="conv")
        loss = tf.reduce_mean(tf.square(net))
        tf.train.AdamOptimizer().minimize(loss)
    original = graph.as_graph_def()
    tf.import_graph_def(original, name="")
    again = tf.get_default_graph().as_graph_def()
    assert [node.name for node in again.node] == [node.name for node in original.node]
    assert list(again.node) == list(original.node)


def _set_op(name: str) -> Callable[[Any], None]:
    def change(graph_def: Any) -> None:
        graph_def.node[2].op = graph_def.node[5].op = name

    return change


def _edge(edge: str) -> Callable[[Any], None]:
    def change(graph_def: Any) -> None:
        graph_def.node[3].input[0] = edge

    return change


def _without_type(graph_def: Any) -> None:
    del graph_def.node[3].attr["T"]


@pytest.mark.parametrize(
    ("change", "arguments", "error", "message"),
    [
        (_set_op("Nope"), {}, tf.errors.NotFoundError, r"Op type not registered.*\n  Nope: b/y, c\n"),
        (_edge("missing"), {}, ValueError, "Node 'b': Unknown input node 'missing'"),
        (_edge("a:7"), {}, ValueError, "Node 'b': Connecting to invalid output 7 of source node a which has 1 outputs"),
        (_edge("c:0"), {}, ValueError, "2 nodes of the graph wait for each other: b, c"),
        (_without_type, {}, ValueError, "NodeDef missing attr 'T' from Op<name=AddV2"),
        (None, {"return_elements": ["zz:0"]}, ValueError, "Requested return tensor 'zz:0' not found in graph def"),
        (None, {"return_elements": ["zz"]}, ValueError, "Requested return node 'zz' not found in graph def"),
        (None, {"return_elements": [3]}, TypeError, "must be a list of strings, it holds 3"),
        (None, {"input_map": {"nope": np.float32(1)}}, ValueError, r"not found in graph_def: \[nope:0\]"),
        (None, {"input_map": {"a": 1.0}, "name": ""}, ValueError, "requires a non-empty `name` if `input_map`"),
        (None, {"input_map": [1]}, TypeError, "must be a dictionary from strings to tensors"),
    ],
)
def test_what_cannot_be_imported(change: Any, arguments: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        tf.import_graph_def(proto(change), **arguments)


def test_only_graph_defs() -> None:
    with pytest.raises(TypeError, match="Argument `graph_def` must be a GraphDef proto"):
        tf.import_graph_def("graph.pb")


def test_shapes_that_contradict_are_refused_with_the_node() -> None:
    with pytest.raises(ValueError, match=r"import/c.*op: 'Split'|Split"):
        tf.import_graph_def(proto(), {"a": tf.ones([2, 4])})
