"""Estimators as scikit-learn has them (API: tf.contrib.learn.SKCompat), and columns for arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.graph import Graph
from convflow.training.estimator.contrib_learn import feeding
from convflow.training.estimator.contrib_learn.learner import Learner
from convflow.training.feature_column.contrib_columns import real_valued_column
from convflow.training.feature_column.numeric import NumericColumn


class SKCompat:
    """An estimator whose methods take arrays and give arrays (API: tf.contrib.learn.SKCompat).

    Args:
        estimator: of `tf.contrib.learn`.
    """

    def __init__(self, estimator: Learner) -> None:
        self._estimator = estimator

    def fit(
        self, x: Any, y: Any, batch_size: int = 128, steps: int | None = None, max_steps: int | None = None,
        monitors: Any = None,
    ) -> SKCompat:  # fmt: skip
        """Train; see `tf.contrib.learn.Estimator.fit`."""
        self._estimator.fit(x=x, y=y, batch_size=batch_size, steps=steps, max_steps=max_steps, monitors=monitors)
        return self

    def score(
        self, x: Any, y: Any, batch_size: int = 128, steps: int | None = None, metrics: Any = None,
        name: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """The metrics; see `tf.contrib.learn.Estimator.evaluate`."""
        return self._estimator.evaluate(x=x, y=y, batch_size=batch_size, steps=steps, metrics=metrics, name=name)

    def predict(self, x: Any, batch_size: int = 128, outputs: Any = None) -> Any:
        """Arrays of all predictions by name, or an array if the model has one without a name."""
        return Learner.predict(self._estimator, x=x, batch_size=batch_size, outputs=outputs, as_iterable=False)


def infer_real_valued_columns_from_input(x: Any) -> list[NumericColumn]:
    """Columns of numbers for an array, or for arrays by key (API: tf.contrib.learn).

    Args:
        x: shape (examples, ...) each.

    Returns:
        A column for each key; one without a name for an array.

    Raises:
        ValueError: an array that holds no numbers.
    """
    named = feeding.named(x)
    return [_column(key, np.asarray(named[key]).dtype, np.shape(named[key])[1:]) for key in sorted(named)]


def infer_real_valued_columns_from_input_fn(input_fn: Callable[[], Any]) -> list[NumericColumn]:
    """Columns of numbers for what an input function returns (API: tf.contrib.learn).

    Args:
        input_fn: returns features, of numbers and with known sizes, and labels.
    """
    with Graph().as_default():
        features = feeding.named(input_fn()[0])
        tensors = {key: convert_to_tensor(features[key]) for key in sorted(features)}
        return [_column(key, item.dtype.as_numpy_dtype, item.shape[1:].as_list()) for key, item in tensors.items()]


def _column(key: str, dtype: Any, shape: Any) -> NumericColumn:
    kind = dtypes.as_dtype(dtype)
    if not (kind.is_floating or kind.is_integer):
        raise ValueError(f"Columns of numbers need numbers: feature {key!r} is of {kind.name}. Convert it.")
    return real_valued_column(key, dimension=int(np.prod(shape, dtype=int)), dtype=kind)
