"""Kullback-Leibler divergences by the kinds of two distributions (API: tf.distributions.kl_divergence, RegisterKL)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops.array.identity import identity
from convflow.ops.assertion import assert_
from convflow.ops.math.comparison import logical_not
from convflow.ops.math.elementwise import is_nan
from convflow.ops.math.reduce import reduce_any

_DIVERGENCES: dict[tuple[type, type], Callable[..., Tensor]] = {}


class RegisterKL:
    """Decorates the function that computes KL(a || b) for two kinds (API: tf.distributions.RegisterKL).

    Args:
        dist_cls_a, dist_cls_b: the classes; their subclasses take the function too.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type) -> None:
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable[..., Tensor]) -> Callable[..., Tensor]:
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn!r}.")
        if self._key in _DIVERGENCES:
            first, second = (kind.__name__ for kind in self._key)
            raise ValueError(f"KL({first} || {second}) has already been registered to: {_DIVERGENCES[self._key]}.")
        _DIVERGENCES[self._key] = kl_fn
        return kl_fn


def kl_divergence(
    distribution_a: Any, distribution_b: Any, allow_nan_stats: bool = True, name: str | None = None
) -> Tensor:
    """The expectation under a of log(a / b) (API: tf.distributions.kl_divergence).

    Args:
        distribution_a, distribution_b: distributions whose divergence has a formula.
        allow_nan_stats: False makes NaN an error when run.

    Raises:
        NotImplementedError: there is no formula for these two kinds.
    """
    compute = _registered(type(distribution_a), type(distribution_b))
    if compute is None:
        raise NotImplementedError(
            "No KL(distribution_a || distribution_b) registered for distribution_a type "
            f"{type(distribution_a).__name__} and distribution_b type {type(distribution_b).__name__}. "
            "Register one with tf.distributions.RegisterKL."
        )
    with name_scope("KullbackLeibler"):
        divergence = compute(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return divergence
        divergence = identity(divergence, name="kl")
        message = f"KL of {distribution_a.name} and {distribution_b.name} is NaN, with allow_nan_stats=False. Values:"
        check = assert_(logical_not(reduce_any(is_nan(divergence))), [message, divergence])
        with control_dependencies([check]):
            return identity(divergence, name="checked_kl")


def cross_entropy(ref: Any, other: Any, allow_nan_stats: bool = True, name: str | None = None) -> Tensor:
    """The entropy of `ref` plus its divergence from `other`."""
    with name_scope(name, "cross_entropy"):
        return ref.entropy() + kl_divergence(ref, other, allow_nan_stats)


def _registered(first: type, second: type) -> Callable[..., Tensor] | None:
    """The function of the two nearest ancestors."""
    found = [
        (i + j, _DIVERGENCES[a, b])
        for i, a in enumerate(first.__mro__)
        for j, b in enumerate(second.__mro__)
        if (a, b) in _DIVERGENCES
    ]
    return min(found, key=lambda entry: entry[0])[1] if found else None
