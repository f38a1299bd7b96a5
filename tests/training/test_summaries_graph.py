"""tf.contrib.summary in graphs: the nodes are TensorFlow's, and so are the events they write."""

import json
from pathlib import Path

import pytest

import convflow as tf
from convflow.formats.event import read_events

S = tf.contrib.summary
GOLDEN = Path(__file__).parent.parent / "golden" / "training"


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _program(folder):
    """The program that was recorded: every kind of summary, recorded always, never, and every second step."""
    step = tf.train.get_or_create_global_step()
    writer = S.create_file_writer(str(folder), flush_millis=10000)
    p = tf.placeholder(tf.float32, [])
    with writer.as_default(), S.record_summaries_every_n_global_steps(2):
        with tf.name_scope("sc"):
            first = S.scalar("loss", p)
            S.scalar("lossf", p, family="fam")
        S.histogram("h", tf.stack([p, p + 1]))
        S.image("im", tf.ones([4, 2, 2, 1]) * p)
        S.audio("au", tf.zeros([1, 10]), 100.0, 3)
        S.generic("ge", tf.stack([p, 1.0]))
        with S.never_record_summaries():
            S.scalar("no", p)
            S.should_record_summaries()
    with writer.as_default(), S.always_record_summaries():
        S.scalar("al", p, step=step + 100)
        S.scalar("i", tf.cast(p, tf.int32))
    S.scalar("outside", p)
    return writer, step, p, first


def _events(folder):
    (file,) = Path(folder).glob("events*")
    return list(read_events(file))


def test_the_nodes_are_tensorflows(tmp_path):
    _program(tmp_path)
    graph = tf.get_default_graph()
    recorded = json.loads((GOLDEN / "contrib_summary.json").read_text())
    found = [
        [op.type, op.name, [tensor.name for tensor in op.inputs], [control.name for control in op.control_inputs]]
        for op in graph.get_operations()
    ]
    assert found == recorded["nodes"]
    assert [tensor.name for tensor in S.all_summary_ops()] == recorded["summaries"]
    assert [op.name for op in S.summary_writer_initializer_op()] == recorded["writers"]
    assert tf.summary.all_v2_summary_ops() == S.all_summary_ops()
    assert graph.get_operation_by_name("sc/loss").device == "/device:CPU:0"


def test_the_events_are_tensorflows(tmp_path):
    writer, step, p, first = _program(tmp_path)
    increment = tf.assign_add(step, 1)
    with writer.as_default():
        flush, close = S.flush(), writer.close()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with writer.as_default():
            S.initialize(graph=tf.get_default_graph(), session=session)
        written = []
        for number in range(3):
            written.append(bool(session.run(first, {p: number + 0.5})))
            session.run(S.all_summary_ops(), {p: number + 0.5})
            session.run(increment)
        session.run(flush)
        session.run(close)
    assert written == [True, False, True]
    found, recorded = _events(tmp_path), list(read_events(GOLDEN / "contrib_summary.events"))
    assert found[0].file_version == recorded[0].file_version
    assert tf.GraphDef.FromString(found[1].graph_def).node[0].name == "global_step/Initializer/zeros"
    assert sorted(map(_described, found[2:])) == sorted(map(_described, recorded[1:]))
    assert next(iter(tmp_path.iterdir())).name.endswith(".v2")


def _described(event):
    """An event without its time; pictures only by their size, for encoders differ."""
    event.wall_time = 0
    for value in event.summary.value:
        if value.HasField("image"):
            value.image.encoded_image_string = b""
        assert not value.HasField("metadata")
    return str(event)


def test_a_writer_must_be_initialized(tmp_path):
    # Its nodes: SummaryWriter, CreateSummaryFileWriter, FlushSummaryWriter, CloseSummaryWriter.
    writer = S.create_file_writer(str(tmp_path), name="mine")
    assert writer.init().inputs[0].op.node_def.attr["shared_name"].s == b"mine"
    with writer.as_default(), S.always_record_summaries():
        summary = S.scalar("x", 1.0, step=3)
    close = writer.close()
    with tf.Session() as session:
        with pytest.raises(tf.errors.NotFoundError, match="summary writer mine does not exist: it was not initialized"):
            session.run(summary)
        session.run(writer.init())
        session.run(summary)
        session.run(close)
        with pytest.raises(tf.errors.NotFoundError, match="or was closed"):
            session.run(summary)
    assert [(event.step, value.tag) for event in _events(tmp_path) for value in event.summary.value] == [(3, "x")]


