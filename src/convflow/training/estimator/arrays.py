"""Input functions of arrays and data frames (API: tf.estimator.inputs)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.training.estimator.feeding import enqueue_data

_TARGET = "__target_key__"
_DIRECT = "__direct_np_input__"


def numpy_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
) -> Callable[[], Any]:
    """An input function of the rows of NumPy arrays (API: tf.estimator.inputs.numpy_input_fn).

    Args:
        x: an array, or arrays by name, of as many rows.
        y: the same, the labels; None if there are none.
        batch_size: rows in a batch; the last one of all epochs may have fewer.
        num_epochs: how often each row comes; forever if None.
        shuffle: whether rows come in random order; must be given.
        queue_capacity: how many rows are drawn from.
        num_threads: how many fill the queue.

    Returns:
        A function without arguments that returns features, or features and labels.

    Raises:
        ValueError: `shuffle` is no bool; or, when the function is called: nothing in `x` or `y`, a name in both, or
            another number of rows. TypeError: `x` is neither an array nor a dict.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(
            "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for "
            f"training); got {shuffle}"
        )

    def input_fn() -> Any:
        features = _features(x)
        labels = _labels(y, features)
        _check_lengths(features, labels)
        queue = enqueue_data(
            features | labels, queue_capacity, shuffle=shuffle, num_threads=num_threads, enqueue_size=batch_size,
            num_epochs=num_epochs,
        )  # fmt: skip
        batch = queue.dequeue_many(batch_size) if num_epochs is None else queue.dequeue_up_to(batch_size)
        values = dict(zip([*features, *labels], batch[1:], strict=True))
        taken = values[_DIRECT] if isinstance(x, np.ndarray) else {name: values[name] for name in features}
        if y is None:
            return taken
        wanted = {name: values[name] for name in labels}
        return taken, wanted if isinstance(y, dict) else next(iter(wanted.values()))

    return input_fn


def _features(x: Any) -> dict[str, np.ndarray]:
    if isinstance(x, dict):
        if not x:
            raise ValueError("x cannot be an empty dict")
        return {name: x[name] for name in sorted(x)}
    if not isinstance(x, np.ndarray):
        raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
    if x.size == 0:
        raise ValueError("x cannot be an empty array")
    return {_DIRECT: x}


def _labels(y: Any, features: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if y is None:
        return {}
    if not isinstance(y, dict):
        key = _TARGET
        while key in features:
            key += "_n"
        return {key: y}
    if not y:
        raise ValueError("y cannot be empty dict, use None instead.")
    both = set(features) & set(y)
    if both:
        raise ValueError(f"{len(both)} duplicate keys are found in both x and y: {both}")
    return {name: y[name] for name in sorted(y)}


def _check_lengths(features: dict[str, np.ndarray], labels: dict[str, np.ndarray]) -> None:
    if len({column.shape[0] for column in (features | labels).values()}) == 1:
        return
    shapes_of_x = {name: column.shape for name, column in features.items()}
    shapes_of_y = {name: column.shape for name, column in labels.items()}
    raise ValueError(
        "Length of tensors in x and y is mismatched. All elements in x and y must have the same length.\n"
        f"Shapes in x: {shapes_of_x}\nShapes in y: {shapes_of_y or None}\n"
    )


def pandas_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    target_column: str = "target",
) -> Callable[[], Any]:
    """An input function of the rows of a pandas data frame (API: tf.estimator.inputs.pandas_input_fn).

    Args:
        x: the features, a DataFrame.
        y: the labels: a Series, or a DataFrame; None if there are none.
        batch_size, num_epochs, shuffle, queue_capacity, num_threads: as of `numpy_input_fn`.
        target_column: the name of the labels where `y` is a Series.

    Returns:
        A function without arguments that returns a dict of features, or it and labels.

    Raises:
        TypeError: pandas is not installed, or `x` is no DataFrame.
        ValueError: `shuffle` is no bool, a name is taken, or the indices of `x` and `y` differ.
    """
    if importlib.util.find_spec("pandas") is None:
        raise TypeError("pandas_input_fn should not be called without pandas installed: pip install pandas")
    if not isinstance(shuffle, bool):
        raise ValueError(
            "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for "
            f"training); got {shuffle}"
        )
    if not isinstance(target_column, str):
        raise TypeError(f"target_column must be a string type; got {target_column!r}")
    if not hasattr(x, "columns"):
        raise TypeError(f"x must be a DataFrame; got {type(x).__name__}")
    features = {str(name): x[name].to_numpy() for name in x.columns}
    labels = _frame_labels(x, y, target_column)

    def input_fn() -> Any:
        queue = enqueue_data(
            {name: _plain(column) for name, column in (features | labels).items()}, queue_capacity, shuffle=shuffle,
            num_threads=num_threads, enqueue_size=batch_size, num_epochs=num_epochs, index=_plain(x.index.to_numpy()),
        )  # fmt: skip
        batch = queue.dequeue_many(batch_size) if num_epochs is None else queue.dequeue_up_to(batch_size)
        values = dict(zip([*features, *labels], batch[1:], strict=True))
        taken = {name: values[name] for name in features}
        if y is None:
            return taken
        wanted = {name: values[name] for name in labels}
        return taken, wanted if hasattr(y, "columns") else wanted[target_column]

    return input_fn


def _frame_labels(x: Any, y: Any, target_column: str) -> dict[str, np.ndarray]:
    if y is None:
        return {}
    if not np.array_equal(x.index, y.index):
        raise ValueError(f"Index for x and y are mismatched.\nIndex for x: {x.index}\nIndex for y: {y.index}\n")
    if hasattr(y, "columns"):
        both = set(x.columns) & set(y.columns)
        if both:
            raise ValueError(f"Cannot use columns with the same names in x and y: {both}. Rename some.")
        return {str(name): y[name].to_numpy() for name in y.columns}
    if target_column in x:
        raise ValueError(
            f"Cannot use name {target_column} for target column: DataFrame already has a column with that name: "
            f"{list(x.columns)}"
        )
    return {target_column: y.to_numpy()}


def _plain(column: Any) -> np.ndarray:
    """Texts of pandas as NumPy objects."""
    array = np.asarray(column)
    return array if array.dtype.kind in "biufcSO" else array.astype(object)
