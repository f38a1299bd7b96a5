"""`convflow.explain`: plans in words and numbers."""

from __future__ import annotations

import io

import numpy as np
import pytest
import rich.console

import convflow as tf
from convflow.runtime import costs
from convflow.runtime.explain import quantity


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _steps(explanation):
    return {step.names[-1]: step for step in explanation.steps}


def _network(batch=2):
    x = tf.placeholder(tf.float32, [batch, 8, 8, 3], name="x")
    kernel = tf.Variable(tf.ones([3, 3, 3, 4]), name="kernel")
    y = tf.nn.conv2d(x, kernel, strides=1, padding="SAME", name="convolved")
    flat = tf.reshape(tf.tanh(y, name="bent"), [-1, 256], name="flat")
    return x, kernel, tf.matmul(flat, tf.ones([256, 5]), name="product")


def test_static_shapes_tell_operations_and_bytes():
    _network()
    explanation = tf.explain("product:0")
    steps = _steps(explanation)
    assert steps["convolved"].flops == 2 * (2 * 8 * 8 * 4) * (3 * 3 * 3)
    assert steps["convolved"].bytes == 4 * (2 * 8 * 8 * 3 + 3 * 3 * 3 * 4 + 2 * 8 * 8 * 4)
    assert steps["convolved"].outputs == ("float32[2,8,8,4]",)
    assert steps["product"].flops == 2 * 2 * 5 * 256
    assert steps["flat"].bytes == 0
    assert explanation.flops == sum(step.flops or 0 for step in explanation.steps)
    assert explanation.is_complete
    assert not explanation.was_run


def test_memory_rises_and_falls_with_what_is_read_no_more():
    x = tf.placeholder(tf.float32, [100], name="x")
    tf.square(tf.sin(tf.concat([x, x], 0, name="a"), name="b"), name="c")
    with tf.Session(config=_plain()):
        steps = _steps(tf.explain("c:0"))
    assert [steps[name].memory for name in "abc"] == [800, 1600, 1600]
    assert steps["b"].releases == ("a:0",)
    # What looks at memory keeps it.
    tf.square(tf.reshape(tf.get_default_graph().get_tensor_by_name("b:0"), [20, 10], name="view"), name="d")
    with tf.Session(config=_plain()):
        steps = _steps(tf.explain("d:0"))
    assert [steps[name].memory for name in ("a", "b", "view", "d")] == [800, 1600, 800, 1600]


def _plain():
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config


def test_unknown_sizes_are_told_as_such_until_there_is_a_feed():
    x, _, product = _network(batch=None)
    explanation = tf.explain(product)
    steps = _steps(explanation)
    assert steps["convolved"].flops is None
    assert steps["convolved"].outputs == ("float32[?,8,8,4]",)
    assert not explanation.is_complete
    assert "at least" in str(explanation)
    assert "? : depends on sizes" in str(explanation)
    run = tf.explain(product, {x: np.ones((3, 8, 8, 3))})
    steps = _steps(run)
    assert run.was_run
    assert run.is_complete
    assert steps["convolved"].flops == 2 * (3 * 8 * 8 * 4) * (3 * 3 * 3)
    assert steps["convolved"].outputs == ("float32[3,8,8,4]",)
    assert steps["convolved"].memory == 4 * 3 * 8 * 8 * 4


def test_a_run_and_static_shapes_agree():
    x, _, product = _network()
    static = tf.explain(product)
    run = tf.explain(product, {x: np.ones((2, 8, 8, 3))})
    assert (static.flops, static.bytes) == (run.flops, run.bytes)
    # Which values are written over shows in a run.
    assert static.peak_memory >= run.peak_memory > 0


def test_explaining_leaves_variables_alone():
    x, kernel, product = _network()
    loss = tf.reduce_sum(product)
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(kernel.assign(kernel * 2.0))
        explanation = tf.explain({"train": train, "losses": [loss]}, {x: np.ones((2, 8, 8, 3))})
        np.testing.assert_array_equal(session.run(kernel), np.full((3, 3, 3, 4), 2.0))
    assert any("Conv2DBackpropFilter" in step.title for step in explanation.steps)


