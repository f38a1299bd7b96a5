"""The graph of a training run: inputs, model, loss, train step, summaries, savers. Written in the public API."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

import convflow as tf
from convflow.core import errors
from convflow.models import registry
from convflow.tools.classifier.data.examples import Batch, Data
from convflow.tools.classifier.initializers import kernel_getter
from convflow.tools.classifier.optimizers import OPTIMIZERS
from convflow.tools.classifier.settings import Run

_PICTURES = 8
_KERNEL_RANK = 2


@dataclass(frozen=True)
class Network:
    """A model with its inputs, and what it says about them.

    Args:
        images: fed with uint8 (a table's rows: float32) [batch, height, width, channels].
        labels: fed with int32 [batch].
        is_training: fed with True in a training step; False unless fed.
        centred: the images as the model sees them.
        logits: [batch, num_classes].
        probabilities: [batch, num_classes].
        losses: each example's cross entropy [batch].
        loss: their mean.
        accuracy: the fraction of the batch that is classified right.
        end_points: the model's tensors worth looking at, by name.
        variables: what classifies: weights, averages of batch normalization, what centres the images.
    """

    graph: Any
    images: Any
    labels: Any
    is_training: Any
    centred: Any
    logits: Any
    probabilities: Any
    losses: Any
    loss: Any
    accuracy: Any
    end_points: dict[str, Any]
    variables: list[Any]

    def feeds(self, batch: Batch) -> dict[Any, Any]:
        return {self.images: batch.images, self.labels: batch.labels}

    @property
    def num_parameters(self) -> int:
        """Of the trainable variables together."""
        return sum(prod(map(int, variable.shape)) for variable in self.graph.get_collection("trainable_variables"))


@dataclass(frozen=True)
class TrainingGraph:
    """A network, and the tensors that train, save and show it.

    Args:
        learning_rate: fed in a training step.
        train_op: one step of the optimizer. Fails with InvalidArgumentError, before a variable has changed, if the
            loss is not finite.
        saver: of the last checkpoints.
        best_saver: of the best one.
        epoch_summary: histograms of the trainable variables; needs no feeds.
        picture_summary: the first images of the batch, as the model sees them; None for a table.
    """

    network: Network
    learning_rate: Any
    global_step: Any
    train_op: Any
    initializer: Any
    saver: Any
    best_saver: Any
    epoch_summary: Any
    picture_summary: Any

    def training_feeds(self, batch: Batch, rate: float) -> dict[Any, Any]:
        return {**self.network.feeds(batch), self.network.is_training: True, self.learning_rate: rate}


def build(run: Run, data: Data) -> TrainingGraph:
    """Builds the graph of a run.

    Raises:
        errors.InvalidArgumentError: the model cannot be built for the data's images, or nothing is left to train.
    """
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(run.seed)
        network = build_network(run, data.image_shape, data.train.dtype, data.class_names, data.statistics)
        variables = trained_variables(run)
        learning_rate = tf.placeholder(tf.float32, [], name="learning_rate")
        global_step = tf.train.get_or_create_global_step()
        optimizer = OPTIMIZERS[run.optimizer].make(learning_rate, run.momentum)
        gradients = optimizer.compute_gradients(_objective(run, data, network, variables), variables)
        finite = tf.debugging.assert_all_finite(network.loss, "The loss is not a finite number.")
        # Batch normalization's averages are followed in the same step; models without it have no such ops.
        with tf.control_dependencies([finite, *_followed_averages(run)]):
            train_op = optimizer.apply_gradients(gradients, global_step, name="train_op")
        return TrainingGraph(
            network=network,
            learning_rate=learning_rate,
            global_step=global_step,
            train_op=train_op,
            initializer=tf.global_variables_initializer(),
            saver=tf.train.Saver(max_to_keep=2, save_relative_paths=True),
            best_saver=tf.train.Saver(max_to_keep=1, save_relative_paths=True),
            epoch_summary=_weights_summary(),
            picture_summary=_picture_summary(network.centred) if data.has_pictures else None,
        )


def build_network(
    run: Run,
    image_shape: tuple[int, int, int],
    dtype: np.dtype,
    class_names: Sequence[str],
    statistics: tuple[np.ndarray, np.float32] | None = None,
) -> Network:
    """Builds a run's model and what measures it in the default graph.

    Args:
        image_shape: height, width, channels of what is fed.
        dtype: of what is fed.
        class_names: one for each logit.
        statistics: the mean image and the deviation that centre the images; a checkpoint's take their place when
            it is restored, so that None does where one will be.

    Raises:
        errors.InvalidArgumentError: the model cannot be built for such images.
    """
    images = tf.placeholder(dtype, [None, *image_shape], name="images")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    is_training = tf.placeholder_with_default(False, [], name="is_training")
    mean, deviation = statistics or (np.zeros(image_shape, np.float32), np.float32(1))
    centred = centre(images, mean, deviation)
    logits, end_points = _logits(run, image_shape, len(class_names), centred, is_training)
    losses = _losses(logits, labels, len(class_names))
    return Network(
        graph=tf.get_default_graph(),
        images=images,
        labels=labels,
        is_training=is_training,
        centred=centred,
        logits=logits,
        probabilities=tf.nn.softmax(logits, name="probabilities"),
        losses=losses,
        loss=tf.reduce_mean(losses, name="cross_entropy_loss"),
        accuracy=_accuracy(logits, labels),
        end_points=end_points,
        variables=tf.global_variables(),
    )


def trained_variables(run: Run) -> list[Any]:
    """The trainable variables that `freeze` and `train_only` leave to be trained.

    Raises:
        errors.InvalidArgumentError: none is left.
    """
    everything = tf.trainable_variables()
    left = [variable for variable in everything if is_trained(run, variable.op.name)]
    if not left:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Nothing is left to train: --freeze {run.freeze} and --train {run.train_only} leave none of the "
            f"{len(everything)} trainable variables. Patterns that fit fewer (--freeze) or more (--train) of these "
            f"names were expected: {', '.join(variable.op.name for variable in everything)}.",
        )
    return left


def is_trained(run: Run, name: str) -> bool:
    """Whether a run changes the variable called `name`."""
    frozen = run.freeze is not None and re.search(run.freeze, name) is not None
    wanted = run.train_only is None or re.search(run.train_only, name) is not None
    return wanted and not frozen


def _followed_averages(run: Run) -> list[Any]:
    """The ops that follow batch statistics, but for those of layers that stay as they are."""
    variables = {variable.op.name for variable in tf.global_variables()}
    return [
        update
        for update in tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        if all(is_trained(run, name) for name in _assigned(update.op if hasattr(update, "op") else update, variables))
    ]


def _assigned(update: Any, variables: set[str]) -> list[str]:
    """The variables among an op's inputs: those that an assignment changes."""
    return [value.op.name for value in update.inputs if value.op.name in variables]


def _objective(run: Run, data: Data, network: Network, variables: Sequence[Any]) -> Any:
    """What is made small: the (weighted) loss and everything that keeps the kernels small."""
    terms = [_weighted_loss(data, network) if run.balance == "weights" else network.loss]
    terms += tf.losses.get_regularization_losses()
    kernels = [variable for variable in variables if len(variable.shape) >= _KERNEL_RANK]
    if (run.l1 or run.l2) and kernels:
        regularizer = tf.contrib.layers.l1_l2_regularizer(run.l1, run.l2)
        terms.append(tf.contrib.layers.apply_regularization(regularizer, kernels))
    return tf.add_n(terms, name="objective")


def _weighted_loss(data: Data, network: Network) -> Any:
    """The mean cross entropy with each class weighted by how rare it is; the weights' mean over the set is 1."""
    counts = np.bincount(data.train.labels, minlength=len(data.class_names))
    weights = len(data.train) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return tf.reduce_mean(tf.gather(tf.constant(weights, tf.float32), network.labels) * network.losses)


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


def _logits(
    run: Run, image_shape: tuple[int, int, int], num_classes: int, images: Any, is_training: Any
) -> tuple[Any, dict[str, Any]]:
    model = registry.get(run.model)
    options = {} if run.dropout is None else {"dropout": run.dropout}
    try:
        with _kernels_begin_with(run.initializer):
            return model.network(images, num_classes=num_classes, is_training=is_training, **options)
    except ValueError as reason:
        shape = "x".join(map(str, image_shape))
        # The lines after the first are for who writes models: the node and where it was made.
        cause = str(reason).partition("\n")[0]
        designed = "x".join(map(str, model.input_shape))
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{run.model} cannot be built for images of {shape}: {cause} It was designed for {designed}; "
            "choose another model or data set.",
        ) from reason


def _kernels_begin_with(initializer: str | None) -> Any:
    if initializer is None:
        return contextlib.nullcontext()
    return tf.variable_scope(tf.get_variable_scope(), custom_getter=kernel_getter(initializer))


def _losses(logits: Any, labels: Any, num_classes: int) -> Any:
    one_hot = tf.one_hot(labels, num_classes, name="one_hot_labels")
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=one_hot, logits=logits)


def _accuracy(logits: Any, labels: Any) -> Any:
    predicted = tf.cast(tf.argmax(logits, axis=1), tf.int32, name="predicted_labels")
    return tf.reduce_mean(tf.cast(tf.equal(predicted, labels), tf.float32), name="accuracy")


def _weights_summary() -> Any:
    # A scope of their own: without it the tags would be the variables' names with _1 behind.
    with tf.name_scope("variables"):
        return tf.summary.merge(
            [tf.summary.histogram(variable.op.name, variable) for variable in tf.trainable_variables()]
        )


def _picture_summary(images: Any) -> Any:
    return tf.summary.image("pictures", images, max_outputs=_PICTURES)
