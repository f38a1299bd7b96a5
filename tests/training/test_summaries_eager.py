"""Summaries of eager programs: what is in the file, and when nothing is."""

from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.formats.event import read_events
from convflow.runtime.eager import context

S = tf.contrib.summary


@pytest.fixture
def eager():
    with context.eager_mode():
        yield


def events(folder):
    files = list(Path(folder).glob("events*"))
    assert len(files) == 1
    return [(event.step, value) for event in read_events(files[0]) for value in event.summary.value]


def test_summaries_are_written(eager, tmp_path):
    step = tf.train.get_or_create_global_step()
    step.assign(0)
    writer = S.create_file_writer(str(tmp_path))
    with writer.as_default(), S.always_record_summaries():
        for number in range(2):
            with tf.name_scope("train"):
                S.scalar("loss", 3.0 - number)
            step.assign_add(1)
        S.histogram("h", tf.constant([1.0, 2.0]), step=7)
        S.image("i", tf.constant(np.zeros((1, 2, 2, 1), np.uint8)), max_images=1, family="f")
        S.scalar("in", 1.0, family="f")
    writer.close()
    found = events(tmp_path)
    assert [(at, value.tag) for at, value in found] == [
        (0, "train/loss"), (1, "train/loss"), (7, "h"), (2, "f/f/i/image"), (2, "f/f/in"),
    ]  # fmt: skip
    assert [value.simple_value for _, value in found[:2]] == [3.0, 2.0]
    assert found[2][1].histo.num == 2
    assert next(iter(tmp_path.iterdir())).name.endswith(".v2")


def test_recording_is_off_at_first(eager, tmp_path):
    step = tf.train.get_or_create_global_step()
    writer = S.create_file_writer(str(tmp_path), flush_millis=10)
    S.scalar("nowhere", 1.0)
    with writer.as_default():
        S.scalar("off", 1.0)
        with S.record_summaries_every_n_global_steps(2):
            for number in range(4):
                step.assign(number)
                S.scalar("every", float(number))
            with S.never_record_summaries():
                assert not S.should_record_summaries()
                S.scalar("never", 1.0)
    assert [(at, value.tag) for at, value in events(tmp_path)] == [(0, "every"), (2, "every")]
    writer.close()
    refused = pytest.raises(tf.errors.FailedPreconditionError, match="is closed")
    with writer.as_default(), S.always_record_summaries(), refused:
        S.scalar("late", 1.0, step=1)


def test_no_folder_is_a_writer_that_writes_nothing(eager):
    writer = S.create_file_writer(None)
    with writer.as_default(), S.always_record_summaries():
        S.scalar("nowhere", 1.0)
    writer.set_as_default()
    writer.init()
    writer.flush()
    writer.close()
    assert S.all_summary_ops() is None
    with pytest.raises(RuntimeError, match="only supported in graph mode"):
        S.summary_writer_initializer_op()


def test_tensors_graphs_and_events(eager, tmp_path):
    event = tf.Event(step=5, wall_time=1.0, summary=tf.Summary(value=[tf.Summary.Value(tag="old", simple_value=2.0)]))
    with S.create_file_writer(str(tmp_path)).as_default(), S.always_record_summaries():
        S.generic("t", tf.constant([1.0, 2.0]), step=1)
        S.generic("m", tf.constant(["a"]), tf.SummaryMetadata(display_name="shown"), step=2)
        S.graph(tf.GraphDef(), step=3)
        S.import_event(tf.constant(event.SerializeToString()))
        with pytest.raises(TypeError, match=r"needs a tf.Graph or a GraphDef in eager mode, got 3"):
            S.graph(3)
    found = events(tmp_path)
    assert [(at, value.tag) for at, value in found] == [(1, "t"), (2, "m"), (5, "old")]
    assert tf.make_ndarray(found[0][1].tensor).tolist() == [1.0, 2.0] and found[1][1].metadata.display_name == "shown"
    assert S.eval_dir("m") == "m/eval" and S.eval_dir("m", "x") == "m/eval_x"
