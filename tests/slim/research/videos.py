"""Networks of videos: I3D, S3D-G and their variants, with few filters."""


def build(tf):
    from nets import i3d, s3dg

    slim = tf.contrib.slim
    videos = tf.zeros([2, 8, 64, 64, 3])
    with slim.arg_scope(s3dg.s3dg_arg_scope()), tf.variable_scope("gated"):
        s3dg.s3dg(videos, 5, depth_multiplier=0.1, min_depth=2)
    different = s3dg.s3dg_arg_scope(weight_decay=0.1, batch_norm_decay=0.9, batch_norm_epsilon=0.1)
    with slim.arg_scope(different), tf.variable_scope("later"):
        s3dg.s3dg(
            tf.zeros([1, 3, 8, 32, 32]), 4, 5, "Mixed_4b", "Mixed_4d", depth_multiplier=0.1, min_depth=2,
            is_training=False, spatial_squeeze=False, data_format="NCDHW",
        )  # fmt: skip
    with slim.arg_scope(i3d.i3d_arg_scope(use_renorm=True, separable_conv3d=True)):
        i3d.i3d_base(tf.placeholder(tf.float32, [None, 8, 32, 32, 3], name="open"), "Mixed_3c", scope="part")
    with slim.arg_scope(i3d.i3d_arg_scope()):
        i3d.i3d(tf.zeros([1, 4, 32, 32, 3]), 6)
