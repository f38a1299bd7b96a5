"""tf.gradients: values, and the nodes it makes for typical programs."""

import numpy as np


def _given(tf, note, ys, xs, feed=None, **kwargs):
    try:
        grads = tf.gradients(ys, xs, **kwargs)
    except Exception as error:
        note(f"raises {type(error).__name__}")
        return None
    session = tf.Session()
    session.run(tf.variables_initializer(tf.global_variables(), name="init"))
    values = [None if grad is None else session.run(grad, feed) for grad in grads]
    note([None if value is None else np.round(np.asarray(value, np.float64), 3).tolist() for value in values])
    return grads


def variants(tf, note):
    x, w = tf.constant([1.0, 2.0, 3.0], name="x"), tf.Variable([2.0, 2.0, 2.0], name="w")
    y = tf.multiply(x, w, name="y")
    z = tf.reduce_sum(y * y + x, name="z")
    for ys, xs in (
        (z, [x, w]), (y, x), ([y, z], [x, w, y]), (z, [tf.constant(1.0)]), (z, y), (z, z), (x, x), (x, [x, x]),
        (z, [w, w.value()]), (tf.stop_gradient(y) * x, [x, w]), ([], x), (x, []), (3.0, x),
    ):  # fmt: skip
        _given(tf, note, ys, xs)
    _given(tf, note, y, w, grad_ys=tf.constant([1.0, 0.0, 2.0]))
    _given(tf, note, y, w, grad_ys=[[1.0, 0.0, 2.0]])
    _given(tf, note, [y, z], w, grad_ys=[None, tf.constant(3.0)])
    _given(tf, note, z, [x, w], stop_gradients=[y])
    _given(tf, note, z, [x, w], stop_gradients=y)
    _given(tf, note, z, x, name="named")
    _given(tf, note, z, [x], colocate_gradients_with_ops=True)
    _given(tf, note, z, [x], gate_gradients=True)
    _given(tf, note, z, x, unconnected_gradients="zero")
    _given(tf, note, z, tf.constant([5.0, 5.0]), unconnected_gradients="zero")
    note.nodes(tf.get_default_graph())


def without_a_way(tf, note):
    x, i = tf.constant([1.0, 2.0]), tf.constant([1, 2])
    integers = tf.cast(x, tf.int32)
    for ys, xs in (
        (i, x), (x, i), (integers, x), (tf.cast(integers, tf.float32), x), (x * tf.cast(i, tf.float32), i),
        (tf.argmax(x), x), (tf.floor(x) * x, x), (tf.sign(x) * x, x), (tf.equal(x, x), x), (tf.constant("a"), x), ("a", x),
    ):  # fmt: skip
        _given(tf, note, ys, xs)
    _given(tf, note, x, x, grad_ys=[1.0, 2.0])
    _given(tf, note, x * 2.0, x, grad_ys=[[1.0, 2.0, 3.0]])
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    _given(tf, note, foreign, x)
    _given(tf, note, x, foreign)


def fan_out(tf, note):
    x = tf.constant(2.0, name="x")
    a, b, c = x * 3.0, x * x, -x
    total = a + b + c + x
    _given(tf, note, total, x)
    _given(tf, note, [a, b, c], [x])
    first = tf.gradients(total, x)[0]
    second = tf.gradients(first, x)[0]
    _given(tf, note, second, x)
    note.nodes(tf.get_default_graph())


def second_order(tf, note):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w, b = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w"), tf.Variable([1.0, 1.0], name="b")
    loss = tf.reduce_mean(tf.square(tf.nn.sigmoid(tf.matmul(x, w) + b)))
    feed = {x: [[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]]}
    first = _given(tf, note, loss, [w, b, x], feed)
    _given(tf, note, tf.reduce_sum(first[0] * first[0]), [w, b, x], feed)
    _given(tf, note, tf.gradients(tf.reduce_sum(first[2]), w), w, feed)


def several_outputs(tf, note):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]], name="x")
    a, b = tf.unstack(x)
    doubled, stacked = tf.concat([x, x * 2.0], 0), tf.stack([x, x])
    left, right = tf.split(x, 2, 1)
    for y in (a, a * b, left, left * right + right, doubled * doubled, stacked * stacked, x[0], x[:, 1] * x[:, 0]):
        _given(tf, note, y, x)
    for y in (tf.reshape(x, [4]) * tf.constant([1.0, 2.0, 3.0, 4.0]), tf.reduce_max(x, 1), tf.tile(x, [1, 2])):
        _given(tf, note, y, x)


def variables(tf, note):
    x, v = tf.constant([1.0, 2.0]), tf.Variable(1.0, name="v")
    for y in (v + 1.0, v.read_value() * 2.0, tf.identity(v) * v, v.value(), v):
        _given(tf, note, y, v)
    _given(tf, note, v.assign_add(x[0]), x)


def overrides(tf, note):
    @tf.RegisterGradient("BehaviourTimesTen")
    def _times_ten(op, grad):
        return grad * 10.0

    @tf.RegisterGradient("BehaviourNone")
    def _none(op, grad):
        return None

    @tf.RegisterGradient("BehaviourTwo")
    def _two(op, grad):
        return grad, grad

    graph, x = tf.get_default_graph(), tf.constant([1.0, -2.0], name="x")
    mapped = {"Relu": "BehaviourTimesTen", "Identity": "BehaviourNone", "Square": "BehaviourTwo"}
    with graph.gradient_override_map(mapped):
        made = [tf.nn.relu(x), tf.identity(x), tf.square(x)]
        with graph.gradient_override_map({"Relu": "BehaviourMissing"}):
            made.append(tf.nn.relu(x))
        made.append(tf.nn.relu(x))
    made.append(tf.nn.relu(x))
    for y in made:
        _given(tf, note, y, x)
    note(made[0].op.get_attr("_gradient_op_type"))
    note.tried(lambda: tf.RegisterGradient("BehaviourTwo")(_two), lambda: tf.RegisterGradient(3))
    note.tried(lambda: tf.RegisterGradient("Relu")(_two), lambda: tf.NotDifferentiable("Relu"))
    note.tried(lambda: tf.NotDifferentiable(3), lambda: graph.gradient_override_map("x").__enter__())
    note.tried(lambda: graph.gradient_override_map({"Relu": 3}).__enter__())
