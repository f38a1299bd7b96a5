"""Classes in other proportions, by leaving elements out (API: tf.data.experimental.rejection_resample)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.input.choice import sample_from_datasets
from convflow.input.dataset import Dataset
from convflow.input.experimental import Transformation, scan
from convflow.ops.array.constant import fill
from convflow.ops.array.gather import gather
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape
from convflow.ops.array.tile import tile
from convflow.ops.control_flow import cond
from convflow.ops.logging import Print
from convflow.ops.math.arithmetic import add, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less
from convflow.ops.math.reduce import reduce_max, reduce_min, reduce_sum
from convflow.ops.random import random_uniform

Function = Callable[..., Any]
# How many elements share one estimate of the classes' frequencies, and the count that each class begins with.
_ESTIMATE_BATCH = 32
_SMOOTHING = 10
_PREFETCHED = 3
_MUCH = 0.5


def rejection_resample(
    class_func: Function, target_dist: Any, initial_dist: Any = None, seed: Any = None
) -> Transformation:
    """Elements left out so that classes come in given proportions (API: tf.data.experimental.rejection_resample,
    tf.contrib.data.rejection_resample).

    As much of the data is taken unchanged as the proportions allow, the rest is sampled by rejection.

    Args:
        class_func: an element's class, an int32 scalar from 0 to the number of classes less 1.
        target_dist: floating, the proportion of each class in the result.
        initial_dist: the proportions in the dataset; estimated from the elements that have come so far if None.
        seed: of the drawing; see `tf.set_random_seed`.

    Returns:
        A function for `Dataset.apply`; elements become pairs of the class and the element.
    """
    return lambda data: _resampled(data, class_func, target_dist, initial_dist, seed)


def _resampled(data: Dataset, class_func: Function, target_dist: Any, initial_dist: Any, seed: Any) -> Dataset:
    target = convert_to_tensor(target_dist, name="target_dist")
    unchanged = None
    if initial_dist is None:
        initial = _estimates(target, data.map(class_func))
        both = initial.map(lambda found: _acceptance(found, target))
        accept, original = both.map(lambda accept, _: accept), both.map(lambda _, original: original)
    else:
        given = convert_to_tensor(initial_dist, name="initial_dist")
        one_accept, one_original = _acceptance(given, target)
        initial = Dataset.from_tensors(given).repeat()
        accept = Dataset.from_tensors(one_accept).repeat()
        original = Dataset.from_tensors(one_original).repeat()
        unchanged = _known_original(given, target)
    kept = _kept(data, accept, initial, class_func, seed).prefetch(_PREFETCHED)
    if unchanged == 0:
        return kept

    def with_class(*element: Any) -> Any:
        return class_func(*element), element if len(element) > 1 else element[0]

    if unchanged == 1:
        return data.map(with_class)
    weights = original.map(lambda chance: [(chance, 1.0 - chance)])
    return sample_from_datasets([data.map(with_class), kept], weights, seed, stop_on_empty_dataset=True)


def _known_original(initial: Tensor, target: Tensor) -> Any:
    """The share of data taken unchanged where it is known before the run."""
    have, want = constant_value(initial), constant_value(target)
    return None if have is None or want is None else np.min(want / have)


def _ratio(initial: Tensor, target: Tensor) -> Tensor:
    # A class that does not occur must not divide by zero.
    return target / (initial + np.finfo(initial.dtype.as_numpy_dtype).tiny)


def _acceptance(initial: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The chance with which each class is kept, and the share of data taken as it is, so that least is lost.

    With r the ratio of wanted to present proportions, data as it is makes up min(r), and of the rest a class is kept
    with the chance (r - min(r)) / (max(r) - min(r)).
    """
    ratio = _ratio(initial, target)
    largest, smallest = reduce_max(ratio), reduce_min(ratio)
    return (ratio - smallest) / (largest - smallest), smallest


def _kept(data: Dataset, accept: Dataset, initial: Dataset, class_func: Function, seed: Any) -> Dataset:
    accept = Dataset.zip((accept, initial)).map(_warned)

    def looked_up(chances: Tensor, element: Any) -> Any:
        number = class_func(*element) if isinstance(element, tuple) else class_func(element)
        return number, gather(chances, number), element

    found = Dataset.zip((accept, data)).map(looked_up)
    drawn = found.filter(lambda _, chance, __: random_uniform([], seed=seed, dtype=chance.dtype) < chance)
    return drawn.map(lambda number, _, element: (number, element))


def _warned(accept: Tensor, initial: Tensor) -> Tensor:
    lost = reduce_sum((1 - accept) * initial)

    def told() -> Tensor:
        message = "Proportion of examples rejected by sampler is high: "
        return Print(accept, [lost, initial, accept], message=message, summarize=100, first_n=10)

    return cond(less(lost, _MUCH), lambda: accept, told)


def _estimates(target: Tensor, classes: Dataset) -> Dataset:
    """For each element the proportions of the classes, as far as the data has been seen."""
    count = target.shape.with_rank(1)[0].value or shape(target)[0]
    first = fill([count], np.int64(_SMOOTHING))

    def step(seen: Tensor, batch: Tensor) -> Any:
        updated, proportions = _counted(seen, batch)
        return updated, tile(expand_dims(proportions, 0), [_ESTIMATE_BATCH, 1])

    return classes.batch(_ESTIMATE_BATCH).apply(scan(first, step)).unbatch()


def _counted(seen: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
    count = seen.shape.with_rank(1)[0].value
    updated = add(seen, reduce_sum(one_hot(batch, shape(seen)[0] if count is None else count, dtype=dtypes.int64), 0))
    return updated, cast(truediv(updated, reduce_sum(updated)), dtypes.float32)
