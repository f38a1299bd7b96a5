"""The optimizers that `--optimizer` names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import convflow as tf


@dataclass(frozen=True)
class Optimizer:
    """An optimizer that a run can choose.

    Args:
        make: (learning rate, momentum) -> the optimizer; only those that have a momentum look at it.
        learning_rate: a rate that mostly works, for a model whose recipe has another optimizer.
        has_momentum: whether it looks at the momentum.
    """

    make: Callable[[Any, float], Any]
    learning_rate: float
    has_momentum: bool = False


OPTIMIZERS = {
    "adam": Optimizer(lambda rate, momentum: tf.train.AdamOptimizer(rate), 1e-3),
    "sgd": Optimizer(lambda rate, momentum: tf.train.GradientDescentOptimizer(rate), 1e-1),
    "momentum": Optimizer(lambda rate, momentum: tf.train.MomentumOptimizer(rate, momentum), 1e-2, True),
    "nesterov": Optimizer(
        lambda rate, momentum: tf.train.MomentumOptimizer(rate, momentum, use_nesterov=True), 1e-2, True
    ),
    "rmsprop": Optimizer(lambda rate, momentum: tf.train.RMSPropOptimizer(rate, momentum=momentum), 1e-3, True),
    "adagrad": Optimizer(lambda rate, momentum: tf.train.AdagradOptimizer(rate), 1e-2),
    "adadelta": Optimizer(lambda rate, momentum: tf.train.AdadeltaOptimizer(rate), 1.0),
    "ftrl": Optimizer(lambda rate, momentum: tf.train.FtrlOptimizer(rate), 1e-2),
}


def learning_rate_of(name: str, otherwise: float) -> float:
    """The rate that an optimizer begins with where none was chosen; `otherwise` for a name that there is not."""
    return OPTIMIZERS[name].learning_rate if name in OPTIMIZERS else otherwise
