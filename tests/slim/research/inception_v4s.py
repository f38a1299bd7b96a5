"""Inception v4: for training, for pictures of unknown size, a block by itself."""


def build(tf):
    from nets import inception, inception_v4

    slim = tf.contrib.slim
    with slim.arg_scope(inception.inception_v4_arg_scope()):
        inception.inception_v4(tf.placeholder(tf.float32, [None, 299, 299, 3], name="images"), 11)
    with slim.arg_scope(inception.inception_v4_arg_scope(use_batch_norm=False, activation_fn=tf.nn.relu6)):
        unknown = tf.placeholder(tf.float32, [1, None, None, 3], name="unknown")
        inception.inception_v4(unknown, 5, is_training=False, create_aux_logits=False, scope="plain")
    inception.inception_v4_base(tf.zeros([1, 80, 90, 3]), "Mixed_4a", scope="base")
    inception_v4.block_reduction_a(tf.zeros([1, 9, 9, 4]))
