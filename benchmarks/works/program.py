"""What a work hands to the engine that runs it, and the pieces the networks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Program:
    """A graph, ready to be run.

    Args:
        fetches: what every step asks the session for.
        feeds: placeholder to NumPy array, fed anew at each step.
    """

    fetches: Any
    feeds: dict[Any, np.ndarray] = field(default_factory=dict)


@dataclass
class Action:
    """A step that is no `Session.run`.

    Args:
        step: does the work; returns the seconds it took where it measures itself, else None.
    """

    step: Callable[[], float | None]


def pictures(*shape: int) -> np.ndarray:
    """Float32 in [0, 1), the same in every process."""
    return np.random.RandomState(0).random_sample(shape).astype(np.float32)


def one_hot(batch: int, classes: int) -> np.ndarray:
    """Float32 [batch, classes], the same in every process."""
    return np.eye(classes, dtype=np.float32)[np.random.RandomState(1).randint(classes, size=batch)]


def cross_entropy(tf: Any, labels: Any, logits: Any) -> Any:
    """The mean over all pictures (and pixels)."""
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))


def with_updates(tf: Any, optimizer: Any, loss: Any) -> Any:
    """One step of the optimizer, and of the moving means of batch normalization."""
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        return optimizer.minimize(loss)


def classifier(tf: Any, image: Any, logits: Any, images: np.ndarray, optimizer: Any, training: bool) -> Program:
    """The step that trains `logits` [batch, classes], or the one that only computes its softmax."""
    if not training:
        return Program(tf.nn.softmax(logits), {image: images})
    batch, classes = len(images), logits.shape[-1].value
    label = tf.placeholder(tf.float32, [None, classes])
    loss = cross_entropy(tf, label, logits)
    step = with_updates(tf, optimizer, loss)
    return Program([loss, step], {image: images, label: one_hot(batch, classes)})
