"""Frozen graphs: `frozen/` was made by TensorFlow (golden/record_files.py) of a graph with variables of both kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import convflow as tf
from convflow.api.python.tools import freeze_graph as tool
from convflow.api.python.tools import inspect_checkpoint
from convflow.cli import app

FILES = Path(__file__).parent.parent / "golden" / "files"
CHECKPOINT = str(FILES / "meta" / "model")


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def recorded(name: str) -> Any:
    return tf.GraphDef.FromString((FILES / "frozen" / f"{name}.pb").read_bytes())


def by_name(graph_def: Any) -> dict[str, Any]:
    return {node.name: node for node in graph_def.node}


def test_frozen_graphs_are_tensorflows() -> None:
    whole = recorded("whole")
    tf.import_graph_def(whole, name="")
    with tf.Session() as session:
        session.run([op for op in session.graph.get_operations() if op.name == "rows/Assign"])
        saver = tf.train.Saver(saver_def=tf.MetaGraphDef.FromString(Path(f"{CHECKPOINT}.meta").read_bytes()).saver_def)
        saver.restore(session, CHECKPOINT)
        frozen = tf.graph_util.convert_variables_to_constants(session, whole, ["cond/Merge", "looked_up"])
    assert by_name(frozen) == by_name(recorded("frozen"))
    assert [node.name for node in frozen.node] == [node.name for node in recorded("frozen").node]


@pytest.mark.parametrize("name", ["frozen", "trimmed"])
def test_graphs_that_tensorflow_froze_run(name: str) -> None:
    fetches = tf.import_graph_def(recorded(name), return_elements=["x:0", "cond/Merge:0", "looked_up:0"])
    with tf.Session() as session:
        branch, rows = session.run(fetches[1:], {fetches[0]: [[1.0, 2.0, 3.0]]})
    assert (branch.tolist(), rows.tolist()) == ([[14.0, 14.0]], [[1.0, 1.0], [1.0, 1.0]])


def test_training_nodes_are_removed_as_tensorflow_does() -> None:
    trimmed = tf.graph_util.remove_training_nodes(recorded("frozen"), ["looked_up"])
    assert list(trimmed.node) == list(recorded("trimmed").node)


def test_checks_of_numbers_are_removed() -> None:
    x = tf.placeholder(tf.float32, name="x")
    with tf.control_dependencies([tf.check_numerics(x, "bad", name="check")]):
        tf.negative(x, name="y")
    trimmed = tf.graph_util.remove_training_nodes(tf.get_default_graph().as_graph_def())
    assert [(node.name, list(node.input)) for node in trimmed.node] == [("x", []), ("y", ["x"])]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [({"variable_names_whitelist": ["v"]}, "w"), ({"variable_names_blacklist": ["w"]}, "w"), ({}, None)],
)
def test_some_variables_stay(chosen: dict[str, Any], kept: str | None) -> None:
    tf.add(tf.Variable(1.0, name="v"), tf.Variable(2.0, name="w"), name="sum")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        graph_def = session.graph.as_graph_def()
        frozen = tf.graph_util.convert_variables_to_constants(session, graph_def, ["sum"], **chosen)
    assert [node.name for node in frozen.node if node.op == "VariableV2"] == ([kept] if kept else [])


def test_a_write_cannot_be_frozen() -> None:
    v = tf.get_variable("v", [], use_resource=True)
    with tf.control_dependencies([v.assign_add(1.0, read_value=False)]):
        tf.identity(v, name="out")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(ValueError, match=r"node AssignAddVariableOp .*needs the variables themselves"):
            tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["out"])


def test_variables_without_a_value() -> None:
    tf.identity(tf.Variable(1.0, name="v"), name="out")
    with tf.Session() as session, pytest.raises(tf.errors.FailedPreconditionError, match=r"uninitialized value v"):
        tf.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["out"])


def test_parts_of_graphs() -> None:
    tf.add(tf.constant(1.0, name="a"), tf.constant(2.0, name="b"), name="c")
    tf.negative("a:0" and tf.get_default_graph().get_tensor_by_name("a:0"), name="d")
    graph_def = tf.get_default_graph().as_graph_def()
    assert [node.name for node in tf.graph_util.extract_sub_graph(graph_def, ["d"]).node] == ["a", "d"]
    with pytest.raises(AssertionError, match=r"^nope is not in graph$"):
        tf.graph_util.extract_sub_graph(graph_def, ["nope"])
    with pytest.raises(TypeError, match="dest_nodes must be an iterable of strings, but got type <class 'str'>"):
        tf.graph_util.extract_sub_graph(graph_def, "d")
    with pytest.raises(TypeError, match=r"graph_def must be a graph_pb2\.GraphDef proto"):
        tf.graph_util.extract_sub_graph(tf.get_default_graph(), ["d"])


def test_where_nodes_run_and_their_shapes() -> None:
    text, number, real = tf.constant("s"), tf.constant([1, 2], name="n"), tf.constant(1.0)
    variable = tf.Variable(1.0)
    must = tf.graph_util.must_run_on_cpu
    assert [must(node.op) for node in (text, number, real)] == [True, True, False]
    assert (must(variable.op), must(variable.op.node_def, True)) == (False, True)
    for name in ("n", "n:0"):
        assert tf.graph_util.tensor_shape_from_node_def_name(tf.get_default_graph(), name).as_list() == [2]


@pytest.mark.parametrize("as_text", [True, False])
def test_written_graphs_are_frozen_with_a_checkpoint(as_text: bool, tmp_path: Path) -> None:
    meta = tf.MetaGraphDef.FromString(Path(f"{CHECKPOINT}.meta").read_bytes())
    path = tf.train.write_graph(meta.graph_def, tmp_path / "new" / "folder", "graph", as_text=as_text)
    out = str(tmp_path / "frozen.pb")
    frozen = tool.freeze_graph(path, "", not as_text, CHECKPOINT, "y, cond/Merge", None, None, out, True, "")
    assert tf.GraphDef.FromString(Path(out).read_bytes()) == frozen
    assert not any(node.device for node in frozen.node)
    (y,) = tf.import_graph_def(frozen, return_elements=["y:0"], name="")
    with tf.Session() as session:
        assert session.run(y, {"x:0": [[1.0, 2.0, 3.0]]}).tolist() == [[13.0, 13.0]]


def test_the_command(tmp_path: Path) -> None:
    out = tmp_path / "frozen.pb"
    arguments = ["freeze-graph", "--input_meta_graph", f"{CHECKPOINT}.meta", "--input_checkpoint", CHECKPOINT]
    arguments += ["--output_graph", str(out), "--output_node_names", "y"]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.output) == (0, f"7 nodes in {out}.\n")
    assert {node.op for node in tf.GraphDef.FromString(out.read_bytes()).node} >= {"Const", "MatMul"}
    missing = CliRunner().invoke(app, [*arguments, "--input_checkpoint", "nowhere"])
    assert missing.exit_code == 1
    assert "Input checkpoint 'nowhere' doesn't exist!" in missing.output


def test_no_graph_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "graph.pb"
    path.write_bytes(b"node { name: ")
    for binary in (True, False):
        with pytest.raises(tf.errors.DataLossError, match=r"graph.pb holds no GraphDef"):
            tool.freeze_graph(str(path), "", binary, CHECKPOINT, "y", None, None, "", True, "")


def test_checkpoints_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show = inspect_checkpoint.print_tensors_in_checkpoint_file
    show(CHECKPOINT, "", False, True)
    names = "tensor: b (float32) [2]\ntensor: global_step (int64) []\ntensor: w (float32) [3, 2]\n"
    assert capsys.readouterr().out == names + "# Total number of params: 9\n"
    show(CHECKPOINT, "b", False, count_exclude_pattern="step|^w")
    excluded = "# Excluding 2 tensors (7 params) that match step|^w when counting.\n"
    assert capsys.readouterr().out == f"tensor: b (float32) [2]\n[1. 1.]\n{excluded}# Total number of params: 2\n"
    show(CHECKPOINT, "none", False)
    assert capsys.readouterr().out == "Tensor none not found in checkpoint\n"
    show("nowhere", "", True)
    assert "Failed to find any matching files for nowhere" in capsys.readouterr().out
    done = CliRunner().invoke(app, ["inspect-checkpoint", "--file_name", CHECKPOINT, "--all_tensors"])
    assert "tensor: global_step (int64) []\n0\n" in done.output
