"""What is followed over the batches of an epoch (API: tf.keras.metrics)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.keras import backend
from convflow.modeling.layers import utils
from convflow.modeling.variables.variable import Variable
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import size
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater
from convflow.ops.math.no_nan import div_no_nan
from convflow.ops.math.reduce import reduce_mean, reduce_sum
from convflow.ops.top_k import in_top_k
from convflow.ops.weights_broadcast import broadcast_weights
from convflow.training.keras import losses


class Metric:
    """A number kept in variables (API: tf.keras.metrics.Metric). Subclasses give `update_state` and `result`.

    Args:
        name: what it is called in logs.
        dtype: of the variables.
    """

    def __init__(self, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        if kwargs:
            raise TypeError(f"Keyword argument not understood: {next(iter(kwargs))!r} (by {type(self).__name__}).")
        self.name = name or backend.unique_name(utils.snake_case(type(self).__name__))
        self.dtype = dtypes.as_dtype(dtype or dtypes.float32)
        self.variables: list[Variable] = []
        self._by_name: dict[str, Variable] = {}

    def add_weight(self, name: str, shape: Any = (), initializer: Any = "zeros", dtype: Any = None) -> Variable:
        """A variable of the metric's own."""
        kind = dtypes.as_dtype(dtype or self.dtype)
        made_by, sizes = utils.initializer(initializer), list(shape)
        variable = Variable(
            lambda: made_by(sizes, dtype=kind), trainable=False, dtype=kind, name=name, use_resource=True,
            collections=[],
        )  # fmt: skip
        self.variables.append(backend.track(variable))
        self._by_name[name] = variable
        return variable

    def _checkpoint_children(self) -> dict[str, Any]:
        return dict(self._by_name)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """An operation that counts a batch."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it counts: override update_state.")

    def result(self) -> Any:
        """The number so far."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it is: override result.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The number with this batch counted."""
        with name_scope(self.name):
            update = self.update_state(*args, **kwargs)
            with control_dependencies([] if update is None else [update]):
                return identity(self.result())

    def reset_op(self) -> Any:
        """An operation that begins anew."""
        return backend.together(*(variable.assign(np.zeros(variable.shape.as_list())) for variable in self.variables))

    def reset_states(self) -> None:
        """Begin anew."""
        backend.batch_set_value([(variable, np.zeros(variable.shape.as_list())) for variable in self.variables])

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype.name}


def _fitted(values: Any, weights: Any, reduce: Callable[..., Any]) -> tuple[Any, Any]:
    """Values and weights of one shape: weights are stretched, or values reduced to the weights' axes."""
    ranks = values.shape.rank, weights.shape.rank
    if ranks[0] is None or not ranks[1]:
        return values, broadcast_weights(weights, values)
    if ranks[1] - ranks[0] == 1:
        weights = squeeze(weights, [-1])
    elif ranks[0] - ranks[1] == 1:
        weights = expand_dims(weights, -1)
    elif ranks[0] > ranks[1]:
        return reduce(values, axis=list(range(ranks[1], ranks[0]))), weights
    return values, broadcast_weights(weights, values)


class Mean(Metric):
    """The mean of all values, weighted (API: tf.keras.metrics.Mean).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total, self.count = self.add_weight("total"), self.add_weight("count")

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        return self._count_in(*args, **kwargs)

    def _count_in(self, values: Any, sample_weight: Any = None) -> Any:
        values = cast(values, self.dtype)
        number = cast(size(values), self.dtype)
        if sample_weight is not None:
            values, weights = _fitted(values, cast(sample_weight, self.dtype), reduce_mean)
            values, number = values * weights, reduce_sum(weights)
        return backend.together(self.total.assign_add(reduce_sum(values)), self.count.assign_add(number))

    def result(self) -> Any:
        return div_no_nan(self.total.read_value(), self.count.read_value())


class Sum(Metric):
    """The sum of all values (API: tf.keras.metrics.Sum).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_weight("total")

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        values = cast(values, self.dtype)
        if sample_weight is not None:
            values, weights = _fitted(values, cast(sample_weight, self.dtype), reduce_sum)
            values = values * weights
        return backend.together(self.total.assign_add(reduce_sum(values)))

    def result(self) -> Any:
        return self.total.read_value()


