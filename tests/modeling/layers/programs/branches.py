"""tf.cond: nested, with variables, assignments and operations, and the gradients of all that."""


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    q = tf.placeholder(tf.bool, [], name="q")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    v = tf.get_variable("v", [3])
    a = tf.cond(p, lambda: x, lambda: 2.0 * x)
    b = tf.cond(p, lambda: (x + 1, tf.constant(1)), lambda: (v, 2), name="two")
    c = tf.cond(p, lambda: tf.cond(q, lambda: x * 3, lambda: a), lambda: v * x, name="nest")
    tf.cond(p, lambda: tf.assign(v, x[0]), lambda: v.assign_add(x[0]), name="upd")
    tf.cond(p, lambda: tf.no_op(), lambda: tf.group(v.assign(x[0])), name="ops")
    with tf.control_dependencies([b[0]]):
        tf.cond(q, lambda: tf.constant(1.0), lambda: [tf.constant(3.0)], name="k")
    tf.cond(q, lambda: {"a": x}, lambda: {"a": x * 2}, name="dd", strict=True)

    def g():
        with tf.variable_scope("in"):
            w = tf.get_variable("w", [3])
        return w * x

    tf.cond(q, g, lambda: x)

    def g():
        with tf.control_dependencies([x]):
            z = tf.constant(5.0)
        with tf.control_dependencies(None):
            y = tf.constant(7.0)
        return z + y

    tf.cond(q, g, lambda: 1.0, name="cd")
    tf.cond(v[0] > 0, lambda: [x, [x + 1]], lambda: [x, [x]], name="vv", strict=True)
    y = tf.layers.dense(x, 3)
    y = tf.layers.dropout(y, training=p)
    y = tf.layers.dropout(y, training=p, name="dr", seed=5)
    y = tf.layers.dropout(y, 0.3, noise_shape=(None, 1), training=q)
    y = tf.layers.dense(y, 2, tf.nn.relu)
    tf.gradients(y, tf.trainable_variables())
    tf.gradients(c, [x, v])
