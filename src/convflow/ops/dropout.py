"""Dropout: elements set to zero at random, the others scaled up (API: tf.nn.dropout; Srivastava et al. 2014)."""

from __future__ import annotations

from numbers import Real
from typing import Any

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import subtract
from convflow.ops.math.comparison import greater_equal
from convflow.ops.random import random_uniform
from convflow.ops.window import either


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Each element of `x` is kept with probability 1 - rate and scaled by 1 / (1 - rate) (API: tf.nn.dropout).

    Args:
        x: a float tensor.
        keep_prob: 1 - rate; give one of the two.
        noise_shape: the shape of the choices, which broadcasts with that of `x`; None stands for x's size.
        seed: the seed of the choices; see `tf.set_random_seed`.
        rate: the probability of dropping an element: a number in [0, 1) or a scalar tensor.

    Returns:
        A tensor of the shape and type of `x`; `x` itself if the rate is the number 0.

    Raises:
        ValueError: a rate outside of [0, 1), no rate or two, or an `x` that is not floating.
    """
    rate = either("rate", rate, "keep_prob", _dropped(keep_prob))
    if rate is None:
        raise ValueError(f"`rate` must be provided: neither it nor keep_prob was. Received: rate={rate}")
    with name_scope(name, "dropout", [x]):
        number = float(rate) if isinstance(rate, Real) else None
        if number is not None and not 0 <= number < 1:
            raise ValueError(
                f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}. "
                "It is the part to drop, 1 - keep_prob."
            )
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                "`x.dtype` must be a floating point tensor as `x` will be scaled. "
                f"Received: x_dtype={x.dtype.name}. Use tf.cast."
            )
        if number == 0:
            return x
        return _dropped_out(x, rate, noise_shape, seed)


def _dropped(keep_prob: Any) -> Any:
    if keep_prob is None:
        return None
    try:
        if not is_tensor(keep_prob):
            return 1.0 - keep_prob
    except TypeError:
        raise ValueError(
            f"`keep_prob` must be a floating point number or Tensor. Received: keep_prob={keep_prob}"
        ) from None
    with name_scope(None, "sub", [keep_prob]) as scope:
        keep_prob = convert_to_tensor(keep_prob)
        one = convert_to_tensor(1.0, dtype=keep_prob.dtype.base_dtype, name="x")
        return subtract(one, keep_prob, name=scope)


def _dropped_out(x: Tensor, rate: Any, noise_shape: Any, seed: int | None) -> Tensor:
    dtype = x.dtype.base_dtype
    if is_tensor(rate):
        rate = _checked_rate(convert_to_tensor(rate), x)
        kept = apply_op("RealDiv", x=x, y=apply_op("Sub", x=constant(1, dtype=dtype), y=rate))
    elif isinstance(rate, Real):
        kept = apply_op("Mul", x=x, y=convert_to_tensor(1 / (1 - float(rate)), dtype=dtype))
    else:
        raise ValueError(f"`rate` must be a scalar or scalar tensor. Received: rate={rate}")
    choices = random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=dtype)
    mask = greater_equal(choices, rate)
    result = apply_op("SelectV2", condition=mask, t=kept, e=constant(0, dtype=dtype))
    result.set_shape(x.shape)
    return result


def _checked_rate(rate: Tensor, x: Tensor) -> Tensor:
    if rate.shape.rank not in (None, 0):
        raise ValueError(f"`rate` must be a scalar, got shape {rate.shape}: {rate}.")
    if rate.dtype.base_dtype is not x.dtype.base_dtype:
        raise ValueError(
            "`x.dtype` must be compatible with `rate.dtype`. "
            f"Received: x.dtype={x.dtype.name} and rate.dtype={rate.dtype.name}. Use tf.cast."
        )
    return rate


def _noise_shape(x: Tensor, noise_shape: Any) -> Any:
    if noise_shape is None:
        return shape_of(x)
    try:
        sizes = as_shape(noise_shape)
    except (TypeError, ValueError):
        return noise_shape  # holds tensors
    if x.shape.rank is None or sizes.rank != x.shape.rank:
        return noise_shape
    return TensorShape([own if size.value is None else size for own, size in zip(x.shape, sizes, strict=True)])