class MeanMetricWrapper(Mean):
    """The mean of a function of what should be and what is predicted.

    Args:
        fn: the function, a number for each example.
        name: what it is called in logs.
        kwargs: arguments of the function.
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name or fn.__name__, dtype)
        self._fn, self._arguments = fn, kwargs

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        return self._compare(*args, **kwargs)

    def _compare(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self._count_in(self._fn(y_true, y_pred, **self._arguments), sample_weight)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """The part of predictions on the right side of `threshold` (API: tf.keras.metrics.binary_accuracy).

    Args:
        y_true: 0 and 1, of the shape of `y_pred`.
        y_pred: numbers.
        threshold: above it a prediction is 1; 0.5 by default.

    Returns:
        float32, without the last axis.
    """
    sides = cast(greater(y_pred, threshold), y_pred.dtype.base_dtype)
    return reduce_mean(cast(equal(cast(y_true, sides.dtype), sides), dtypes.float32), axis=-1)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest prediction is the class (API: tf.keras.metrics.categorical_accuracy).

    Args:
        y_true: 1 for the class, 0 for the others, of the shape of `y_pred`.
        y_pred: scores, (..., classes).

    Returns:
        float32, 1 where it is right and 0 elsewhere, without the last axis.
    """
    return cast(equal(argmax(y_true, axis=-1), argmax(y_pred, axis=-1)), dtypes.float32)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest prediction is the class (API: tf.keras.metrics.sparse_categorical_accuracy).

    Args:
        y_true: class numbers, the shape of `y_pred` without the last axis, or with size 1 there.
        y_pred: scores, (..., classes).

    Returns:
        float32, 1 where it is right and 0 elsewhere, without the last axis.
    """
    if y_true.shape.rank is not None and y_true.shape.rank == y_pred.shape.rank:
        y_true = squeeze(y_true, [-1])
    return cast(equal(cast(y_true, dtypes.int64), argmax(y_pred, axis=-1)), dtypes.float32)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the class is among the k largest predictions (API: tf.keras.metrics.top_k_categorical_accuracy).

    Args:
        y_true: 1 for the class, 0 for the others, (batch, classes).
        y_pred: scores, (batch, classes).
        k: how many of the largest count; 5 by default.

    Returns:
        float32, shape (batch,), 1 where it is among them and 0 elsewhere.
    """
    return cast(in_top_k(y_pred, argmax(y_true, axis=-1), k), dtypes.float32)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the class is among the k largest (API: tf.keras.metrics.sparse_top_k_categorical_accuracy).

    Args:
        y_true: class numbers, shape (batch,) or (batch, 1).
        y_pred: scores, (batch, classes).
        k: how many of the largest count; 5 by default.

    Returns:
        float32, shape (batch,), 1 where it is among them and 0 elsewhere.
    """
    return cast(in_top_k(y_pred, cast(reshape(y_true, [-1]), dtypes.int32), k), dtypes.float32)


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether both are equal."""
    y_pred = convert_to_tensor(y_pred)
    return cast(equal(cast(y_true, y_pred.dtype.base_dtype), y_pred), dtypes.float32)


