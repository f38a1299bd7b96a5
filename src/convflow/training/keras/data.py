"""What a program passes to `fit` and its kin, as lists of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convflow.core import errors, nest
from convflow.graph.scopes import init_scope
from convflow.input.dataset import Dataset
from convflow.input.iterators import make_initializable_iterator
from convflow.modeling.keras import backend
from convflow.modeling.variables.base import are_made_eagerly


def arrays(data: Any, names: Sequence[str], shapes: Sequence[Any], what: str) -> list[np.ndarray]:
    """One array for each name, of the placeholder's number of axes.

    Args:
        data: an array, a list of them, or a dict by name.
        names, shapes: of the placeholders.
        what: "input" or "target", for errors.

    Raises:
        ValueError: another number of arrays, or shapes that do not fit.
    """
    if data is None:
        return []
    if isinstance(data, dict):
        missing = [name for name in names if name not in data]
        if missing:
            raise ValueError(f'No data provided for "{missing[0]}". Need data for each key in: {list(names)}')
        items = [data[name] for name in names]
    else:
        items = list(data) if _is_list_of_arrays(data, names) else [data]
    if len(items) != len(names):
        raise ValueError(
            f"Error when checking model {what}: the list of Numpy arrays that you are passing to your model is not "
            f"the size the model expected. Expected to see {len(names)} array(s), for {what}s {list(names)} but "
            f"instead got {len(items)}."
        )
    return [_fitting(item, name, shape, what) for item, name, shape in zip(items, names, shapes, strict=True)]


def _is_list_of_arrays(data: Any, names: Sequence[str]) -> bool:
    if not isinstance(data, (list, tuple)):
        return False
    return (
        len(names) > 1 or (len(data) == 1 and np.ndim(data[0]) > 0) or (bool(data) and isinstance(data[0], np.ndarray))
    )


def _fitting(item: Any, name: str, shape: Any, what: str) -> np.ndarray:
    array = item.to_numpy() if hasattr(item, "to_numpy") else np.asarray(item)
    if array.ndim == 1 and shape.rank != 1:
        array = array[:, None]
    if shape.rank is None:
        return array
    if array.ndim != shape.rank:
        raise ValueError(
            f"Error when checking {what}: expected {name} to have {shape.rank} dimensions, but got array with shape "
            f"{array.shape}"
        )
    wanted = shape.as_list()[1:]
    if any(size is not None and size != own for size, own in zip(wanted, array.shape[1:], strict=True)):
        raise ValueError(
            f"Error when checking {what}: expected {name} to have shape {tuple(wanted)} but got array with shape "
            f"{array.shape[1:]}"
        )
    return array


def sample_weights(given: Any, class_weight: Any, targets: Sequence[np.ndarray], count: int) -> list[np.ndarray]:
    """A weight for each example of each output.

    Args:
        given: an array, or a list of them; None for ones.
        class_weight: weights by the number of the class, or None.
        targets: the outputs' targets.
        count: how many outputs.
    """
    rows = [len(target) for target in targets]
    if given is None:
        weights = [np.ones(size, np.float32) for size in rows]
    else:
        items = list(given) if isinstance(given, (list, tuple)) and count > 1 else [given] * count
        weights = [np.asarray(item, np.float32) for item in items]
    if class_weight is None:
        return weights
    factors = []
    for target in targets:
        classes = np.argmax(target, 1) if target.ndim == 2 and target.shape[1] > 1 else target.reshape(-1).astype(int)
        unknown = set(classes.tolist()) - set(class_weight)
        if unknown:
            raise ValueError(
                f"`class_weight` must contain all classes in the data. The classes {unknown} exist in the data but "
                "not in `class_weight`."
            )
        factors.append(np.array([class_weight[item] for item in classes.tolist()], np.float32))
    return [weight * factor for weight, factor in zip(weights, factors, strict=True)]


def split(data: list[np.ndarray], part: float) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """All rows but the last `part` of them, and these."""
    at = int(len(data[0]) * (1.0 - part)) if data else 0
    return [array[:at] for array in data], [array[at:] for array in data]


def batches(data: Any, forever: bool) -> Iterator[tuple[Any, Any, Any]]:
    """Inputs, targets and weights of a generator, a `Sequence` or a dataset, batch by batch."""
    source = _of_dataset(data, forever) if isinstance(data, Dataset) else _of_items(data, forever)
    for item in source:
        if not isinstance(item, tuple):
            yield item, None, None
        else:
            yield (*item, None, None)[:3]


def _of_items(data: Any, forever: bool) -> Iterator[Any]:
    if not hasattr(data, "__getitem__"):
        yield from data
        return
    while True:
        for index in range(len(data)):
            yield data[index]
        if hasattr(data, "on_epoch_end"):
            data.on_epoch_end()
        if not forever:
            return


def _of_dataset(dataset: Dataset, forever: bool) -> Iterator[Any]:
    if are_made_eagerly():
        yield from _of_eager_dataset(dataset, forever)
        return
    iterator = make_initializable_iterator(dataset)
    element = iterator.get_next()
    session = backend.get_session()
    while True:
        session.run(iterator.initializer)
        while True:
            try:
                yield session.run(element)
            except errors.OutOfRangeError:
                break
        if not forever:
            return


def _of_eager_dataset(dataset: Dataset, forever: bool) -> Iterator[Any]:
    with init_scope():
        elements = iter(dataset)
    while True:
        with init_scope():
            element = next(elements, None)
            if element is None and forever:
                elements = iter(dataset)
                element = next(elements, None)
        if element is None:
            return
        yield nest.map_structure(lambda tensor: tensor.numpy(), element)
