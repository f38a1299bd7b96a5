"""Projections of weights after each update (API: tf.keras.constraints)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables import by_name
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.elementwise import sqrt, square
from convflow.ops.math.reduce import reduce_sum

# Keeps quotients of small norms finite.
_EPSILON = 1e-7

Axes = int | Sequence[int]


class Constraint:
    """A function of a weight tensor to the allowed one nearest to it (API: tf.keras.constraints.Constraint)."""

    def __call__(self, w: Any) -> Tensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal constraint."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        return cls(**config)


class MaxNorm(Constraint):
    """Norms of at most `max_value` (API: tf.keras.constraints.max_norm; Srivastava et al. 2014).

    Args:
        axis: the axes along which norms are taken: 0 for the inputs of a dense layer, [0, 1, 2] for a convolution's.
    """

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: Any) -> Tensor:
        norms = _norms(w, self.axis)
        wanted = clip_by_value(norms, 0.0, float(self.max_value))
        return w * (wanted / (_EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """No negative weights (API: tf.keras.constraints.non_neg)."""

    def __call__(self, w: Any) -> Tensor:
        return w * cast(greater_equal(w, 0.0), w.dtype.base_dtype)


class UnitNorm(Constraint):
    """Norms of 1 along `axis` (API: tf.keras.constraints.unit_norm).

    Args:
        axis: an int or list of ints, along which a norm is taken; 0, the inputs of a dense layer's unit, by default.
    """

    def __init__(self, axis: Axes = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        return w / (_EPSILON + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Norms between two values (API: tf.keras.constraints.min_max_norm).

    Args:
        rate: the part of the way to the nearest allowed norm that each step goes.
        axis: the axes along which norms are taken.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: Any) -> Tensor:
        norms = _norms(w, self.axis)
        clipped = clip_by_value(norms, float(self.min_value), float(self.max_value))
        wanted = self.rate * clipped + (1 - self.rate) * norms
        return w * (wanted / (_EPSILON + norms))

    def get_config(self) -> dict[str, Any]:
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


def _norms(w: Any, axis: Axes) -> Tensor:
    squares = reduce_sum(square(w), axis=axis, keepdims=True)
    return sqrt(maximum(squares, constant(0.0, dtype=w.dtype.base_dtype)))


KNOWN = {
    "max_norm": MaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
    "min_max_norm": MinMaxNorm,
    "MaxNorm": MaxNorm,
    "NonNeg": NonNeg,
    "UnitNorm": UnitNorm,
    "MinMaxNorm": MinMaxNorm,
}
"""Constraints by the names that layers take."""


def get(identifier: Any) -> Any:
    """The constraint of a name, a dictionary, or itself (API: tf.keras.constraints.get).

    Args:
        identifier: a name, `{"class_name": name, "config": {...}}`, a class, a function, or None, which stays None.

    Raises:
        ValueError: an unknown name, or nothing of these.
    """
    return by_name.get(identifier, KNOWN, "constraint")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The constraint that `serialize` described (API: tf.keras.constraints.deserialize).

    Args:
        config: a name, or `{"class_name": name, "config": {...}}`.
        custom_objects: further constraints by name.

    Raises:
        ValueError: an unknown name, or a dictionary without these keys.
    """
    return by_name.deserialize(config, {**KNOWN, **(custom_objects or {})}, "constraint")


def serialize(constraint: Any) -> Any:
    """A dictionary of the class's name and its arguments (API: tf.keras.constraints.serialize).

    Args:
        constraint: an object with `get_config`, or a function.

    Returns:
        `{"class_name": name, "config": {...}}`; of a function its name, of None None.

    Raises:
        ValueError: it has neither `get_config` nor a name.
    """
    return by_name.serialize(constraint)
