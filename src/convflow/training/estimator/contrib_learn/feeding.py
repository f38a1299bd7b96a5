"""Arrays as the input of an estimator (API: tf.contrib.learn's fit(x, y), evaluate(x, y), predict(x))."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.training.estimator.arrays import numpy_input_fn

# Features without a key are under this one.
UNNAMED = ""


def input_function(
    x: Any, y: Any, input_fn: Callable[..., Any] | None, batch_size: int | None, epochs: int | None, shuffle: bool
) -> Callable[..., Any]:
    """The program's input function, or one of its arrays.

    Args:
        x: an array of shape (examples, ...), or such arrays by key.
        y: an array of labels, None for none.
        input_fn: instead of the two.
        batch_size: all examples at once if None.
        epochs: how often they come; without end if None.
        shuffle: in an order of chance.

    Raises:
        ValueError: both, or none of them.
    """
    if input_fn is not None:
        if x is not None or y is not None or batch_size is not None:
            raise ValueError("x, y and batch_size cannot be given with an input_fn. Leave them out.")
        return input_fn
    if x is None:
        raise ValueError("Either x or input_fn must be provided.")
    arrays = {key: np.asarray(value) for key, value in (x if isinstance(x, dict) else {UNNAMED: x}).items()}
    size = len(next(iter(arrays.values())))
    labels = y if y is None or isinstance(y, dict) else np.asarray(y)
    return numpy_input_fn(
        arrays, labels, batch_size=batch_size or size, num_epochs=epochs, shuffle=shuffle,
        queue_capacity=max(1000, 2 * size),
    )  # fmt: skip


def plain(features: Any) -> Any:
    """Features as a model function takes them: without a key if they have none."""
    if isinstance(features, dict) and list(features) == [UNNAMED]:
        return features[UNNAMED]
    return features


def named(features: Any) -> Any:
    """Features by key."""
    return features if isinstance(features, dict) else {UNNAMED: features}
