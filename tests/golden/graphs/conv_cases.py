"""Calls of convolutions and pooling whose graphs are compared node by node with TensorFlow's.

The same file runs under the oracle (`record_conv_graphs.py`) and here; `tf` is handed in.
"""

import numpy as np


def cases(tf):
    def P(*shape, dtype=tf.float32):
        return tf.placeholder(dtype, None if shape == (None,) else list(shape))

    nn = tf.nn
    unknown = (None,)
    pictures, filters = (2, 7, 8, 3), (3, 2, 3, 4)
    sizes = [1, 1, 1, 1]
    return {
        **_conv2d(tf, nn, P, unknown, pictures, filters, sizes),
        **_conv1d(nn, P, unknown),
        **_conv3d(nn, P, unknown),
        **_transposed(tf, nn, P, unknown),
        **_convolution(nn, P, unknown),
        **_depthwise(nn, P, unknown),
        **_spread(tf, nn, P, unknown),
        **_dilation(nn, P, unknown),
        **_pools(tf, nn, P, unknown),
        **_fractional(nn, P, unknown),
    }


def _conv2d(tf, nn, P, unknown, pictures, filters, sizes):
    return {
        "conv2d": lambda: nn.conv2d(P(*pictures), P(*filters), sizes, "SAME"),
        "conv2d named": lambda: nn.conv2d(P(*pictures), P(*filters), 2, "VALID", name="c"),
        "conv2d unknown": lambda: nn.conv2d(P(*unknown), P(*unknown), [1, 2], "SAME"),
        "conv2d arrays": lambda: nn.conv2d(np.ones(pictures, np.float32), np.ones(filters, np.float32), 1, "SAME"),
        "conv2d dilations": lambda: nn.conv2d(P(*pictures), P(*filters), 1, "SAME", dilations=[2, 3]),
        "conv2d explicit": lambda: nn.conv2d(P(*pictures), P(*filters), 1, [[0, 0], [1, 2], [0, 1], [0, 0]]),
        "conv2d nchw": lambda: nn.conv2d(P(2, 3, 7, 8), P(*filters), [2, 1], "SAME", data_format="NCHW"),
        "conv2d filters": lambda: nn.conv2d(P(*pictures), filters=P(*filters), strides=1, padding="SAME"),
        "conv2d rank 5": lambda: nn.conv2d(P(2, 5, 7, 8, 3), P(*filters), 1, "SAME"),
        "conv2d rank 5 named": lambda: nn.conv2d(P(2, 5, 7, 8, 3), P(*filters), 1, "SAME", name="c"),
        "conv2d rank 6 unknown": lambda: nn.conv2d(P(2, None, 2, None, 8, 3), P(*filters), 1, "SAME"),
        "conv2d bad channels": lambda: nn.conv2d(P(*pictures), P(3, 2, 4, 4), 1, "SAME"),
        "backprop input": lambda: nn.conv2d_backprop_input(
            pictures, P(*filters), P(2, 7, 8, 4), sizes, "SAME", name="b"
        ),
        "backprop input list": lambda: nn.conv2d_backprop_input(
            [2, 7, 8, 3], P(*filters), P(2, 7, 8, 4), sizes, "SAME"
        ),
        "backprop filter": lambda: nn.conv2d_backprop_filter(P(*pictures), filters, P(2, 7, 8, 4), sizes, "SAME"),
        "two": lambda: [nn.conv2d(P(*pictures), P(*filters), 1, "SAME") for _ in range(2)],
        "in a scope": lambda: _within(tf, lambda: nn.conv2d(P(*pictures), P(*filters), 1, "SAME")),
    }


def _within(tf, build):
    with tf.name_scope("s"):
        return build()


