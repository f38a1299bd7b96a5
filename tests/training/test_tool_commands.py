"""TensorFlow's tools with their own flags. `saved_model/` and `frozen/` were written by TensorFlow."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.tools import (
    freeze_graph,
    import_pb_to_tensorboard,
    inspect_checkpoint,
    saved_model_utils,
    strip_unused,
    strip_unused_lib,
)

FILES = Path(__file__).parent.parent / "golden" / "files"
CHECKPOINT = str(FILES / "meta" / "model")
SAVED_MODEL = str(FILES / "saved_model")
FLOAT = tf.float32.as_datatype_enum


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def run(frozen: Any, fetch: str) -> Any:
    (tensor,) = tf.import_graph_def(frozen, return_elements=[fetch], name="")
    with tf.Session() as session:
        return session.run(tensor, {"x:0": [[1.0, 2.0, 3.0]]}).tolist()


def read(path: Path) -> Any:
    return tf.GraphDef.FromString(path.read_bytes())


def test_a_saved_model_is_frozen(tmp_path: Path) -> None:
    out = tmp_path / "frozen.pb"
    freeze_graph.run_main(
        ["--input_saved_model_dir", SAVED_MODEL, "--output_node_names=y", f"--output_graph={out}", "--clear_devices"]
    )
    assert run(read(out), "y:0") == [[6.0, 6.0]]
    assert {node.op for node in read(out).node} == {"Placeholder", "Const", "Identity", "MatMul"}


def test_a_meta_graph_is_frozen_by_flags(tmp_path: Path) -> None:
    out = tmp_path / "frozen.pb"
    flags = ["--input_meta_graph", f"{CHECKPOINT}.meta", "--input_checkpoint", CHECKPOINT, "--output_graph", str(out)]
    flags += ["--output_node_names", "y", "--input_binary=true", "--checkpoint_version", "2", "--clear_devices=False"]
    freeze_graph.run_main(flags)
    assert run(read(out), "y:0") == [[13.0, 13.0]]
    freeze_graph.run_main([*flags, "--variable_names_blacklist", "b"])
    assert [node.name for node in read(out).node if node.op in ("VariableV2", "VarHandleOp")] == ["b"]
    freeze_graph.run_main([*flags, "--variable_names_whitelist", "b"])
    assert [node.name for node in read(out).node if node.op in ("VariableV2", "VarHandleOp")] == ["w"]
    with pytest.raises(ValueError, match=r"^Invalid checkpoint version \(must be '1' or '2'\): 3$"):
        freeze_graph.run_main([*flags, "--checkpoint_version", "3"])


def test_nodes_run_before_freezing(tmp_path: Path) -> None:
    v = tf.Variable(1.0, name="v")
    tf.assign(v, 5.0, name="set")
    tf.identity(v, name="out")
    graph = tf.train.write_graph(tf.get_default_graph(), tmp_path, "graph.pbtxt")
    saver = tf.train.Saver(name="saver")
    definition = tmp_path / "saver.pb"
    definition.write_bytes(saver.as_saver_def().SerializeToString())
    with tf.Session() as session:
        session.run(v.initializer)
        checkpoint = saver.save(session, str(tmp_path / "model"))

    def frozen(initializers: str) -> float:
        result = freeze_graph.freeze_graph(graph, "", False, checkpoint, "out", None, None, "", True, initializers)
        (const,) = [node for node in result.node if node.op == "Const"]
        return float(tf.make_ndarray(const.attr["value"].tensor))

    assert (frozen(""), frozen("set"), frozen(" set ,")) == (1.0, 5.0, 5.0)


def test_what_cannot_be_frozen(tmp_path: Path) -> None:
    graph = str(FILES / "frozen" / "frozen.pb")
    with pytest.raises(ValueError, match=r"frozen previously\. You cannot freeze a graph twice"):
        freeze_graph.freeze_graph(graph, "", True, CHECKPOINT, "looked_up", None, None, "", True, "")
    with pytest.raises(RuntimeError, match=r"tags 'nope' could not be found in SavedModel"):
        freeze_graph.run_main(
            ["--input_saved_model_dir", SAVED_MODEL, "--output_node_names=y", "--saved_model_tags=nope"]
        )
    parts = tf.get_variable("w", [4, 2], partitioner=tf.fixed_size_partitioner(2))
    tf.identity(tf.convert_to_tensor(parts), name="out")
    path = tf.train.write_graph(tf.get_default_graph(), tmp_path, "graph.pb", as_text=False)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = session.run("out:0")
        checkpoint = tf.train.Saver().save(session, str(tmp_path / "parts"))
    arguments = (checkpoint, "out", None, None, "", True, "")
    with pytest.raises(ValueError, match=r"partition variables cannot be converted .* which part of w is w/part_0"):
        freeze_graph.freeze_graph(path, "", True, *arguments)
    frozen = freeze_graph.freeze_graph("", "", True, *arguments, input_meta_graph=f"{checkpoint}.meta")
    with tf.Graph().as_default(), tf.Session() as session:
        (out,) = tf.import_graph_def(frozen, return_elements=["out:0"])
        np.testing.assert_array_equal(session.run(out), value)


def test_unused_nodes_are_stripped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = tf.placeholder(tf.float32, [2], name="a")
    b = tf.add(a, 1.0, name="b")
    tf.negative(b, name="c")
    graph_def = tf.get_default_graph().as_graph_def()
    stripped = strip_unused_lib.strip_unused(graph_def, ["b"], ["c"], [FLOAT])
    assert [(node.name, node.op) for node in stripped.node] == [("b", "Placeholder"), ("c", "Neg")]
    assert stripped.node[0].attr["dtype"].type == FLOAT
    with pytest.raises(KeyError, match=r"input nodes were not found: \['q'\]"):
        strip_unused_lib.strip_unused(graph_def, ["q"], ["c"], FLOAT)
    with pytest.raises(ValueError, match="Name 'b:0' appears to refer to a Tensor, not an Operation"):
        strip_unused_lib.strip_unused(graph_def, ["b:0"], ["c"], FLOAT)
    path = tf.train.write_graph(graph_def, tmp_path, "in.pbtxt")
    out = tmp_path / "out.pb"
    flags = ["--input_graph", path, "--output_graph", str(out), "--input_node_names=b", "--output_node_names=c"]
    assert strip_unused.run_main(flags) is None
    assert read(out) == stripped
    assert strip_unused.run_main(["--input_graph", "nowhere"]) == -1
    assert strip_unused.run_main(["--input_graph", path]) == -1
    assert capsys.readouterr().out == (
        "2 ops in the final graph.\nInput graph file 'nowhere' does not exist!\n"
        "You need to supply the name of a node to --output_node_names.\n"
    )


def test_saved_models_are_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saved_model_utils.get_saved_model_tag_sets(SAVED_MODEL) == [["serve"], ["train", "gpu"]]
    assert saved_model_utils.read_saved_model(SAVED_MODEL).saved_model_schema_version == 1
    meta_graph = saved_model_utils.get_meta_graph_def(SAVED_MODEL, "train,gpu")
    assert sorted(meta_graph.meta_info_def.tags) == ["gpu", "train"]
    with pytest.raises(RuntimeError, match=r"tag-set gpu could not be found .* tag-sets: \['serve', 'train,gpu'\]"):
        saved_model_utils.get_meta_graph_def(SAVED_MODEL, "gpu")
    import_pb_to_tensorboard.run_main(["--model_dir", SAVED_MODEL, "--log_dir", str(tmp_path)])
    (log,) = tmp_path.iterdir()
    graphs = [event.graph_def for event in tf.train.summary_iterator(str(log)) if event.graph_def]
    assert "import/y" in {node.name for node in tf.GraphDef.FromString(graphs[0]).node}
    assert f"tensorboard --logdir={tmp_path}" in capsys.readouterr().out


def test_how_values_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    before = np.get_printoptions()
    try:
        inspect_checkpoint.run_main(
            ["--file_name", CHECKPOINT, "--tensor_name=b", "--printoptions", "precision=2", "floatmode=fixed"]
        )
    finally:
        np.set_printoptions(**before)
    assert "[1.00 1.00]" in capsys.readouterr().out
    for text, message in [
        ("x", "is not in the form k=v"),
        ("x=1", "'x' is not a valid printoption"),
        ("nanstr", "form k=v"),
        ("precision=a", "invalid literal"),
        ("formatter=1", "Setting 'formatter' from the command line is not supported"),
    ]:
        with pytest.raises(argparse.ArgumentTypeError, match=message):
            inspect_checkpoint.parse_numpy_printoption(text)