@pytest.mark.parametrize("rewrites", [True, False])
def test_fused_steps_name_their_members_and_rewrites_are_counted(rewrites):
    x = tf.placeholder(tf.float32, [2, 8, 8, 3], name="x")
    y = tf.nn.bias_add(x, tf.ones([3]), name="shifted")
    tf.identity(tf.nn.max_pool(tf.nn.relu(y, name="clipped"), 2, 2, "SAME", name="pooled"), name="named")
    with tf.Session(config=None if rewrites else _plain()):
        explanation = tf.explain("named:0")
    titles = [step.title for step in explanation.steps]
    if rewrites:
        (step,) = explanation.steps
        assert step.title == "BiasAdd + Relu + MaxPool"
        assert step.names == ("shifted", "clipped", "pooled")
        assert step.flops == 2 * (2 * 8 * 8 * 3) + 2 * 4 * 4 * 3 * 4
        assert explanation.rewrites["pool_first"] == 3
        assert "pool_first 3" in explanation.summary()
    else:
        assert titles == ["BiasAdd", "Relu", "MaxPool", "Identity"]
        assert explanation.rewrites == {}


def test_a_loop_is_one_step_that_a_run_looks_into():
    x = tf.placeholder(tf.float32, [3, 3], name="x")
    y = tf.while_loop(lambda i, _: i < 4, lambda i, y: [i + 1, tf.matmul(y, y)], [tf.constant(0), x])[1]
    (loop,) = [step for step in tf.explain(y).steps if step.title == "Loop"]
    assert loop.flops is None
    (loop,) = [step for step in tf.explain(y, {x: np.eye(3)}).steps if step.title == "Loop"]
    assert loop.flops is not None
    assert loop.flops >= 4 * 2 * 27


def test_both_forms_of_print_show_the_same():
    x, _, product = _network()
    explanation = tf.explain([product], {x: np.ones((2, 8, 8, 3))})
    text = str(explanation)
    file = io.StringIO()
    console = rich.console.Console(file=file, width=200)
    console.print(explanation)
    table = file.getvalue()
    for part in ("convolved", "float32[2,8,8,4]", "27.6 k", "steps of", "peak memory"):
        assert part in text
        assert part in table


def test_what_cannot_be_fetched_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        tf.explain("nowhere:0", graph=tf.Graph())


@pytest.mark.parametrize(
    ("number", "base", "text"),
    [(None, 1000, "?"), (0, 1000, "0 "), (9999, 1000, "9999 "), (1500000, 1000, "1500 k"), (15_500_000, 1000, "15.5 M"),
     (3 * 2**30, 1024, "3072 Mi"), (10**18, 1000, "1000000 T")],
)  # fmt: skip
def test_numbers_for_people(number, base, text):
    assert quantity(number, base) == text


def test_derivatives_of_a_convolution_cost_what_it_costs():
    x = tf.placeholder(tf.float32, [2, 9, 9, 4])
    kernel = tf.placeholder(tf.float32, [3, 3, 2, 6])
    y = tf.nn.conv2d(x, kernel, strides=2, padding="VALID")
    ops = [y.op, *(gradient.op for gradient in tf.gradients(y, [x, kernel]))]
    assert [op.type for op in ops] == ["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"]
    shapes = [[tuple(t.shape.as_list()) for t in tensors] for op in ops for tensors in (op.inputs, op.outputs)]
    flops = [costs.operations(op, shapes[2 * i], shapes[2 * i + 1]) for i, op in enumerate(ops)]
    assert flops == [2 * (2 * 4 * 4 * 6) * (3 * 3 * 2)] * 3


def test_a_line_names_a_few_of_many_nodes():
    x = tf.placeholder(tf.float32, [2])
    weights = [tf.get_variable(f"weight_{index}", [2]) for index in range(6)]
    step = tf.train.AdamOptimizer().minimize(tf.reduce_sum(x * tf.add_n(weights)))
    plan = tf.explain(step)
    (adam,) = [each for each in plan.steps if each.title == "6 x ApplyAdam"]
    assert len(adam.names) == 6
    line = next(line for line in str(plan).splitlines() if line.startswith("6 x ApplyAdam"))
    assert adam.names[0] in line
    assert adam.names[-1] not in line
    assert "... (6)" in line
