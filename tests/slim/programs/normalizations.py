"""Normalization of single examples, softmax over places."""


def build(tf):
    slim = tf.contrib.slim
    images = tf.placeholder(tf.float32, [2, 4, 5, 6], name="images")
    unknown = tf.placeholder(tf.float32, [None, None, None, 4], name="unknown")
    slim.layer_norm(images)
    slim.layer_norm(images, center=False, activation_fn=tf.nn.relu, begin_norm_axis=-1)
    slim.layer_norm(tf.placeholder(tf.float16, [3, 4], name="halves"), begin_params_axis=1, scope="of_halves")
    slim.instance_norm(images)
    slim.instance_norm(images, data_format="NCHW", scale=False, scope="first")
    slim.group_norm(images, groups=2)
    slim.group_norm(images, groups=3, mean_close_to_zero=True, scope="close")
    slim.group_norm(images, groups=2, channels_axis=1, reduction_axes=[-2, -1], center=False, scope="axis")
    slim.unit_norm(images, dim=3)
    slim.unit_norm(unknown, dim=0)
    slim.layers.poincare_normalize(images)
    slim.spatial_softmax(unknown)
    slim.spatial_softmax(images, temperature=0.5, data_format="NCHW", trainable=False, name="places")
