from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import config_pb2, event_pb2, graph_pb2, meta_graph_pb2, summary_pb2

from convflow.core import dtypes
from convflow.formats.event import read_events
from convflow.graph.graph import Graph
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session
from convflow.training import summaries
from convflow.training.writer import FileWriter, FileWriterCache


def events_in(folder: Path) -> list[Any]:
    return [event for path in sorted(folder.iterdir()) for event in read_events(path)]


def kinds_in(folder: Path) -> list[str]:
    return [event.WhichOneof("what") for event in events_in(folder)]


def scalar_summary(tag: str = "loss", value: float = 1.0, display_name: str = "") -> Any:
    summary = summary_pb2.Summary()
    entry = summary.value.add(tag=tag, simple_value=value)
    if display_name:
        entry.metadata.display_name = display_name
    return summary


def test_tensorboard_shows_all_kinds(session: Session, tmp_path: Path) -> None:
    loss = placeholder(dtypes.float32, [], name="loss_value")
    summaries.scalar("loss", loss)
    summaries.histogram("weights", constant([[1.0, -2.0], [3.0, 4.0]]))
    summaries.image("digits", constant(np.zeros([4, 6, 5, 1], np.uint8)), max_outputs=2)
    summaries.text("note", constant("hello"))
    merged = summaries.merge_all()
    with FileWriter(tmp_path, session.graph) as writer:
        for step in range(3):
            writer.add_summary(session.run(merged, {loss: 10.0 - step}), step)
    shown = EventAccumulator(str(tmp_path)).Reload()
    assert [(event.step, event.value) for event in shown.Scalars("loss")] == [(0, 10.0), (1, 9.0), (2, 8.0)]
    histogram = shown.Histograms("weights")[0].histogram_value
    assert (histogram.num, histogram.min, histogram.max, histogram.sum) == (4.0, -2.0, 4.0, 6.0)
    picture = shown.Images("digits/image/1")[0]
    assert (picture.width, picture.height) == (5, 6)
    assert picture.encoded_image_string.startswith(b"\x89PNG")
    assert shown.Tensors("note")[0].tensor_proto.string_val[0] == b"hello"
    names = [node.name for node in shown.Graph().node]
    assert names == [op.name for op in session.graph.get_operations()]
    assert len(shown.MetaGraph().graph_def.node) == len(names)


def test_the_graph_is_written_with_its_shapes(graph: Graph, tmp_path: Path) -> None:
    placeholder(dtypes.float32, [None, 3], name="x")
    FileWriter(tmp_path, graph).close()
    assert kinds_in(tmp_path) == ["file_version", "graph_def", "meta_graph_def"]
    node = graph_pb2.GraphDef.FromString(events_in(tmp_path)[1].graph_def).node[0]
    assert [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim] == [-1, 3]


def test_without_a_graph_there_is_none(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path, filename_suffix=".train")
    writer.close()
    assert kinds_in(tmp_path) == ["file_version"]
    assert next(tmp_path.iterdir()).name.endswith(".train")
    assert writer.get_logdir() == str(tmp_path)


@pytest.mark.parametrize("as_bytes", [False, True])
def test_summaries_have_a_step_and_a_time(as_bytes: bool, tmp_path: Path) -> None:
    with FileWriter(tmp_path) as writer:
        summary = scalar_summary()
        writer.add_summary(summary.SerializeToString() if as_bytes else summary, np.int64(7))
        writer.add_summary(scalar_summary())
    first, second = events_in(tmp_path)[1:]
    assert (first.step, second.step) == (7, 0)
    assert first.wall_time > 1.5e9
    assert first.summary == scalar_summary()


def test_metadata_are_written_once_for_a_tag(tmp_path: Path) -> None:
    with FileWriter(tmp_path) as writer:
        for tag in ("a", "a", "b"):
            writer.add_summary(scalar_summary(tag, display_name="shown"))
    values = [event.summary.value[0] for event in events_in(tmp_path)[1:]]
    assert [value.HasField("metadata") for value in values] == [True, False, True]


def test_other_kinds_of_events(tmp_path: Path) -> None:
    with FileWriter(tmp_path) as writer:
        writer.add_session_log(event_pb2.SessionLog(status=event_pb2.SessionLog.START), 1)
        writer.add_run_metadata(config_pb2.RunMetadata(), "run", 2)
        writer.add_meta_graph(meta_graph_pb2.MetaGraphDef(), 3)
        writer.add_graph(graph_def=graph_pb2.GraphDef())
        writer.add_event(event_pb2.Event(step=9))
        with pytest.raises(ValueError, match="The provided tag was already used for this event type: 'run'"):
            writer.add_run_metadata(config_pb2.RunMetadata(), "run")
    events = events_in(tmp_path)[1:]
    kinds = ["session_log", "tagged_run_metadata", "meta_graph_def", "graph_def", None]
    assert [event.WhichOneof("what") for event in events] == kinds
    assert [event.step for event in events] == [1, 2, 3, 0, 9]


def test_the_first_event_shows_at_once_the_others_when_enough_wait(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path, max_queue=3, flush_secs=1000)
    shown = []
    for step in range(5):
        writer.add_summary(scalar_summary(), step)
        shown.append(len(events_in(tmp_path)) - 1)
    assert shown == [1, 1, 1, 4, 4]
    writer.flush()
    assert len(events_in(tmp_path)) - 1 == 5
    writer.close()


def test_after_closing_nothing_is_written_until_reopened(tmp_path: Path) -> None:
    writer = FileWriter(tmp_path)
    writer.close()
    writer.close()
    writer.flush()
    with pytest.warns(UserWarning, match="Attempting to use a closed FileWriter"):
        writer.add_summary(scalar_summary())
    writer.reopen()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        writer.add_summary(scalar_summary())
    writer.close()
    assert kinds_in(tmp_path).count("summary") == 1


def test_one_writer_for_each_folder(graph: Graph, tmp_path: Path) -> None:
    first = FileWriterCache.get(str(tmp_path / "a"))
    assert FileWriterCache.get(str(tmp_path / "a")) is first
    assert FileWriterCache.get(str(tmp_path / "b")) is not first
    FileWriterCache.clear()
    with pytest.warns(UserWarning, match="closed FileWriter"):
        first.add_summary(scalar_summary())


def test_refusals(graph: Graph, tmp_path: Path) -> None:
    with FileWriter(tmp_path) as writer:
        with pytest.raises(TypeError, match="must be an instance of `Graph` or the deprecated `GraphDef`, got 'x'"):
            writer.add_graph("x")
        with pytest.raises(ValueError, match="Please pass only graph, or graph_def"):
            writer.add_graph(graph, graph_def=graph_pb2.GraphDef())
        with pytest.raises(TypeError, match="must be type MetaGraphDef, saw type: <class 'int'>"):
            writer.add_meta_graph(3)
    with pytest.raises(NotImplementedError, match="Leave session out"):
        FileWriter(tmp_path, session=Session())
