"""Inception-ResNet v2: for training, atrous, aligned, other activations."""


def build(tf):
    from nets import inception, inception_resnet_v2

    slim = tf.contrib.slim
    with slim.arg_scope(inception.inception_resnet_v2_arg_scope(batch_norm_scale=True)):
        inception.inception_resnet_v2(tf.placeholder(tf.float32, [None, 299, 299, 3], name="images"), 11)
    inception.inception_resnet_v2_base(
        tf.zeros([1, 65, 65, 3]), "PreAuxLogits", output_stride=8, align_feature_maps=True, scope="atrous",
        activation_fn=tf.nn.relu6,
    )  # fmt: skip
    inception_resnet_v2.block8(tf.zeros([1, 5, 5, 16]), activation_fn=None)