class _Named(MeanMetricWrapper):
    """The mean of the class's own function."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(type(self).function, name or utils.snake_case(type(self).__name__), dtype, **kwargs)


class Accuracy(_Named):
    """How often predictions are equal to labels (API: tf.keras.metrics.Accuracy)."""

    function = accuracy


class BinaryAccuracy(_Named):
    """Of `binary_accuracy` (API: tf.keras.metrics.BinaryAccuracy)."""

    function = binary_accuracy


class CategoricalAccuracy(_Named):
    """Of `categorical_accuracy` (API: tf.keras.metrics.CategoricalAccuracy)."""

    function = categorical_accuracy


class SparseCategoricalAccuracy(_Named):
    """Of `sparse_categorical_accuracy` (API: tf.keras.metrics.SparseCategoricalAccuracy)."""

    function = sparse_categorical_accuracy


class TopKCategoricalAccuracy(_Named):
    """Of `top_k_categorical_accuracy` (API: tf.keras.metrics.TopKCategoricalAccuracy).

    Args:
        k: how many of the largest count; 5 by default.
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    function = top_k_categorical_accuracy

    def __init__(self, k: int = 5, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype, k=k)


class MeanSquaredError(_Named):
    """Of the loss (API: tf.keras.metrics.MeanSquaredError)."""

    function = losses.mean_squared_error


class MeanAbsoluteError(_Named):
    """Of the loss (API: tf.keras.metrics.MeanAbsoluteError)."""

    function = losses.mean_absolute_error


class BinaryCrossentropy(_Named):
    """Of the loss (API: tf.keras.metrics.BinaryCrossentropy)."""

    function = losses.binary_crossentropy


class CategoricalCrossentropy(_Named):
    """Of the loss (API: tf.keras.metrics.CategoricalCrossentropy)."""

    function = losses.categorical_crossentropy


class SparseCategoricalCrossentropy(_Named):
    """Of the loss (API: tf.keras.metrics.SparseCategoricalCrossentropy)."""

    function = losses.sparse_categorical_crossentropy


class RootMeanSquaredError(Mean):
    """The root of the mean square (API: tf.keras.metrics.RootMeanSquaredError).

    Args:
        name: of the metric.
        dtype: of its variables; `floatx()` by default.
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        return self._compare(*args, **kwargs)

    def _compare(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        error: Any = cast(y_pred, self.dtype) - cast(y_true, self.dtype)
        return self._count_in(error * error, sample_weight)

    def result(self) -> Any:
        return super().result() ** 0.5


_ACCURACIES = ("accuracy", "acc")
_KNOWN: dict[str, Callable[..., Any]] = {
    **losses.KNOWN,
    **{
        function.__name__: function
        for function in (
            binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, top_k_categorical_accuracy,
            sparse_top_k_categorical_accuracy,
        )
    },
}  # fmt: skip


def get(identifier: Any, output_shape: Any = None, loss: Any = None) -> Metric:
    """The metric that a model's argument means (API: tf.keras.metrics.get).

    Args:
        identifier: a `Metric`, a function, or a name; "accuracy" is the one that suits the loss.
        output_shape: of the predictions.
        loss: of the model.

    Raises:
        ValueError: an unknown name.
    """
    if isinstance(identifier, Metric):
        return identifier
    if identifier in _ACCURACIES:
        return MeanMetricWrapper(_suiting_accuracy(output_shape, loss), name="acc")
    if isinstance(identifier, str) and identifier in ("crossentropy", "ce"):
        return MeanMetricWrapper(losses.get(loss), name="ce")
    if callable(identifier):
        return MeanMetricWrapper(identifier, name=getattr(identifier, "__name__", type(identifier).__name__))
    if identifier not in _KNOWN:
        raise ValueError(f"Unknown metric function: {identifier!r}. Expected one of {', '.join(sorted(_KNOWN))}.")
    function = _KNOWN[identifier]
    return MeanMetricWrapper(function, name=function.__name__)


def _suiting_accuracy(output_shape: Any, loss: Any) -> Callable[..., Any]:
    name = getattr(loss, "name", None) or getattr(loss, "__name__", "")
    if output_shape[-1].value == 1 or name == "binary_crossentropy":
        return binary_accuracy
    return sparse_categorical_accuracy if name == "sparse_categorical_crossentropy" else categorical_accuracy
