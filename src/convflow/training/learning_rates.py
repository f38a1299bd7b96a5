"""Learning rates that change with the steps (API: tf.train.exponential_decay and its kin).

Each function returns a scalar tensor, computed anew in every run from the global step at that time; in eager mode a
function without arguments that returns the rate of that moment, which optimizers take.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.case import case
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import add, divide, minimum, multiply, negative, pow
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal
from convflow.ops.math.elementwise import ceil, cos, exp, floor, log, sqrt
from convflow.ops.math.select import where_v2
from convflow.ops.random import random_normal


def _asked_later(schedule: Callable[..., Tensor]) -> Callable[..., Any]:
    """In eager mode a schedule is a function without arguments: the rate as it is when an optimizer asks for it."""

    @wraps(schedule)
    def scheduled(*args: Any, **kwargs: Any) -> Any:
        rate = partial(schedule, *args, **kwargs)
        return rate if executing_eagerly() else rate()

    return scheduled


@_asked_later
def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * decay_rate ^ (global_step / decay_steps) (API: tf.train.exponential_decay).

    Args:
        learning_rate: the rate at step 0, a floating number or scalar tensor.
        global_step: the number of steps trained, a variable or scalar tensor.
        decay_steps: after how many steps the rate has fallen by `decay_rate`.
        staircase: fall at every `decay_steps` steps rather than at each one.

    Raises:
        ValueError: there is no global step.
    """
    with _Schedule(name, "ExponentialDecay", learning_rate, global_step) as schedule:
        steps, rate, step = schedule.in_type(decay_steps, decay_rate, global_step)
        return multiply(schedule.rate, pow(rate, _elapsed(step, steps, staircase)), name=schedule.scope)


@_asked_later
def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * e ^ (-decay_rate * global_step / decay_steps) (API: tf.train.natural_exp_decay)."""
    base = exp(negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, base, staircase, name)


@_asked_later
def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate / (1 + decay_rate * global_step / decay_steps) (API: tf.train.inverse_time_decay)."""
    with _Schedule(name, "InverseTimeDecay", learning_rate, global_step) as schedule:
        steps, rate, step = schedule.in_type(decay_steps, decay_rate, global_step)
        elapsed = _elapsed(step, steps, staircase)
        one = cast(constant(1), schedule.dtype)
        return divide(schedule.rate, add(one, multiply(rate, elapsed)), name=schedule.scope)


def _elapsed(step: Tensor, decay_steps: Tensor, staircase: bool) -> Tensor:
    periods = step / decay_steps
    return floor(periods) if staircase else periods


@_asked_later
def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """From one rate to another along (1 - global_step / decay_steps) ^ power (API: tf.train.polynomial_decay).

    Args:
        end_learning_rate: the rate from `decay_steps` on.
        cycle: begin again at the end, each time for one more times `decay_steps`.
    """
    with _Schedule(name, "PolynomialDecay", learning_rate, global_step) as schedule:
        end, exponent, step, steps = schedule.in_type(end_learning_rate, power, global_step, decay_steps)
        if cycle:
            begun = where_v2(equal(step, 0), 1.0, ceil(step / decay_steps))
            steps = multiply(steps, begun)
        else:
            step = minimum(step, steps)
        done = divide(step, steps)
        return add(multiply(schedule.rate - end, pow(1 - done, exponent)), end, name=schedule.scope)


@_asked_later
def piecewise_constant(x: Any, boundaries: Any, values: Any, name: str | None = None) -> Tensor:
    """values[0] up to and including boundaries[0], then values[1], and so on (API: tf.train.piecewise_constant).

    Args:
        x: a scalar tensor or variable, mostly the global step.
        boundaries: ascending numbers or scalar tensors of x's type.
        values: one more number or scalar tensor than boundaries, all of one type.

    Raises:
        ValueError: types or lengths that do not go together.
    """
    limits = [convert_to_tensor(boundary) for boundary in _listed(boundaries)]
    choices = [convert_to_tensor(value) for value in _listed(values)]
    dtype = convert_to_tensor(x).dtype.base_dtype
    _check_pieces(limits, choices, dtype)
    limits = [_as_counted(limit, dtype) for limit in limits]
    with name_scope(name or "PiecewiseConstant"):
        at = convert_to_tensor(x)
        pairs: list[tuple[Tensor, Callable[[], Any]]] = [
            (at <= limits[0], partial(_same, choices[0])),
            (at > limits[-1], partial(_same, choices[-1])),
        ]
        for low, high, value in zip(limits[:-1], limits[1:], choices[1:-1], strict=True):
            pairs.append(((at > low) & (at <= high), partial(_same, value)))
        return case(pairs, partial(_same, choices[0]), exclusive=True)


def _same(value: Tensor) -> Tensor:
    return value


def _listed(items: Any) -> list[Any]:
    return list(items) if isinstance(items, (list, tuple)) else [items]


def _as_counted(limit: Tensor, dtype: DType) -> Tensor:
    return limit if limit.dtype.base_dtype is dtype else cast(limit, dtype)


