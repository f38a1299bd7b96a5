"""Optimizers by name (API: tf.estimator.DNNClassifier's optimizer)."""

from __future__ import annotations

from typing import Any

from convflow.training.optimizers.adagrad import AdagradOptimizer
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.ftrl import FtrlOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
from convflow.training.optimizers.optimizer import Optimizer
from convflow.training.optimizers.rmsprop import RMSPropOptimizer

_BY_NAME: dict[str, Any] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def optimizer_of(given: Any, learning_rate: float) -> Optimizer:
    """The optimizer of a setting.

    Args:
        given: an `Optimizer`, a function that makes one, or a name: "Adagrad", "Adam", "Ftrl", "RMSProp", "SGD".
        learning_rate: of one made by its name.

    Raises:
        ValueError: another name, or no optimizer.
    """
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise ValueError(f"Unsupported optimizer name: {given}. Supported names are: {tuple(sorted(_BY_NAME))}")
        return _BY_NAME[given](learning_rate=learning_rate)
    made = given() if callable(given) else given
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"The given object is not an Optimizer instance. Given: {made}. Make one with tf.train.AdamOptimizer or "
            "another class of tf.train."
        )
    return made
