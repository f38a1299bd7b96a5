"""Factors for losses, so that small gradients do not vanish in short floating types (Micikevicius et al. 2018,
arXiv:1710.03740; API: tf.train.experimental.LossScale, FixedLossScale, DynamicLossScale).

bfloat16 has the range of float32 and needs none; programs written for float16 make them all the same.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group, no_op
from convflow.ops.array.stack import stack
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.elementwise import is_finite
from convflow.ops.math.reduce import reduce_all


class LossScale(abc.ABC):
    """Base class of factors (API: tf.train.experimental.LossScale)."""

    def __init__(self) -> None:
        self._weights: list[Variable] = []

    @abc.abstractmethod
    def __call__(self) -> Tensor:
        """The factor: a float32 scalar."""

    @abc.abstractmethod
    def update(self, grads: Sequence[Any]) -> tuple[Any, Any]:
        """A node that adapts the factor to a step's gradients, and whether these should be applied.

        Args:
            grads: the gradients, divided by the factor again; None for some.
        """

    @abc.abstractmethod
    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LossScale:
        """Such a factor of these arguments."""
        return cls(**config)


class FixedLossScale(LossScale):
    """One factor for all steps (API: tf.train.experimental.FixedLossScale).

    Raises:
        ValueError: it is no number, or below 1.
    """

    def __init__(self, loss_scale_value: float) -> None:
        super().__init__()
        if not isinstance(loss_scale_value, (int, float)):
            raise ValueError(f"loss_scale_value must be a Python int or float, got {loss_scale_value!r}.")
        if loss_scale_value < 1:
            raise ValueError(f"loss_scale_value must be at least 1, got {loss_scale_value}.")
        self._loss_scale_value = float(loss_scale_value)

    def __call__(self) -> Tensor:
        return constant(self._loss_scale_value, dtypes.float32)

    def update(self, grads: Sequence[Any]) -> tuple[Any, Any]:
        return no_op(), True

    def get_config(self) -> dict[str, Any]:
        return {"loss_scale_value": self._loss_scale_value}

    def __repr__(self) -> str:
        return f"FixedLossScale({self._loss_scale_value})"


class DynamicLossScale(LossScale):
    """A factor that grows as long as all gradients are finite (API: tf.train.experimental.DynamicLossScale).

    Args:
        initial_loss_scale: the first factor.
        increment_period: after so many steps in a row with finite gradients it is multiplied.
        multiplier: by what; after a step with others it is divided by it, down to 1.
    """

    def __init__(
        self, initial_loss_scale: float = 2**15, increment_period: int = 2000, multiplier: float = 2.0
    ) -> None:
        super().__init__()
        self._initial_loss_scale = float(initial_loss_scale)
        self._increment_period = int(increment_period)
        self._multiplier = float(multiplier)
        self._current = _weight(self._initial_loss_scale, dtypes.float32, "current_loss_scale")
        self._good_steps = _weight(0, dtypes.int64, "good_steps")
        self._weights += [self._current, self._good_steps]

    @property
    def initial_loss_scale(self) -> float:
        return self._initial_loss_scale

    @property
    def increment_period(self) -> int:
        return self._increment_period

    @property
    def multiplier(self) -> float:
        return self._multiplier

    def __call__(self) -> Tensor:
        return self._current.read_value()

    def update(self, grads: Sequence[Any]) -> tuple[Any, Any]:
        finite = _all_finite(grads)
        return cond(finite, self._after_good_step, self._after_bad_step), finite

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_loss_scale": self._initial_loss_scale,
            "increment_period": self._increment_period,
            "multiplier": self._multiplier,
        }

    def __repr__(self) -> str:
        return (
            f"DynamicLossScale(initial_loss_scale={self._initial_loss_scale}, "
            f"increment_period={self._increment_period}, multiplier={self._multiplier})"
        )

    def _after_good_step(self) -> Any:
        count = self._good_steps.read_value() + constant(1, dtypes.int64)
        return cond(count >= constant(self._increment_period, dtypes.int64), self._grow, self._count)

    def _grow(self) -> Any:
        larger = self._current.read_value() * self._multiplier
        grown = cond(is_finite(larger), lambda: group(self._current.assign(larger)), no_op)
        with control_dependencies([grown]):
            return group(self._good_steps.assign(constant(0, dtypes.int64)))

    def _count(self) -> Any:
        return group(self._good_steps.assign_add(constant(1, dtypes.int64)))

    def _after_bad_step(self) -> Any:
        smaller = maximum(self._current.read_value() / self._multiplier, 1.0)
        return group(self._good_steps.assign(constant(0, dtypes.int64)), self._current.assign(smaller))


def _weight(value: float, dtype: Any, name: str) -> Variable:
    return Variable(value, trainable=False, dtype=dtype, name=name, use_resource=True)


def _all_finite(grads: Sequence[Any]) -> Tensor:
    values = [grad.values if isinstance(grad, IndexedSlices) else grad for grad in grads if grad is not None]
    return reduce_all(stack([reduce_all(is_finite(value)) for value in values]))


def as_loss_scale(identifier: Any) -> LossScale:
    """The factor meant by a number, "dynamic", or a factor itself.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(identifier, LossScale):
        return identifier
    if isinstance(identifier, (int, float)):
        return FixedLossScale(identifier)
    if identifier == "dynamic":
        return DynamicLossScale()
    if identifier is None:
        raise ValueError("loss_scale cannot be None: pass a number, 'dynamic' or a LossScale.")
    raise ValueError(f"Could not interpret loss scale identifier: {identifier!r}. Pass a number or 'dynamic'.")
