"""Names and sharing of layers, layers in branches, layers of users."""


def build(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 3])
    tf.layers.Dense(2, dtype=tf.float64)(x)
    tf.layers.dense(tf.placeholder(tf.float32, [None, 4, 3]), 2)
    tf.layers.dense(tf.placeholder(tf.float32, [6, 4, 3]), 2, tf.nn.relu)
    tf.layers.dense(tf.placeholder(tf.float32, [None, None, 2, 3]), 2)
    with tf.name_scope("a"):
        layer = tf.layers.Dense(
            2, kernel_regularizer=lambda w: tf.reduce_sum(w * w), activity_regularizer=lambda w: tf.reduce_sum(w)
        )
        layer(x)
        layer(x)

    class Nested(tf.layers.Layer):
        def __init__(self):
            super().__init__(name="ll")
            self.d = tf.layers.Dense(2)

        def call(self, x):
            self.add_update(tf.identity(x, name="upd"))
            return self.d(x)

    layer = Nested()
    layer(x)
    layer(x)
    tf.layers.dense(x, 3, name="d")
    with tf.variable_scope("s") as sc:
        tf.layers.dense(x, 3, name="d")
        tf.layers.dense(x, 3)
    with tf.variable_scope(sc, reuse=True):
        tf.layers.dense(x, 3, name="d")
        tf.layers.dense(x, 3)
    with tf.variable_scope(sc, reuse=tf.AUTO_REUSE):
        tf.layers.dense(x, 3, name="e")
        tf.layers.dense(x, 3, name="e")
        with tf.name_scope("q"):
            tf.layers.dense(x, 3, name="e")
            tf.layers.flatten(x, name="fl")
            tf.layers.flatten(x, name="fl")
    with tf.variable_scope("a/b"):
        tf.layers.dense(x, 3)
        tf.layers.dense(x, 3, name="x/y")
    layer = tf.layers.Dense(2)
    with tf.variable_scope("one"):
        layer(x)
    with tf.variable_scope("two"):
        layer(x)
    layer = tf.layers.Dense(2, name="nm")
    with tf.variable_scope("one"):
        layer(x)
    with tf.variable_scope("two"):
        layer(x)
        layer(x)
    tf.layers.Dense(2, _scope="u")(x)
    tf.layers.Dense(2, _scope="u", _reuse=True)(x)
    with tf.variable_scope("v"):
        tf.layers.Dense(2, _scope="u", _reuse=tf.AUTO_REUSE)(x)
        tf.layers.Dense(2, name="u", _reuse=tf.AUTO_REUSE)(x)
    with tf.variable_scope("v") as v:
        pass
    tf.layers.dense(x, 5, name="k", reuse=tf.AUTO_REUSE)
    tf.layers.dense(x, 5, name="k", reuse=tf.AUTO_REUSE)
    tf.layers.Dense(2, name=v)(x)
    tf.layers.dense(x, 2, activation="relu", kernel_initializer="zeros")
    tf.layers.Dense(2)(x, scope="hi")
    with tf.variable_scope("tr", custom_getter=lambda getter, *a, **k: getter(*a, **dict(k, trainable=False))):
        tf.layers.dense(x, 2)
    tf.layers.flatten(tf.placeholder(tf.float32, [0, None]))
    tf.layers.flatten(tf.placeholder(tf.float32, [3, 2]))
    tf.layers.flatten(tf.placeholder(tf.float32, [3]))
    tf.layers.flatten(tf.placeholder(tf.float32, [None, 3, 2]), data_format="channels_first")
    tf.layers.flatten(tf.placeholder(tf.float32, [None, 3]), data_format="channels_first")
    tf.layers.flatten(tf.placeholder(tf.float32), data_format="channels_first")
    tf.layers.dropout(x, tf.placeholder(tf.float32, []), training=True)
    tf.layers.dropout(x, 0.0, training=True)
    tf.layers.dropout(x, 0.3, noise_shape=[tf.shape(tf.zeros([3]))[0], 1], training=True)
    d = tf.layers.Dropout(0.4, seed=3)
    p = tf.placeholder(tf.bool, [])
    d(x, training=p)
    with tf.variable_scope("in"):
        tf.layers.dropout(x, training=tf.get_variable("flag", initializer=False, trainable=False))
        tf.layers.dropout(x, training=tf.logical_and(p, True), name="dr")
    tf.layers.conv2d(tf.placeholder(tf.float64, [2, 5, 5, 1]), 2, [2, 1], (2, 2), "SAME", activation=tf.tanh)
    tf.cond(p, lambda: tf.layers.dense(x, 4, name="inside"), lambda: tf.layers.dense(x, 4, name="inside", reuse=True))
