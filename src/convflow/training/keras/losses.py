"""How far predictions are from what they should be (API: tf.keras.losses).

The functions give a number for each example, the mean over the last axis; the classes the mean over a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.activation import relu, softplus
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.comparison import equal, logical_or
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log, square
from convflow.ops.math.reduce import reduce_all, reduce_max, reduce_mean, reduce_sum
from convflow.ops.norm import l2_normalize
from convflow.ops.xent import (
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = convert_to_tensor(y_pred)
    return cast(y_true, y_pred.dtype.base_dtype), y_pred


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (y_true - y_pred)^2 (API: tf.keras.losses.mean_squared_error).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce_mean(square(y_pred - y_true), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of |y_true - y_pred| (API: tf.keras.losses.mean_absolute_error).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce_mean(absolute(y_pred - y_true), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 times the mean of |y_true - y_pred| / |y_true| (API: tf.keras.losses.mean_absolute_percentage_error).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    parts = absolute((y_true - y_pred) / clip_by_value(absolute(y_true), backend.epsilon(), float("inf")))
    return 100.0 * reduce_mean(parts, axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (log(1 + y_true) - log(1 + y_pred))^2 (API: tf.keras.losses.mean_squared_logarithmic_error).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers, as those of `y_true` not negative: they are cut at `epsilon()`.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    first: Any = log(maximum(y_pred, backend.epsilon()) + 1.0)
    return reduce_mean(square(first - log(maximum(y_true, backend.epsilon()) + 1.0)), axis=-1)


def _signs(y_true: Any) -> Any:
    """Labels of -1 and 1; where all are 0 or 1, what they stand for."""
    is_binary = cast(reduce_all(logical_or(equal(y_true, 0.0), equal(y_true, 1.0))), y_true.dtype)
    return y_true + is_binary * (y_true - 1.0)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0) (API: tf.keras.losses.hinge).

    Args:
        y_true: -1 and 1, or 0 and 1, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce_mean(relu(1.0 - _signs(y_true) * y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0)^2 (API: tf.keras.losses.squared_hinge).

    Args:
        y_true: -1 and 1, or 0 and 1, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce_mean(square(relu(1.0 - _signs(y_true) * y_pred)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(neg - pos + 1, 0): pos is the class's prediction, neg the largest other.

    API: tf.keras.losses.categorical_hinge.

    Args:
        y_true: 1 for the class, 0 for the others, of the shape of `y_pred`.
        y_pred: scores, (..., classes).

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    right: Any = reduce_sum(y_true * y_pred, axis=-1)
    wrong: Any = reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return maximum(0.0, wrong - right + 1.0)


def logcosh(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of log(cosh(y_pred - y_true)) (API: tf.keras.losses.logcosh).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    x = y_pred - y_true
    soft: Any = softplus(-2.0 * x)
    return reduce_mean(x + soft - 0.6931471805599453, axis=-1)


def _logits_of(output: Any, op_type: str) -> Any:
    """What an activation was computed of, where it was the last thing: its logarithm is exact then."""
    return output.op.inputs[0] if output.op.type == op_type else None


def _clipped(output: Any) -> Any:
    return clip_by_value(output, backend.epsilon(), 1.0 - backend.epsilon())


def categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0) -> Any:
    """The cross entropy of classes as rows of zeros and a one.

    Args:
        y_true, y_pred: (..., classes).
        from_logits: whether y_pred are logits, not probabilities.
        label_smoothing: how much of the one goes to all classes.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_pred.shape[-1].value
    logits = y_pred if from_logits else _logits_of(y_pred, "Softmax")
    if logits is not None:
        return softmax_cross_entropy_with_logits_v2(labels=y_true, logits=logits)
    total: Any = reduce_sum(y_pred, axis=-1, keepdims=True)
    return -reduce_sum(y_true * log(_clipped(y_pred / total)), axis=-1)


