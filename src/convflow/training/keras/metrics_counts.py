"""Metrics of how often predictions above thresholds are right (API: tf.keras.metrics.Precision, Recall, AUC, ...)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from convflow.core import dtypes
from convflow.modeling.keras import backend
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.constant import constant, ones_like
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import reshape
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater, logical_and, logical_not
from convflow.ops.math.elementwise import log
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.math.select import where_v2
from convflow.ops.top_k import top_k as top_k_op
from convflow.training.keras.metrics import Metric

_KINDS = ("true_positives", "true_negatives", "false_positives", "false_negatives")


def _thresholds(given: Any, default: float) -> list[float]:
    values = [default if given is None else given] if not isinstance(given, (list, tuple)) else list(given)
    wrong = [value for value in values if value is None or (value != -np.inf and not 0 <= value <= 1)]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Invalid values: {wrong}")
    return [float(value) for value in values]


class Counts(Metric):
    """Counts of right and wrong predictions at each threshold.

    Args:
        thresholds: between 0 and 1; what is larger counts as positive.
        kinds: which counts are kept.
    """

    def __init__(self, thresholds: Sequence[float], kinds: Sequence[str], name: str | None, dtype: Any) -> None:
        super().__init__(name, dtype)
        self.thresholds = list(thresholds)
        self._kinds = [kind for kind in _KINDS if kind in kinds]
        for kind in self._kinds:
            setattr(self, kind, self.add_weight(kind, (len(self.thresholds),)))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Count a batch: labels, predictions, and weights that may lack last axes."""
        labels, scores = cast(y_true, self.dtype), cast(y_pred, self.dtype)
        weights = _like(sample_weight, scores, self.dtype)
        is_true = cast(reshape(labels, [1, -1]), dtypes.bool)
        limits = reshape(constant(self.thresholds, self.dtype), [-1, 1])
        is_said = greater(reshape(scores, [1, -1]), limits)
        updates = []
        for kind in self._kinds:
            right = is_true if kind in ("true_positives", "false_negatives") else logical_not(is_true)
            said = is_said if kind in ("true_positives", "false_positives") else logical_not(is_said)
            hits: Any = cast(logical_and(right, said), self.dtype)
            counted = hits if weights is None else hits * reshape(weights, [1, -1])
            updates.append(getattr(self, kind).assign_add(reduce_sum(counted, axis=1)))
        return backend.together(*updates)

    def _value(self, kind: str) -> Any:
        return getattr(self, kind).read_value()


def _like(weights: Any, values: Any, dtype: Any) -> Any:
    if weights is None:
        return None
    weights = cast(weights, dtype)
    while weights.shape.rank < values.shape.rank:
        weights = weights[..., None]
    return weights * ones_like(values)


class _OneKind(Counts):
    kind: ClassVar[str]

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(_thresholds(thresholds, 0.5), [self.kind], name, dtype)
        self._given = thresholds

    def result(self) -> Any:
        value = self._value(self.kind)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": self._given}


class TruePositives(_OneKind):
    """How many positives were found (API: tf.keras.metrics.TruePositives)."""

    kind = "true_positives"


class TrueNegatives(_OneKind):
    """How many negatives were left (API: tf.keras.metrics.TrueNegatives)."""

    kind = "true_negatives"


class FalsePositives(_OneKind):
    """How many negatives were taken for positives (API: tf.keras.metrics.FalsePositives)."""

    kind = "false_positives"


class FalseNegatives(_OneKind):
    """How many positives were missed (API: tf.keras.metrics.FalseNegatives)."""

    kind = "false_negatives"


class _Part(Counts):
    """True positives by these and others.

    Args:
        thresholds: 0.5 by default.
        top_k: only the k largest predictions of an example count as positive.
        class_id: only this class, a place on the last axis, is looked at.
    """

    others: ClassVar[str]

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        default = 0.5 if top_k is None else -np.inf
        super().__init__(_thresholds(thresholds, default), ["true_positives", self.others], name, dtype)
        self._given, self.top_k, self.class_id = thresholds, top_k, class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if self.top_k is not None:
            y_pred = _only_largest(cast(y_pred, self.dtype), self.top_k)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        return super().update_state(y_true, y_pred, sample_weight)

    def result(self) -> Any:
        found = self._value("true_positives")
        value: Any = div_no_nan(found, found + self._value(self.others))
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": self._given, "top_k": self.top_k, "class_id": self.class_id}


def _only_largest(scores: Any, k: int) -> Any:
    places = top_k_op(scores, k, sorted=False)[1]
    kept = reduce_sum(one_hot(places, scores.shape[-1].value, axis=-1), axis=-2)
    return where_v2(greater(kept, 0.0), scores, -np.inf)


class Precision(_Part):
    """The part of what is called positive that is (API: tf.keras.metrics.Precision)."""

    others = "false_positives"


class Recall(_Part):
    """The part of the positives that is found (API: tf.keras.metrics.Recall)."""

    others = "false_negatives"


def _even_thresholds(count: int) -> list[float]:
    inner = [(index + 1) / (count - 1) for index in range(count - 2)]
    return [0.0 - 1e-7, *inner, 1.0 + 1e-7]


