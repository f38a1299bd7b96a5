"""Batch renormalization: training corrected towards the moving statistics (Ioffe 2017, arXiv:1702.03275).

With the batch's mean m and deviation s and the moving ones M and S, training multiplies the normalized values by
r = s / S and adds d = (m - M) / S, both taken as constants: the result is (x - M) / S, what inference gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.layers.moving_average import assign_moving_average
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import ones, ones_like, zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.control_flow import smart_cond
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.elementwise import sqrt

LIMITS = ("rmax", "rmin", "dmax")


def checked_clipping(renorm_clipping: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The limits of r and d that were given; ValueError for other keys than rmax, rmin and dmax."""
    clipping = renorm_clipping or {}
    unknown = sorted(set(clipping) - set(LIMITS))
    if unknown:
        raise ValueError(
            f"Received invalid keys for `renorm_clipping` argument: {unknown}. Supported values: {list(LIMITS)}."
        )
    return clipping


def corrections(
    mean: Tensor,
    variance: Any,
    moving: tuple[Variable, Variable],
    training: Any,
    epsilon: float,
    momentum: Any,
    clipping: Mapping[str, Any],
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """r, d and the batch's mean and variance, which come after the updates of the moving statistics.

    Args:
        mean, variance: of the batch.
        moving: the moving mean and the moving standard deviation, which the nodes made here update.
        training: whether to correct and update: a bool or a bool tensor.
        clipping: limits "rmin" and "rmax" of r, and "dmax" of the size of d.
    """
    moving_mean, moving_stddev = moving
    stddev: Any = sqrt(variance + epsilon)
    least_stddev = maximum(moving_stddev, sqrt(epsilon))
    r: Any = stddev / least_stddev
    d: Any = (mean - moving_mean) / least_stddev
    # The averages below are read before they move.
    with control_dependencies([r, d]):
        mean, stddev = identity(mean), identity(stddev)
    r, d = _clipped(r, d, clipping)
    r = smart_cond(training, lambda: r, lambda: ones_as(r))
    d = smart_cond(training, lambda: d, lambda: zeros_like(d))
    updates = [
        _moved(moving_mean, mean, training, momentum),
        _moved(moving_stddev, stddev, training, momentum),
    ]
    with control_dependencies(updates):
        return r, d, identity(mean), identity(variance)


def ones_as(x: Tensor) -> Tensor:
    """Ones of the shape of `x`: a constant where it is known, as tf.ones_like of 2.x makes it."""
    if not x.shape.is_fully_defined():
        return ones_like(x)
    return ones(x.shape.as_list(), dtype=x.dtype.base_dtype, name="ones_like")


def _clipped(r: Tensor, d: Tensor, clipping: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    rmin, rmax, dmax = (clipping.get(key) for key in ("rmin", "rmax", "dmax"))
    if rmin is not None:
        r = maximum(r, rmin)
    if rmax is not None:
        r = minimum(r, rmax)
    if dmax is not None:
        d = maximum(d, -dmax)
        d = minimum(d, dmax)
    return r, d


def _moved(variable: Variable, value: Tensor, training: Any, momentum: Any) -> Any:
    value = identity(value)
    return smart_cond(training, lambda: assign_moving_average(variable, value, momentum), lambda: identity(variable))
