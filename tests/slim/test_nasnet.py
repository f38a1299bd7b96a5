"""NASNet and PNASNet: parts, dropped paths, end points; networks of videos: what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.slim.nets import i3d_utils, s3dg
from convflow.slim.nets.nasnet import nasnet, nasnet_utils, pnasnet
from convflow.slim.nets.nasnet.operations import apply_operation

slim = tf.contrib.slim


def small(kind="mobile_imagenet", module=nasnet, **changed):
    hparams = getattr(module, f"{kind}_config")()
    for name, value in {"num_cells": 4, "num_conv_filters": 8, **changed}.items():
        hparams.set_hparam(name, value)
    return hparams


def test_reductions_stand_in_equal_distances():
    assert nasnet_utils.calc_reduction_layers(18, 2) == [6, 12]
    assert nasnet_utils.calc_reduction_layers(12, 2) == [4, 8]


def test_the_two_halves_of_a_reduction_see_even_and_odd_places():
    net = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    with slim.arg_scope([slim.conv2d], weights_initializer=tf.ones_initializer(), activation_fn=None):
        out = nasnet_utils.factorized_reduction(tf.constant(net), 3, 2, data_format="NHWC")
    before_norm = out.graph.get_tensor_by_name("concat:0")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        halves = sess.run(before_norm)
    np.testing.assert_array_equal(halves[0, :, :, 0], [[0, 2], [8, 10]])
    for channel in (1, 2):
        np.testing.assert_array_equal(halves[0, :, :, channel], [[5, 7], [13, 15]])


def test_paths_are_dropped_for_whole_examples():
    tf.set_random_seed(3)
    net = tf.ones([64, 2, 2, 3])
    dropped, kept = nasnet_utils.drop_path(net, 0.75), nasnet_utils.drop_path(net, 0.75, is_training=False)
    with tf.Session() as sess:
        values = sess.run(dropped)
    assert kept is net
    assert set(values.reshape(64, -1).min(1)) == {np.float32(0), np.float32(1 / 0.75)}
    np.testing.assert_array_equal(values.reshape(64, -1).min(1), values.reshape(64, -1).max(1))


def test_dropping_grows_with_cells_and_steps():
    step = tf.placeholder(tf.float32, [])
    cell = nasnet_utils.NasNetANormalCell(4, 0.6, total_num_cells=10, total_training_steps=100)
    cell._cell_num = 4
    kept = []
    with slim.arg_scope([nasnet_utils.drop_path], is_training=True):
        cell._apply_drop_path(tf.ones([2, 1, 1, 1]), current_step=step)
    added = next(op for op in tf.get_default_graph().get_operations() if op.type == "Floor").inputs[0].op
    keep = next(tensor for tensor in added.inputs if tensor.shape.ndims == 0)
    with tf.Session() as sess:
        kept = [sess.run(keep, {step: now}) for now in (0, 50, 100, 900)]
    # Cell 5 of 10 drops half of 0.4 in the end.
    np.testing.assert_allclose(kept, [1.0, 0.9, 0.8, 0.8], rtol=1e-6)


def test_end_points_and_where_to_stop():
    images = tf.zeros([2, 65, 65, 3])
    with slim.arg_scope(nasnet.nasnet_mobile_arg_scope()):
        logits, end_points = nasnet.build_nasnet_mobile(images, 5, is_training=False, config=small())
    assert list(end_points) == [
        "Stem", "Cell_0", "Reduction_Cell_0", "Cell_1", "Reduction_Cell_1", "Cell_2", "Cell_3", "global_pool", "Logits",
        "Predictions",
    ]  # fmt: skip
    assert logits is end_points["Logits"] and logits.shape.as_list() == [2, 5]
    assert tf.global_variables("cell_stem_0/comb_iter_0/left/separable_5x5_1/depthwise_weights")
    with tf.Graph().as_default():
        net, end_points = pnasnet.build_pnasnet_mobile(
            tf.zeros([2, 65, 65, 3]), 5, is_training=False, final_endpoint="Cell_1", config=small(module=pnasnet)
        )
        assert list(end_points) == ["Stem", "Cell_0", "Cell_1"] and net is end_points["Cell_1"]
        with tf.variable_scope("after"):
            assert tf.get_variable_scope().name == "after"


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"Unknown final endpoint Cell_9. Choose one of Stem, Cell_0, .*global_pool"):
        nasnet.build_nasnet_mobile(tf.zeros([1, 65, 65, 3]), None, False, "Cell_9", small())
    with pytest.raises(ValueError, match=r"Axis 2 of the shape .* must be known"), tf.Graph().as_default():
        nasnet.build_nasnet_mobile(tf.placeholder(tf.float32, [1, None, None, 3]), None, False, config=small())
    with pytest.raises(ValueError, match="Not a valid data_format: 'null'"):
        nasnet_utils.get_channel_index()
    with pytest.raises(ValueError, match="Unimplemented operation 'maxout_3x3'"):
        apply_operation(tf.zeros([1, 4, 4, 2]), "maxout_3x3", 2, 1, False)
    with pytest.raises(ValueError, match="Rectangular filters not supported: 'separable_5x3_1'"):
        apply_operation(tf.zeros([1, 4, 4, 2]), "separable_5x3_1", 2, 1, False)


def test_the_initializer_of_filters_over_time_passes_on():
    with tf.Session() as sess:
        weights = sess.run(i3d_utils.center_initializer()([3, 1, 1, 2, 2]))
    np.testing.assert_array_equal(weights[:, 0, 0], [np.zeros((2, 2)), np.eye(2), np.zeros((2, 2))])


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ([3, 1, 1, 2], "5 axes"),
        ([3, 1, 1, 2, 4], "as many, got 2 and 4"),
        ([3, 2, 1, 2, 2], "must be 1, got 2 and 1"),
        ([2, 1, 1, 2, 2], "has to be odd, got 2"),
    ],
)
def test_filters_that_are_not_over_time_alone(shape, text):
    with pytest.raises(ValueError, match=text):
        i3d_utils.center_initializer()(shape)


def test_videos_that_are_refused():
    videos = tf.zeros([1, 4, 32, 32, 3])
    with pytest.raises(ValueError, match=r"Unknown final endpoint Mixed_9z. Choose one of Conv2d_1a_7x7"):
        s3dg.s3dg_base(videos, final_endpoint="Mixed_9z")
    with pytest.raises(ValueError, match="can only be 1, 3, 5 or 7, got 2"):
        s3dg.s3dg_base(videos, first_temporal_kernel_size=2)
    with pytest.raises(ValueError, match="must be 'NDHWC' or 'NCDHW', got 'NHWC'"):
        s3dg.s3dg(videos, data_format="NHWC")
