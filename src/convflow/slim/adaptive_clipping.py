"""Gradients clipped by what is usual for them (API: tf.contrib.layers.adaptive_clipping_fn)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.indexed_slices import IndexedSlices
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops.array.constant import ones_like
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import global_norm
from convflow.ops.math.elementwise import exp, log, sqrt, square
from convflow.ops.math.select import where
from convflow.training import summaries
from convflow.training.moving_averages import assign_moving_average

Pairs = list[tuple[Any, Any]]


def adaptive_clipping_fn(
    std_factor: Any = 2.0,
    decay: Any = 0.95,
    static_max_norm: float | None = None,
    global_step: Any = None,
    report_summary: bool = False,
    epsilon: float = 1e-8,
    name: str | None = None,
) -> Callable[[Pairs], Pairs]:
    """A function that clips unusually large gradients (API: tf.contrib.layers.adaptive_clipping_fn).

    It follows the mean and standard deviation of the logarithm of the norm of all gradients. Where the norm lies more
    than `std_factor` deviations above the mean, gradients are scaled so that it is the mean. Chorowski et al. 2014,
    arXiv:1412.1602, section 3.2.1.

    Args:
        std_factor: how many deviations are usual; the function is for `optimize_loss`.
        decay: of the moving averages.
        static_max_norm: a bound on the norm in any case; None for none.
        global_step: with it the averages follow faster at first, by the factor n / (n + 1) at step n.
        report_summary: whether to write the bound as a summary.
        epsilon: what is added to the norm, and the least variance.
        name: of the variable scope, "AdaptiveMaxNorm" by default.
    """

    def gradient_clipping(grads_and_vars: Pairs) -> Pairs:
        norm = global_norm([gradient for gradient, _ in grads_and_vars])
        bound, log_mean = _bound(norm, std_factor, decay, global_step, epsilon, name)
        if report_summary:
            summaries.scalar("global_norm/adaptive_max_gradient_norm", bound)
        factor = where(norm < bound, ones_like(norm), exp(log_mean) / norm)
        if static_max_norm is not None:
            factor = minimum(static_max_norm / norm, factor)
        return [(_scaled(gradient, factor), variable) for gradient, variable in grads_and_vars]

    return gradient_clipping


def _bound(
    norm: Any, std_factor: Any, decay: Any, global_step: Any, epsilon: float, name: str | None
) -> tuple[Any, Any]:
    with variable_scope(name, "AdaptiveMaxNorm", [norm]):
        log_norm = log(norm + epsilon)
        if global_step is not None:
            steps = cast(global_step, dtypes.float32)
            decay = minimum(decay, steps / (steps + 1.0))

        def average(variable_name: str, value: Any) -> Any:
            variable = get_variable(
                variable_name, shape=value.get_shape(), dtype=value.dtype, initializer=Zeros(), trainable=False
            )
            return assign_moving_average(variable, value, decay, zero_debias=False)

        mean = average("mean", log_norm)
        variance = average("sq_mean", square(log_norm)) - square(mean)
        return exp(mean + std_factor * sqrt(maximum(epsilon, variance))), mean


def _scaled(gradient: Any, factor: Any) -> Any:
    if gradient is None:
        return None
    if isinstance(gradient, IndexedSlices):
        return IndexedSlices(gradient.values * factor, gradient.indices, gradient.dense_shape)
    return gradient * factor
