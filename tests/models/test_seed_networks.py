"""The networks of the course, the book and the papers: their parameters, layers and variants."""

from __future__ import annotations

import pytest

import convflow as tf
from convflow.models import registry
from convflow.tools.model_size import Size, measure


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("iris_linear", Size(15, 12)),
        ("xor_mlp", Size(70, 56)),
        ("mnist_cnn", Size(1_111_946, 24**2 * 25 * 32 + 8**2 * 800 * 64 + 1024 * 1024 + 1024 * 10)),
        ("convnet_mnist", Size(3_274_634, 28**2 * 25 * 32 + 14**2 * 800 * 64 + 3136 * 1024 + 1024 * 10)),
        ("mnist_layers", Size(3_274_634, 28**2 * 25 * 32 + 14**2 * 800 * 64 + 3136 * 1024 + 1024 * 10)),
        ("cifar_cnn", Size(233_130, 34_480_768)),
        # A scale and an offset in place of each bias.
        ("cifar_cnn_bn", Size(233_130 + 64 + 64 + 32, 34_480_768)),
        ("cifar_cnn_dropout", Size(233_130, 34_480_768)),
        ("cifar_cnn_l2", Size(233_130, 34_480_768)),
        ("resnet20", Size(269_722, 40_551_040)),
        ("resnet32", Size(464_154, 68_862_592)),
        ("resnet56", Size(853_018, 125_485_696)),
        ("bottleneck_resnet", Size(15_373_418, 3_005_000_704)),
        ("lenet", Size(3_274_634, 13_883_904)),
        ("cae_encoder", Size(329_058, 14**2 * 25 * 16 + 7**2 * 400 * 32 + 1568 * 200 + 200 * 10)),
        ("resnet18", Size(11_689_512, 1_814_073_344)),
        ("resnet34", Size(21_797_672, 3_663_761_408)),
        ("vgg_11", Size(132_863_336, 7_609_090_048)),
        ("vgg_13", Size(133_047_848, 11_308_466_176)),
    ],
)
def test_sizes(name: str, size: Size) -> None:
    assert measure(registry.get(name)) == size


def test_the_books_single_output() -> None:
    with tf.Graph().as_default():
        registry.get("xor_mlp").network(tf.placeholder(tf.float32, [None, 1, 1, 2]), num_classes=1)
        assert sum(variable.shape.num_elements() for variable in tf.trainable_variables()) == 61


def test_the_variables_of_the_course() -> None:
    with tf.Graph().as_default():
        registry.get("convnet_mnist").network(tf.placeholder(tf.float32, [None, 28, 28, 1]))
        names = [variable.op.name for variable in tf.global_variables()]
    layers = [("conv1", "kernel"), ("conv2", "kernel"), ("fc", "weights"), ("logits", "weights")]
    assert names == [f"{layer}/{name}" for layer, weights in layers for name in (weights, "biases")]


@pytest.mark.parametrize(("name", "terms"), [("cifar_cnn", 0), ("cifar_cnn_l2", 6)])
def test_regularization_is_in_its_collection(name: str, terms: int) -> None:
    with tf.Graph().as_default():
        registry.get(name).network(tf.placeholder(tf.float32, [None, 32, 32, 3]))
        assert len(tf.losses.get_regularization_losses()) == terms


@pytest.mark.parametrize(("name", "updates"), [("cifar_cnn_bn", 6), ("resnet20", 38)])
def test_batch_norm_follows_its_batches(name: str, updates: int) -> None:
    with tf.Graph().as_default():
        is_training = tf.placeholder_with_default(False, [])
        registry.get(name).network(tf.placeholder(tf.float32, [None, 32, 32, 3]), is_training=is_training)
        assert len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == updates


@pytest.mark.parametrize("name", ["mnist_layers", "cifar_cnn", "resnet20", "cifarnet", "mobilenet_v1_025"])
def test_other_sizes_channels_and_classes(name: str) -> None:
    with tf.Graph().as_default():
        logits, _ = registry.get(name).network(tf.placeholder(tf.float32, [None, 64, 64, 2]), num_classes=7)
    assert logits.shape.as_list() == [None, 7]


@pytest.mark.parametrize("name", ["mnist_layers", "cifar_cnn", "convnet_mnist"])
def test_pictures_too_small_to_be_pooled(name: str) -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Negative dimension size"):
        registry.get(name).network(tf.placeholder(tf.float32, [None, 1, 1, 1]))


def test_slims_networks_say_what_they_drop() -> None:
    assert registry.get("vgg_16").recipe.dropout == 0.5
    assert registry.get("inception_v1").recipe.dropout == 0.2
    assert registry.get("resnet_v1_50").recipe.dropout is None
