"""Normalization of features (API: tf.keras.layers.BatchNormalization)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import normalization


class BatchNormalization(Layer, normalization.BatchNormalization):
    """Each feature brought to mean 0 and variance 1, scaled and shifted (API: tf.keras.layers.BatchNormalization).

    The nodes that move the statistics are in `updates`; `Model.fit` runs them.
    """

    _asks_learning_phase: ClassVar[bool] = True
    supports_masking = True

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        return super().call(inputs, False if training is None else training)

    def get_config(self) -> dict[str, Any]:
        names = [
            "axis",
            "momentum",
            "epsilon",
            "center",
            "scale",
            "beta_initializer",
            "gamma_initializer",
            "moving_mean_initializer",
            "moving_variance_initializer",
            "beta_regularizer",
            "gamma_regularizer",
            "beta_constraint",
            "gamma_constraint",
        ]
        wanted = {"name", "trainable", "dtype", "batch_input_shape", *names}
        return {name: value for name, value in super().get_config().items() if name in wanted}