def _conv1d(nn, P, unknown):
    return {
        "conv1d": lambda: nn.conv1d(P(2, 9, 3), P(4, 3, 5), 1, "SAME"),
        "conv1d named": lambda: nn.conv1d(P(2, 9, 3), P(4, 3, 5), 2, "VALID", name="c"),
        "conv1d ncw": lambda: nn.conv1d(P(2, 3, 9), P(4, 3, 5), 2, "VALID", data_format="NCW"),
        "conv1d unknown": lambda: nn.conv1d(P(*unknown), P(*unknown), [2], "SAME"),
        "conv1d dilations": lambda: nn.conv1d(P(2, 9, 3), P(4, 3, 5), 1, "SAME", dilations=2),
        "conv1d rank 4": lambda: nn.conv1d(P(2, 6, 9, 3), P(4, 3, 5), 1, "SAME"),
        "conv1d rank 4 named": lambda: nn.conv1d(P(2, None, 9, 3), P(4, 3, 5), 1, "SAME", name="c"),
        "conv1d format": lambda: nn.conv1d(P(2, 9, 3), P(4, 3, 5), 1, "SAME", data_format="NWHC"),
        "conv1d transpose": lambda: nn.conv1d_transpose(P(2, 9, 5), P(4, 3, 5), [2, 18, 3], 2),
        "conv1d transpose ncw": lambda: nn.conv1d_transpose(
            P(2, 5, 9), P(4, 3, 5), [2, 3, 18], 2, data_format="NCW", name="t"
        ),
        "conv1d transpose sizes": lambda: nn.conv1d_transpose(
            P(2, 9, 5), P(4, 3, 5), P(3, dtype="int32"), 2, padding="VALID"
        ),
    }


def _conv3d(nn, P, unknown):
    volume, filter, unit = (2, 4, 5, 6, 3), (2, 2, 3, 3, 4), [1, 1, 1, 1, 1]
    return {
        "conv3d": lambda: nn.conv3d(P(*volume), P(*filter), unit, "SAME"),
        "conv3d named": lambda: nn.conv3d(P(*volume), P(*filter), [1, 2, 1, 2, 1], "VALID", name="c"),
        "conv3d unknown": lambda: nn.conv3d(P(*unknown), P(*unknown), unit, "VALID"),
        "conv3d ncdhw": lambda: nn.conv3d(
            P(2, 3, 4, 5, 6), P(*filter), unit, "SAME", data_format="NCDHW", dilations=[1, 1, 1, 2, 2]
        ),
        "conv3d number": lambda: nn.conv3d(P(*volume), P(*filter), 1, "SAME"),
        "conv3d rank 6": lambda: nn.conv3d(P(2, *volume), P(*filter), unit, "SAME"),
        "conv3d channels": lambda: nn.conv3d(P(*volume), P(2, 2, 3, 2, 4), unit, "SAME"),
        "conv3d filter gradient": lambda: nn.conv3d_backprop_filter(
            P(*volume), list(filter), P(2, 4, 5, 6, 4), unit, "SAME"
        ),
        "conv3d transpose": lambda: nn.conv3d_transpose(P(2, 2, 3, 3, 4), P(*filter), [2, 4, 5, 6, 3], 2),
        "conv3d transpose named": lambda: nn.conv3d_transpose(
            P(2, 4, 2, 3, 3), P(*filter), P(5, dtype="int32"), [1, 1, 2, 2, 2], data_format="NCDHW", name="t"
        ),
    }


def _transposed(tf, nn, P, unknown):
    def stacked():
        x = P(None, 4, 4, 4)
        return nn.conv2d_transpose(x, P(3, 3, 2, 4), tf.stack([tf.shape(x)[0], 8, 8, 2]), [1, 2, 2, 1])

    return {
        "transpose": lambda: nn.conv2d_transpose(P(1, 4, 4, 4), P(3, 3, 2, 4), [1, 8, 8, 2], 2),
        "transpose named": lambda: nn.conv2d_transpose(
            P(1, 4, 4, 4), P(3, 3, 2, 4), [1, 9, 9, 2], [1, 2, 2, 1], "VALID", name="t"
        ),
        "transpose keywords": lambda: nn.conv2d_transpose(
            input=P(1, 4, 4, 4), filters=P(3, 3, 2, 4), output_shape=[1, 4, 4, 2], strides=1, dilations=2
        ),
        "transpose stacked": stacked,
        "transpose explicit": lambda: nn.conv2d_transpose(
            P(1, 4, 4, 4), P(3, 3, 2, 4), [1, 8, 8, 2], 2, [[0, 0], [0, 1], [1, 0], [0, 0]]
        ),
        "transpose any 1": lambda: nn.conv_transpose(P(2, 9, 5), P(4, 3, 5), [2, 18, 3], 2),
        "transpose any 2": lambda: nn.conv_transpose(P(1, 4, 4, 4), P(3, 3, 2, 4), [1, 8, 8, 2], 2, name="t"),
        "transpose any 3": lambda: nn.conv_transpose(P(2, 2, 3, 3, 4), P(2, 2, 3, 3, 4), [2, 4, 5, 6, 3], 2),
        "transpose any sizes": lambda: nn.conv_transpose(P(1, 4, 4, 4), P(3, 3, 2, 4), P(4, dtype="int32"), 2),
        "transpose any short": lambda: nn.conv_transpose(P(1, 4, 4, 4), P(3, 3, 2, 4), [8, 8], 2),
        "atrous transpose": lambda: nn.atrous_conv2d_transpose(P(1, 5, 6, 4), P(3, 3, 2, 4), [1, 5, 6, 2], 2, "SAME"),
        "atrous transpose valid": lambda: nn.atrous_conv2d_transpose(
            P(1, 5, 6, 4), P(3, 3, 2, 4), [1, 9, 10, 2], 2, "VALID", name="t"
        ),
        "atrous transpose rate 1": lambda: nn.atrous_conv2d_transpose(
            P(1, 5, 6, 4), P(3, 3, 2, 4), [1, 5, 6, 2], 1, "SAME"
        ),
        "atrous transpose sizes": lambda: nn.atrous_conv2d_transpose(
            P(1, 5, 6, 4), P(3, 3, 2, 4), P(4, dtype="int32"), 2, "SAME"
        ),
        "atrous transpose filter": lambda: nn.atrous_conv2d_transpose(
            P(1, 5, 6, 4), P(None, None, 2, 4), [1, 5, 6, 2], 2, "SAME"
        ),
    }


