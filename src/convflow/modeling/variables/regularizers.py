"""Penalties on large weights (API: tf.contrib.layers.*_regularizer, apply_regularization)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, get_collection, name_scope
from convflow.ops.array.constant import constant
from convflow.ops.losses import l2_loss
from convflow.ops.math.arithmetic import add_n, multiply
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.reduce import reduce_sum

Regularizer = Callable[[Any], Tensor | None]


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """The sum of magnitudes, times `scale` (API: tf.contrib.layers.l1_regularizer): many weights become zero.

    Args:
        scale: a float or a scalar tensor; 0.0 stands for no penalty.
        scope: a name scope.

    Returns:
        A function of a tensor or variable, which returns a scalar, or None if the scale is 0.0.

    Raises:
        ValueError: an integer (a slip, where a fraction is meant) or a negative scale.
    """
    if _is_off(scale, "scale"):
        return _none

    def l1(weights: Any, name: str | None = None) -> Tensor:
        with name_scope(scope, "l1_regularizer", [weights]) as inner:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(factor, reduce_sum(absolute(weights)), name=inner)

    return l1


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """Half the sum of squares, times `scale` (API: tf.contrib.layers.l2_regularizer): weight decay.

    Args:
        scale: a float or a scalar tensor; 0.0 stands for no penalty.
        scope: a name scope.

    Returns:
        A function of a tensor or variable, which returns a scalar, or None if the scale is 0.0.

    Raises:
        ValueError: an integer (a slip, where a fraction is meant) or a negative scale.
    """
    if _is_off(scale, "scale"):
        return _none

    def l2(weights: Any) -> Tensor:
        with name_scope(scope, "l2_regularizer", [weights]) as inner:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(factor, l2_loss(weights), name=inner)

    return l2


def l1_l2_regularizer(scale_l1: Any = 1.0, scale_l2: Any = 1.0, scope: str | None = None) -> Regularizer:
    """The sum of the penalties of `l1_regularizer` and `l2_regularizer` (API: tf.contrib.layers.l1_l2_regularizer).

    Args:
        scale_l1, scale_l2: floats or scalar tensors; 0.0 stands for no such penalty.
        scope: a name scope; "l1_l2_regularizer" by default.

    Returns:
        A function of a tensor or variable, which returns a scalar, or None if both are 0.0.

    Raises:
        ValueError: an integer or a negative scale.
    """
    _refuse_integer(scale_l1, "scale_l1")
    _refuse_integer(scale_l2, "scale_l2")
    scope = scope or "l1_l2_regularizer"
    if isinstance(scale_l1, Real) and scale_l1 == 0:
        return l2_regularizer(scale_l2, scope)
    if isinstance(scale_l2, Real) and scale_l2 == 0:
        return l1_regularizer(scale_l1, scope)
    both = sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope)
    return both or _none


def sum_regularizer(regularizer_list: Sequence[Regularizer | None], scope: str | None = None) -> Regularizer | None:
    """The sum of several penalties; None where the list holds none (API: tf.contrib.layers.sum_regularizer).

    Args:
        regularizer_list: functions of a variable, or None.
        scope: a name scope.

    Returns:
        A function of a tensor or variable, which returns a scalar, or None if all of them do.
    """
    given = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not given:
        return None

    def sum_reg(weights: Any) -> Tensor | None:
        with name_scope(scope, "sum_regularizer", [weights]) as inner:
            penalties = [penalty for penalty in (regularizer(weights) for regularizer in given) if penalty is not None]
            return add_n(penalties, name=inner) if penalties else None

    return sum_reg


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Tensor:
    """The penalties of several weights, added up and put among the regularization losses.

    API: tf.contrib.layers.apply_regularization.

    Args:
        regularizer: a function of a tensor to a scalar or None.
        weights_list: tensors or variables; those of the collection GraphKeys.WEIGHTS if None.

    Raises:
        ValueError: no weights, or a penalty that is not a scalar.
    """
    weights_list = weights_list or get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize: weights_list is empty, and so is the collection 'weights'.")
    with name_scope(None, "get_regularization_penalty", weights_list) as scope:
        found = [regularizer(weights) for weights in weights_list]
        penalties = [constant(0.0) if penalty is None else penalty for penalty in found]
        for penalty in penalties:
            if penalty.shape.rank != 0:
                raise ValueError(
                    f"regularizer must return a scalar Tensor instead of a Tensor with rank {penalty.shape.rank}: "
                    f"{penalty}. Sum over all axes."
                )
        total = add_n(penalties, name=scope)
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total


def _is_off(scale: Any, name: str) -> bool:
    _refuse_integer(scale, name)
    if not isinstance(scale, Real):
        return False
    if scale < 0:
        raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}. It would reward large weights.")
    if scale == 0:
        logging.info("Scale of 0 disables regularizer.")
    return scale == 0


def _refuse_integer(scale: Any, name: str) -> None:
    if isinstance(scale, Integral):
        raise ValueError(f"{name} cannot be an integer: {scale}. Write {scale}.0 if it is meant.")


def _none(weights: Any) -> None:
    return None
