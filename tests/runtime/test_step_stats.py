"""Traced runs: what `RunMetadata` and the timeline tell."""

from __future__ import annotations

import json

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.client import timeline
from convflow.runtime.draft import Draft
from convflow.runtime.step_stats import Labels

FULL_TRACE = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _network():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    w = tf.Variable(tf.ones([4, 3]), name="w")
    y = tf.nn.relu(tf.matmul(x, w, name="product"), name="y")
    loss = tf.reduce_mean(y, name="loss")
    return x, y, loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss)


def _traced(fetches, feeds, options=FULL_TRACE, config=None):
    metadata = tf.RunMetadata()
    with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        session.run(fetches, feeds, options=options, run_metadata=metadata)
    return metadata


def _plain():
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config


def _steps(metadata):
    (device,) = metadata.step_stats.dev_stats
    assert device.device == DEVICE
    return {step.node_name: step for step in device.node_stats}


def test_every_step_has_its_times_and_outputs():
    x, _, loss, train = _network()
    steps = _steps(_traced([loss, train], {x: np.ones((2, 4))}, config=_plain()))
    product = steps["product"]
    assert product.timeline_label == "product = MatMul(x, w/read)"
    assert product.all_start_micros > 0
    assert product.op_end_rel_micros >= product.op_start_rel_micros >= 0
    assert product.all_end_rel_micros >= product.op_end_rel_micros
    (output,) = product.output
    assert output.tensor_description.dtype == tf.float32.as_datatype_enum
    assert [size.size for size in output.tensor_description.shape.dim] == [2, 3]
    assert output.tensor_description.allocation_description.allocated_bytes == 24
    assert [record.alloc_bytes for record in product.memory[0].allocation_records] == [24, -24]
    starts = [step.all_start_micros for step in steps.values()]
    assert starts == sorted(starts)
    assert "GradientDescent/update_w/ApplyGradientDescent" in steps


def test_a_view_takes_no_memory():
    x = tf.placeholder(tf.float32, [2, 6])
    y = tf.reshape(tf.square(x, name="square"), [3, 4], name="view")
    steps = _steps(_traced(y + 1.0, {x: np.ones((2, 6))}, config=_plain()))
    assert [record.alloc_bytes for record in steps["square"].memory[0].allocation_records] == [48, -48]
    assert not steps["view"].memory


def test_rounds_of_a_loop_are_entries_each():
    value = tf.while_loop(lambda i: i < 3, lambda i: tf.add(i, 1, name="next"), [tf.constant(0)])
    (device,) = _traced(value, {}).step_stats.dev_stats
    assert [step.node_name for step in device.node_stats].count("while/next") == 3


def test_what_runs_as_one_is_one_entry_that_names_all():
    x = tf.placeholder(tf.float32, [2], name="x")
    middle = tf.square(x, name="middle")
    end = tf.negative(middle, name="end")
    after = tf.exp(end, name="after")
    draft = Draft([middle.op, end.op, after.op], [x], [after])
    draft.fuse([middle.op, end.op], "Square + Neg", lambda value: -value * value, [x], [end])
    fused, last = draft.nodes("Square + Neg", "Exp")
    labels = Labels(draft.items, draft.source)
    assert labels.label(fused) == "end = Square + Neg(x) [middle, end]"
    assert labels.label(last) == "after = Exp(end)"


def test_without_a_trace_nothing_is_told():
    x, _, loss, _ = _network()
    metadata = _traced(loss, {x: np.ones((2, 4))}, options=None)
    assert metadata == tf.RunMetadata()


def test_metadata_of_a_run_replace_those_of_the_one_before():
    x, _, loss, _ = _network()
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer(), options=FULL_TRACE, run_metadata=metadata)
        session.run(loss, {x: np.ones((2, 4))}, options=FULL_TRACE, run_metadata=metadata)
    assert len(metadata.step_stats.dev_stats) == 1
    assert "loss" in _steps(metadata)


def test_a_traced_callable():
    x, y, _, _ = _network()
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        call = session.make_callable(y, [x], accept_options=True)
        result = call(np.ones((1, 4)), options=FULL_TRACE, run_metadata=metadata)
    np.testing.assert_array_equal(result, [[4, 4, 4]])
    assert "y" in _steps(metadata)


def test_the_nodes_that_ran():
    x, y, _, _ = _network()
    options = tf.RunOptions(output_partition_graphs=True)
    (graph,) = _traced(tf.identity(y, name="out"), {y: np.ones((2, 3))}, options=options).partition_graphs
    assert [(node.name, node.op, node.device) for node in graph.node] == [
        ("y", "Placeholder", DEVICE),
        ("out", "Identity", DEVICE),
    ]
    (graph,) = _traced(y, {x: np.ones((2, 4))}, options=options).partition_graphs
    with tf.Graph().as_default():
        tf.import_graph_def(graph)


def test_costs_are_told_where_the_configuration_asks():
    x, y, _, _ = _network()
    config = tf.ConfigProto()
    config.graph_options.build_cost_model = 1
    nodes = {node.name: node for node in _traced(y, {x: np.ones((2, 4))}, config=config).cost_graph.node}
    assert nodes["y"].output_info[0].size == 24
    assert not _traced(y, {x: np.ones((2, 4))}).HasField("cost_graph")


