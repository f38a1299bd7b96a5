"""Inception v1 to v3 as the research models have them: without the first stages, thinner, in the other data format."""


def build(tf):
    from nets import inception, inception_v1, inception_v2, nets_factory

    slim = tf.contrib.slim
    pictures = tf.placeholder(tf.float32, [2, 224, 224, 3], name="pictures")
    with slim.arg_scope(inception.inception_v1_arg_scope(batch_norm_scale=True)):
        inception.inception_v1(pictures, 11)
    features = tf.placeholder(tf.float32, [2, 28, 28, 192], name="features")
    inception_v1.inception_v1_base(features, "Mixed_4f", include_root_block=False, scope="later")
    with slim.arg_scope(inception_v2.inception_v2_arg_scope(activation_fn=tf.nn.relu6)):
        inception.inception_v2(pictures, 7, is_training=False, depth_multiplier=0.5, min_depth=8)
    inception_v2.inception_v2_base(pictures, "Mixed_3b", use_separable_conv=False, scope="plain")
    channels_first = tf.placeholder(tf.float32, [2, 192, 28, 28], name="channels_first")
    inception_v2.inception_v2_base(
        channels_first,
        "Mixed_4a",
        use_separable_conv=False,
        data_format="NCHW",
        include_root_block=False,
        scope="first",
    )
    with slim.arg_scope(inception.inception_v3_arg_scope(use_batch_norm=False)):
        inception.inception_v3(tf.zeros([1, 299, 299, 3]), 5, create_aux_logits=False, depth_multiplier=0.5)
    nets_factory.get_network_fn("inception_v3", 3, is_training=True)(tf.zeros([2, 160, 160, 3]), scope="made")
