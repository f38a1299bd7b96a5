"""Each optimizer on resource variables, whole and by rows; averages of them."""


def build(tf):
    table = tf.get_variable("table", [5, 2], initializer=tf.zeros_initializer(), use_resource=True)
    biases = tf.get_variable("biases", [3], initializer=tf.ones_initializer(), use_resource=True)
    held = tf.get_variable("held", initializer=[1.0], use_resource=True, constraint=tf.abs)
    step = tf.get_variable("step", initializer=tf.constant(0, tf.int64), use_resource=True, trainable=False)
    rows = tf.IndexedSlices(tf.ones([3, 2]), tf.placeholder(tf.int32, [3]), tf.constant([5, 2]))
    train = tf.train
    for optimizer in (
        train.GradientDescentOptimizer(0.1),
        train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
        train.AdagradOptimizer(0.1),
        train.AdagradDAOptimizer(0.1, step),
        train.AdadeltaOptimizer(),
        train.RMSPropOptimizer(0.1),
        train.RMSPropOptimizer(0.1, centered=True, name="Centered"),
        train.AdamOptimizer(),
        train.FtrlOptimizer(0.1),
        train.FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=0.1, name="Shrinking"),
        train.ProximalGradientDescentOptimizer(0.1),
        train.ProximalAdagradOptimizer(0.1),
    ):
        optimizer.apply_gradients([(rows, table), (tf.ones([3]), biases)], global_step=step)
    train.GradientDescentOptimizer(0.1, name="Held").apply_gradients([(tf.ones([1]), held)])
    x = tf.placeholder(tf.float32, [3])
    loss = tf.reduce_sum(tf.gather(table, tf.placeholder(tf.int32, [3]))) * tf.reduce_sum(biases * x)
    train.AdamOptimizer(name="Minimizing").minimize(loss, var_list=[table, biases])
    train.ExponentialMovingAverage(0.9).apply([biases])