def _convolution(nn, P, unknown):
    x2, w2 = (2, 7, 8, 4), (3, 2, 4, 5)
    return {
        "convolution": lambda: nn.convolution(P(*x2), P(*w2), "SAME"),
        "convolution named": lambda: nn.convolution(P(*x2), P(*w2), "VALID", strides=[2, 1], name="c"),
        "convolution arrays": lambda: nn.convolution(np.ones(x2, np.float32), np.ones(w2, np.float32), "SAME"),
        "convolution nchw": lambda: nn.convolution(P(2, 4, 7, 8), P(*w2), "SAME", data_format="NCHW"),
        "convolution unknown input": lambda: nn.convolution(P(*unknown), P(*w2), "SAME"),
        "convolution unknown filter": lambda: nn.convolution(P(*x2), P(*unknown), "SAME"),
        "convolution unknown both": lambda: nn.convolution(P(*unknown), P(*unknown), "SAME"),
        "convolution 1": lambda: nn.convolution(P(2, 9, 3), P(4, 3, 5), "SAME", strides=[2]),
        "convolution 1 ncw": lambda: nn.convolution(P(2, 3, 9), P(4, 3, 5), "SAME", data_format="NCW", name="c"),
        "convolution 1 dilated": lambda: nn.convolution(P(2, 9, 3), P(4, 3, 5), "SAME", dilation_rate=[2]),
        "convolution 1 dilated ncw": lambda: nn.convolution(
            P(2, 3, 9), P(4, 3, 5), "VALID", dilation_rate=2, data_format="NCW"
        ),
        "convolution 3": lambda: nn.convolution(P(2, 4, 5, 6, 3), P(2, 2, 3, 3, 4), "SAME"),
        "convolution 3 ncdhw": lambda: nn.convolution(
            P(2, 3, 4, 5, 6), P(2, 2, 3, 3, 4), "SAME", strides=[1, 2, 1], data_format="NCDHW"
        ),
        "convolution 3 dilated": lambda: nn.convolution(
            P(2, 4, 5, 6, 3), P(2, 2, 3, 3, 4), "SAME", dilation_rate=[1, 2, 3], name="c"
        ),
        "convolution dilated": lambda: nn.convolution(P(*x2), P(*w2), "SAME", dilation_rate=[2, 3]),
        "convolution dilated valid": lambda: nn.convolution(P(*x2), P(*w2), "VALID", dilation_rate=[2, 1], name="c"),
        "convolution dilated nchw": lambda: nn.convolution(
            P(2, 4, 7, 8), P(*w2), "SAME", dilation_rate=2, data_format="NCHW"
        ),
        "convolution dilated batch": lambda: nn.convolution(P(None, None, 8, 4), P(*w2), "SAME", dilation_rate=2),
        "convolution dilated unknown": lambda: nn.convolution(P(*unknown), P(*w2), "SAME", dilation_rate=2),
        "convolution dilated explicit": lambda: nn.convolution(
            P(*x2), P(*w2), [[0, 0], [1, 1], [0, 1], [0, 0]], dilation_rate=2
        ),
        "convolution rank 5": lambda: nn.convolution(P(2, 2, 7, 8, 4), P(*w2), "SAME"),
        "convolution rank 5 dilated": lambda: nn.convolution(P(2, 2, 7, 8, 4), P(*w2), "SAME", dilation_rate=2),
        "convolution strides and rates": lambda: nn.convolution(P(*x2), P(*w2), "SAME", strides=2, dilation_rate=2),
        "convolution rate 0": lambda: nn.convolution(P(*x2), P(*w2), "SAME", dilation_rate=[0, 1]),
        "convolution keywords": lambda: nn.convolution(P(*x2), None, "SAME", filters=P(*w2), dilations=[1, 1]),
        "atrous": lambda: nn.atrous_conv2d(P(*x2), P(*w2), 2, "SAME"),
        "atrous named": lambda: nn.atrous_conv2d(P(*x2), P(*w2), 3, "VALID", name="a"),
        "atrous rate 1": lambda: nn.atrous_conv2d(P(*x2), P(*w2), 1, "SAME"),
        "atrous batch": lambda: nn.atrous_conv2d(P(None, 7, 8, 4), P(*w2), 2, "SAME"),
    }


