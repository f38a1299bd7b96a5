"""Batch normalization in its three ways, with every kind of update."""


def build(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [None, 4, 4, 3], name="images")
    rows = tf.placeholder(tf.float32, [None, 5], name="rows")
    training = tf.placeholder(tf.bool, [], name="training")
    slim.batch_norm(images, param_regularizers={"beta": slim.l2_regularizer(0.1)})
    slim.batch_norm(images, scale=True, center=False, is_training=False, scope="still")
    slim.batch_norm(images, is_training=training, scope="maybe", activation_fn=tf.nn.relu)
    slim.batch_norm(images, fused=False, scope="composed", variables_collections=["norms"])
    slim.batch_norm(images, updates_collections=None, scope="forced", scale=True)
    slim.batch_norm(images, updates_collections=None, is_training=training, scope="forced_maybe")
    slim.batch_norm(images, updates_collections="mine", is_training=training, scope="collected")
    slim.batch_norm(images, updates_collections="mine", is_training=False, scope="collected_still")
    slim.batch_norm(rows, scope="rows")
    slim.batch_norm(rows, updates_collections=None, scope="rows_forced", data_format="NCHW")
    slim.batch_norm(rows, fused=False, updates_collections=None, is_training=training, scope="rows_composed")
    slim.batch_norm(rows, fused=False, updates_collections="mine", is_training=training, scope="rows_collected")
    slim.batch_norm(images, zero_debias_moving_mean=True, scope="debiased")
    slim.batch_norm(images, batch_weights=tf.constant([1.0, 2.0]), scope="weighted")
    slim.batch_norm(images, fused=False, data_format="NCHW", updates_collections=None, scale=True, scope="first")
    slim.batch_norm(images, data_format="NCHW", scope="fused_first")
    slim.batch_norm(
        images, renorm=True, scope="renormalized", param_initializers={"beta": tf.constant_initializer(0.5)}
    )
    slim.batch_norm(rows, is_training=training, updates_collections=None, scope="rows_maybe")
    with tf.variable_scope("again"):
        slim.batch_norm(images, scope="bn")
        slim.batch_norm(images, scope="bn", reuse=True)
