"""Numbers of variables and parameters as published, what networks refuse, names that agree."""

from __future__ import annotations

import pytest

import convflow as tf

slim = tf.contrib.slim
nets = slim.nets

# Module, network, scope of defaults, size of pictures, model variables and numbers in them for 1000 classes,
# as tf_slim 1.1.0 on TensorFlow 2.21 builds them.
SIZES = [
    ("alexnet", "alexnet_v2", "alexnet_v2_arg_scope", 224, 16, 50_303_912),
    ("overfeat", "overfeat", "overfeat_arg_scope", 231, 16, 145_704_424),
    ("vgg", "vgg_a", "vgg_arg_scope", 224, 22, 132_863_336),
    ("vgg", "vgg_16", "vgg_arg_scope", 224, 32, 138_357_544),
    ("vgg", "vgg_19", "vgg_arg_scope", 224, 38, 143_667_240),
    ("inception", "inception_v1", "inception_v1_arg_scope", 224, 230, 6_632_184),
    ("inception", "inception_v2", "inception_v2_arg_scope", 224, 277, 11_198_112),
    ("inception", "inception_v3", "inception_v3_arg_scope", 299, 388, 27_179_376),
    ("resnet_v1", "resnet_v1_50", "resnet_arg_scope", 224, 267, 25_610_152),
    ("resnet_v1", "resnet_v1_101", "resnet_arg_scope", 224, 522, 44_654_504),
    ("resnet_v1", "resnet_v1_152", "resnet_arg_scope", 224, 777, 60_344_232),
    ("resnet_v2", "resnet_v2_50", "resnet_arg_scope", 224, 272, 25_613_800),
    ("resnet_v2", "resnet_v2_101", "resnet_arg_scope", 224, 544, 44_675_560),
    ("resnet_v2", "resnet_v2_152", "resnet_arg_scope", 224, 816, 60_380_648),
]


@pytest.mark.parametrize(("module", "network", "scope", "size", "count", "numbers"), SIZES)
def test_variables_and_parameters(module, network, scope, size, count, numbers):
    module = getattr(nets, module)
    with tf.Graph().as_default(), slim.arg_scope(getattr(module, scope)()):
        logits, end_points = getattr(module, network)(tf.zeros([1, size, size, 3]), 1000)
        variables = slim.get_model_variables()
    assert logits.shape.num_elements() == 1000
    assert len(variables) == count
    assert slim.model_analyzer.analyze_vars(variables)[0] == numbers
    assert all(tensor.graph is logits.graph for tensor in end_points.values())


@pytest.fixture
def pictures():
    with tf.Graph().as_default():
        yield tf.zeros([1, 64, 64, 3])


def test_features_of_pictures_of_any_size(pictures):
    vgg, ends = nets.vgg.vgg_16(tf.zeros([2, 240, 260, 3]), None, global_pool=True)
    assert vgg.shape.as_list() == [2, 1, 1, 4096] and ends["global_pool"] is vgg
    inception, _ = nets.inception.inception_v1(pictures, 0, global_pool=True)
    assert inception.shape.as_list() == [1, 1, 1, 1024]
    dense, _ = nets.vgg.vgg_16(pictures, 5, fc_conv_padding="SAME", spatial_squeeze=False, scope="dense")
    assert dense.shape.as_list() == [1, 2, 2, 5]
    squeezed, _ = nets.resnet_v1.resnet_v1_50(pictures, 7, spatial_squeeze=True)
    assert squeezed.shape.as_list() == [1, 7]


def test_atrous_features_are_larger(pictures):
    for stride, size in ((32, 2), (16, 4), (8, 8)):
        net, _ = nets.resnet_v2.resnet_v2_50(pictures, global_pool=False, output_stride=stride, scope=f"at_{stride}")
        assert net.shape.as_list() == [1, size, size, 2048]


def test_refusals(pictures):
    with pytest.raises(ValueError, match=r"Unknown final endpoint Mixed_9z\. Choose one of Conv2d_1a_7x7"):
        nets.inception.inception_v1_base(pictures, "Mixed_9z")
    with pytest.raises(ValueError, match=r"needs to be a multiple of 4"):
        nets.resnet_v1.resnet_v1_50(pictures, output_stride=5)
    with pytest.raises(ValueError, match=r"output_stride cannot be reached\. The blocks' strides multiply to"):
        nets.resnet_v1.resnet_v1_50(pictures, output_stride=64, scope="second")
    with pytest.raises(ValueError, match="depth_multiplier is not greater than zero: 0"):
        nets.inception.inception_v3(pictures, depth_multiplier=0)
    with pytest.raises(ValueError, match="vgg_16/fc6"):
        nets.vgg.vgg_16(pictures)
