"""Tensors and operations: how they print, what they say, their bytes in a file."""

import numpy as np


def printing(tf, note):
    tensors = (
        tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.int64, name="u"), tf.constant("a", name="s"),
        tf.constant(1.0, name="c"),
    )  # fmt: skip
    for tensor in tensors:
        note(str(tensor), tensor, tensor.op, str(tensor.op), tensor.dtype, tensor.shape, tensor.get_shape())
        note(tensor.name, tensor.value_index, tensor.device, tensor.consumers(), tensor.op is tensor.op)
    note(tf.no_op(name="n"), str(tf.no_op(name="n")))


def as_python_values(tf, note):
    x, u = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.int64, name="u")
    note.tried(lambda: bool(x), lambda: iter(x), lambda: len(x), lambda: list(x), lambda: not x)
    note.tried(lambda: np.array(x), lambda: float(x), lambda: int(x), lambda: x.missing)
    note(x == x, x == u, x != x, {x: 1}[x], x in [u, x], hash(x) == hash(x), x.op == x.op)
    note(tf.is_tensor(x), tf.is_tensor(3), isinstance(x, tf.Tensor), isinstance(x.op, tf.Operation))
    note(x.experimental_ref() == x.experimental_ref(), {x.experimental_ref(): 1}[x.experimental_ref()])
    note(x.experimental_ref().deref() is x)


def static_shapes(tf, note):
    x, u = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.int64, name="u")
    note.tried(lambda: x.set_shape([5, None]), lambda: x.shape, lambda: x.set_shape([4, 3]), lambda: x.shape)
    note.tried(lambda: x.set_shape([1, 2, 3]), lambda: u.set_shape(3), lambda: u, lambda: tf.shape(x).shape)


def operations(tf, note):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    total = tf.add(x, 1.0, name="total")
    after = tf.identity(total)
    note(total.consumers(), x.consumers(), total.op.inputs[0] is x, list(total.op.inputs), len(total.op.inputs))
    note(total.op.outputs, total.op.values(), total.op.type, total.op.op_def.name, total.op.control_inputs)
    note(total.op.graph is tf.get_default_graph(), after.op.device, total.op.colocation_groups())
    note(total.op.outputs[0] is total)
    op = after.op
    op._add_control_input(x.op)
    note([control.name for control in op.control_inputs])
    op._add_control_inputs([x.op, total.op])
    note(sorted(control.name for control in op.control_inputs))


def attributes(tf, note):
    x, text, number = tf.placeholder(tf.float32, [None, 3]), tf.constant("a"), tf.constant(1.0)
    total = tf.add(x, 1.0)
    with tf.colocate_with(total):
        beside = tf.identity(x)
    note.tried(lambda: total.op.get_attr("T"), lambda: total.op.get_attr("nothing"), lambda: x.op.get_attr("shape"))
    note.tried(lambda: x.op.get_attr("dtype"), lambda: text.op.get_attr("value"), lambda: number.op.get_attr("value"))
    note.tried(lambda: beside.op.get_attr("_class"), lambda: total.op.node_def.attr["T"])
    total.op._set_attr("_mine", total.op.node_def.attr["T"])
    note(total.op.get_attr("_mine"))


def _bytes(op):
    return op.node_def.SerializeToString(deterministic=True).hex()


def constants_in_bytes(tf, note):
    made = (
        tf.constant(1.0, name="c1"), tf.constant([1, 2, 3]), tf.constant([[1.5, 2], [3, 4]]), tf.constant(["a", "bb"]),
        tf.constant(True), tf.constant(np.arange(6).reshape(2, 3)), tf.constant(0.0, shape=[3, 4]), tf.zeros([2, 3]),
        tf.constant(np.zeros((2, 0), np.float32)), tf.constant([1, 1, 1, 1]), tf.constant(1 + 2j), tf.ones([3], tf.bool),
        tf.constant(2, tf.uint8), tf.constant([1.5], tf.float16), tf.constant([1.5], tf.bfloat16),
        tf.constant(np.float64(3)), tf.constant([], tf.string), tf.constant("", shape=[2, 2]), tf.zeros([2000]),
    )  # fmt: skip
    for tensor in made:
        note(tensor.name, _bytes(tensor.op))


def nodes_in_bytes(tf, note):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    made = (
        x, tf.placeholder(tf.int32, name="y"), tf.cast(x, tf.int32), tf.identity(x), tf.add(x, x), tf.equal(x, x),
        tf.reduce_sum(x), tf.reduce_sum(x, 1, keepdims=True), tf.argmax(x, 1), tf.reshape(x, [-1]), tf.stack([x, x], 1),
        x[:, 1], tf.placeholder_with_default(1.0, []), tf.zeros_like(x), tf.range(3), tf.tile(x, [1, 2]), tf.nn.relu(x),
    )  # fmt: skip
    for tensor in made:
        note(tensor.name, _bytes(tensor.op))
    with tf.control_dependencies([x]), tf.colocate_with(made[2]), tf.device("/gpu:1"):
        note(_bytes(tf.no_op()))


def graph_def(tf, note):
    tf.add(tf.placeholder(tf.float32, [None, 3], name="x"), 1.0)
    graph = tf.get_default_graph()
    note([node.name for node in graph.as_graph_def().node])
    note(str(graph.as_graph_def(add_shapes=True).node[0]))
