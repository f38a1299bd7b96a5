"""The registry of models, and what holds for every model in it."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors
from convflow.models import registry
from convflow.slim.research.nets.nets_factory import networks_map

_RECIPE = registry.Recipe(epochs=1, batch_size=1, learning_rate=0.1)


def test_unknown_names_are_answered_with_close_ones() -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        registry.get("MNIST-CNN2")
    assert "There is no model named 'MNIST-CNN2'. Did you mean mnist_cnn?" in caught.value.message
    assert "Known: " in caught.value.message


def test_names_far_off_are_answered_with_the_list() -> None:
    message = registry.unknown("model", "xyz", ["b", "a"]).message
    assert message == "There is no model named 'xyz'. Known: b, a."


def test_a_name_is_registered_once() -> None:
    def mnist_cnn() -> None:
        """Another function of the name."""

    register = registry.register(input_shape=(1, 1, 1), num_classes=1, recipe=_RECIPE, source="")
    registry.get("mnist_cnn")
    with pytest.raises(errors.AlreadyExistsError, match=r"'mnist_cnn', which convflow\.models\.mnist_cnn has"):
        register(mnist_cnn)


# Slim's large networks have tests of their own; here the smallest stand for all that come by its factory.
_SMALL = [name for name in registry.names() if max(registry.get(name).input_shape) <= 32]
_NAMES = [name for name in _SMALL if name not in networks_map or name in ("cifarnet", "lenet")]


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("num_classes", [None, 3])
def test_every_model_runs_and_every_parameter_gets_a_gradient(name: str, num_classes: int | None) -> None:
    model = registry.get(name)
    classes = num_classes or model.num_classes
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        images = tf.placeholder(tf.float32, [None, *model.input_shape])
        logits, end_points = model.network(images, num_classes=classes, is_training=True)
        variables = tf.trainable_variables()
        gradients = tf.gradients(tf.reduce_mean(tf.square(logits)), variables)
        assert logits.shape.as_list() == [None, classes]
        assert end_points["logits"] is logits
        assert [
            variable.name for variable, gradient in zip(variables, gradients, strict=True) if gradient is None
        ] == []
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            pictures = np.random.default_rng(1).normal(size=(2, *model.input_shape))
            values, slopes = session.run([logits, gradients], {images: pictures})
    assert values.shape == (2, classes)
    assert np.isfinite(values).all()
    assert all(np.abs(slope).max() > 0 for slope in slopes)