class _AtValue(Counts):
    """One rate where another has a value; the nearest threshold of evenly spaced ones."""

    def __init__(self, value: float, num_thresholds: int, name: str | None, dtype: Any) -> None:
        if num_thresholds <= 0:
            raise ValueError("`num_thresholds` must be > 0.")
        if not 0 <= value <= 1:
            raise ValueError("The value must be in the range [0, 1].")
        self.value, self.num_thresholds = value, num_thresholds
        super().__init__([0.5] if num_thresholds == 1 else _even_thresholds(num_thresholds), _KINDS, name, dtype)

    def _rates(self) -> tuple[Any, Any]:
        """Sensitivities and specificities."""
        tp, tn, fp, fn = map(self._value, _KINDS)
        return div_no_nan(tp, tp + fn), div_no_nan(tn, tn + fp)

    def _nearest(self, rates: Any, wanted: Any) -> Any:
        distance: Any = rates - self.value
        distance = maximum(distance, -distance)
        nearest = equal(distance, -reduce_max(-distance))
        # The first of those that are as near.
        order = constant(np.arange(len(self.thresholds), 0, -1), self.dtype)
        first = where_v2(nearest, order, 0.0)
        return reduce_sum(where_v2(equal(first, reduce_max(first)), wanted, 0.0))


class SensitivityAtSpecificity(_AtValue):
    """The sensitivity where the specificity is nearest to a value (API: tf.keras.metrics.SensitivityAtSpecificity).

    Args:
        specificity: the value, from 0 to 1.
        num_thresholds: how many evenly spaced thresholds are tried; 200 by default.
        name: of the metric.
        dtype: of its variables; `floatx()` by default.

    Raises:
        ValueError: a value not from 0 to 1, or no threshold.
    """

    def __init__(
        self, specificity: float, num_thresholds: int = 200, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(specificity, num_thresholds, name, dtype)

    def result(self) -> Any:
        sensitivities, specificities = self._rates()
        return self._nearest(specificities, sensitivities)


class SpecificityAtSensitivity(_AtValue):
    """The specificity where the sensitivity is nearest to a value (API: tf.keras.metrics.SpecificityAtSensitivity).

    Args:
        sensitivity: the value, from 0 to 1.
        num_thresholds: how many evenly spaced thresholds are tried; 200 by default.
        name: of the metric.
        dtype: of its variables; `floatx()` by default.

    Raises:
        ValueError: a value not from 0 to 1, or no threshold.
    """

    def __init__(
        self, sensitivity: float, num_thresholds: int = 200, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(sensitivity, num_thresholds, name, dtype)

    def result(self) -> Any:
        sensitivities, specificities = self._rates()
        return self._nearest(sensitivities, specificities)


class AUC(Counts):
    """The area under the curve of rates over thresholds (API: tf.keras.metrics.AUC).

    Args:
        num_thresholds: how many, evenly spaced.
        curve: "ROC", or "PR" for precision over recall.
        summation_method: "interpolation", "minoring" or "majoring" (Davis and Goadrich 2006 for PR).
        thresholds: those between 0 and 1, instead of evenly spaced ones.

    Raises:
        ValueError: an unknown curve or method, thresholds out of range, or fewer than two.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
    ) -> None:
        if curve not in ("ROC", "PR"):
            raise ValueError(f'Invalid curve: "{curve}". Valid options are: "ROC", "PR"')
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                f'Invalid summation_method: "{summation_method}". Valid options are: interpolation, minoring, majoring'
            )
        if thresholds is not None:
            inner = sorted(_thresholds(list(thresholds), 0.5))
            limits = [-1e-7, *inner, 1.0 + 1e-7]
        elif num_thresholds <= 1:
            raise ValueError("`num_thresholds` must be > 1.")
        else:
            limits = _even_thresholds(num_thresholds)
        self.curve, self.summation_method, self.num_thresholds = curve, summation_method, len(limits)
        super().__init__(limits, _KINDS, name, dtype)

    def result(self) -> Any:
        tp, tn, fp, fn = map(self._value, _KINDS)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolated(tp, fp, fn)
        recall: Any = div_no_nan(tp, tp + fn)
        x, y = (div_no_nan(fp, fp + tn), recall) if self.curve == "ROC" else (recall, div_no_nan(tp, tp + fp))
        heights: Any = {
            "interpolation": lambda: (y[:-1] + y[1:]) / 2.0,
            "minoring": lambda: minimum(y[:-1], y[1:]),
            "majoring": lambda: maximum(y[:-1], y[1:]),
        }[self.summation_method]()
        return reduce_sum((x[:-1] - x[1:]) * heights)

    def get_config(self) -> dict[str, Any]:
        own = {"curve": self.curve, "summation_method": self.summation_method}
        return super().get_config() | own | {"thresholds": self.thresholds[1:-1]}


def _interpolated(tp: Any, fp: Any, fn: Any) -> Any:
    """The area under precision over recall, the true positives straight between thresholds."""
    positives = tp + fp
    found, called = tp[:-1] - tp[1:], positives[:-1] - positives[1:]
    slope: Any = div_no_nan(found, maximum(called, 0.0))
    intercept = tp[1:] - slope * positives[1:]
    both = logical_and(greater(positives[:-1], 0.0), greater(positives[1:], 0.0))
    ratio: Any = where_v2(both, div_no_nan(positives[:-1], maximum(positives[1:], 0.0)), ones_like(positives[1:]))
    return reduce_sum(div_no_nan(slope * (found + intercept * log(ratio)), maximum(tp[1:] + fn[1:], 0.0)))
