"""Graphs from `.meta` files: `meta/` was written by TensorFlow (golden/record_files.py)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.formats.messages import CondContextDef

RECORDED = Path(__file__).parent.parent / "golden" / "files" / "meta" / "model"
META = f"{RECORDED}.meta"


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def named(key: str) -> list[Any]:
    return [getattr(item, "name", item) for item in tf.get_collection(key)]


def run(scope: str = "") -> list[list[float]]:
    with tf.Session() as session:
        tf.get_collection(tf.GraphKeys.SAVERS)[-1].restore(session, str(RECORDED))
        return session.run(f"{scope}y:0", {f"{scope}x:0": [[1.0, 2.0, 3.0]]}).tolist()


def test_a_saved_graph_runs_with_its_checkpoint() -> None:
    saver = tf.train.import_meta_graph(META)
    assert saver.saver_def.save_tensor_name == "save/control_dependency:0"
    assert saver.saver_def.max_to_keep == 3
    with tf.Session() as session:
        saver.restore(session, str(RECORDED))
        assert session.run("y:0", {"x:0": [[1.0, 2.0, 3.0]]}).tolist() == [[13.0, 13.0]]


def test_collections_come_back() -> None:
    tf.train.import_meta_graph(META)
    assert named("variables") == ["w:0", "b:0", "global_step:0"]
    assert named("trainable_variables") == ["w:0"]
    # One object, whichever list it is in.
    assert tf.get_collection("variables")[0] is tf.get_collection("trainable_variables")[0]
    assert named("global_step") == ["global_step:0"]
    assert tf.train.get_global_step() is tf.get_collection("variables")[2]
    assert (named("outputs"), named("ops")) == (["y:0"], ["x"])
    assert (named("texts"), named("counts"), named("rates")) == ([b"hello"], [3], [2.5])
    assert len(named("cond_context")) == 2
    assert isinstance(tf.get_collection("savers")[0], tf.train.Saver)


def test_variables_go_on_training() -> None:
    tf.train.import_meta_graph(META)
    loss = tf.reduce_sum(tf.square(tf.get_collection("outputs")[0]))
    step = tf.train.GradientDescentOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run([loss, step], {"x:0": [[1.0, 2.0, 3.0]]})[0] for _ in range(3)]
        assert session.run("global_step:0") == 3
    assert losses[0] > losses[1] > losses[2]


def test_into_a_scope_twice() -> None:
    tf.train.import_meta_graph(META)
    for scope in ("q/", "q_1/"):
        saver = tf.train.import_meta_graph(META, import_scope="q")
        assert saver.saver_def.restore_op_name == f"{scope}save/restore_all"
        assert run(scope) == [[13.0, 13.0]]
    assert named("texts") == [b"hello", "q/hello", "q_1/hello"]
    assert named("outputs") == ["y:0", "q/y:0", "q_1/y:0"]
    assert named("trainable_variables") == ["w:0", "q/w:0", "q_1/w:0"]
    assert tf.get_collection("cond_context")[2].name == "q/cond/cond_text"


def test_inside_an_open_scope() -> None:
    with tf.name_scope("outer"):
        saver = tf.train.import_meta_graph(META)
    assert saver.saver_def.save_tensor_name == "outer/save/control_dependency:0"
    assert named("variables") == ["outer/w:0", "outer/b:0", "outer/global_step:0"]


def test_devices_are_cleared() -> None:
    tf.train.import_meta_graph(META, import_scope="kept")
    tf.train.import_meta_graph(META, clear_devices=True, import_scope="cleared")
    devices = [tf.get_default_graph().get_operation_by_name(f"{scope}/y").device for scope in ("kept", "cleared")]
    assert devices == ["/device:CPU:0", ""]


def test_what_is_exported_again_says_the_same() -> None:
    recorded = tf.MetaGraphDef.FromString(Path(META).read_bytes())
    saver = tf.train.import_meta_graph(recorded)
    exported = saver.export_meta_graph()
    assert {node.name for node in exported.graph_def.node} == {node.name for node in recorded.graph_def.node}
    assert exported.saver_def == recorded.saver_def
    ours, theirs = exported.collection_def, recorded.collection_def
    assert set(ours) == set(theirs)
    assert {key for key in ours if key != "cond_context" and ours[key] != theirs[key]} == set()
    pairs = zip(ours["cond_context"].bytes_list.value, theirs["cond_context"].bytes_list.value, strict=True)
    for one, other in pairs:
        # Maps may be written in any order.
        assert CondContextDef.FromString(one) == CondContextDef.FromString(other)


def test_as_text(tmp_path: Path) -> None:
    tf.train.import_meta_graph(META)
    path = str(tmp_path / "graph.pbtxt")
    exported = tf.train.export_meta_graph(path, as_text=True)
    with tf.Graph().as_default() as graph:
        # There is no saver in it, but there are variables: one is made.
        assert tf.train.import_meta_graph(path) is not None
        assert len(graph.get_operations()) > len(exported.graph_def.node)


def test_without_variables_there_is_no_saver() -> None:
    tf.constant(1.0)
    proto = tf.train.export_meta_graph()
    with tf.Graph().as_default():
        assert tf.train.import_meta_graph(proto) is None


def test_variables_of_old_releases_are_trained_as_their_lists_say() -> None:
    proto = tf.MetaGraphDef.FromString(Path(META).read_bytes())
    proto.meta_info_def.tensorflow_version = "1.4.0"
    for key in ("variables", "trainable_variables"):
        values = proto.collection_def[key].bytes_list.value
        values[:] = [value.replace(b"8\x01", b"") for value in values]
    tf.train.import_meta_graph(proto)
    assert [variable.trainable for variable in tf.global_variables()] == [True, False, False]


def test_one_scope_goes_into_another_graph() -> None:
    with tf.name_scope("s"):
        a = tf.constant(1.0, name="a")
    with tf.name_scope("h"), tf.control_dependencies([a]):
        v = tf.Variable(a + 1.0, name="v")
        tf.add(v, a, name="z")
    part = tf.train.export_meta_graph(export_scope="h")
    names = [node.name for node in part.graph_def.node]
    assert names == ["add/y", "add", "v", "v/Assign", "v/read", "z"]
    assert list(part.graph_def.node[-1].input) == ["v/read", "$unbound_inputs_s/a"]
    assert part.collection_def["variables"].bytes_list.value[0].startswith(b"\n\x03v:0")
    unbound = list(part.collection_def["unbound_inputs"].bytes_list.value)
    assert b"$unbound_inputs_s/a" in unbound
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match=r"Graph contains unbound inputs: .*s/a.* through input_map"):
            tf.train.import_meta_graph(part)
        three = tf.constant(3.0)
        inputs = {name.decode(): three.op if name.startswith(b"^") else three for name in unbound}
        saver = tf.train.import_meta_graph(part, import_scope="new", input_map=inputs)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            assert session.run("new/z:0") == 7.0
            assert saver is not None


def test_other_savers_are_left_out() -> None:
    tf.Variable(1.0, name="v")
    with tf.name_scope("other"):
        tf.add_to_collection(tf.GraphKeys.SAVERS, tf.train.Saver())
    mine = tf.train.Saver(name="mine")
    tf.add_to_collection(tf.GraphKeys.SAVERS, mine)
    proto = mine.export_meta_graph(clear_extraneous_savers=True)
    scopes = {node.name.partition("/")[0] for node in proto.graph_def.node}
    assert scopes == {"v", "mine"}
    assert list(proto.collection_def["savers"].bytes_list.value) == [mine.saver_def.SerializeToString()]


def test_a_folder_with_a_checkpoint_can_be_moved(tmp_path: Path) -> None:
    for path in RECORDED.parent.iterdir():
        shutil.copy(path, tmp_path)
    saver = tf.train.import_meta_graph(str(tmp_path / "model.meta"))
    with tf.Session() as session:
        saver.restore(session, str(tmp_path / "model"))
        np.testing.assert_array_equal(session.run("w:0"), np.full((3, 2), 2.0))


def test_no_such_file() -> None:
    with pytest.raises(OSError, match=r"File does not exist. Received: nowhere.*with its suffix"):
        tf.train.import_meta_graph("nowhere")


@pytest.mark.parametrize("data", [b"\xff\xfe no proto", b"graph_def { node {", b"unknown: 3"])
def test_no_meta_graph(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.meta"
    path.write_bytes(data)
    with pytest.raises(OSError, match=r"Cannot parse file .*bad.meta.*Expected a MetaGraphDef"):
        tf.train.import_meta_graph(path)


def test_ops_that_are_not_there_are_named() -> None:
    proto = tf.MetaGraphDef()
    proto.graph_def.node.add(name="n", op="NoSuchOp")
    with pytest.raises(tf.errors.NotFoundError, match=r"NoSuchOp: n"):
        tf.train.import_meta_graph(proto)
