"""A layer several times, one after the other (API: slim.repeat, slim.stack)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import variable_scope


def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Tensor:
    """The same layer several times (API: slim.repeat).

    Args:
        inputs: of the first.
        repetitions: how often.
        layer: a function such as `slim.conv2d`.
        args, kwargs: its arguments after the input. Its `scope` is the one given here (the function's name by
            default) with a number, from 1.

    Returns:
        The last output; `inputs` as a tensor for no repetitions.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name(layer, "repeat") if scope is None else scope
        for number in range(1, repetitions + 1):
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Any, **kwargs: Any) -> Tensor:
    """The same layer several times with other arguments each (API: slim.stack).

    Args:
        inputs: of the first.
        layer: a function such as `slim.fully_connected`.
        stack_args: for each time the arguments after the input, a list, or one argument.
        kwargs: arguments of all. `scope` is numbered as by `repeat`.

    Raises:
        ValueError: `stack_args` is neither a list nor a tuple.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError(f"stack_args need to be a list or tuple. Got {stack_args!r}: write [{stack_args!r}].")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name(layer, "stack") if scope is None else scope
        for number, given in enumerate(stack_args, 1):
            args = given if isinstance(given, (list, tuple)) else [given]
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs


def _name(layer: Any, otherwise: str) -> str:
    # A functools.partial has no name of its own, but its function has one.
    inner = getattr(layer, "func", None)
    return str(getattr(layer, "__name__", getattr(inner, "__name__", otherwise)))
