"""Batch renormalization, virtual batches and adjustment."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 4, 4, 3])
    rows = tf.placeholder(tf.float32, [None, 3])
    flag = tf.placeholder(tf.bool, [])
    clipping = {"rmax": 2.0, "rmin": 0.5, "dmax": 1.0}

    tf.layers.batch_normalization(rows, renorm=True)
    tf.layers.batch_normalization(rows, renorm=True, training=True)
    tf.layers.batch_normalization(rows, renorm=True, training=flag)
    tf.layers.batch_normalization(x, renorm=True, training=True, renorm_clipping=clipping)
    tf.layers.batch_normalization(x, renorm=True, training=flag, renorm_clipping=clipping, renorm_momentum=0.8)
    tf.layers.batch_normalization(x, renorm=True, training=True, renorm_clipping={"rmax": 3.0})
    tf.layers.batch_normalization(
        x, renorm=True, training=True, renorm_clipping={"dmax": tf.placeholder(tf.float32, [])}, center=True
    )
    tf.layers.batch_normalization(tf.placeholder(tf.float32, [None, 3, 4]), axis=1, renorm=True, training=flag)
    with tf.variable_scope("outer"):
        tf.layers.batch_normalization(x, renorm=True, training=True, name="renorm")
    with tf.variable_scope("outer", reuse=True):
        tf.layers.batch_normalization(x, renorm=True, training=True, name="renorm")

    tf.layers.batch_normalization(rows, virtual_batch_size=2)
    tf.layers.batch_normalization(rows, virtual_batch_size=2, training=True)
    tf.layers.batch_normalization(x, virtual_batch_size=2, training=flag)
    tf.layers.batch_normalization(x, virtual_batch_size=2, training=True, center=False, axis=1)

    def adjusted(shape):
        return (
            tf.random_uniform(shape[-1:], 0.93, 1.07, seed=1),
            tf.random_uniform(shape[-1:], -0.1, 0.1, seed=2),
        )

    tf.layers.batch_normalization(rows, adjustment=adjusted)
    tf.layers.batch_normalization(rows, adjustment=adjusted, training=True)
    tf.layers.batch_normalization(x, adjustment=adjusted, training=flag)
    tf.layers.batch_normalization(x, adjustment=adjusted, training=True, renorm=True)
