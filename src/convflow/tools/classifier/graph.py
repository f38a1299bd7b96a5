"""The graph of a training run: inputs, model, loss, train step, summaries, saver. Written in the public API."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

import convflow as tf
from convflow.core import errors
from convflow.models import registry
from convflow.tools.classifier.data.examples import Batch, Data
from convflow.tools.classifier.settings import Run

_PICTURES = 8


@dataclass(frozen=True)
class TrainingGraph:
    """The graph and the tensors of it that a run feeds and fetches.

    Args:
        images: fed with uint8 (a table's rows: float32) [batch, height, width, channels].
        labels: fed with int32 [batch].
        is_training: fed with True in a training step; False unless fed.
        probabilities: [batch, num_classes].
        loss: the batch's mean cross entropy.
        accuracy: the fraction of the batch that is classified right.
        train_op: one step of the optimizer.
        epoch_summary: histograms of the trainable variables; needs no feeds.
        picture_summary: the first images of the batch, as the model sees them; None for a table.
    """

    graph: Any
    images: Any
    labels: Any
    is_training: Any
    probabilities: Any
    loss: Any
    accuracy: Any
    global_step: Any
    train_op: Any
    initializer: Any
    saver: Any
    epoch_summary: Any
    picture_summary: Any
    num_parameters: int

    def feeds(self, batch: Batch, is_training: bool = False) -> dict[Any, Any]:
        return {self.images: batch.images, self.labels: batch.labels, self.is_training: is_training}


def build(run: Run, data: Data) -> TrainingGraph:
    """Builds the graph of a run.

    Raises:
        errors.InvalidArgumentError: the model cannot be built for the data's images.
    """
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(run.seed)
        images = tf.placeholder(data.train.dtype, [None, *data.image_shape], name="images")
        labels = tf.placeholder(tf.int32, [None], name="labels")
        is_training = tf.placeholder_with_default(False, [], name="is_training")
        centred = centre(images, *data.statistics)
        logits = _logits(run, data, centred, is_training)
        probabilities = tf.nn.softmax(logits, name="probabilities")
        loss = _loss(logits, labels, len(data.class_names))
        accuracy = _accuracy(logits, labels)
        global_step = tf.train.get_or_create_global_step()
        optimizer = tf.train.AdamOptimizer(run.learning_rate)
        # Batch normalization's averages are followed in the same step; models without it have no such ops.
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(_regularized(loss), global_step=global_step, name="train_op")
        return TrainingGraph(
            graph=graph,
            images=images,
            labels=labels,
            is_training=is_training,
            probabilities=probabilities,
            loss=loss,
            accuracy=accuracy,
            global_step=global_step,
            train_op=train_op,
            initializer=tf.global_variables_initializer(),
            saver=tf.train.Saver(max_to_keep=2),
            epoch_summary=_weights_summary(),
            picture_summary=_picture_summary(centred) if data.has_pictures else None,
            num_parameters=sum(prod(map(int, variable.shape)) for variable in tf.trainable_variables()),
        )


def _regularized(loss: Any) -> Any:
    """What is trained on: the loss, and the model's regularization terms if it has any."""
    terms = tf.losses.get_regularization_losses()
    return tf.add_n([loss, *terms], name="regularized_loss") if terms else loss


def _picture_summary(images: Any) -> Any:
    return tf.summary.image("pictures", images, max_outputs=_PICTURES)


def centre(images: Any, mean: np.ndarray, deviation: np.float32) -> Any:
    """Takes the mean image away and divides by the standard deviation.

    Both are variables, so that a checkpoint has all that is needed to classify a picture.

    Args:
        images: the tensor to centre, uint8 [batch, height, width, channels].
        mean: float32 [height, width, channels].
        deviation: float32, of all pixels of the training set.
    """
    with tf.variable_scope("inputs"):
        mean_image = tf.get_variable("mean_image", initializer=mean, trainable=False)
        standard_deviation = tf.get_variable("standard_deviation", initializer=deviation, trainable=False)
        return tf.divide(tf.cast(images, tf.float32) - mean_image, standard_deviation, name="centred")


def _logits(run: Run, data: Data, images: Any, is_training: Any) -> Any:
    model = registry.get(run.model)
    options = {} if run.dropout is None else {"dropout": run.dropout}
    try:
        logits, _ = model.network(images, num_classes=len(data.class_names), is_training=is_training, **options)
    except ValueError as reason:
        shape = "x".join(map(str, data.image_shape))
        # The lines after the first are for who writes models: the node and where it was made.
        cause = str(reason).partition("\n")[0]
        designed = "x".join(map(str, model.input_shape))
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{run.model} cannot be built for images of {shape}: {cause} It was designed for {designed}; "
            "choose another model or data set.",
        ) from reason
    return logits


def _loss(logits: Any, labels: Any, num_classes: int) -> Any:
    one_hot = tf.one_hot(labels, num_classes, name="one_hot_labels")
    losses = tf.nn.softmax_cross_entropy_with_logits_v2(labels=one_hot, logits=logits)
    return tf.reduce_mean(losses, name="cross_entropy_loss")


def _accuracy(logits: Any, labels: Any) -> Any:
    predicted = tf.cast(tf.argmax(logits, axis=1), tf.int32, name="predicted_labels")
    return tf.reduce_mean(tf.cast(tf.equal(predicted, labels), tf.float32), name="accuracy")


def _weights_summary() -> Any:
    # A scope of their own: without it the tags would be the variables' names with _1 behind.
    with tf.name_scope("variables"):
        return tf.summary.merge(
            [tf.summary.histogram(variable.op.name, variable) for variable in tf.trainable_variables()]
        )
