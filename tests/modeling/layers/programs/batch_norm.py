"""Batch normalization, fused and composed, with every way to say whether it trains."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 4, 4, 3])
    rows = tf.placeholder(tf.float32, [None, 3])
    flag = tf.placeholder(tf.bool, [])

    def l2(w):
        return tf.reduce_sum(w * w)

    tf.layers.batch_normalization(x)
    tf.layers.batch_normalization(x, training=True)
    tf.layers.batch_normalization(x, training=flag)
    tf.layers.batch_normalization(x, training=tf.constant(True), name="constant")
    tf.layers.batch_normalization(x, training=1)
    tf.layers.batch_normalization(x, training=0)
    tf.layers.batch_normalization(x, center=False, scale=False, training=True)
    tf.layers.batch_normalization(x, center=False, training=False)
    tf.layers.batch_normalization(x, scale=False, momentum=0.9, epsilon=1e-5, training=flag, name="bn")
    tf.layers.batch_normalization(x, scale=False, momentum=0.9, epsilon=1e-5, training=flag, name="bn", reuse=True)
    first = tf.placeholder(tf.float32, [2, 3, None, None])
    tf.layers.batch_normalization(first, axis=1, training=True)
    tf.layers.batch_normalization(first, axis=1, training=flag, fused=False)
    tf.layers.batch_normalization(tf.placeholder(tf.float32, [2, 2, None, None, 3]), training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float32, [2, 3, 2, None, 3]), axis=1, training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float16, [2, 2, 2, 3]), training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float64, [2, 2, 2, 3]), training=True)

    for fused in (None, False):
        tf.layers.batch_normalization(rows, fused=fused)
        tf.layers.batch_normalization(rows, training=True, fused=fused)
        tf.layers.batch_normalization(rows, training=flag, fused=fused)
    tf.layers.batch_normalization(x, training=True, fused=False)
    tf.layers.batch_normalization(x, training=flag, fused=False, center=False)
    tf.layers.batch_normalization(x, training=flag, fused=False, scale=False)
    tf.layers.batch_normalization(x, axis=[1, 3], training=True)
    tf.layers.batch_normalization(x, axis=[1, 3], training=flag)
    tf.layers.batch_normalization(x, axis=2, training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float32, [None, 5, 3]), axis=1, training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float16, [None, 3]), training=True)
    tf.layers.batch_normalization(tf.placeholder(tf.float64, [None, 3]), training=flag)

    tf.layers.batch_normalization(
        x,
        training=True,
        beta_initializer=tf.constant_initializer(0.5),
        gamma_initializer=tf.random_uniform_initializer(seed=1),
        moving_mean_initializer=tf.ones_initializer(),
        moving_variance_initializer=tf.constant_initializer(2.0),
        beta_regularizer=l2,
        gamma_regularizer=l2,
        beta_constraint=lambda w: w,
        gamma_constraint=lambda w: w,
    )
    tf.layers.batch_normalization(x, training=True, trainable=False)
    tf.layers.batch_normalization(rows, training=flag, trainable=False)

    with tf.variable_scope("outer"):
        tf.layers.batch_normalization(x, training=True)
        tf.layers.batch_normalization(x, training=flag, name="inner")
    with tf.variable_scope("outer", reuse=True):
        tf.layers.batch_normalization(x, training=True, name="batch_normalization")
        tf.layers.batch_normalization(x, training=False, name="inner")
    with tf.variable_scope("auto", reuse=tf.AUTO_REUSE, initializer=tf.zeros_initializer()):
        tf.layers.batch_normalization(x, training=True)
        tf.layers.batch_normalization(rows, training=True, name="rows")
        tf.layers.batch_normalization(rows, training=True, name="rows")
    with tf.name_scope("named"):
        tf.layers.batch_normalization(x, training=True)

    layer = tf.layers.BatchNormalization(name="twice")
    layer(x, training=True)
    layer(x, training=False)
    layer.apply(x, training=flag)
    layer(x)
    composed = tf.layers.BatchNormalization(fused=False, momentum=0.5)
    composed(rows, training=True)
    composed(rows)