def _depthwise(nn, P, unknown):
    x, w, unit = (2, 7, 8, 3), (3, 2, 3, 2), [1, 1, 1, 1]
    return {
        "depthwise": lambda: nn.depthwise_conv2d(P(*x), P(*w), unit, "SAME"),
        "depthwise named": lambda: nn.depthwise_conv2d(P(*x), P(*w), [1, 2, 2, 1], "VALID", name="d"),
        "depthwise rate": lambda: nn.depthwise_conv2d(P(*x), P(*w), unit, "SAME", rate=[2, 3]),
        "depthwise rate valid": lambda: nn.depthwise_conv2d(P(*x), P(*w), unit, "VALID", rate=[2, 2], name="d"),
        "depthwise rate batch": lambda: nn.depthwise_conv2d(P(None, None, 8, 3), P(*w), unit, "SAME", rate=[2, 2]),
        "depthwise nchw": lambda: nn.depthwise_conv2d(P(2, 3, 7, 8), P(*w), unit, "SAME", data_format="NCHW"),
        "depthwise nchw rate": lambda: nn.depthwise_conv2d(
            P(2, 3, 7, 8), P(*w), unit, "SAME", data_format="NCHW", dilations=[2, 2]
        ),
        "depthwise arrays": lambda: nn.depthwise_conv2d(np.ones(x, np.float32), np.ones(w, np.float32), unit, "SAME"),
        "depthwise unknown": lambda: nn.depthwise_conv2d(P(*unknown), P(*unknown), unit, "SAME"),
        "depthwise native": lambda: nn.depthwise_conv2d_native(P(*x), P(*w), unit, "SAME"),
        "depthwise native explicit": lambda: nn.depthwise_conv2d_native(
            P(*x), P(*w), unit, [[0, 0], [1, 1], [0, 1], [0, 0]], dilations=[1, 2, 2, 1], name="d"
        ),
        "depthwise native number": lambda: nn.depthwise_conv2d_native(P(*x), P(*w), 1, "SAME"),
        "depthwise by input": lambda: nn.depthwise_conv2d_backprop_input(list(x), P(*w), P(2, 7, 8, 6), unit, "SAME"),
        "depthwise by filter": lambda: nn.depthwise_conv2d_native_backprop_filter(
            P(*x), list(w), P(2, 7, 8, 6), unit, "SAME", name="d"
        ),
        "separable": lambda: nn.separable_conv2d(P(*x), P(*w), P(1, 1, 6, 5), unit, "SAME"),
        "separable named": lambda: nn.separable_conv2d(P(*x), P(*w), P(1, 1, 6, 5), [1, 2, 2, 1], "VALID", name="s"),
        "separable rate": lambda: nn.separable_conv2d(P(*x), P(*w), P(1, 1, 6, 5), unit, "SAME", rate=[2, 2]),
        "separable nchw": lambda: nn.separable_conv2d(
            P(2, 3, 7, 8), P(*w), P(1, 1, 6, 5), unit, "SAME", data_format="NCHW"
        ),
        "separable filter": lambda: nn.separable_conv2d(P(*x), P(*w), P(2, 1, 6, 5), unit, "SAME"),
    }


