"""What depends on a condition, such as whether a model learns (API: tf.keras.backend)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.modeling.keras.backend_ops.values import drawn_seed
from convflow.ops import dropout as dropouts
from convflow.ops.array import reshape as reshapes
from convflow.ops.control_flow import smart_cond
from convflow.ops.logging import Print
from convflow.ops.math.cast import cast as cast_op
from convflow.ops.math.select import where_v2


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two by a condition (API: tf.keras.backend.switch).

    Args:
        condition: a tensor of bool: a scalar, or of the first axes of both.
        then_expression, else_expression: tensors, or with a scalar functions that return them.
    """
    condition = cast_op(condition, dtypes.bool)
    if condition.shape.rank == 0:
        then, other = (one if callable(one) else _returns(one) for one in (then_expression, else_expression))
        return smart_cond(condition, then, other)
    then, other = (one() if callable(one) else one for one in (then_expression, else_expression))
    for _ in range(convert_to_tensor(then).shape.rank - condition.shape.rank):
        condition = reshapes.expand_dims(condition, -1)
    return where_v2(condition, then, other)


def _returns(value: Any) -> Callable[[], Any]:
    return lambda: convert_to_tensor(value)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` while learning, else `alt`; tensors or functions of them (API: tf.keras.backend.in_train_phase).

    Args:
        x, alt: tensors, or functions without arguments that return them.
        training: whether it is learning, a bool or a tensor; `learning_phase()` by default.

    Returns:
        one of the two; with a tensor for `training` a tensor that the run decides.
    """
    training = backend.learning_phase() if training is None else training
    first, second = (one if callable(one) else _returns(one) for one in (x, alt))
    is_learning = cast_op(training, dtypes.bool) if isinstance(training, Tensor) else bool(training)
    return smart_cond(is_learning, first, second)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`alt` while learning, else `x` (API: tf.keras.backend.in_test_phase).

    Args:
        x, alt: tensors, or functions without arguments that return them.
        training: whether it is learning, a bool or a tensor; `learning_phase()` by default.

    Returns:
        one of the two; with a tensor for `training` a tensor that the run decides.
    """
    return in_train_phase(alt, x, training)


def print_tensor(x: Any, message: str = "") -> Any:
    """The same, printed with a text when it is computed (API: tf.keras.backend.print_tensor).

    Args:
        x: a tensor.
        message: printed before its first elements, on standard error.

    Returns:
        the tensor to use further on: only what uses it makes it print.
    """
    return Print(x, [x], message=message)


def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Zeros in random places, the others scaled up (API: tf.keras.backend.dropout).

    Args:
        x: a tensor of a floating type.
        level: which part becomes zero, from 0 to below 1; the rest is divided by 1 - level.
        noise_shape: the shape of what is drawn, size 1 where an axis shares it; that of `x` by default.
        seed: an int; None draws one from NumPy's global generator.

    Returns:
        a tensor of the shape and type of `x`.
    """
    return dropouts.dropout(x, rate=level, noise_shape=noise_shape, seed=drawn_seed(seed))