def test_a_session_that_closes_flushes(tmp_path):
    writer = S.create_file_writer(str(tmp_path))
    with writer.as_default(), S.always_record_summaries():
        # Without a step it is the global one, which is made.
        S.scalar("x", 1.0)
    assert tf.train.get_global_step() is not None
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(S.summary_writer_initializer_op())
        session.run(S.all_summary_ops())
    assert [value.tag for event in _events(tmp_path) for value in event.summary.value] == ["x"]


def test_texts_metadata_and_events(tmp_path):
    event = tf.Event(step=5, wall_time=1.0, summary=tf.Summary(value=[tf.Summary.Value(tag="old", simple_value=2.0)]))
    writer = S.create_file_writer(str(tmp_path))
    with writer.as_default(), S.always_record_summaries():
        texts = S.generic("m", tf.constant(["a", "b"]), tf.SummaryMetadata(display_name="shown"), step=2)
        imported = S.import_event(event.SerializeToString())
        assert imported.type == "ImportEvent"
        damaged = S.import_event("no event")
    with tf.Session() as session:
        session.run(writer.init())
        session.run([texts, imported])
        with pytest.raises(tf.errors.InvalidArgumentError, match="8 bytes are no Event"):
            session.run(damaged)
    values = {value.tag: value for event in _events(tmp_path) for value in event.summary.value}
    assert tf.make_ndarray(values["m"].tensor).tolist() == [b"a", b"b"] and values["m"].metadata.display_name == "shown"
    assert values["old"].simple_value == 2.0


def test_without_a_writer():
    assert S.scalar("x", 1.0).type == "NoOp" and S.flush().type == "NoOp" and S.import_event("e").type == "NoOp"
    assert S.create_file_writer(None).close() is None
    with pytest.raises(RuntimeError, match=r"No default tf\.contrib\.summary\.SummaryWriter found"):
        S.initialize(session=tf.Session())
    with pytest.raises(TypeError, match=r"graph\(\) needs a tf.Tensor in a graph"):
        S.graph(tf.GraphDef())


def test_a_session_is_needed(tmp_path):
    with S.create_file_writer(str(tmp_path)).as_default(), pytest.raises(ValueError, match="no default session exists"):
        tf.summary.initialize()


@pytest.mark.parametrize("op_type", ["WriteRawProtoSummary", "WriteGraphSummary"])
def test_raw_nodes(op_type, tmp_path):
    writer = S.create_file_writer(str(tmp_path))
    content = tf.Summary(value=[tf.Summary.Value(tag="raw")]) if op_type == "WriteRawProtoSummary" else tf.GraphDef()
    handle = writer.init().inputs[0]
    node = getattr(tf.raw_ops, op_type)(writer=handle, step=4, tensor=content.SerializeToString())
    with tf.Session() as session:
        session.run(writer.init())
        session.run(node)
    assert _events(tmp_path)[-1].step == 4


def test_a_loop_of_training(tmp_path):
    # As programs of the time have it: a writer, recording every tenth step, all_summary_ops beside the train op.
    step = tf.train.get_or_create_global_step()
    x = tf.get_variable("x", [], initializer=tf.zeros_initializer())
    writer = S.create_file_writer(str(tmp_path))
    with writer.as_default(), S.record_summaries_every_n_global_steps(10):
        loss = tf.square(x - 1.0)
        S.scalar("loss", loss)
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)

        class Initialize(tf.train.SessionRunHook):
            def after_create_session(self, session, coord):
                S.initialize(session=session)

        with tf.train.MonitoredTrainingSession(hooks=[Initialize()]) as session:
            for _ in range(21):
                session.run([train, S.all_summary_ops()])
    steps = [event.step for event in _events(tmp_path) if event.summary.value]
    assert len(steps) >= 2 and all(number % 10 == 0 for number in steps)
