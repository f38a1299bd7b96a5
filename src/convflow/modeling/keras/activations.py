"""Functions that layers apply to their outputs, by name (API: tf.keras.activations)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops import activation
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.math import elementwise
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.reduce import reduce_max, reduce_sum
from convflow.ops.softmax import softmax as softmax_op

relu6, elu, selu, softplus, softsign = (
    activation.relu6, activation.elu, activation.selu, activation.softplus, activation.softsign,
)  # fmt: skip
sigmoid, tanh, exponential = elementwise.sigmoid, elementwise.tanh, elementwise.exp


def linear(x: Any) -> Any:
    """`x` itself (API: tf.keras.activations.linear).

    Args:
        x: anything.

    Returns:
        the same object.
    """
    return x


def hard_sigmoid(x: Any) -> Tensor:
    """0.2 * x + 0.5 between 0 and 1 (API: tf.keras.activations.hard_sigmoid).

    Args:
        x: a tensor of a floating type.

    Returns:
        a tensor of its shape and type, from 0 to 1.
    """
    return clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def softmax(x: Any, axis: int = -1) -> Tensor:
    """Exponentials that add up to 1 along an axis (API: tf.keras.activations.softmax).

    Args:
        x: a tensor of a floating type, at least two axes.
        axis: along which the sum is 1; the last by default.

    Returns:
        a tensor of the shape and type of `x`.

    Raises:
        ValueError: fewer than two axes.
    """
    if x.shape.rank == 2 and axis in (-1, 1):
        return softmax_op(x)
    if x.shape.rank is not None and x.shape.rank < 2:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D: it has shape {x.shape}.")
    powers: Any = elementwise.exp(x - reduce_max(x, axis=axis, keepdims=True))
    return powers / reduce_sum(powers, axis=axis, keepdims=True)


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """x above `threshold`, alpha * (x - threshold) below, at most `max_value` (API: tf.keras.activations.relu).

    Args:
        x: a tensor of a floating type.
        alpha: the slope below `threshold`; 0 by default.
        max_value: the largest result; None for no limit.
        threshold: below it `alpha` applies; 0 by default.

    Returns:
        a tensor of the shape and type of `x`.
    """
    if threshold == 0 and max_value is None and alpha == 0:
        return activation.relu(x)
    above: Any = activation.relu(x)
    if threshold != 0:
        above = x * elementwise.sign(activation.relu(x - threshold))
    if max_value is not None:
        above = clip_by_value(above, 0.0, float(max_value))
    if alpha == 0:
        return above
    return above - alpha * maximum(0.0, threshold - x)


_KNOWN: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        elu, exponential, hard_sigmoid, linear, relu, relu6, selu, sigmoid, softmax, softplus, softsign, tanh,
    )
}  # fmt: skip
_KNOWN["exponential"] = exponential


def get(identifier: Any) -> Callable[..., Any]:
    """The function of a name, or itself; `linear` for None (API: tf.keras.activations.get).

    Args:
        identifier: a name ("relu"), a function, or None.

    Returns:
        a function of a tensor that returns a tensor.

    Raises:
        ValueError: an unknown name.
        TypeError: neither a name nor a function.
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if not isinstance(identifier, str):
        raise TypeError(f"Could not interpret activation function identifier: {identifier!r}. Pass a name or function.")
    if identifier not in _KNOWN:
        raise ValueError(f"Unknown activation function: {identifier!r}. Expected one of {', '.join(sorted(_KNOWN))}.")
    return _KNOWN[identifier]


deserialize = get


def serialize(function: Any) -> str:
    """The name of a function (API: tf.keras.activations.serialize).

    Args:
        function: an activation function; None stands for `linear`.

    Returns:
        the name that `get` takes; of a function that is not Keras' own its `__name__`.
    """
    if function is None:
        return "linear"
    names = [name for name, known in _KNOWN.items() if known is function]
    return names[0] if names else function.__name__
