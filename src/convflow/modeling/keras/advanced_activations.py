"""Keras layers of functions with numbers of their own (API: tf.keras.layers.LeakyReLU, PReLU, ReLU, ...)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import activations
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import utils
from convflow.ops import activation
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater


class _OfEach(Layer):
    """A function of each number; `numbers` are the arguments that `get_config` names."""

    supports_masking = True

    numbers: tuple[str, ...] = ()

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {name: getattr(self, name) for name in self.numbers}


class LeakyReLU(_OfEach):
    """x, below zero alpha * x (API: tf.keras.layers.LeakyReLU).

    Args:
        alpha: the slope below zero; 0.3 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    numbers = ("alpha",)

    def __init__(self, alpha: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = float(alpha)

    def call(self, inputs: Tensor) -> Tensor:
        return activation.leaky_relu(inputs, alpha=self.alpha)


class ELU(_OfEach):
    """x, below zero alpha * (exp(x) - 1) (API: tf.keras.layers.ELU).

    Args:
        alpha: what very negative inputs come near to, negated; 1 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    numbers = ("alpha",)

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = float(alpha)

    def call(self, inputs: Tensor) -> Any:
        values: Any = activation.elu(inputs)
        if self.alpha == 1:
            return values
        above: Any = activation.relu(inputs)
        return above + self.alpha * (values - above)


class ThresholdedReLU(_OfEach):
    """x above `theta`, else 0 (API: tf.keras.layers.ThresholdedReLU).

    Args:
        theta: what an input must be above to be kept; 1 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    numbers = ("theta",)

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = float(theta)

    def call(self, inputs: Any) -> Tensor:
        return inputs * cast(greater(inputs, self.theta), inputs.dtype)


class ReLU(_OfEach):
    """x above a threshold, at most `max_value` (API: tf.keras.layers.ReLU).

    Args:
        max_value: no limit if None.
        negative_slope: of what is below the threshold.
        threshold: 0 by default.
    """

    numbers = ("max_value", "negative_slope", "threshold")

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0:
            raise ValueError(f"max_value of a ReLU layer cannot be a negative value: {max_value}")
        if negative_slope < 0:
            raise ValueError(f"negative_slope of a ReLU layer cannot be a negative value: {negative_slope}")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Tensor) -> Tensor:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class Softmax(_OfEach):
    """Exponentials that add up to 1 (API: tf.keras.layers.Softmax).

    Args:
        axis: along which outputs add up to 1; the last by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).

    Raises:
        ValueError: (when called) inputs of fewer than two axes.
    """

    numbers = ("axis",)

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        return activations.softmax(inputs, axis=self.axis)


class PReLU(_OfEach):
    """x, below zero times a trained number (API: tf.keras.layers.PReLU).

    Args:
        alpha_initializer, alpha_regularizer, alpha_constraint: of the numbers.
        shared_axes: axes along which there is one number.
    """

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = utils.initializer(alpha_initializer)
        self.alpha_regularizer = utils.checked_function(alpha_regularizer, "alpha_regularizer", "l2")
        self.alpha_constraint = utils.checked_function(alpha_constraint, "alpha_constraint", "max_norm")
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes or [])

    def build(self, input_shape: Any) -> None:
        sizes = as_shape(input_shape).as_list()[1:]
        for axis in self.shared_axes:
            sizes[axis - 1] = 1
        self.alpha = self.add_weight(
            "alpha", sizes, initializer=self.alpha_initializer, regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        below: Any = activation.relu(-inputs)
        return activation.relu(inputs) - self.alpha * below

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"shared_axes": self.shared_axes}
