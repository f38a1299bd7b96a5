from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto import meta_graph_pb2
from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.core import errors, logging
from convflow.formats import bundle
from convflow.graph.graph import Graph
from convflow.modeling.variables.scope import get_variable
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant
from convflow.runtime.session import Session
from convflow.training.checkpoint_management import latest_checkpoint
from convflow.training.global_step import create_global_step
from convflow.training.saver import Saver


def make_recorded_variables() -> dict[str, Variable]:
    """The variables of golden/record_training.py."""
    return {
        "scope/weights": Variable(np.arange(6, dtype=np.float32).reshape(2, 3), name="scope/weights"),
        "wide": Variable(np.array([0.5, -0.5]), name="wide", trainable=False),
        "texts": Variable(np.array([b"text", b""], object), name="texts", trainable=False),
        "flags": Variable([True, False], name="flags", trainable=False),
        "global_step": get_variable("global_step", initializer=np.int64(7), trainable=False),
    }


def initialized(session: Session) -> None:
    session.run(global_variables_initializer())


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_tensorflows_to_the_byte(session: Session, golden: Path, tmp_path: Path) -> None:
    make_recorded_variables()
    saver = Saver(max_to_keep=3, save_relative_paths=True)
    initialized(session)
    assert saver.save(session, tmp_path / "model.ckpt", global_step=7) == str(tmp_path / "model.ckpt-7")
    names = {"checkpoint", "model.ckpt-7.index", "model.ckpt-7.data-00000-of-00001", "model.ckpt-7.meta"}
    assert files_of(tmp_path) == names
    for name in names - {"model.ckpt-7.meta"}:
        recorded = (golden / "checkpoint" / name).read_bytes()
        assert (tmp_path / name).read_bytes() == recorded, name


def test_the_meta_file_says_what_tensorflows_says(session: Session, golden: Path, tmp_path: Path) -> None:
    make_recorded_variables()
    initialized(session)
    Saver(max_to_keep=3).save(session, tmp_path / "m")
    ours = meta_graph_pb2.MetaGraphDef.FromString((tmp_path / "m.meta").read_bytes())
    recorded = (golden / "checkpoint" / "model.ckpt-7.meta").read_bytes()
    theirs = meta_graph_pb2.MetaGraphDef.FromString(recorded)
    assert ours.saver_def == theirs.saver_def
    assert ours.collection_def == theirs.collection_def
    names = [node.name for node in ours.graph_def.node]
    # TensorFlow's graph has the initializer after the saver, ours before.
    assert sorted(names) == sorted(node.name for node in theirs.graph_def.node)
    there = {op.name: op for op in theirs.meta_info_def.stripped_op_list.op}
    for op in ours.meta_info_def.stripped_op_list.op:
        assert [arg.name for arg in op.input_arg] == [arg.name for arg in there[op.name].input_arg]
        assert {attr.name: attr.type for attr in op.attr} == {a.name: a.type for a in there[op.name].attr}


def test_tensorflows_checkpoint_restores(session: Session, golden: Path) -> None:
    variables = make_recorded_variables()
    prefix = latest_checkpoint(str(golden / "checkpoint"))
    Saver().restore(session, prefix)
    values = session.run(variables)
    np.testing.assert_array_equal(values["scope/weights"], np.arange(6, dtype=np.float32).reshape(2, 3))
    assert values["wide"].tolist() == [0.5, -0.5]
    assert values["texts"].tolist() == [b"text", b""]
    assert values["flags"].tolist() == [True, False]
    assert values["global_step"] == 7


@pytest.mark.parametrize("sharded", [False, True])
def test_what_is_saved_is_restored(sharded: bool, session: Session, tmp_path: Path) -> None:
    x = Variable([1.0, 2.0], name="x")
    saver = Saver(sharded=sharded)
    initialized(session)
    path = saver.save(session, tmp_path / "m")
    session.run(x.assign([5.0, 6.0]))
    saver.restore(session, path)
    assert session.run(x).tolist() == [1.0, 2.0]
    assert files_of(tmp_path) == {"checkpoint", "m.index", "m.data-00000-of-00001", "m.meta"}


