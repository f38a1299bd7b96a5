"""The penalties of tf.keras (API: tf.keras.regularizers)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.graph.operation import Tensor
from convflow.modeling.variables import by_name
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.constant import constant
from convflow.ops.losses import l2_loss
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.reduce import reduce_sum


class Regularizer:
    """A function of a weight tensor to a scalar penalty (API: tf.keras.regularizers.Regularizer)."""

    def __call__(self, x: Any) -> Tensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal regularizer."""
        raise NotImplementedError(f"{self!r} does not say its arguments: it has no get_config.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        return cls(**config)


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x^2) (API: tf.keras.regularizers.L1L2).

    Args:
        l1, l2: the factors; 0 by default.

    Raises:
        ValueError: a number that is not finite.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = _penalty(l1, 0.0), _penalty(l2, 0.0)

    def __call__(self, x: Any) -> Tensor:
        total = constant(0.0, dtype=x.dtype.base_dtype)
        if self.l1:
            total = total + _magnitudes(self.l1, x)
        if self.l2:
            total = total + _squares(self.l2, x)
        return total

    def get_config(self) -> dict[str, Any]:
        return {"l1": float(self.l1), "l2": float(self.l2)}


class L1(Regularizer):
    """l1 * sum(|x|) (API: tf.keras.regularizers.l1).

    Args:
        l1: the factor; 0.01 by default.
        kwargs: `l`, another name of `l1`.

    Raises:
        ValueError: a number that is not finite.
        TypeError: another keyword.
    """

    def __init__(self, l1: float = 0.01, **kwargs: float) -> None:
        self.l1 = _penalty(_with_old_name(l1, kwargs), 0.01)

    def __call__(self, x: Any) -> Tensor:
        return _magnitudes(self.l1, x)

    def get_config(self) -> dict[str, Any]:
        return {"l1": float(self.l1)}


class L2(Regularizer):
    """l2 * sum(x^2) (API: tf.keras.regularizers.l2).

    Args:
        l2: the factor; 0.01 by default.
        kwargs: `l`, another name of `l2`.

    Raises:
        ValueError: a number that is not finite.
        TypeError: another keyword.
    """

    def __init__(self, l2: float = 0.01, **kwargs: float) -> None:
        self.l2 = _penalty(_with_old_name(l2, kwargs), 0.01)

    def __call__(self, x: Any) -> Tensor:
        return _squares(self.l2, x)

    def get_config(self) -> dict[str, Any]:
        return {"l2": float(self.l2)}


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Both penalties, with the defaults of `l1` and `l2` (API: tf.keras.regularizers.l1_l2).

    Args:
        l1, l2: the factors; 0.01 by default.

    Raises:
        ValueError: a number that is not finite.
    """
    return L1L2(l1, l2)


def _magnitudes(factor: np.float32, x: Any) -> Tensor:
    return float(factor) * reduce_sum(absolute(x))


def _squares(factor: np.float32, x: Any) -> Tensor:
    return 2.0 * float(factor) * l2_loss(x)


def _with_old_name(value: float, kwargs: dict[str, float]) -> float:
    value = kwargs.pop("l", value)
    if kwargs:
        raise TypeError(f"Argument(s) not recognized: {kwargs}.")
    return value


def _penalty(value: float | None, default: float) -> np.float32:
    if value is None:
        value = default
    if not isinstance(value, (float, int, np.number)) or math.isinf(value) or math.isnan(value):
        raise ValueError(f"Value {value!r} is not a valid regularization penalty number: expected a finite float.")
    return np.float32(value)


KNOWN: dict[str, Callable[..., Regularizer]] = {"l1": L1, "l2": L2, "l1_l2": l1_l2, "L1": L1, "L2": L2, "L1L2": L1L2}
"""Regularizers by the names that layers take."""


def get(identifier: Any) -> Any:
    """The regularizer of a name, a dictionary, or itself (API: tf.keras.regularizers.get).

    Args:
        identifier: a name, `{"class_name": name, "config": {...}}`, a class, a function, or None, which stays None.

    Raises:
        ValueError: an unknown name, or nothing of these.
    """
    return by_name.get(identifier, KNOWN, "regularizer")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The regularizer that `serialize` described (API: tf.keras.regularizers.deserialize).

    Args:
        config: a name, or `{"class_name": name, "config": {...}}`.
        custom_objects: further regularizers by name.

    Raises:
        ValueError: an unknown name, or a dictionary without these keys.
    """
    return by_name.deserialize(config, {**KNOWN, **(custom_objects or {})}, "regularizer")


def serialize(regularizer: Any) -> Any:
    """A dictionary of the class's name and its arguments (API: tf.keras.regularizers.serialize).

    Args:
        regularizer: an object with `get_config`, or a function.

    Returns:
        `{"class_name": name, "config": {...}}`; of a function its name, of None None.

    Raises:
        ValueError: it has neither `get_config` nor a name.
    """
    return by_name.serialize(regularizer)
