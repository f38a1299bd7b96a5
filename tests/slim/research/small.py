"""LeNet, CifarNet: with and without dropout, classes."""


def build(tf):
    from nets import cifarnet, lenet, nets_factory

    slim = tf.contrib.slim
    with slim.arg_scope(lenet.lenet_arg_scope(0.01)):
        lenet.lenet(tf.placeholder(tf.float32, [None, 28, 28, 1], name="digits"), is_training=True)
        lenet.lenet(tf.zeros([2, 16, 20, 3]), 0, scope="features")
    with slim.arg_scope(cifarnet.cifarnet_arg_scope()):
        cifarnet.cifarnet(tf.placeholder(tf.float32, [None, 32, 32, 3], name="pictures"), is_training=True)
        cifarnet.cifarnet(tf.zeros([2, 16, 20, 3]), None, scope="others")
    nets_factory.get_network_fn("lenet", 7, weight_decay=0.1, is_training=False)(
        tf.zeros([1, 28, 28, 1]), scope="seven"
    )
