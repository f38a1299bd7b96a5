"""What waits for what: groups across devices, tuples of tensors, slices and operations, cases, branches."""


def build(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    with tf.device("/cpu:0"):
        first, third = tf.square(x, name="first"), tf.no_op("third")
    with tf.device("/cpu:1"):
        second = tf.square(x, name="second")
    tf.group(first, third)
    tf.group(first, second, third, name="devices")
    tf.group(first, [second, {"a": third}], x)
    tf.group()
    tf.group(name="nothing")
    variable = tf.get_variable("variable", [3], initializer=tf.zeros_initializer())
    tf.group(variable, variable.assign(x), name="assigned")
    slices = tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0]), tf.constant([3, 2]))
    tf.group(slices, name="sliced")
    tf.tuple([first, None, slices, second])
    tf.tuple([x], control_inputs=[third, first], name="gated")
    choose(tf, x)


def choose(tf, x):
    total = tf.reduce_sum(x)
    pairs = [(total < 1.0, lambda: x), (total < 2.0, lambda: x + 1.0), (total < 3.0, lambda: x * 2.0)]
    tf.case(pairs, default=lambda: x - 1.0)
    tf.case(pairs)
    tf.case(pairs, default=lambda: x - 1.0, exclusive=True, name="exclusive")
    tf.case(pairs, exclusive=True, strict=True, name="strict")
    tf.case({pairs[0][0]: pairs[0][1], pairs[1][0]: pairs[1][1]}, default=lambda: x, exclusive=True)
    with tf.name_scope("outer"):
        tf.case(pairs[:1], default=lambda: tf.zeros([3]))
    tf.cond(total > 1.0, fn1=lambda: x, fn2=lambda: -x)
    tf.cond(total > 1.0, lambda: [x], lambda: [-x], strict=True)
    both = tf.cond(
        total > 1.0,
        lambda: tf.cond(total > 2.0, lambda: (x, [total]), lambda: (-x, [total])),
        lambda: (x * x, [total + 1.0]),
    )
    tf.gradients(both, x)
    table = tf.get_variable("table", [5, 2], initializer=tf.zeros_initializer())
    rows = tf.cond(total > 1.0, lambda: tf.gather(table, [0, 1]), lambda: tf.gather(table, [2, 2]))
    tf.gradients(rows, table)