def _check_pieces(limits: list[Tensor], choices: list[Tensor], dtype: DType) -> None:
    for limit in limits:
        counts_int64 = (limit.dtype.base_dtype, dtype) == (dtypes.int32, dtypes.int64)
        if limit.dtype.base_dtype is not dtype and not counts_int64:
            raise ValueError(
                f"Boundaries ({limit.dtype.base_dtype.name}) must have the same dtype as x ({dtype.name}). "
                f"Write them as {dtype.name} numbers."
            )
    first = choices[0].dtype.base_dtype
    for value in choices:
        if value.dtype.base_dtype is not first:
            raise ValueError(
                f"Values must have elements all with the same dtype ({first.name} vs {value.dtype.base_dtype.name})."
            )
    if len(limits) != len(choices) - 1:
        raise ValueError(
            "The length of boundaries should be 1 less than the length of values: there are "
            f"{len(limits)} boundaries and {len(choices)} values."
        )


@_asked_later
def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> Tensor:
    """Half a wave of a cosine, from the whole rate to `alpha` of it (API: tf.train.cosine_decay).

    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
    """
    with _Schedule(name, "CosineDecay", learning_rate, global_step) as schedule:
        steps, step = schedule.in_type(decay_steps, global_step)
        done = minimum(step, steps) / steps
        wave = 0.5 * (1.0 + cos(constant(math.pi) * done))
        return multiply(schedule.rate, (1 - alpha) * wave + alpha)


@_asked_later
def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: Any = 2.0,
    m_mul: Any = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """Cosine decay that begins again and again (API: tf.train.cosine_decay_restarts).

    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.

    Args:
        first_decay_steps: how long the first period lasts.
        t_mul: how many times as long each period is as the one before.
        m_mul: how many times as high each period begins as the one before.
        alpha: at which part of the rate a period ends.
    """
    with _Schedule(name, "SGDRDecay", learning_rate, global_step) as schedule:
        first, floor_rate, longer, lower, step = schedule.in_type(first_decay_steps, alpha, t_mul, m_mul, global_step)
        done = step / first
        restarts, done = cond(equal(longer, 1.0), lambda: _equal_periods(done), lambda: _growing_periods(done, longer))
        height = lower**restarts
        wave = 0.5 * height * (1.0 + cos(constant(math.pi) * done))
        return multiply(schedule.rate, (1 - floor_rate) * wave + floor_rate, name=schedule.scope)


def _equal_periods(done: Tensor) -> tuple[Tensor, Tensor]:
    restarts = floor(done)
    return restarts, done - restarts


def _growing_periods(done: Tensor, longer: Tensor) -> tuple[Tensor, Tensor]:
    """How many restarts there were, and how much of the period is over: periods grow as a geometric series."""
    restarts = floor(log(1.0 - done * (1.0 - longer)) / log(longer))
    before = (1.0 - longer**restarts) / (1.0 - longer)
    return restarts, (done - before) / longer**restarts


@_asked_later
def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """(alpha + linear decay) * cosine wave + beta (API: tf.train.linear_cosine_decay).

    Bello et al., "Neural Optimizer Search with Reinforcement Learning", 2017.

    Args:
        num_periods: how many waves there are in `decay_steps` steps.
    """
    with _Schedule(name, "LinearCosineDecay", learning_rate, global_step) as schedule:
        steps, periods, above, least, step = schedule.in_type(decay_steps, num_periods, alpha, beta, global_step)
        step = minimum(step, steps)
        left = (steps - step) / steps
        wave = _waves(step, steps, periods)
        return multiply(schedule.rate, (above + left) * wave + least, name=schedule.scope)


@_asked_later
def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """`linear_cosine_decay` with noise on the linear part (API: tf.train.noisy_linear_cosine_decay).

    Args:
        initial_variance: the variance of the noise at step 0.
        variance_decay: the variance falls as (1 + global_step) ^ -variance_decay.
    """
    with _Schedule(name, "NoisyLinearCosineDecay", learning_rate, global_step) as schedule:
        steps, variance, decay, periods, above, least, step = schedule.in_type(
            decay_steps, initial_variance, variance_decay, num_periods, alpha, beta, global_step
        )
        step = minimum(step, steps)
        left = (steps - step) / steps
        deviation = sqrt(variance / pow(1.0 + step, decay))
        noisy = left + random_normal(left.shape, stddev=deviation)
        wave = _waves(step, steps, periods)
        return multiply(schedule.rate, (above + noisy) * wave + least, name=schedule.scope)


def _waves(step: Tensor, steps: Tensor, periods: Tensor) -> Tensor:
    done = step / steps
    fraction = 2.0 * periods * done
    return 0.5 * (1.0 + cos(constant(math.pi) * fraction))


class _Schedule:
    """The name scope of a schedule and the type it computes in, that of the learning rate."""

    def __init__(self, name: str | None, default: str, learning_rate: Any, global_step: Any) -> None:
        if global_step is None:
            raise ValueError(
                f"global_step is required for {default}: the rate depends on how many steps were trained. "
                "Pass tf.train.get_or_create_global_step()."
            )
        self._scope = name_scope(name or default)
        self._learning_rate = learning_rate
        self.scope = ""
        self.rate: Any = None

    def __enter__(self) -> _Schedule:
        self.scope = self._scope.__enter__()
        self.rate = convert_to_tensor(self._learning_rate, name="initial_learning_rate")
        return self

    def __exit__(self, *exc: Any) -> None:
        self._scope.__exit__(*exc)

    @property
    def dtype(self) -> DType:
        return self.rate.dtype.base_dtype

    def in_type(self, *values: Any) -> list[Tensor]:
        """Numbers and tensors in the type of the learning rate, made in this order."""
        return [cast(value, self.dtype) for value in values]
