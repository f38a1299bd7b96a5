"""Gradients through loops: of what goes round, of constants, of arrays, nested, in branches, in slices."""


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    any_shape = tf.placeholder(tf.float32, name="any_shape")
    power = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x])
    tf.gradients(power[1], x)
    loose = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * any_shape), [0, any_shape])
    tf.gradients(loose[1], any_shape)
    unused = tf.while_loop(lambda i, a, b: i < n, lambda i, a, b: (i + 1, a * b, b + 1.0), [0, x, x])
    tf.gradients(unused[1], x)
    tf.gradients(tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a * x), [0, x], back_prop=False)[1], x)
    nested(tf, x, n)
    branches(tf, x, n)
    arrays(tf, x, n)
    weights = tf.get_variable("weights", [3], initializer=tf.zeros_initializer())
    swapped = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * weights), [0, x], swap_memory=True)
    tf.train.GradientDescentOptimizer(0.1).minimize(swapped[1])
    table = tf.get_variable("table", [5, 3], initializer=tf.zeros_initializer())
    looked_up = tf.while_loop(
        lambda i, s: i < n, lambda i, s: (i + 1, s + tf.reduce_sum(tf.gather(table, [i, i]))), [0, 0.0]
    )
    tf.gradients(looked_up[1], table)


def nested(tf, x, n):
    def body(i, total):
        _, inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t * x), [0, total])
        return i + 1, tf.sin(inner)

    tf.gradients(tf.while_loop(lambda i, t: i < n, body, [0, x])[1], x)


def branches(tf, x, n):
    def body(i, total):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: total * x, lambda: tf.exp(total))

    tf.gradients(tf.while_loop(lambda i, t: i < n, body, [0, x])[1], x)
    either = tf.cond(n > 0, lambda: tf.while_loop(lambda a: tf.reduce_sum(a) < 9.0, lambda a: a * x, [x]), lambda: x)
    tf.gradients(either, x)


def arrays(tf, x, n):
    array = tf.TensorArray(tf.float32, size=n)
    _, filled = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, x * x)), [0, array])
    tf.gradients(filled.stack(), x)
    rows = tf.TensorArray(tf.float32, size=3).unstack(x)
    total = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + rows.read(i) ** 2), [0, 0.0])
    tf.gradients(total[1], x)
    parts = tf.TensorArray(tf.float32, size=2, infer_shape=False).split(x, [1, 2])
    tf.gradients(parts.concat(), x)
    tf.gradients(tf.TensorArray(tf.float32, size=3).scatter([2, 0, 1], x).gather([0, 1]), x)