def test_a_failing_traced_run_names_the_node():
    x = tf.placeholder(tf.float32, [None])
    y = tf.add(x, tf.ones([3]), name="sum")
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="sum"):
        session.run(y, {x: [1.0, 2.0]}, options=FULL_TRACE, run_metadata=tf.RunMetadata())


@pytest.mark.parametrize("argument", ["options", "run_metadata"])
def test_other_messages_are_refused(argument):
    with tf.Session() as session, pytest.raises(TypeError, match=f"{argument} must be a tf.Run"):
        tf.constant(1.0)
        session.run(session.graph.get_operations()[0], **{argument: tf.ConfigProto()})


def _events(metadata, **arguments):
    text = timeline.Timeline(metadata.step_stats).generate_chrome_trace_format(**arguments)
    return json.loads(text)["traceEvents"]


def test_the_timeline_is_what_chrome_reads():
    x, _, loss, train = _network()
    metadata = _traced([loss, train], {x: np.ones((2, 4))}, config=_plain())
    events = _events(metadata)
    assert events[:3] == [
        {"name": "process_name", "ph": "M", "pid": 0, "args": {"name": "Allocators"}},
        {"name": "process_name", "ph": "M", "pid": 1, "args": {"name": f"{DEVICE} Compute"}},
        {"name": "process_name", "ph": "M", "pid": 2, "args": {"name": f"{DEVICE} Tensors"}},
    ]
    product = next(event for event in events if event.get("args", {}).get("name") == "product")
    assert {**product, "ts": 0, "dur": 0} == {
        "ph": "X", "cat": "Op", "name": "MatMul", "pid": 1, "tid": 0, "ts": 0, "dur": 0,
        "args": {"name": "product", "op": "MatMul", "input0": "x", "input1": "w/read"},
    }  # fmt: skip
    arrows = [event for event in events if event["ph"] in "st"]
    assert arrows
    for start, end in zip(arrows[::2], arrows[1::2], strict=True):
        assert (start["ph"], end["ph"]) == ("s", "t")
        assert start["id"] == end["id"]
        assert start["cat"] == "DataFlow"
        assert start["ts"] <= end["ts"]
    assert not [event for event in _events(metadata, show_dataflow=False) if event["ph"] in "st"]


def test_the_timeline_shows_memory():
    x, _, loss, train = _network()
    metadata = _traced([loss, train], {x: np.ones((2, 4))}, config=_plain())
    assert {event["ph"] for event in _events(metadata, show_memory=True)} == set("MNODXstC")
    analysis = timeline.Timeline(metadata.step_stats).analyze_step_stats()
    maximum = analysis.allocator_maximums["cpu"]
    assert maximum.num_bytes >= 48
    assert maximum.tensors
    assert json.loads(analysis.chrome_trace.format_to_string())["traceEvents"]


def test_steps_at_the_same_time_have_rows_of_their_own():
    stats = tf.RunMetadata().step_stats
    device = stats.dev_stats.add(device="d")
    for name, start in (("a", 0), ("b", 5), ("c", 10)):
        device.node_stats.add(
            node_name=name, timeline_label=f"{name} = Op()", all_start_micros=start, all_end_rel_micros=10
        )
    text = timeline.Timeline(stats).generate_chrome_trace_format()
    assert [event["tid"] for event in json.loads(text)["traceEvents"] if event["ph"] == "X"] == [0, 1, 0]


def test_a_timeline_of_something_else_is_refused():
    with pytest.raises(TypeError, match="pass run_metadata"):
        timeline.Timeline(tf.RunMetadata())
    with pytest.raises(ValueError, match="op_time is 'wall', expected one of schedule, gpu, all"):
        timeline.Timeline(tf.RunMetadata().step_stats).generate_chrome_trace_format(op_time="wall")


def test_a_traced_run_goes_into_an_event_file(tmp_path):
    x, y, _, _ = _network()
    metadata = _traced(y, {x: np.ones((2, 4))})
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        writer.add_run_metadata(metadata, "step 1", 1)
    (path,) = tmp_path.iterdir()
    (tagged,) = [event.tagged_run_metadata for event in tf.train.summary_iterator(str(path)) if event.step == 1]
    assert tf.RunMetadata.FromString(tagged.run_metadata) == metadata


def test_the_profiler_hook_writes_timelines(tmp_path):
    weight = tf.Variable(1.0)
    step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(weight), step)
    hook = tf.train.ProfilerHook(save_steps=3, output_dir=str(tmp_path))
    with tf.train.SingularMonitoredSession(hooks=[hook]) as session:
        for _ in range(9):
            session.run(train)
    names = [f"timeline-{number}.json" for number in (3, 6, 9)]
    assert sorted(path.name for path in tmp_path.glob("timeline*")) == names
    for name in names:
        assert json.loads((tmp_path / name).read_text())["traceEvents"]
    with pytest.raises(ValueError, match="Can not provide both"):
        tf.train.ProfilerHook(save_steps=1, save_secs=1, output_dir=str(tmp_path))
