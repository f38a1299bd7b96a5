"""Functions over rows, in their variants, and gradients through them."""


def build(tf):
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    loose = tf.placeholder(tf.float32, name="loose")
    rows = tf.placeholder(tf.int32, [None, 2], name="rows")
    tf.map_fn(lambda row: row * 2.0, x)
    tf.map_fn(lambda row: (row, tf.reduce_sum(row)), loose, dtype=(tf.float32, tf.float32), name="pair")
    tf.map_fn(lambda pair: pair[0] * pair[1], (x, x), dtype=tf.float32, parallel_iterations=1)
    tf.map_fn(lambda row: tf.cast(row, tf.float32), rows, dtype=tf.float32, back_prop=False, infer_shape=False)
    tf.gradients(tf.map_fn(lambda row: tf.square(row), x), x)
    tf.scan(lambda a, row: a + row, x)
    tf.scan(lambda a, row: a * row, x, initializer=tf.ones([3]), name="product")
    tf.scan(lambda a, row: a + row, x, reverse=True)
    tf.scan(lambda a, row: a + row, rows, initializer=tf.zeros([2], tf.int32), reverse=True, infer_shape=False)
    tf.gradients(tf.scan(lambda a, row: a * row, x), x)
    tf.foldl(lambda a, row: a + row, x)
    tf.foldl(lambda a, row: a + row, rows, initializer=tf.zeros([2], tf.int32), name="left")
    tf.foldr(lambda a, row: a * row, x)
    tf.foldr(lambda a, row: a * row, rows, initializer=tf.zeros([2], tf.int32), name="right")
    with tf.variable_scope("layer"):
        tf.map_fn(lambda row: row * tf.get_variable("w", [3], initializer=tf.zeros_initializer()), x)
    tf.hessians(tf.reduce_sum(tf.pow(x, 3.0)), x)
    tf.hessians(tf.reduce_sum(loose * loose), loose)
