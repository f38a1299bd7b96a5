"""Layers in the variants of their arguments."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])

    def l2(w):
        return tf.reduce_sum(w * w)

    a = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu)
    a = tf.layers.conv2d(a, 4, (3, 2), strides=2, padding="same", use_bias=False)
    a = tf.layers.conv2d(
        a,
        4,
        3,
        strides=(1, 2),
        padding="SAME",
        kernel_initializer=tf.truncated_normal_initializer(stddev=0.1),
        bias_initializer=tf.constant_initializer(0.1),
        name="named",
        trainable=False,
    )
    tf.layers.conv2d(x, 4, 3, dilation_rate=2, activation=tf.nn.sigmoid)
    tf.layers.conv2d(x, 4, 3, kernel_regularizer=l2, bias_regularizer=l2, activity_regularizer=l2)
    tf.layers.conv2d(x, 4, 3, name="shared", reuse=tf.AUTO_REUSE, kernel_regularizer=l2)
    tf.layers.conv2d(x, 4, 3, name="shared", reuse=True, kernel_regularizer=l2)
    with tf.variable_scope("outer"):
        d = tf.layers.conv2d(x, 4, 3)
        d = tf.layers.conv2d(d, 4, 3)
        d = tf.layers.conv2d(d, 4, 3, name="deep")
    with tf.variable_scope("outer", reuse=True):
        d = tf.layers.conv2d(x, 4, 3, name="conv2d")
        d = tf.layers.conv2d(d, 4, 3, name="conv2d_1")
        d = tf.layers.conv2d(d, 4, 3, name="deep")
    with tf.variable_scope("outer2", reuse=tf.AUTO_REUSE, initializer=tf.zeros_initializer()):
        d = tf.layers.conv2d(x, 4, 3)
        d = tf.layers.dense(d, 4)
    with tf.name_scope("ns"):
        d = tf.layers.conv2d(x, 4, 3)
        d = tf.layers.max_pooling2d(d, 2, 2)
        d = tf.layers.average_pooling2d(d, (2, 3), (1, 2), padding="same", name="ap")
        d = tf.layers.flatten(d)
        d = tf.layers.dropout(d, 0.25, training=True, seed=3)
        d = tf.layers.dense(d, 3, tf.nn.softmax)
    n = tf.placeholder(tf.float32, [None, 3, 8, 8])
    e = tf.layers.conv2d(n, 4, 3, data_format="channels_first")
    e = tf.layers.max_pooling2d(e, 2, 2, data_format="channels_first")
    e = tf.layers.flatten(e, data_format="channels_first")
    tf.layers.flatten(tf.placeholder(tf.float32, [None, None, 3]))
    tf.layers.flatten(tf.placeholder(tf.float32, [4, None, 3]))
    tf.layers.flatten(tf.placeholder(tf.float32, [None]))
    tf.layers.flatten(tf.placeholder(tf.float32, [None, 5]))
    tf.layers.flatten(tf.placeholder(tf.float32))
    h = tf.placeholder(tf.float64, [None, 5])
    g = tf.layers.dense(h, 3, use_bias=False)
    g = tf.layers.dense(g, 3, tf.nn.tanh, kernel_constraint=lambda w: w, kernel_regularizer=l2)
    layer = tf.layers.Dense(7, name="lay")
    g1 = layer(h)
    layer(h)
    layer.apply(g1[:, :5])
    layer2 = tf.layers.Conv2D(2, 1)
    layer2(x)
    layer2(x)
    with tf.variable_scope("later"):
        layer2(x)

    class MyConv(tf.layers.Conv2D):
        pass

    MyConv(2, 1)(x)

    class Scaled(tf.layers.Layer):
        def build(self, shape):
            self.s = self.add_variable("s", [shape[-1].value], initializer=tf.ones_initializer())
            self.t = self.add_weight("t", [], trainable=False)
            self.built = True

        def call(self, x):
            return x * self.s + self.t

    s = Scaled()
    s(x)
    s(x)
    tf.layers.dropout(x, rate=tf.placeholder(tf.float32, []), training=True, noise_shape=(None, 1, 1, 3))
    tf.layers.dropout(x, training=0)
    tf.layers.dropout(x, training=tf.constant(True))
