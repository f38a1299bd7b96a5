import re
import socket
import time

import pytest
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import event_pb2, summary_pb2

from convflow.core import errors
from convflow.formats import event, tfrecord


def scalar_event(step, value):
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="loss", simple_value=value)])
    return event_pb2.Event(wall_time=1.5, step=step, summary=summary)


def test_events_come_back_after_the_version(tmp_path):
    writer = event.EventsWriter(tmp_path / "logs" / "run" / "events")
    writer.write_event(scalar_event(3, 0.5))
    writer.close()
    first, second = event.read_events(writer.file_name)
    assert first.file_version == "brain.Event:2"
    assert abs(first.wall_time - time.time()) < 3600
    assert second == scalar_event(3, 0.5)


def test_the_file_is_named_as_tensorflow_names_it(tmp_path):
    with_suffix = event.EventsWriter(tmp_path / "events", ".v2")
    with_suffix.close()
    name = with_suffix.file_name.removeprefix(f"{tmp_path}/")
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\." + re.escape(socket.gethostname()) + r"\.v2", name)


def test_tensorboard_reads_the_file(tmp_path):
    writer = event.EventsWriter(tmp_path / "events")
    writer.write_event(scalar_event(3, 0.5))
    writer.flush()
    loaded = list(event_file_loader.EventFileLoader(writer.file_name).Load())
    assert [e.step for e in loaded] == [0, 3]
    assert loaded[1].summary.value[0].tag == "loss"
    writer.close()


def test_tensorflows_file_is_read(golden_folder):
    events = list(event.read_events(golden_folder / "events.out.tfevents"))
    assert events[0].file_version == "brain.Event:2"
    assert [(e.step, e.summary.value[0].simple_value) for e in events[1:]] == [(7, 0.5), (8, 0.25)]


def test_two_writers_of_one_second_keep_both_their_events(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1234567890.5)
    for step in (1, 2):
        writer = event.EventsWriter(tmp_path / "events")
        writer.write_event(scalar_event(step, 0.0))
        writer.close()
    assert [e.step for e in event.read_events(writer.file_name)] == [0, 1, 0, 2]


def test_writing_after_closing(tmp_path):
    writer = event.EventsWriter(tmp_path / "events")
    writer.close()
    writer.close()
    with pytest.raises(errors.FailedPreconditionError, match="is closed, so the event at step 4 cannot"):
        writer.write_event(scalar_event(4, 0.0))


def test_a_missing_file(tmp_path):
    with pytest.raises(errors.NotFoundError, match=r"none; No such file.*read the event file"):
        next(event.read_events(tmp_path / "none"))


def test_a_record_that_is_no_event(tmp_path):
    path = tmp_path / "x"
    with open(path, "wb") as file:
        tfrecord.RecordWriter(file).write(b"\xff\xff")
    with pytest.raises(errors.DataLossError, match=r"Record 0 of .*/x is no Event message"):
        list(event.read_events(path))
