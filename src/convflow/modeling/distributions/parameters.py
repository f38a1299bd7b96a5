"""Parameters of distributions: their shapes, checks, logits for probabilities, further seeds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import reduce
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.distributions.distribution import Distribution
from convflow.ops.array.broadcast import broadcast_dynamic_shape, broadcast_static_shape
from convflow.ops.array.constant import constant, fill, ones
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import (
    assert_equal,
    assert_greater_equal,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_non_negative,
)
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.elementwise import floor, log, log1p, sigmoid
from convflow.ops.math.gamma import lgamma
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.softmax import softmax


class Scalar(Distribution):
    """A distribution of numbers. Its batch shape is that of `_sources`, tensors that broadcast together."""

    _sources: tuple[Tensor, ...]

    def _batch_shape(self) -> TensorShape:
        return reduce(broadcast_static_shape, (source.shape for source in self._sources))

    def _batch_shape_tensor(self) -> Tensor:
        return reduce(broadcast_dynamic_shape, (shape_of(source) for source in self._sources))

    def _event_shape(self) -> TensorShape:
        return TensorShape(())

    def _event_shape_tensor(self) -> Tensor:
        return constant([], dtype=dtypes.int32)


def checked(checks: Sequence[Any]) -> AbstractContextManager[None]:
    """What is made inside waits for the checks."""
    return control_dependencies(list(checks))


def logits_and_probs(
    logits: Any, probs: Any, validate_args: bool, name: str, multidimensional: bool = False
) -> tuple[Tensor, Tensor]:
    """Both parameters from the one that is given.

    Args:
        logits: log-odds, or with `multidimensional` logarithms of probabilities up to a constant.
        probs: probabilities.
        multidimensional: the last axis holds the probabilities of several classes.

    Raises:
        ValueError: both are given, or none; TypeError: they are not floating.
    """
    with name_scope(name, values=[probs, logits]):
        if (probs is None) == (logits is None):
            raise ValueError(f"Must pass probs or logits, but not both: got probs={probs!r}, logits={logits!r}.")
        if probs is None:
            logits = _floating(logits, "logits")
            if multidimensional and validate_args:
                logits = checked_classes(logits)
            return logits, softmax(logits, name="probs") if multidimensional else sigmoid(logits, name="probs")
        probs = _floating(probs, "probs")
        if validate_args:
            probs = _checked_probs(probs, multidimensional)
        with name_scope("logits"):
            return (log(probs) if multidimensional else log(probs) - log1p(-1.0 * probs)), probs


def _floating(value: Any, name: str) -> Tensor:
    tensor = convert_to_tensor(value, name=name)
    if not tensor.dtype.is_floating:
        raise TypeError(f"{name} must have floating type, got {tensor.dtype.name}.")
    return tensor


def _checked_probs(probs: Tensor, multidimensional: bool) -> Tensor:
    with name_scope("validate_probs"):
        one = constant(1.0, dtype=probs.dtype.base_dtype)
        checks = [assert_non_negative(probs)]
        if multidimensional:
            probs = checked_classes(probs)
            checks.append(assert_near(reduce_sum(probs, -1), one, message="probs does not sum to 1."))
        else:
            checks.append(assert_less_equal(probs, one, message="probs has components greater than 1."))
        return with_dependencies(checks, probs)


def checked_classes(parameter: Tensor) -> Tensor:
    """A parameter whose last axis is one of classes: at least two of them."""
    if parameter.shape.rank == 0:
        raise ValueError("A categorical-distribution parameter must have at least 1 dimension: its last axis.")
    size = None if parameter.shape.rank is None else parameter.shape[-1].value
    if size is not None:
        if size < 2:
            raise ValueError(f"A categorical-distribution parameter must have at least 2 events, got {size}.")
        return parameter
    message = "A categorical-distribution parameter must have at least 2 events."
    return with_dependencies([assert_greater_equal(shape_of(parameter)[-1], 2, message=message)], parameter)


def checked_counts(counts: Any) -> Tensor:
    """Counts, as floats or integers, that are whole and not negative."""
    counts = convert_to_tensor(counts, name="counts")
    checks = [assert_non_negative(counts, message="counts must be non-negative.")]
    if counts.dtype.is_floating:
        checks.append(assert_equal(counts, floor(counts), message="counts cannot contain fractional components."))
    return with_dependencies(checks, counts)


def above_one(parameter: Tensor, message: str) -> Any:
    """The check that a parameter exceeds 1, without which some moment does not exist."""
    return assert_less(ones([], parameter.dtype.base_dtype), parameter, message=message)


def nan_of_shape(sizes: Tensor, dtype: dtypes.DType) -> Tensor:
    return fill(sizes, np.array(np.nan, dtype=dtype.as_numpy_dtype), name="nan")


def log_combinations(count: Any, counts: Any) -> Tensor:
    """The logarithm of the number of sequences with these counts of each class."""
    with name_scope("log_combinations", values=[count, counts]):
        count, counts = convert_to_tensor(count, name="n"), convert_to_tensor(counts, name="counts")
        total = lgamma(count + 1)
        return total - reduce_sum(lgamma(counts + 1), axis=[-1])


def further_seed(seed: int | None, salt: str) -> int | None:
    """The seed of a second op, which must not draw the first one's numbers (TensorFlow's choice of it)."""
    if seed is None:
        return None
    digest = hashlib.md5(f"{seed}{salt}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) & 0x7FFFFFFF
