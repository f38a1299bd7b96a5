"""Batch normalization, moments, local response normalization and unit length in their variants."""

import numpy as np


def build(tf):
    x = tf.placeholder(tf.float32, [None, 4, 4, 3])
    unknown = tf.placeholder(tf.float32)
    half = tf.placeholder(tf.float16, [None, 3])
    vector = tf.placeholder(tf.float32, [3])

    tf.nn.fused_batch_norm(x, vector, vector)
    tf.nn.fused_batch_norm(x, [1.0, 1.0, 1.0], np.zeros(3, "f"), epsilon=0.01, name="named")
    tf.nn.fused_batch_norm(x, vector, vector, vector, vector, is_training=False)
    tf.nn.fused_batch_norm(x, vector, vector, vector, vector, exponential_avg_factor=0.1, name="moving")
    tf.nn.fused_batch_norm(tf.placeholder(tf.float32, [2, 3, None, None]), vector, vector, data_format="NCHW")
    tf.nn.fused_batch_norm(tf.placeholder(tf.float16, [2, 3, 1, 2, 2]), vector, vector, data_format="NCDHW")
    tf.nn.fused_batch_norm(unknown, vector, unknown)

    tf.nn.batch_normalization(x, vector, vector, vector, vector, 0.001)
    tf.nn.batch_normalization(x, vector, vector, None, vector, 0.001, name="scaled")
    tf.nn.batch_normalization(x, vector, vector, vector, None, 0.001)
    tf.nn.batch_normalization(half, vector, vector, vector, vector, 0.001)
    tf.nn.batch_norm_with_global_normalization(x, vector, vector, vector, vector, 0.001, True)
    tf.nn.batch_norm_with_global_normalization(x, vector, vector, vector, vector, 0.001, False, name="global")

    tf.nn.moments(x, [0, 1, 2])
    tf.nn.moments(x, [0], keep_dims=True, name="kept")
    tf.nn.moments(half, [0])
    tf.nn.moments(unknown, [0, 1])
    tf.nn.weighted_moments(x, [0, 1, 2], vector)
    tf.nn.weighted_moments(half, [0], vector, keep_dims=True, name="weighted")
    tf.nn.weighted_moments(unknown, [0], 2.0)
    tf.nn.sufficient_statistics(tf.placeholder(tf.float32, [2, 4]), [0, 1])
    tf.nn.sufficient_statistics(x, [0], shift=vector, keep_dims=True, name="statistics")
    tf.nn.sufficient_statistics(unknown, [0, 1])
    tf.nn.sufficient_statistics(unknown, [-1])
    tf.nn.normalize_moments(4.0, vector, vector, None)
    tf.nn.normalize_moments(4.0, vector, vector, vector, name="normalized")

    tf.nn.lrn(x)
    tf.nn.local_response_normalization(x, 2, 1.5, 0.1, 0.75, name="lrn")
    tf.nn.lrn(unknown)
    tf.nn.l2_normalize(x, 3)
    tf.nn.l2_normalize(x, [1, 2], 1e-6, name="unit")
    tf.nn.l2_normalize(x)
    tf.nn.l2_normalize(unknown, dim=0)
    tf.nn.l2_normalize(tf.placeholder(tf.complex64, [3]), 0)
    tf.nn.zero_fraction(x)
    tf.nn.zero_fraction(np.zeros([2, 3], "i"), name="zeros")
    tf.nn.zero_fraction(unknown)
