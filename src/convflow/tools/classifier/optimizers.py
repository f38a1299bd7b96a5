"""The optimizers that `--optimizer` names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import convflow as tf

# (learning rate, momentum) -> optimizer; only those that have a momentum look at it
OPTIMIZERS: dict[str, Callable[[Any, float], Any]] = {
    "adam": lambda rate, momentum: tf.train.AdamOptimizer(rate),
    "sgd": lambda rate, momentum: tf.train.GradientDescentOptimizer(rate),
    "momentum": lambda rate, momentum: tf.train.MomentumOptimizer(rate, momentum),
    "nesterov": lambda rate, momentum: tf.train.MomentumOptimizer(rate, momentum, use_nesterov=True),
    "rmsprop": lambda rate, momentum: tf.train.RMSPropOptimizer(rate, momentum=momentum),
    "adagrad": lambda rate, momentum: tf.train.AdagradOptimizer(rate),
    "adadelta": lambda rate, momentum: tf.train.AdadeltaOptimizer(rate),
    "ftrl": lambda rate, momentum: tf.train.FtrlOptimizer(rate),
}
