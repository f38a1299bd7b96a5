"""Optimizers in the ways programs use them; gradients are given, so that only the optimizers' nodes count."""


def build(tf):
    with tf.variable_scope("conv_1"):
        weights = tf.get_variable("_weights", initializer=tf.zeros_initializer(), shape=[4, 3])
        biases = tf.get_variable("_biases", initializer=tf.zeros_initializer(), shape=[3])
    clipped = tf.get_variable("clipped", initializer=[1.0, 2.0], constraint=lambda value: value * 2.0)
    wide = tf.get_variable("wide", initializer=tf.constant([1.0, 2.0], tf.float64))
    pairs = [(tf.ones([4, 3]), weights), (None, clipped), (tf.ones([3]), biases)]
    step = tf.train.get_or_create_global_step()
    adam = tf.train.AdamOptimizer(0.01)
    with tf.name_scope("train"):
        adam.apply_gradients(pairs, global_step=step, name="train_op")
    adam.apply_gradients(pairs)
    tf.train.AdamOptimizer(tf.placeholder(tf.float32, [], name="rate")).apply_gradients(pairs[:1])
    tf.train.AdamOptimizer(name="Wide", use_locking=True).apply_gradients([(tf.ones([2], tf.float64), wide)])
    tf.train.GradientDescentOptimizer(0.1).apply_gradients(pairs, global_step=step)
    tf.train.GradientDescentOptimizer(lambda: 0.1).apply_gradients(pairs, name="other")
    tf.train.GradientDescentOptimizer(0.1, name="held").apply_gradients([(tf.ones([2]), clipped)])
    with tf.variable_scope("inner"):
        tf.train.AdamOptimizer(0.1, name="Scoped").apply_gradients(pairs[:1])
