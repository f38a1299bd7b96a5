"""Checkpoints of objects: TensorFlow's are read, those written here have the same keys, ways and slots."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.formats.bundle import BundleReader
from convflow.runtime.eager import context
from convflow.training.objects import object_graph

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import object_cases  # noqa: E402

WANTED = json.loads((GOLDEN / "objects" / "objects.json").read_text())
STACK, PROGRAM = str(GOLDEN / "objects" / "stack"), str(GOLDEN / "objects" / "program-1")


@pytest.fixture
def eager():
    with context.eager_mode():
        tf.keras.backend.clear_session()
        yield


@pytest.fixture
def graph():
    tf.keras.backend.clear_session()
    with tf.Graph().as_default():
        yield
    tf.keras.backend.clear_session()


def described(prefix):
    reader = BundleReader(prefix)
    return {"keys": reader.names(), "edges": object_cases.edges(object_graph.read(reader))}


def test_weights_are_written_as_tensorflow_writes_them(eager, tmp_path):
    model = object_cases.stack(tf)
    object_cases.fit(model)
    model.save_weights(str(tmp_path / "w"))
    assert described(str(tmp_path / "w")) == WANTED["stack"]
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "w")


def test_weights_are_read_as_tensorflow_wrote_them(eager):
    model = object_cases.stack(tf)
    object_cases.fit(model)
    model.load_weights(STACK).assert_consumed()
    for found, wanted in zip(model.get_weights(), object_cases.values(model.weights), strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert model.optimizer.iterations.numpy() == 1


def test_a_graph_reads_and_writes_the_same_weights(graph, tmp_path):
    model = object_cases.stack(tf)
    model.load_weights(STACK).assert_existing_objects_matched()
    wanted = object_cases.values(model.weights)
    np.testing.assert_array_equal(model.get_weights()[0], wanted[0])
    object_cases.fit(model)
    model.save_weights(str(tmp_path / "w"))
    assert described(str(tmp_path / "w")) == WANTED["stack"]


def test_programs_are_written_as_tensorflow_writes_them(eager, tmp_path):
    checkpoint, *parts = object_cases.program(tf)
    object_cases.train(tf, *parts)
    path = checkpoint.save(str(tmp_path / "program"))
    assert path.endswith("program-1")
    assert described(path) == WANTED["program"]


def test_values_wait_for_variables(eager):
    checkpoint, net, optimizer, step = object_cases.program(tf)
    status = checkpoint.restore(PROGRAM)
    assert step.numpy() == 1
    with pytest.raises(AssertionError, match="Unresolved object in checkpoint"):
        status.assert_consumed()
    net(tf.ones([2, 3]))
    for found, wanted in zip(net.trainable_variables, object_cases.values(net.trainable_variables), strict=True):
        np.testing.assert_array_equal(found.numpy(), wanted)
    object_cases.train(tf, net, optimizer, step)
    status.assert_consumed()
    slot = BundleReader(PROGRAM).read("model/scale/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE")
    assert abs(optimizer.get_slot(net.scale, "momentum").numpy()) >= abs(0.9 * slot) - 20
    assert checkpoint.save_counter.numpy() == 1


def test_sessions_restore_or_initialize(graph, tmp_path):
    def made():
        step, other = tf.Variable(3, name="step"), tf.Variable([1.0, 2.0], name="other")
        return tf.train.Checkpoint(step=step, items=[other]), step, other

    checkpoint, step, other = made()
    with tf.Session() as sess:
        checkpoint.restore(None).initialize_or_restore()
        sess.run([step.assign(7), other.assign([5.0, 6.0])])
        paths = [checkpoint.save(str(tmp_path / "ckpt")) for _ in range(2)]
    assert [path[-6:] for path in paths] == ["ckpt-1", "ckpt-2"]
    again, step, other = made()
    late = tf.Variable(1.0, name="late")
    again.late = late
    with tf.Session() as sess:
        status = again.restore(tf.train.latest_checkpoint(str(tmp_path)))
        with pytest.raises(AssertionError, match=r"were not bound to checkpointed values.*late"):
            status.assert_existing_objects_matched()
        status.initialize_or_restore()
        assert sess.run([step, late]) == [7, 1.0]
        assert sess.run(other).tolist() == [5.0, 6.0]
        assert again.save(str(tmp_path / "ckpt")).endswith("-3")


def test_what_cannot_be_restored_is_said(graph, tmp_path):
    with pytest.raises(ValueError, match="was expecting x to be a trackable object"):
        tf.train.Checkpoint(x=3)
    checkpoint = tf.train.Checkpoint(v=tf.Variable([1.0]))
    with pytest.raises(RuntimeError, match="needs a session: pass session="):
        checkpoint.save(str(tmp_path / "c"))
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find any matching files"):
        checkpoint.restore(str(tmp_path / "none"))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = checkpoint.save(str(tmp_path / "c"))
        wider = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0]))
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"holds v/.*shape \(1,\), but .* has the shape \(2,\)"
        ):
            wider.restore(path).run_restore_ops()
    with pytest.raises(AssertionError, match="No checkpoint specified"):
        checkpoint.restore(None).assert_consumed()
    with pytest.raises(ValueError, match="does not appear to be object-based"):
        tf.contrib.checkpoint.object_metadata(_by_name(tmp_path))


def _by_name(folder):
    v = tf.Variable(4.0, name="plain")
    with tf.Session() as sess:
        sess.run(v.initializer)
        return tf.train.Saver([v]).save(sess, str(folder / "named"))


def test_checkpoints_by_name_are_read(graph, tmp_path):
    path = _by_name(tmp_path)
    v = tf.global_variables()[-1]
    with tf.Session() as sess:
        tf.train.Checkpoint(anything=v).restore(path).run_restore_ops()
        assert sess.run(v) == 4.0


def test_managers_keep_the_latest(eager, tmp_path):
    v = tf.contrib.eager.Variable(1.0)
    checkpoint = tf.train.Checkpoint(v=v)
    manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=2)
    assert manager.latest_checkpoint is None
    paths = [manager.save() for _ in range(3)]
    assert manager.checkpoints == paths[1:]
    assert manager.latest_checkpoint == tf.train.latest_checkpoint(str(tmp_path)) == paths[-1]
    assert not tf.train.checkpoint_exists(paths[0])
    other = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=2)
    assert other.checkpoints == paths[1:]
    assert other.save(checkpoint_number=9).endswith("ckpt-9")
    with pytest.raises(ValueError, match="Expected a positive integer or `None` for `max_to_keep`"):
        tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=0)


def test_containers_take_part(eager, tmp_path):
    made = tf.contrib.checkpoint.List([tf.contrib.eager.Variable(1.0)])
    named = tf.contrib.checkpoint.Mapping(a=tf.contrib.eager.Variable(2.0))
    path = tf.train.Checkpoint(made=made, named=named).save(str(tmp_path / "c"))
    keys = [key.partition("/.A")[0] for key in BundleReader(path).names()[1:]]
    assert keys == ["made/0", "named/a", "save_counter"]
    with pytest.raises(ValueError, match="append-only data structure"):
        named["a"] = tf.contrib.eager.Variable(3.0)
    made[0].assign(5.0)
    new = tf.contrib.checkpoint.List()
    tf.train.Checkpoint(made=new).restore(path)
    new.append(tf.contrib.eager.Variable(0.0))
    assert new[0].numpy() == 1.0


def test_what_no_dependency_holds_is_an_attribute_that_is_not_saved(eager):
    class Holder(tf.contrib.checkpoint.Checkpointable):
        pass

    for holder in (Holder(), tf.keras.layers.Dense(1)):
        left_out, saved = tf.Variable(1.0), tf.Variable(2.0)
        holder.left_out = tf.contrib.checkpoint.NoDependency(left_out)
        holder.saved = saved
        assert holder.left_out is left_out
        children = holder._checkpoint_children()
        assert "left_out" not in children and children["saved"] is saved
        holder.left_out = left_out
        assert holder._checkpoint_children()["left_out"] is left_out
