"""Normalization of features (API: tf.keras.layers.BatchNormalization)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import normalization
from convflow.ops.array.reshape import reshape
from convflow.ops.math.moments import moments
from convflow.ops.norm import batch_normalization


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


class LayerNormalization(Layer):
    """Each example brought to mean 0 and variance 1, scaled and shifted (API: tf.keras.layers.LayerNormalization).

    Ba et al. 2016, arXiv:1607.06450.

    Args:
        axis: over which mean and variance are; the last by default.
        epsilon: is added to the variance.
        center, scale: whether a trained number is added, and multiplied with, for each place on the axes.
        beta_initializer, gamma_initializer, and _regularizer, _constraint: of those.
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self._gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        self._beta = (beta_initializer, beta_regularizer, beta_constraint)

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape)
        rank: Any = shape.rank
        self._axes = sorted(axis % rank for axis in self.axis)
        sizes = [shape[axis].value for axis in self._axes]
        self.gamma = self._add("gamma", sizes, self._gamma) if self.scale else None
        self.beta = self._add("beta", sizes, self._beta) if self.center else None
        self._wide = [size.value if index in self._axes else 1 for index, size in enumerate(shape)]
        self.built = True

    def _add(self, name: str, sizes: Any, settings: tuple[Any, Any, Any]) -> Any:
        initializer, regularizer, constraint = settings
        return self.add_weight(name, sizes, initializer=initializer, regularizer=regularizer, constraint=constraint)

    def call(self, inputs: Any) -> Any:
        mean, variance = moments(inputs, self._axes, keep_dims=True)
        gamma, beta = (None if item is None else reshape(item, self._wide) for item in (self.gamma, self.beta))
        return batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"axis": self.axis, "epsilon": self.epsilon, "center": self.center, "scale": self.scale}
        return super().get_config() | own
