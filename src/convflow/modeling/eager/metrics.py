"""Metrics that keep their counts themselves (API: tf.contrib.eager.metrics)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import ones, zeros
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_equal
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_sum


class Metric:
    """What a value is over all batches so far (API: tf.contrib.eager.metrics.Metric).

    A subclass makes its counts in `build` with `add_variable`, adds a batch in `call`, and computes in `result`.

    Args:
        name: the scope of its variables, the class's name by default.
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__
        self._vars: list[Any] = []
        self._initial_values: list[Any] = []
        self.built = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch; returns what `call` does."""
        if not self.built:
            self.build(*args, **kwargs)
            self.built = True
        return self.call(*args, **kwargs)

    @property
    def name(self) -> str:
        return self._name

    @property
    def variables(self) -> list[Any]:
        return self._vars

    def _checkpoint_children(self) -> dict[str, Any]:
        return {variable.name.partition(":")[0].rpartition("/")[2]: variable for variable in self._vars}

    def init_variables(self) -> None:
        """Begin anew: nothing was counted."""
        for variable, initial in zip(self._vars, self._initial_values, strict=True):
            variable.assign(initial())

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Make the variables; called with the first batch."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch to the counts."""
        raise NotImplementedError("Metrics must define a call() member function")

    def result(self) -> Tensor:
        """The metric of what was counted."""
        raise NotImplementedError("Metrics must define a result() member function")

    def value(self) -> Tensor:
        """The same as `result`."""
        return self.result()

    def add_variable(self, name: str, shape: Any = None, dtype: Any = None, initializer: Any = None) -> Any:
        """A variable of the metric; only in `build`.

        Raises:
            RuntimeError: called elsewhere.
        """
        if self.built:
            raise RuntimeError("Can't call add_variable() except in build(): make all variables there.")
        kind = dtypes.float32 if dtype is None else dtype

        def initial() -> Tensor:
            if initializer is None:
                return zeros([] if shape is None else shape, dtype=kind)
            return initializer([] if shape is None else shape, dtype=kind)

        with name_scope(self._name):
            variable = Variable(initial, trainable=False, name=name, use_resource=True)
        self._vars.append(variable)
        self._initial_values.append(initial)
        return variable


class Mean(Metric):
    """The weighted mean of all values (API: tf.contrib.eager.metrics.Mean).

    Args:
        dtype: the type of sum and count; float64 by default.
    """

    def __init__(self, name: str | None = None, dtype: Any = dtypes.float64) -> None:
        super().__init__(name)
        self._kind = dtypes.as_dtype(dtype)
        self.numer: Any = None
        self.denom: Any = None

    def build(self, *args: Any, **kwargs: Any) -> None:
        self.numer = self.add_variable("numer", shape=(), dtype=self._kind)
        self.denom = self.add_variable("denom", shape=(), dtype=self._kind)

    def call(self, values: Any, weights: Any = None) -> Any:
        """Add values, each with a weight of 1 unless `weights` (of a shape that broadcasts) says otherwise."""
        given = convert_to_tensor(values)
        numbers = cast(given, self._kind)
        share = cast(ones(shape_of(numbers)) if weights is None else convert_to_tensor(weights), self._kind)
        share = share * ones(shape_of(numbers), dtype=self._kind)
        self.denom.assign_add(reduce_sum(share))
        self.numer.assign_add(reduce_sum(numbers * share))
        return values if weights is None else (values, weights)

    def result(self) -> Tensor:
        return self.numer / self.denom


class Accuracy(Mean):
    """How often predictions equal labels (API: tf.contrib.eager.metrics.Accuracy)."""

    def call(self, labels: Any, predictions: Any, weights: Any = None) -> Any:  # type: ignore[override]
        """Add a batch of labels and predictions of one shape."""
        labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
        assert_equal(shape_of(labels), shape_of(predictions), message="Shapes of labels and predictions are unequal")
        super().call(cast(equal(labels, cast(predictions, labels.dtype)), self._kind), weights)
        return (labels, predictions) if weights is None else (labels, predictions, weights)


class CategoricalAccuracy(Mean):
    """How often the largest prediction is where the largest label is (API: tfe.metrics.CategoricalAccuracy)."""

    def call(self, labels: Any, predictions: Any, weights: Any = None) -> Any:  # type: ignore[override]
        """Add a batch: labels and predictions [..., classes]."""
        matches = equal(argmax(labels, axis=-1), argmax(predictions, axis=-1))
        super().call(cast(matches, self._kind), weights)
        return (labels, predictions) if weights is None else (labels, predictions, weights)


class SparseAccuracy(Mean):
    """How often the largest prediction is the class of the label (API: tfe.metrics.SparseAccuracy)."""

    def call(self, labels: Any, predictions: Any, weights: Any = None) -> Any:  # type: ignore[override]
        """Add a batch: labels [...], predictions [..., classes]."""
        labels = convert_to_tensor(labels)
        chosen = argmax(predictions, axis=-1)
        super().call(cast(equal(reshape(cast(labels, chosen.dtype), shape_of(chosen)), chosen), self._kind), weights)
        return (labels, predictions) if weights is None else (labels, predictions, weights)


class BinaryAccuracy(Mean):
    """How often predictions lie on the label's side of a threshold (API: tfe.metrics.BinaryAccuracy).

    Args:
        threshold: predictions above it are the class 1.
    """

    def __init__(self, threshold: float, name: str | None = None, dtype: Any = dtypes.float64) -> None:
        super().__init__(name, dtype)
        self.threshold = threshold

    def call(self, labels: Any, predictions: Any, weights: Any = None) -> Any:  # type: ignore[override]
        """Add a batch of labels (0 or 1) and predictions of one shape."""
        predictions = convert_to_tensor(predictions)
        chosen = cast(predictions > self.threshold, dtypes.int32)
        super().call(cast(equal(cast(labels, dtypes.int32), chosen), self._kind), weights)
        return (labels, predictions) if weights is None else (labels, predictions, weights)