def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """The cross entropy of classes as their numbers.

    Args:
        y_true: (...) or (..., 1).
        y_pred: (..., classes).
        from_logits: whether y_pred are logits, not probabilities.
        axis: that of the classes, the last.
    """
    if axis not in (-1, (y_pred.shape.rank or 0) - 1):
        raise ValueError(f"sparse_categorical_crossentropy: the classes must be on the last axis, got axis={axis}.")
    logits = y_pred if from_logits else _logits_of(y_pred, "Softmax")
    if logits is None:
        logits = log(_clipped(y_pred))
    flat = cast(reshape(y_true, [-1]), dtypes.int64)
    classes = logits.shape[-1].value
    found = sparse_softmax_cross_entropy_with_logits(labels=flat, logits=reshape(logits, [-1, classes]))
    return found if logits.shape.rank == 2 else reshape(found, shape_of(logits)[:-1])


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0) -> Any:
    """The mean cross entropy of zeros and ones.

    Args:
        from_logits: whether y_pred are logits, not probabilities.
        label_smoothing: how much y_true is moved towards a half.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    logits = y_pred if from_logits else _logits_of(y_pred, "Sigmoid")
    if logits is not None:
        return reduce_mean(sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits), axis=-1)
    p, e = _clipped(y_pred), backend.epsilon()
    right: Any = log(p + e)
    return reduce_mean(-(y_true * right + (1.0 - y_true) * log(1.0 - p + e)), axis=-1)


def kullback_leibler_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """The sum of y_true * log(y_true / y_pred) (API: tf.keras.losses.kullback_leibler_divergence).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers from 0 to 1, cut at `epsilon()` and 1.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    e = backend.epsilon()
    one, other = clip_by_value(y_true, e, 1.0), clip_by_value(y_pred, e, 1.0)
    return reduce_sum(one * log(one / other), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of y_pred - y_true * log(y_pred) (API: tf.keras.losses.poisson).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers, positive.

    Returns:
        a tensor without the last axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce_mean(y_pred - y_true * log(y_pred + backend.epsilon()), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine between both, negative: -1 if they point the same way (API: tf.keras.losses.cosine_similarity).

    Args:
        y_true: what is right, of the shape of `y_pred`.
        y_pred: numbers.
        axis: that of the vectors; the last by default.

    Returns:
        a tensor without that axis.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    product: Any = l2_normalize(y_true, axis=axis) * l2_normalize(y_pred, axis=axis)
    return -reduce_sum(product, axis=axis)


def huber_loss(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the square of the error up to `delta`, straight on from there; a number for each element."""
    y_true, y_pred = _pair(y_true, y_pred)
    error: Any = absolute(y_pred - y_true)
    small = -relu(delta - error) + delta
    return 0.5 * small * small + delta * (error - small)


def masked_weights(weights: Any, mask: Any) -> Any:
    """Weights of examples, (batch,), times a mask, (batch, steps) of bool or None: what each step counts."""
    if mask is None:
        return weights
    counts: Any = cast(mask, weights.dtype.base_dtype)
    for _ in range(counts.shape.rank - 1):
        weights = expand_dims(weights, -1)
    return counts * weights


def weighted_mean(values: Any, sample_weight: Any = None, reduction: str = "sum_over_batch_size") -> Any:
    """The sum of values by their number, each times its example's weight."""
    if sample_weight is not None:
        weights = cast(sample_weight, values.dtype.base_dtype)
        rank, own = values.shape.rank, weights.shape.rank
        if rank is not None and own is not None and own > rank:
            weights = reshape(weights, [-1])
        for _ in range((rank or 0) - (weights.shape.rank or 0)):
            weights = reshape(weights, concat([shape_of(weights), [1]], 0))
        values = values * weights
    if reduction == "none":
        return values
    total: Any = reduce_sum(values)
    return total if reduction == "sum" else total / cast(size(values), values.dtype.base_dtype)


class Loss:
    """A loss of batches (API: tf.keras.losses.Loss). Subclasses give `call`.

    Args:
        reduction: "sum_over_batch_size" (also "auto"), "sum" or "none".
        name: of the loss.
    """

    def __init__(self, reduction: str = "auto", name: str | None = None) -> None:
        self.reduction = "sum_over_batch_size" if reduction == "auto" else reduction
        self.name = name

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A number for each example."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it is: override call.")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(self.call(y_true, y_pred), sample_weight, self.reduction)

    def get_config(self) -> dict[str, Any]:
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        return cls(**config)


class LossFunction(Loss):
    """A loss of a function: `function`, or a subclass's own; further arguments are its.

    Args:
        reduction, name: as of `Loss`.
        arguments: of the function.
    """

    function: ClassVar[Callable[..., Any]]

    def __init__(self, reduction: str = "auto", name: str | None = None, **arguments: Any) -> None:
        super().__init__(reduction, name or type(self).function.__name__)
        self._arguments = arguments

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return type(self).function(y_true, y_pred, **self._arguments)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._arguments


class MeanSquaredError(LossFunction):
    """Of `mean_squared_error` (API: tf.keras.losses.MeanSquaredError)."""

    function = mean_squared_error


class MeanAbsoluteError(LossFunction):
    """Of `mean_absolute_error` (API: tf.keras.losses.MeanAbsoluteError)."""

    function = mean_absolute_error


class MeanAbsolutePercentageError(LossFunction):
    """Of `mean_absolute_percentage_error` (API: tf.keras.losses.MeanAbsolutePercentageError)."""

    function = mean_absolute_percentage_error


class MeanSquaredLogarithmicError(LossFunction):
    """Of `mean_squared_logarithmic_error` (API: tf.keras.losses.MeanSquaredLogarithmicError)."""

    function = mean_squared_logarithmic_error


class Hinge(LossFunction):
    """Of `hinge` (API: tf.keras.losses.Hinge)."""

    function = hinge


class SquaredHinge(LossFunction):
    """Of `squared_hinge` (API: tf.keras.losses.SquaredHinge)."""

    function = squared_hinge


class CategoricalHinge(LossFunction):
    """Of `categorical_hinge` (API: tf.keras.losses.CategoricalHinge)."""

    function = categorical_hinge


class LogCosh(LossFunction):
    """Of `logcosh` (API: tf.keras.losses.LogCosh)."""

    function = logcosh


class KLDivergence(LossFunction):
    """Of `kullback_leibler_divergence` (API: tf.keras.losses.KLDivergence)."""

    function = kullback_leibler_divergence


class Poisson(LossFunction):
    """Of `poisson` (API: tf.keras.losses.Poisson)."""

    function = poisson


class CosineSimilarity(LossFunction):
    """Of `cosine_similarity` (API: tf.keras.losses.CosineSimilarity).

    Args:
        axis: that of the vectors; the last by default.
        reduction: "sum", "none" or "sum_over_batch_size", which "auto" is: the mean.
        name: of the loss and its scope.
    """

    function = cosine_similarity

    def __init__(self, axis: int = -1, reduction: str = "auto", name: str | None = None) -> None:
        super().__init__(reduction, name, axis=axis)


class Huber(LossFunction):
    """Of `huber_loss` (API: tf.keras.losses.Huber).

    Args:
        delta: up to which error it grows with the square; 1 by default.
        reduction: "sum", "none" or "sum_over_batch_size", which "auto" is: the mean.
        name: of the loss and its scope.
    """

    function = huber_loss

    def __init__(self, delta: float = 1.0, reduction: str = "auto", name: str | None = None) -> None:
        super().__init__(reduction, name, delta=delta)


class _CrossEntropy(LossFunction):
    """A cross entropy, of probabilities or logits."""

    def __init__(
        self, from_logits: bool = False, label_smoothing: float = 0, reduction: str = "auto", name: str | None = None
    ) -> None:
        super().__init__(reduction, name, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(_CrossEntropy):
    """Of `categorical_crossentropy` (API: tf.keras.losses.CategoricalCrossentropy)."""

    function = categorical_crossentropy


class BinaryCrossentropy(_CrossEntropy):
    """Of `binary_crossentropy` (API: tf.keras.losses.BinaryCrossentropy)."""

    function = binary_crossentropy


class SparseCategoricalCrossentropy(LossFunction):
    """Of `sparse_categorical_crossentropy` (API: tf.keras.losses.SparseCategoricalCrossentropy).

    Args:
        from_logits: whether predictions are logits; else they are probabilities.
        reduction: "sum", "none" or "sum_over_batch_size", which "auto" is: the mean.
        name: of the loss and its scope.
    """

    function = sparse_categorical_crossentropy

    def __init__(self, from_logits: bool = False, reduction: str = "auto", name: str | None = None) -> None:
        super().__init__(reduction, name, from_logits=from_logits)


_FUNCTIONS = (
    mean_squared_error, mean_absolute_error, mean_absolute_percentage_error, mean_squared_logarithmic_error, hinge,
    squared_hinge, categorical_hinge, logcosh, categorical_crossentropy, sparse_categorical_crossentropy,
    binary_crossentropy, kullback_leibler_divergence, poisson, cosine_similarity, huber_loss,
)  # fmt: skip
_SHORT = {
    "mse": mean_squared_error, "mae": mean_absolute_error, "mape": mean_absolute_percentage_error,
    "msle": mean_squared_logarithmic_error, "kld": kullback_leibler_divergence, "cosine_proximity": cosine_similarity,
    "MSE": mean_squared_error, "MAE": mean_absolute_error, "MAPE": mean_absolute_percentage_error,
    "MSLE": mean_squared_logarithmic_error, "KLD": kullback_leibler_divergence,
}  # fmt: skip
KNOWN: dict[str, Callable[..., Any]] = {**{function.__name__: function for function in _FUNCTIONS}, **_SHORT}
"""Losses by the names that models take."""


def get(identifier: Any) -> Any:
    """The loss of a name, or itself (API: tf.keras.losses.get).

    Args:
        identifier: a name, a function, a loss object, or None, which stays None.

    Raises:
        ValueError: an unknown name.
    """
    if identifier is None or callable(identifier):
        return identifier
    if identifier not in KNOWN:
        raise ValueError(f"Unknown loss function: {identifier!r}. Expected one of {', '.join(sorted(KNOWN))}.")
    return KNOWN[identifier]