def test_devices_are_saved_in_parts_that_are_merged(graph: Graph, session: Session, tmp_path: Path) -> None:
    with graph.device("/job:a"):
        x = Variable([1.0], name="x")
    with graph.device("/job:b"):
        y = Variable([2.0], name="y")
    saver = Saver(sharded=True)
    initialized(session)
    path = saver.save(session, tmp_path / "m", write_meta_graph=False)
    parts = {"m.data-00000-of-00002", "m.data-00001-of-00002"}
    assert files_of(tmp_path) == {"checkpoint", "m.index", *parts}
    session.run([x.assign([0.0]), y.assign([0.0])])
    saver.restore(session, path)
    assert session.run([x, y]) == [[1.0], [2.0]]


def test_names_of_a_dict_are_those_in_the_checkpoint(session: Session, tmp_path: Path) -> None:
    x, y = Variable([1.0], name="x"), Variable([2.0], name="y")
    initialized(session)
    path = Saver({"first": x, "second": y}).save(session, tmp_path / "m")
    assert bundle.BundleReader(path).names() == ["first", "second"]
    Saver({"first": y, "second": x}).restore(session, path)
    assert session.run([x, y]) == [[2.0], [1.0]]


def test_only_the_variables_listed_are_saved(session: Session, tmp_path: Path) -> None:
    x, _ = Variable([1.0], name="x"), Variable([2.0], name="y")
    initialized(session)
    path = Saver([x]).save(session, tmp_path / "m")
    assert bundle.BundleReader(path).names() == ["x"]


def test_restoring_initializes(tmp_path: Path) -> None:
    with Graph().as_default(), Session() as session:
        Variable([1.0], name="x")
        initialized(session)
        Saver().save(session, tmp_path / "m")
    with Graph().as_default(), Session() as session:
        x = Variable([0.0], name="x")
        Saver().restore(session, tmp_path / "m")
        assert session.run(x).tolist() == [1.0]


