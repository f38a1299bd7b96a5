"""NASNet-A with few cells and filters: stems, reductions, dropped paths, auxiliary logits, bounded activations."""


def build(tf):
    from nets.nasnet import nasnet

    slim = tf.contrib.slim
    tf.train.create_global_step()
    small = {"num_conv_filters": 8, "num_cells": 4}

    def config(kind, **changed):
        hparams = getattr(nasnet, f"{kind}_config")()
        for name, value in {**small, **changed}.items():
            hparams.set_hparam(name, value)
        return hparams

    with slim.arg_scope(nasnet.nasnet_cifar_arg_scope()), tf.variable_scope("cifar"):
        nasnet.build_nasnet_cifar(tf.zeros([2, 32, 32, 3]), 7, config=config("cifar", dense_dropout_keep_prob=0.9))
    with slim.arg_scope(nasnet.nasnet_mobile_arg_scope()), tf.variable_scope("mobile"):
        nasnet.build_nasnet_mobile(
            tf.zeros([1, 97, 97, 3]), 5, is_training=False, config=config("mobile_imagenet", num_conv_filters=11)
        )
    with slim.arg_scope(nasnet.nasnet_large_arg_scope()), tf.variable_scope("large"):
        hparams = config("large_imagenet", use_bounded_activation=True)
        nasnet.build_nasnet_large(tf.zeros([1, 97, 97, 3]), 5, config=hparams, current_step=tf.constant(3))
    with tf.variable_scope("part"):
        nasnet.build_nasnet_mobile(
            tf.zeros([1, 65, 65, 3]), None, final_endpoint="Reduction_Cell_0", config=config("mobile_imagenet")
        )
