"""Residual networks as the research models call them."""


def build(tf):
    from nets import nets_factory, resnet_utils, resnet_v1, resnet_v2

    slim = tf.contrib.slim
    with slim.arg_scope(resnet_utils.resnet_arg_scope(activation_fn=tf.nn.relu6)):
        resnet_v1.resnet_v1_50(tf.placeholder(tf.float32, [None, 224, 224, 3], name="images"), 11)
    with slim.arg_scope(resnet_utils.resnet_arg_scope(use_batch_norm=False)):
        resnet_v2.resnet_v2_50(
            tf.zeros([1, 65, 65, 3]), 3, output_stride=8, global_pool=False, spatial_squeeze=False, scope="dense"
        )
        blocks = [
            resnet_v1.resnet_v1_block("block1", base_depth=4, num_units=2, stride=2),
            resnet_v1.resnet_v1_block("block2", base_depth=8, num_units=2, stride=2),
        ]
        resnet_v1.resnet_v1(
            tf.zeros([1, 33, 33, 3]), blocks, 7, store_non_strided_activations=True, scope="stored", output_stride=8
        )
    nets_factory.get_network_fn("resnet_v2_101", None)(tf.zeros([1, 64, 64, 3]))
