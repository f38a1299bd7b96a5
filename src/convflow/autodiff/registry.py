"""Which function is the gradient of a node (API: tf.RegisterGradient, tf.NotDifferentiable)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, get_op, is_registered
from convflow.graph.operation import Operation
from convflow.graph.origin import describe

_registered: dict[str, Any] = {}


def gradient_rule(op: Operation) -> Callable[..., Any] | None:
    """The gradient function of a node: an override in its attributes, a user's, or the op's own."""
    name = op.attrs.get("_gradient_op_type")
    if name is not None:
        name = name.decode() if isinstance(name, bytes) else name
        if name not in _registered and not _is_built_in(name):
            raise LookupError(f"No gradient is registered under {name!r}, which {op.describe()} asks for.")
        return _registered[name] if name in _registered else get_op(name).gradient
    if op.type in _registered:
        return _registered[op.type]
    rule = op.definition.gradient
    if rule is NOT_DIFFERENTIABLE:
        return None
    if rule is NO_GRADIENT:
        if not op.inputs:
            return None
        raise LookupError(
            f"No gradient defined for operation '{op.name}' (op type: {op.type}).\nIt was {describe(op.origin)}\n"
            "Wrap its output in tf.stop_gradient, or register one with tf.RegisterGradient."
        )
    return rule


def _is_built_in(op_type: str) -> bool:
    return is_registered(op_type) and callable(get_op(op_type).gradient)


class RegisterGradient:
    """A decorator that gives an op type, or a name for `gradient_override_map`, a gradient function.

    (API: tf.RegisterGradient.) The function takes the operation and a gradient per output.

    Args:
        op_type: the type of an op, such as "Relu", or any name for `gradient_override_map`.

    Raises:
        TypeError: `op_type` is no string.
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError(f"op_type must be a string, got {op_type!r}: the type of an op, such as 'Relu'.")
        self._op_type = op_type

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        register_rule(self._op_type, function)
        return function


def NotDifferentiable(op_type: str) -> None:
    """Say that an op type has no gradient and that none flows through it (API: tf.NotDifferentiable).

    Args:
        op_type: the type of an op, such as "Relu".

    Raises:
        TypeError: `op_type` is no string.
    """
    if not isinstance(op_type, str):
        raise TypeError(f"op_type must be a string, got {op_type!r}: the type of an op, such as 'Relu'.")
    register_rule(op_type, None)


# The name before TensorFlow 1.0.
NoGradient = NotDifferentiable


def register_rule(op_type: str, rule: Any) -> None:
    """Give an op type, or a name, a gradient function, None for none; KeyError if it has one."""
    if op_type in _registered or (is_registered(op_type) and get_op(op_type).gradient is not NO_GRADIENT):
        raise KeyError(
            f"Registering two gradient with name {op_type!r}! It has one already. Register yours under a name of its "
            "own and ask for it with Graph.gradient_override_map."
        )
    _registered[op_type] = rule
