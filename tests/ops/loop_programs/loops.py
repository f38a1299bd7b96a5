"""Loops: plain, nested, with branches, arrays and variables inside, shapes that change; and their gradients."""


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    tf.while_loop(lambda i: i < 10, lambda i: i + 1, [0])
    tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a + x), [tf.constant(0), x], name="named")
    tf.while_loop(lambda a: True, lambda a: a * 2.0, [x], maximum_iterations=5, parallel_iterations=1)
    tf.while_loop(lambda i, v: i < n, lambda i, v: [i + 1, [v[0], v[1] + 1.0]], [0, [x, x]], swap_memory=True)
    tf.while_loop(
        lambda i, a: i < n,
        lambda i, a: [i + 1, tf.concat([a, x], 0)],
        [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
        maximum_iterations=n,
    )
    nested(tf, x, n)
    branches(tf, x, n)
    arrays(tf, x, n)
    variables(tf, x, n)


def nested(tf, x, n):
    def body(i, total):
        _, inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t * x), [0, total])
        return i + 1, inner

    with tf.name_scope("outer"):
        tf.while_loop(lambda i, t: i < n, body, [0, x])


def branches(tf, x, n):
    def body(i, total):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: total + x, lambda: total - tf.ones([3]))

    tf.while_loop(lambda i, t: i < n, body, [0, tf.zeros([3])])
    tf.cond(n > 0, lambda: tf.while_loop(lambda a: tf.reduce_sum(a) < 9.0, lambda a: a + x, [x]), lambda: x)


def arrays(tf, x, n):
    array = tf.TensorArray(tf.float32, size=4, name="array")
    _, filled = tf.while_loop(lambda i, a: i < 4, lambda i, a: (i + 1, a.write(i, x)), [0, array])
    filled.stack()
    filled.gather([0, 2])
    filled.concat()
    filled.size()
    filled.close()
    rows = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False, element_shape=[])
    rows = rows.unstack(x)
    rows.stack()
    tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + rows.read(i)), [0, 0.0])
    tf.TensorArray(tf.float32, size=2, infer_shape=False).split(x, [1, 2]).concat()
    tf.TensorArray(tf.float32, size=n).scatter([0, 1, 2], x).identity().stack()


def variables(tf, x, n):
    weights = tf.get_variable("weights", [3], initializer=tf.zeros_initializer())
    count = tf.get_variable("count", [], tf.int32, initializer=tf.zeros_initializer(), trainable=False)
    with tf.control_dependencies([count.assign(1)]):
        tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * weights), [0, x])

    def counted(i):
        with tf.control_dependencies([tf.assign_add(count, 1)]):
            return i + tf.identity(1)

    tf.while_loop(lambda i: i < n, counted, [0])
