"""MobileNet v2: training, depth multipliers, strides, padding, blocks."""


def build(tf):
    from nets.mobilenet import conv_blocks, mobilenet, mobilenet_v2

    slim = tf.contrib.slim
    with slim.arg_scope(mobilenet_v2.training_scope(is_training=True)):
        mobilenet_v2.mobilenet(tf.placeholder(tf.float32, [None, 224, 224, 3], name="images"))
    with slim.arg_scope(mobilenet_v2.training_scope(is_training=None, stddev=-1.0, bn_decay=None)):
        pictures = tf.zeros([1, 96, 96, 3])
        mobilenet_v2.mobilenet_v2_035(pictures, scope="narrow", base_only=True)
    mobilenet_v2.mobilenet_base(tf.zeros([1, 64, 64, 3]), output_stride=8, scope="atrous", final_endpoint="layer_18")
    mobilenet_v2.mobilenet(
        tf.zeros([1, 65, 64, 3]), 3, depth_multiplier=1.4, use_explicit_padding=True, scope="padded", min_depth=4,
        divisible_by=2, activation_fn=tf.nn.relu, prediction_fn=None,
    )  # fmt: skip
    net = tf.zeros([1, 16, 16, 32])
    with slim.arg_scope([slim.batch_norm], center=True, scale=True):
        conv_blocks.expanded_conv(net, 32, split_projection=2, split_expansion=3, normalizer_fn=slim.batch_norm)
        for place in ("input", "output", None):
            conv_blocks.expanded_conv(
                net, 24, expansion_size=16, stride=2, depthwise_location=place, residual=False, kernel_size=[5, 5],
                use_explicit_padding=True,
            )  # fmt: skip
        conv_blocks.split_separable_conv2d(net, 40, normalizer_fn=slim.batch_norm, stride=2, use_explicit_padding=True)
        conv_blocks.split_separable_conv2d(net, 40, scope="both", rate=2)
    mobilenet.global_pool(net)
    spec = [
        mobilenet.op(slim.conv2d, stride=2, num_outputs=12, kernel_size=[3, 3]),
        mobilenet.op(conv_blocks.split_separable_conv2d, num_outputs=20),
        mobilenet.op(slim.conv2d, num_outputs=13, multiplier_transform=lambda params, multiplier: None, kernel_size=1),
    ]
    mobilenet.mobilenet_base(net, {"spec": spec}, multiplier=0.7, scope="own")