def test_restoring_says_so(session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Variable([1.0])
    initialized(session)
    path = Saver().save(session, tmp_path / "m")
    caplog.set_level(logging.INFO, "tensorflow")
    Saver().restore(session, path)
    assert caplog.messages == [f"Restoring parameters from {path}"]


def test_steps_are_appended(session: Session, tmp_path: Path) -> None:
    step = create_global_step()
    initialized(session)
    saver = Saver()
    paths = [saver.save(session, tmp_path / "m", global_step=value) for value in (step, 3, np.int64(4))]
    assert paths == [str(tmp_path / f"m-{value}") for value in (0, 3, 4)]
    assert saver.last_checkpoints == paths
    padded = Saver(pad_step_number=True).save(session, tmp_path / "m", global_step=12)
    assert padded == str(tmp_path / "m-00000012")


def test_the_oldest_are_deleted(session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    saver = Saver(max_to_keep=2)
    for step in (0, 1, 2, 1, 3):
        saver.save(session, tmp_path / "m", global_step=step)
    kept = {f"m-{step}.{suffix}" for step in (1, 3) for suffix in ("index", "data-00000-of-00001", "meta")}
    assert files_of(tmp_path) == {"checkpoint", *kept}
    assert saver.last_checkpoints == [str(tmp_path / "m-1"), str(tmp_path / "m-3")]
    assert latest_checkpoint(str(tmp_path)) == str(tmp_path / "m-3")


@pytest.mark.parametrize("max_to_keep", [None, 0])
def test_all_are_kept_but_only_the_latest_is_listed(max_to_keep: Any, session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    saver = Saver(max_to_keep=max_to_keep)
    for step in range(7):
        saver.save(session, tmp_path / "m", global_step=step, write_meta_graph=False)
    assert len(files_of(tmp_path)) == 15
    assert saver.last_checkpoints == []
    assert (tmp_path / "checkpoint").read_text().count("m-") == 2


def test_one_in_some_hours_is_kept(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Variable([1.0])
    initialized(session)
    now = 0.0
    monkeypatch.setattr("convflow.training.saver.time.time", lambda: now)
    saver = Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1.0)
    for step in range(5):
        now += 1500.0
        saver.save(session, tmp_path / "m", global_step=step, write_meta_graph=False)
    # Written after 1500, 3000, 4500, 6000 and 7500 seconds: the third is the first of the second hour.
    assert {name for name in files_of(tmp_path) if name.endswith("index")} == {"m-2.index", "m-4.index"}


def test_after_a_restart_old_checkpoints_are_taken_over(session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    first = Saver(max_to_keep=2)
    paths = [first.save(session, tmp_path / "m", global_step=step) for step in range(2)]
    second = Saver(max_to_keep=2)
    second.recover_last_checkpoints([str(tmp_path / "gone"), *paths])
    assert second.last_checkpoints == paths
    second.save(session, tmp_path / "m", global_step=2)
    assert not (tmp_path / "m-0.index").exists()
    second.set_last_checkpoints(["a", "b"])
    assert second.last_checkpoints == ["a", "b"]


def test_relative_paths_move_with_the_folder(session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    saver = Saver(save_relative_paths=True)
    for step in range(2):
        saver.save(session, tmp_path / "old" / "m", global_step=step)
    shutil.move(tmp_path / "old", tmp_path / "new")
    assert latest_checkpoint(str(tmp_path / "new")) == str(tmp_path / "new" / "m-1")


def test_a_relative_folder(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Variable([1.0])
    initialized(session)
    assert Saver().save(session, "./model/m", global_step=1) == "./model/m-1"
    assert (tmp_path / "model" / "checkpoint").read_text().splitlines()[0] == 'model_checkpoint_path: "m-1"'
    assert latest_checkpoint("./model/") == "./model/m-1"


def test_an_interrupted_save_leaves_the_checkpoint_before(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = Variable(np.arange(1000.0), name="x")
    y = Variable([1.0], name="y")
    initialized(session)
    saver = Saver()
    path = saver.save(session, tmp_path / "m", write_meta_graph=False)
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    session.run([x.assign(np.zeros(1000)), y.assign([2.0])])

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(errors.ResourceExhaustedError, match="No space left"):
        patched.setattr("convflow.formats.bundle.os.replace", full)
        saver.save(session, tmp_path / "m", write_meta_graph=False)
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before
    saver.restore(session, path)
    assert session.run(y).tolist() == [1.0]


def test_another_shape_is_refused_by_name(tmp_path: Path) -> None:
    with Graph().as_default(), Session() as session:
        Variable([1.0, 2.0], name="scope/x")
        initialized(session)
        path = Saver().save(session, tmp_path / "m")
    with Graph().as_default(), Session() as session:
        Variable([1.0, 2.0, 3.0], name="scope/x")
        with pytest.raises(errors.InvalidArgumentError) as refused:
            Saver().restore(session, path)
    for part in (f"checkpoint {path} failed", "a mismatch between the current graph", "scope/x", "(3,)", "(2,)"):
        assert part in str(refused.value)


def test_another_shape_of_as_many_elements_can_be_allowed(tmp_path: Path) -> None:
    with Graph().as_default(), Session() as session:
        Variable([[1.0, 2.0], [3.0, 4.0]], name="x")
        initialized(session)
        path = Saver().save(session, tmp_path / "m")
    with Graph().as_default(), Session() as session:
        x = Variable([0.0, 0.0, 0.0, 0.0], name="x")
        Saver(reshape=True).restore(session, path)
        assert session.run(x).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_another_type_is_refused_by_name(tmp_path: Path) -> None:
    with Graph().as_default(), Session() as session:
        Variable([1, 2], name="x")
        initialized(session)
        path = Saver().save(session, tmp_path / "m")
    with Graph().as_default(), Session() as session:
        Variable([1.0, 2.0], name="x")
        with pytest.raises(errors.InvalidArgumentError, match=r"tensor_name = x; expected dtype float32.*int32"):
            Saver().restore(session, path)


def test_a_missing_variable_is_named(session: Session, tmp_path: Path) -> None:
    weights, missing = Variable([1.0], name="weights"), Variable([1.0], name="weight")
    initialized(session)
    path = Saver([weights]).save(session, tmp_path / "m")
    with pytest.raises(errors.NotFoundError) as refused:
        Saver([missing]).restore(session, path)
    message = str(refused.value)
    assert "a Variable name or other graph key that is missing from the checkpoint" in message
    assert f"Key weight not found in checkpoint {path}. Close to it are weights" in message


@pytest.mark.parametrize(("suffix", "kept"), [(".data-00000-of-00001", 3), (".index", 20)])
def test_a_truncated_checkpoint_is_refused(suffix: str, kept: int, session: Session, tmp_path: Path) -> None:
    Variable([1.0, 2.0], name="x")
    initialized(session)
    path = Saver().save(session, tmp_path / "m")
    os.truncate(f"{path}{suffix}", kept)
    with pytest.raises(errors.DataLossError, match="is damaged"):
        Saver().restore(session, path)


def test_a_missing_checkpoint_is_refused(session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    saver = Saver()
    saver.save(session, tmp_path / "there")
    wanted = rf"not a valid checkpoint: {tmp_path}/gone. .*Looked for {tmp_path}/gone.index.*holds the .*/there"
    with pytest.raises(ValueError, match=wanted):
        saver.restore(session, tmp_path / "gone")
    with pytest.raises(ValueError, match="Can't load save_path when it is None"):
        saver.restore(session, None)


def test_an_uninitialized_variable_is_named(session: Session, tmp_path: Path) -> None:
    Variable([1.0], name="x")
    with pytest.raises(errors.FailedPreconditionError, match="uninitialized value x"):
        Saver().save(session, tmp_path / "m")
    assert files_of(tmp_path) == set()


def test_one_level_of_folders_is_made(session: Session, tmp_path: Path) -> None:
    Variable([1.0])
    initialized(session)
    Saver().save(session, tmp_path / "new" / "m")
    assert (tmp_path / "new" / "m.index").exists()
    with pytest.raises(ValueError, match=r"Parent directory of .*/m doesn't exist, can't save"):
        Saver().save(session, tmp_path / "a" / "b" / "m")


def test_a_saver_made_from_its_proto_works(session: Session, tmp_path: Path) -> None:
    x = Variable([1.0], name="x")
    first = Saver(max_to_keep=3)
    initialized(session)
    second = Saver.from_proto(first.to_proto())
    assert second.as_saver_def() == first.as_saver_def()
    assert second.as_saver_def().max_to_keep == 3
    path = second.save(session, tmp_path / "m")
    session.run(x.assign([0.0]))
    first.restore(session, path)
    assert session.run(x).tolist() == [1.0]


def test_names_in_a_proto_can_be_taken_from_a_scope(graph: Graph) -> None:
    Variable([1.0])
    with graph.name_scope("scope"):
        saver = Saver()
    assert saver.to_proto(export_scope="scope").restore_op_name == "save/restore_all"
    assert saver.to_proto(export_scope="other") is None


def test_building_can_wait(session: Session, tmp_path: Path) -> None:
    saver = Saver(defer_build=True)
    with pytest.raises(RuntimeError, match="should be called before save if defer_build==True"):
        saver.save(session, tmp_path / "m")
    Variable([1.0])
    saver.build()
    initialized(session)
    assert saver.save(session, tmp_path / "m") == str(tmp_path / "m")


def test_an_empty_saver_may_do_nothing(session: Session, tmp_path: Path) -> None:
    saver = Saver(allow_empty=True)
    constant(1.0)
    assert saver.save(session, tmp_path / "m") is None
    saver.restore(session, tmp_path / "m")
    assert files_of(tmp_path) == {"m.meta"}


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda x: Saver([]), ValueError, "No variables to save"),
        (lambda x: Saver(3), TypeError, "should be passed in a dict or a list. Got 3"),
        (lambda x: Saver(x), TypeError, r"For a single variable pass \[variable\]"),
        (lambda x: Saver([constant(1.0)]), TypeError, "Variable to save is not a Variable"),
        (lambda x: Saver([x, x]), ValueError, "At least two variables have the same name: x"),
        (lambda x: Saver({"a": x, "b": x}), ValueError, "restored with two names: a and b"),
        (lambda x: Saver([x], defer_build=True), ValueError, "build cannot be deferred"),
        (lambda x: Saver(saver_def=3), ValueError, "must be a saver_pb2.SaverDef: 3"),
        (lambda x: Saver(saver_def=SaverDef()), ValueError, "must specify the save_tensor_name"),
        (lambda x: Saver([x], write_version=SaverDef.LEGACY), ValueError, "must be SaverDef.V1 or SaverDef.V2, got 0"),
    ],
)
def test_refusals(make: Callable[[Any], Any], kind: type[Exception], text: str, graph: Graph) -> None:
    with pytest.raises(kind, match=text):
        make(Variable([1.0], name="x"))


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"save_path": "checkpoint"}, ValueError, "'latest_filename' collides with 'save_path'"),
        ({"save_path": "m", "latest_filename": "a/b"}, ValueError, "must not contain path components"),
        ({"save_path": "m", "sess": 3}, TypeError, "'sess' must be a Session; 3"),
    ],
)
def test_refusals_of_save(arguments: dict[str, Any], kind: type[Exception], text: str, session: Session) -> None:
    Variable([1.0])
    with pytest.raises(kind, match=text):
        Saver().save(**{"sess": session, **arguments})