def _spread(tf, nn, P, unknown):
    def op(x, spatial, padding):
        return tf.identity(x, name=f"{padding}{spatial}")

    x = (2, 7, 8, 3)
    return {
        "space to batch": lambda: nn.with_space_to_batch(P(*x), [2, 3], "VALID", op),
        "space to batch same": lambda: nn.with_space_to_batch(P(*x), [2, 3], "SAME", op, filter_shape=[3, 2]),
        "space to batch 1": lambda: nn.with_space_to_batch(P(*x), [1, 1], "SAME", op),
        "space to batch axes": lambda: nn.with_space_to_batch(
            P(2, 7, 8, 6, 3), [2, 3], "VALID", op, spatial_dims=[1, 3]
        ),
        "space to batch first": lambda: nn.with_space_to_batch(P(2, 3, 7, 8), [2, 3], "VALID", op, data_format="NCHW"),
        "space to batch unknown": lambda: nn.with_space_to_batch(P(*unknown), [2, 3], "VALID", op),
        "space to batch rates": lambda: nn.with_space_to_batch(P(*x), P(2, dtype=tf.int32), "VALID", op),
        "space to batch descending": lambda: nn.with_space_to_batch(P(*x), [2, 3], "VALID", op, spatial_dims=[2, 1]),
        "space to batch no filter": lambda: nn.with_space_to_batch(P(*x), [2, 3], "SAME", op),
    }


def _dilation(nn, P, unknown):
    x, w, unit = (2, 7, 8, 3), (3, 2, 3), [1, 1, 1, 1]
    return {
        "dilation": lambda: nn.dilation2d(P(*x), P(*w), unit, [1, 2, 1, 1], "SAME"),
        "dilation keywords": lambda: nn.dilation2d(
            P(*x), filters=P(*w), strides=unit, dilations=unit, padding="VALID", name="d"
        ),
        "dilation unknown": lambda: nn.dilation2d(P(*unknown), P(*unknown), unit, unit, "SAME"),
        "erosion": lambda: nn.erosion2d(P(*x), P(*w), unit, unit, "SAME"),
        "erosion named": lambda: nn.erosion2d(P(*x), P(*w), [1, 2, 2, 1], unit, "VALID", name="e"),
        "erosion arrays": lambda: nn.erosion2d(np.ones(x, np.float32), np.ones(w, np.float32), unit, unit, "SAME"),
    }


