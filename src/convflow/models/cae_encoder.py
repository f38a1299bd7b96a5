"""`cae_encoder`: the classifier of chapter 7 of "Hands-On Convolutional Neural Networks with TensorFlow" (Zafar et al.
2018), the encoder of the convolutional autoencoder of chapter 6 with two fully connected layers behind; and that
autoencoder, from which its convolutions can be taken over."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.models.registry import Recipe, register

FILTERS = (16, 32)
HIDDEN_UNITS = 200
LATENT_SIZE = 20
_SOURCE = "Zafar et al., Hands-On Convolutional Neural Networks with TensorFlow, ch. 7"


def encoder(images: Any) -> list[Any]:
    """Two 5x5 convolutions that halve the picture, conv1 and conv2: their outputs."""
    outputs = []
    features = images
    for number, filters in enumerate(FILTERS, start=1):
        features = tf.layers.conv2d(
            features, filters, 5, strides=2, padding="same", activation=tf.nn.relu, name=f"conv{number}"
        )
        outputs.append(features)
    return outputs


def autoencoder(images: Any, latent_size: int = LATENT_SIZE) -> tuple[Any, Any]:
    """The convolutional autoencoder of chapter 6.

    Args:
        images: float32 [batch, height, width, channels] in [0, 1]; height and width are multiples of 4.
        latent_size: how many numbers a picture is brought down to.

    Returns:
        The latent numbers [batch, latent_size], and the pictures made from them, of the shape of `images`.
    """
    height, width, channels = images.shape.as_list()[1:]
    latent = tf.layers.dense(tf.layers.flatten(encoder(images)[-1]), latent_size, name="latent_var")
    # The decoder begins with twice the channels that the encoder ends with.
    rows, columns = height // 4, width // 4
    features = tf.layers.dense(latent, rows * columns * 2 * FILTERS[-1], name="z_matrix")
    features = tf.nn.relu(tf.reshape(features, [-1, rows, columns, 2 * FILTERS[-1]]))
    features = tf.layers.conv2d_transpose(
        features, FILTERS[-1], 5, strides=2, padding="same", activation=tf.nn.relu, name="deconv1"
    )
    decoded = tf.layers.conv2d_transpose(
        features, channels, 5, strides=2, padding="same", activation=tf.nn.sigmoid, name="deconv2"
    )
    return latent, decoded


@register(
    input_shape=(28, 28, 1),
    num_classes=10,
    recipe=Recipe(epochs=20, batch_size=64, learning_rate=1e-3),
    source=_SOURCE,
)
def cae_encoder(images: Any, num_classes: int = 10, is_training: Any = False) -> tuple[Any, dict[str, Any]]:
    """The encoder, 200 units and the logits: 329,058 parameters for 28x28x1 and 10 classes.

    `convflow train cae_encoder --from AUTOENCODER --freeze conv` takes the convolutions over and leaves them as they
    are.

    Args:
        images: float32 [batch, height, width, channels].
        num_classes: how many logits.
        is_training: makes no difference.

    Returns:
        The logits [batch, num_classes], and the end points conv1, conv2, fc1, logits.
    """
    end_points: dict[str, Any] = {}
    end_points["conv1"], end_points["conv2"] = encoder(images)
    features = tf.layers.flatten(end_points["conv2"])
    features = end_points["fc1"] = tf.layers.dense(features, HIDDEN_UNITS, activation=tf.nn.relu, name="fc1")
    logits = end_points["logits"] = tf.layers.dense(features, num_classes, name="logits")
    return logits, end_points
