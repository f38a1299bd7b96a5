"""Each optimizer on dense and sliced gradients, on types that need casts, and on a variable of no fixed shape."""


def variables(tf):
    with tf.variable_scope("model"):
        weights = tf.get_variable("weights", initializer=tf.zeros_initializer(), shape=[4, 3])
        biases = tf.get_variable("biases", initializer=tf.ones_initializer(), shape=[3])
        table = tf.get_variable("table", initializer=tf.zeros_initializer(), shape=[5, 2])
    half = tf.get_variable("half", initializer=tf.constant([1.0, 2.0], tf.float16))
    return weights, biases, table, half


def optimizers(tf, step):
    train = tf.train
    rate = tf.placeholder(tf.float32, [], name="rate")
    return [
        train.MomentumOptimizer(0.1, 0.9),
        train.MomentumOptimizer(rate, lambda: 0.9, use_nesterov=True, use_locking=True, name="Nesterov"),
        train.AdagradOptimizer(0.1),
        train.AdagradDAOptimizer(0.1, step, l1_regularization_strength=0.5),
        train.AdadeltaOptimizer(),
        train.RMSPropOptimizer(0.1),
        train.RMSPropOptimizer(0.1, momentum=0.9, centered=True, name="Centered"),
        train.FtrlOptimizer(0.1),
        train.FtrlOptimizer(
            0.1, l2_shrinkage_regularization_strength=0.1, accum_name="sum", linear_name="line", name="Shrinking"
        ),
        train.GradientDescentOptimizer(0.1),
        train.AdamOptimizer(0.1),
        train.AdamOptimizer(0.1, name="Own", use_own_namescope_for_non_slot_vars=True),
    ]


def build(tf):
    weights, biases, table, half = variables(tf)
    step = tf.train.get_or_create_global_step()
    slices = tf.IndexedSlices(tf.ones([3, 2]), tf.placeholder(tf.int32, [3]), tf.constant([5, 2]))
    pairs = [(tf.ones([4, 3]), weights), (tf.ones([3]), biases), (slices, table)]
    for optimizer in optimizers(tf, step):
        optimizer.apply_gradients([*pairs, (tf.ones([2], tf.float16), half)], global_step=step)
    for optimizer in (tf.train.ProximalGradientDescentOptimizer(0.1), tf.train.ProximalAdagradOptimizer(0.1, 0.2)):
        optimizer.apply_gradients(pairs)
    loose = tf.Variable(tf.placeholder(tf.float32), validate_shape=False, name="loose")
    makers = (
        lambda: tf.train.MomentumOptimizer(0.1, 0.9, name="LooseMomentum"),
        lambda: tf.train.AdagradOptimizer(0.1, name="LooseAdagrad"),
        lambda: tf.train.RMSPropOptimizer(0.1, name="LooseRMSProp"),
    )
    for make in makers:
        make().apply_gradients([(tf.placeholder(tf.float32), loose)])