def _pools(tf, nn, P, unknown):
    x, x1, x3 = (2, 7, 8, 3), (2, 9, 3), (2, 4, 5, 6, 3)
    pair = [1, 2, 2, 1]
    return {
        "max": lambda: nn.max_pool(P(*x), pair, pair, "SAME"),
        "max named": lambda: nn.max_pool(P(*x), 3, 2, "VALID", name="m"),
        "max explicit": lambda: nn.max_pool(P(*x), 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]]),
        "max array": lambda: nn.max_pool(np.ones(x, np.float32), 2, 2, "SAME"),
        "max nchw": lambda: nn.max_pool(P(2, 3, 7, 8), [2, 3], [1, 2], "SAME", data_format="NCHW"),
        "max2d": lambda: nn.max_pool2d(P(*x), 2, 2, "SAME"),
        "max2d named": lambda: nn.max_pool2d(P(*x), 2, 2, "SAME", name="m"),
        "avg": lambda: nn.avg_pool(P(*x), pair, pair, "SAME"),
        "avg array": lambda: nn.avg_pool(np.ones(x, np.float32), 2, 2, "SAME", name="a"),
        "avg2d": lambda: nn.avg_pool2d(P(*x), 2, 2, "VALID"),
        "max1d": lambda: nn.max_pool1d(P(*x1), 2, 2, "SAME"),
        "max1d ncw": lambda: nn.max_pool1d(P(2, 3, 9), 2, [2], "VALID", data_format="NCW", name="m"),
        "max1d explicit": lambda: nn.max_pool1d(P(*x1), 2, 2, [[0, 0], [1, 0], [0, 0]]),
        "max1d unknown": lambda: nn.max_pool1d(P(*unknown), 2, 2, "SAME"),
        "avg1d": lambda: nn.avg_pool1d(P(*x1), 2, 2, "SAME"),
        "avg1d ncw": lambda: nn.avg_pool1d(P(2, 3, 9), 2, [1, 1, 2], "VALID", data_format="NCW", name="a"),
        "max3d": lambda: nn.max_pool3d(P(*x3), 2, 2, "SAME"),
        "max3d ncdhw": lambda: nn.max_pool3d(P(2, 3, 4, 5, 6), [1, 2, 3], [1, 1, 1, 2, 2], "VALID", "NCDHW", "m"),
        "max3d array": lambda: nn.max_pool3d(np.ones(x3, np.float32), 2, 2, "SAME"),
        "avg3d": lambda: nn.avg_pool3d(P(*x3), 2, 2, "SAME"),
        "avg3d named": lambda: nn.avg_pool3d(P(*x3), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME", name="a"),
        "max v2 1": lambda: nn.max_pool_v2(P(*x1), 2, 2, "SAME"),
        "max v2 2": lambda: nn.max_pool_v2(P(*x), 2, 2, "SAME"),
        "max v2 3": lambda: nn.max_pool_v2(P(*x3), 2, 2, "SAME", name="m"),
        "max v2 unknown": lambda: nn.max_pool_v2(P(*unknown), 2, 2, "SAME"),
        "avg v2 1": lambda: nn.avg_pool_v2(P(*x1), 2, 2, "SAME"),
        "avg v2 2": lambda: nn.avg_pool_v2(P(*x), 2, 2, "SAME"),
        "avg v2 3": lambda: nn.avg_pool_v2(P(*x3), 2, 2, "SAME"),
        "argmax": lambda: nn.max_pool_with_argmax(P(*x), pair, pair, "SAME"),
        "argmax int32": lambda: nn.max_pool_with_argmax(
            P(*x), pair, pair, "VALID", Targmax=tf.int32, include_batch_in_index=True, name="a"
        ),
        "argmax number": lambda: nn.max_pool_with_argmax(P(*x), 2, 2, "SAME"),
        "argmax nchw": lambda: nn.max_pool_with_argmax(P(*x), pair, pair, "SAME", data_format="NCHW"),
        "pool 2": lambda: nn.pool(P(*x), [2, 2], "MAX", "SAME"),
        "pool 2 named": lambda: nn.pool(P(*x), [2, 2], "AVG", "VALID", strides=[1, 2], name="p"),
        "pool 2 nchw": lambda: nn.pool(P(2, 3, 7, 8), [2, 2], "MAX", "SAME", data_format="NCHW"),
        "pool 2 dilated": lambda: nn.pool(P(*x), [2, 2], "MAX", "VALID", dilation_rate=[2, 3]),
        "pool 2 dilated nchw": lambda: nn.pool(
            P(2, 3, 7, 8), [2, 2], "MAX", "VALID", dilation_rate=[2, 3], data_format="NCHW"
        ),
        "pool 1": lambda: nn.pool(P(*x1), [2], "MAX", "SAME"),
        "pool 1 ncw": lambda: nn.pool(P(2, 3, 9), [2], "AVG", "SAME", data_format="NCW", name="p"),
        "pool 1 dilated": lambda: nn.pool(P(*x1), [2], "AVG", "VALID", dilations=[2]),
        "pool 3": lambda: nn.pool(P(*x3), [2, 2, 2], "AVG", "SAME", strides=[2, 1, 2]),
        "pool 3 dilated": lambda: nn.pool(P(*x3), [2, 2, 2], "MAX", "VALID", dilation_rate=[2, 1, 2]),
        "pool unknown": lambda: nn.pool(P(*unknown), [2, 2], "MAX", "SAME"),
        "pool list": lambda: nn.pool(np.ones(x, np.float32), [2, 2], "MAX", "SAME"),
        "pool kind": lambda: nn.pool(P(*x), [2, 2], "MIN", "SAME"),
        "pool window": lambda: nn.pool(P(*x), [2, 2, 2, 2], "MAX", "SAME"),
        "pool strides": lambda: nn.pool(P(*x), [2, 2], "MAX", "SAME", strides=[3, 3]),
        "pool dilated same": lambda: nn.pool(P(*x), [2, 2], "MAX", "SAME", dilation_rate=[2, 2]),
    }


def _fractional(nn, P, unknown):
    ratio = [1, 1.5, 1.25, 1]
    return {
        "fractional max": lambda: nn.fractional_max_pool(P(2, 7, 8, 3), ratio),
        "fractional max seeds": lambda: nn.fractional_max_pool(
            P(2, 7, 8, 3), ratio, True, True, True, seed=3, seed2=5, name="f"
        ),
        "fractional avg": lambda: nn.fractional_avg_pool(P(2, 7, 8, 3), ratio, pseudo_random=True),
        "fractional avg unknown": lambda: nn.fractional_avg_pool(P(*unknown), ratio, name="f"),
    }
