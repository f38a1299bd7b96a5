"""PNASNet-5 with few cells and filters."""


def build(tf):
    from nets.nasnet import pnasnet

    slim = tf.contrib.slim
    tf.train.create_global_step()
    for kind, changed, arguments in (
        ("mobile", {}, {"num_classes": 5}),
        ("large", {"use_bounded_activation": True, "skip_reduction_layer_input": 0}, {"num_classes": 5}),
        ("mobile", {"num_cells": 3}, {"num_classes": 0, "is_training": False}),
    ):
        hparams = getattr(pnasnet, f"{kind}_imagenet_config")()
        for name, value in {"num_conv_filters": 8, "num_cells": 6, **changed}.items():
            hparams.set_hparam(name, value)
        with (
            slim.arg_scope(getattr(pnasnet, f"pnasnet_{kind}_arg_scope")()),
            tf.variable_scope(None, kind),
        ):
            getattr(pnasnet, f"build_pnasnet_{kind}")(tf.zeros([1, 97, 97, 3]), config=hparams, **arguments)
