"""Metrics that are losses, and of classes as a whole (API: tf.keras.metrics.MeanIoU, MeanRelativeError, ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.modeling.keras import backend
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.diag import diag_part as diagonal
from convflow.ops.array.reshape import reshape
from convflow.ops.math.cast import cast
from convflow.ops.math.confusion_matrix import confusion_matrix
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_sum
from convflow.training.keras import losses
from convflow.training.keras.metrics import Mean, MeanMetricWrapper, Metric, sparse_top_k_categorical_accuracy


def _positive_cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    return -losses.cosine_similarity(y_true, y_pred, axis)


class Hinge(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.hinge` (API: tf.keras.metrics.Hinge).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.squared_hinge` (API: tf.keras.metrics.SquaredHinge).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.categorical_hinge` (API: tf.keras.metrics.CategoricalHinge).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)


class KLDivergence(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.kullback_leibler_divergence` (API: tf.keras.metrics.KLDivergence).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "kullback_leibler_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kullback_leibler_divergence, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.logcosh` (API: tf.keras.metrics.LogCoshError).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.logcosh, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.poisson` (API: tf.keras.metrics.Poisson).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.mean_absolute_percentage_error` (API:
    tf.keras.metrics.MeanAbsolutePercentageError).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of the loss `tf.keras.losses.mean_squared_logarithmic_error` (API:
    tf.keras.metrics.MeanSquaredLogarithmicError).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class CosineSimilarity(MeanMetricWrapper):
    """The cosine of the angle, 1 where both point the same way (API: tf.keras.metrics.CosineSimilarity).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
        axis: that of the vectors; the last by default.
    """

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(_positive_cosine, name, dtype, axis=axis)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """Whether the class is among the k largest (API: tf.keras.metrics.SparseTopKCategoricalAccuracy).

    Args:
        k: how many of the largest count; 5 by default.
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k)


class MeanRelativeError(Mean):
    """The mean of |y_pred - y_true| / normalizer (API: tf.keras.metrics.MeanRelativeError).

    Args:
        normalizer: of the predictions' shape.
    """

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name or "mean_relative_error", dtype)
        self.normalizer = cast(normalizer, self.dtype)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        return self._compare(*args, **kwargs)

    def _compare(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        error: Any = absolute(cast(y_true, self.dtype) - cast(y_pred, self.dtype))
        return self._count_in(div_no_nan(error, self.normalizer), sample_weight)


class MeanTensor(Metric):
    """The mean of tensors of one shape, number by number (API: tf.keras.metrics.MeanTensor).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.

    Raises:
        ValueError: (when used) tensors of different shapes, or a result before anything is counted.
    """

    def __init__(self, name: str = "mean_tensor", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total: Any = None
        self.count: Any = None

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        values = cast(values, self.dtype)
        if self.total is None:
            self.total = self.add_weight("total", values.shape.as_list())
            self.count = self.add_weight("count", values.shape.as_list())
        if values.shape.as_list() != self.total.shape.as_list():
            raise ValueError(
                "MeanTensor input values must always have the same shape. Expected shape (set during the first call): "
                f"{self.total.shape}. Got: {values.shape}"
            )
        counted: Any = ones_like(values)
        if sample_weight is not None:
            weights = cast(sample_weight, self.dtype)
            while weights.shape.rank < values.shape.rank:
                weights = weights[..., None]
            values, counted = values * weights, counted * weights
        return backend.together(self.total.assign_add(values), self.count.assign_add(counted))

    def result(self) -> Any:
        if self.total is None:
            raise ValueError("MeanTensor does not have any result yet. Call the metric or update_state() first.")
        return div_no_nan(self.total.read_value(), self.count.read_value())


class MeanIoU(Metric):
    """The mean over classes of what both have in common by what either has (API: tf.keras.metrics.MeanIoU).

    Args:
        num_classes: how many; labels and predictions are their numbers.
    """

    def __init__(self, num_classes: int, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.num_classes = num_classes
        self.total_cm = self.add_weight("total_confusion_matrix", (num_classes, num_classes))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        labels, found = (reshape(cast(item, dtypes.int64), [-1]) for item in (y_true, y_pred))
        weights = None if sample_weight is None else reshape(cast(sample_weight, self.dtype), [-1])
        counts = confusion_matrix(labels, found, self.num_classes, dtype=self.dtype, weights=weights)
        return backend.together(self.total_cm.assign_add(counts))

    def result(self) -> Any:
        counts = self.total_cm.read_value()
        right: Any = diagonal(counts)
        either = reduce_sum(counts, axis=0) + reduce_sum(counts, axis=1) - right
        known = cast(either > zeros_like(either), self.dtype)
        return div_no_nan(reduce_sum(div_no_nan(right, either)), reduce_sum(known))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"num_classes": self.num_classes}
