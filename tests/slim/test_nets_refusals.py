"""What networks and the restoring of their checkpoints refuse, in which words."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.slim.nets import (
    inception_resnet_v2,
    inception_v4,
    mobilenet_v1,
)
from convflow.slim.nets.mobilenet import conv_blocks, mobilenet_v2
from convflow.slim.research.nets import inception_v1, inception_v2, inception_v3, nets_factory, resnet_v1

slim = tf.contrib.slim


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def pictures(size: int = 64) -> tf.Tensor:
    return tf.zeros([1, size, size, 3])


UNKNOWN_END_POINTS = [
    (inception_v4.inception_v4_base, "Mixed_5f", "Choose one of Conv2d_1a_3x3, .*Mixed_7d"),
    (inception_resnet_v2.inception_resnet_v2_base, "Mixed_5c", "Choose one of .*PreAuxLogits"),
    (inception_v1.inception_v1_base, "Mixed_6a", "Choose one of Conv2d_1a_7x7, .*Mixed_5c"),
    (inception_v2.inception_v2_base, "Mixed_4f", "Choose one of Conv2d_1a_7x7, .*Mixed_5c"),
    (inception_v3.inception_v3_base, "Mixed_7d", "Choose one of Conv2d_1a_3x3, .*Mixed_7c"),
    (mobilenet_v1.mobilenet_v1_base, "Conv2d_14_pointwise", "Choose one of Conv2d_0, Conv2d_1_depthwise"),
]


@pytest.mark.parametrize(("base", "name", "choice"), UNKNOWN_END_POINTS)
def test_unknown_end_points(base, name, choice):
    with pytest.raises(ValueError, match=rf"Unknown final endpoint {name}\. {choice}"):
        base(pictures(), name)


def test_end_points_before_the_first_module_are_not_there_without_them():
    features = tf.zeros([1, 28, 28, 192])
    for base in (inception_v1.inception_v1_base, inception_v2.inception_v2_base):
        with pytest.raises(ValueError, match=r"Unknown final endpoint MaxPool_3a_3x3\. Choose one of Mixed_3b, "):
            base(features, "MaxPool_3a_3x3", include_root_block=False)


def test_data_formats_of_inception():
    with pytest.raises(ValueError, match="data_format must be either NHWC or NCHW, not 'NWHC'"):
        inception_v2.inception_v2_base(pictures(), data_format="NWHC")
    with pytest.raises(ValueError, match="separable convolution only supports NHWC layout"):
        inception_v2.inception_v2_base(pictures(), data_format="NCHW")


def test_unknown_layer_of_a_table():
    with pytest.raises(ValueError, match=r"Unknown final endpoint layer_20\. Choose one of layer_1 to layer_19"):
        mobilenet_v2.mobilenet_base(pictures(), final_endpoint="layer_20")


OUTPUT_STRIDES = [
    (lambda: inception_resnet_v2.inception_resnet_v2_base(pictures(), output_stride=4), "must be 8 or 16, got 4"),
    (
        lambda: inception_resnet_v2.inception_resnet_v2_base(pictures(), output_stride=8),
        "only supported up to the PreAuxLogits end_point, got Conv2d_7b_1x1",
    ),
    (lambda: mobilenet_v1.mobilenet_v1_base(pictures(), output_stride=4), "values are 8, 16, 32, got 4"),
    (lambda: mobilenet_v2.mobilenet_base(pictures(), output_stride=7), "must be None, 1 or a multiple of 2, got 7"),
    (lambda: resnet_v1.resnet_v1_50(pictures(), output_stride=6), "multiple of 4, .* Got 6"),
]


@pytest.mark.parametrize(("build", "message"), OUTPUT_STRIDES)
def test_output_strides(build, message):
    with pytest.raises(ValueError, match=message):
        build()


TOO_SMALL = [
    ("alexnet_v2", 64, r"alexnet_v2/pool5"),
    ("vgg_16", 100, r"vgg_16/fc6"),
    ("overfeat", 100, r"overfeat/fc6"),
    ("inception_v3", 40, r"InceptionV3/.*"),
    ("inception_v4", 60, r"InceptionV4/.*"),
    ("inception_resnet_v2", 60, r"InceptionResnetV2/.*"),
]


@pytest.mark.parametrize(("name", "size", "node"), TOO_SMALL)
def test_pictures_that_are_too_small(name, size, node):
    """The error names the node and both shapes."""
    with pytest.raises(ValueError, match=node) as caught:
        nets_factory.get_network_fn(name, 10)(pictures(size))
    assert str(caught.value).count("[") + str(caught.value).count("(") >= 2


def test_auxiliary_logits_of_small_and_unknown_pictures():
    with pytest.raises(
        ValueError, match=r"AuxLogits pool windows of 5 x 5, but InceptionV4/.*the shape \(1, 3, 3, 1024\)"
    ):
        inception_v4.inception_v4(pictures(80), 5)
    unknown = tf.placeholder(tf.float32, [1, None, None, 3])
    with pytest.raises(ValueError, match=r"\(1, \?, \?, 1024\).*pass create_aux_logits=False"):
        inception_v4.inception_v4(unknown, 5, scope="second")


def test_arguments_of_mobilenets():
    with pytest.raises(ValueError, match="depth_multiplier is not greater than zero: 0"):
        mobilenet_v1.mobilenet_v1(pictures(), depth_multiplier=0)
    with pytest.raises(ValueError, match="multiplier is not greater than zero: -1"):
        mobilenet_v2.mobilenet(pictures(), depth_multiplier=-1)
    with pytest.raises(ValueError, match=r"doesn't support .* multiplier=2\. Use \"depth_multiplier\" instead"):
        mobilenet_v2.mobilenet(pictures(), multiplier=2)
    for network in (mobilenet_v1.mobilenet_v1, mobilenet_v2.mobilenet):
        with pytest.raises(ValueError, match=r"Invalid input tensor rank, expected 4, was: 3\. .* got \(8, 8, 3\)"):
            network(tf.zeros([8, 8, 3]), scope="flat")
    with pytest.raises(ValueError, match=r"Unknown convolution type 'conv' for layer 0"):
        mobilenet_v1.mobilenet_v1_base(pictures(), conv_defs=["conv"])
    with pytest.raises(TypeError, match="'middle' is unknown value for depthwise_location"):
        conv_blocks.expanded_conv(pictures(), 8, depthwise_location="middle")
    with pytest.raises(TypeError, match="only be used with \"SAME\" padding, got 'VALID'"):
        conv_blocks.expanded_conv(pictures(), 8, padding="VALID", use_explicit_padding=True)
    with pytest.raises(ValueError, match="36 channels cannot be split into groups of multiples of 8"):
        conv_blocks.split_conv(tf.zeros([1, 4, 4, 36]), 36, 2, "split")


def test_a_failing_layer_of_a_table_is_named():
    with pytest.raises(ValueError) as caught:
        mobilenet_v2.mobilenet(tf.placeholder(tf.float32, [1, 32, 32, None]))
    assert any("layer_1 of the table: convolution2d with" in note for note in caught.value.__notes__)


def test_unknown_networks():
    with pytest.raises(ValueError, match=r"Name of network unknown resnet_50\. Choose one of alexnet_v2, cifarnet"):
        nets_factory.get_network_fn("resnet_50", 10)


@pytest.fixture
def lenet_checkpoint(tmp_path):
    """A LeNet of seven classes."""
    with tf.Graph().as_default(), tf.Session() as session:
        nets_factory.get_network_fn("lenet", 7)(tf.zeros([1, 28, 28, 1]))
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, str(tmp_path / "lenet.ckpt"))


def test_a_checkpoint_with_other_shapes(lenet_checkpoint):
    nets_factory.get_network_fn("lenet", 10)(tf.zeros([1, 28, 28, 1]))
    variables = slim.get_model_variables()
    with pytest.raises(ValueError, match=r"LeNet/fc4/weights lh_shape: \[\(1024, 7\)\], rh_shape: \[\(1024, 10\)\]"):
        slim.assign_from_checkpoint(lenet_checkpoint, variables)
    restore = slim.assign_from_checkpoint_fn(lenet_checkpoint, variables)
    message = r"Variable LeNet/fc4/biases: The variable has shape \(10,\), the value \(7,\)"
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=message):
        restore(session)


def test_a_checkpoint_without_some_variables(lenet_checkpoint):
    nets_factory.get_network_fn("lenet", 7)(tf.zeros([1, 28, 28, 1]))
    extra = tf.get_variable("LeNet/extra/weights", [3])
    variables = [*slim.get_model_variables(), extra]
    with pytest.raises(ValueError, match=r"Checkpoint is missing variable \[LeNet/extra/weights\]"):
        slim.assign_from_checkpoint(lenet_checkpoint, variables)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.NotFoundError, match="LeNet/extra/weights"):
            slim.assign_from_checkpoint_fn(lenet_checkpoint, variables)(session)
        slim.assign_from_checkpoint_fn(lenet_checkpoint, variables, ignore_missing_vars=True)(session)
        reader = tf.train.NewCheckpointReader(lenet_checkpoint)
        weights = session.run(slim.get_variables_by_name("weights", "LeNet/conv1")[0])
        np.testing.assert_array_equal(weights, reader.get_tensor("LeNet/conv1/weights"))


def test_every_but_the_logits_is_restored_for_another_task(lenet_checkpoint):
    nets_factory.get_network_fn("lenet", 10)(tf.zeros([1, 28, 28, 1]))
    restored = slim.get_variables_to_restore(exclude=["LeNet/fc4"])
    assert {variable.op.name.split("/")[1] for variable in restored} == {"conv1", "conv2", "fc3"}
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        slim.assign_from_checkpoint_fn(lenet_checkpoint, restored)(session)


def test_depthwise_filters_are_regularized_where_asked():
    for asked, losses in ((False, 15), (True, 28)):
        with tf.Graph().as_default(), slim.arg_scope(mobilenet_v1.mobilenet_v1_arg_scope(regularize_depthwise=asked)):
            mobilenet_v1.mobilenet_v1(pictures(32))
            assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == losses
