"""Functions that differentiate functions (API: tf.contrib.eager.gradients_function and its kin)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from convflow.autodiff.gradient_tape import GradientTape
from convflow.autodiff.tape import Tape, begin, end
from convflow.core import nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import identity

Function = Callable[..., Any]


def implicit_value_and_gradients(f: Function) -> Function:
    """`f` with the gradients for the variables it reads (API: tf.contrib.eager.implicit_value_and_gradients).

    Args:
        f: returns a tensor, or what converts to one.

    Returns:
        A function of the same arguments that returns the value and a list of pairs of gradient and variable, which
        `Optimizer.apply_gradients` takes.

    Raises:
        ValueError: (when called) `f` returns None, or reads no trainable variable.
    """

    @functools.wraps(f)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        with GradientTape() as tape:
            value = f(*args, **kwargs)
            if value is None:
                raise ValueError(
                    "Cannot differentiate a function that returns None; did you forget to return a value from "
                    f"{getattr(f, '__name__', f)}?"
                )
            value = _as_tensors(value)
        variables = list(tape.watched_variables())
        if not variables:
            raise ValueError(
                "No trainable variables were accessed while the function was being computed: make them with "
                "tfe.Variable, and read them inside the function."
            )
        return value, list(zip(tape.gradient(value, variables), variables, strict=True))

    return differentiated


def implicit_gradients(f: Function) -> Function:
    """The gradients of `f` for the variables it reads (API: tf.contrib.eager.implicit_gradients).

    Args:
        f: takes anything, returns tensors; it reads trainable variables.

    Returns:
        A function of the same arguments that returns a list of pairs of gradient and variable.

    Raises:
        ValueError: (when called) `f` returns None, or reads no trainable variable.
    """

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return implicit_value_and_gradients(f)(*args, **kwargs)[1]

    return gradient


def value_and_gradients_function(f: Function, params: Sequence[Any] | None = None) -> Function:
    """`f` with the gradients for its arguments (API: tf.contrib.eager.value_and_gradients_function).

    Args:
        f: returns a tensor, or what converts to one.
        params: positions or names of arguments; all of them by default.

    Returns:
        A function of the same arguments that returns the value and a list of gradients; it takes the keyword `dy`, the
        gradient of the value to begin with.

    Raises:
        ValueError: (when called) `f` returns None, or `params` does not name arguments.
    """

    @functools.wraps(f)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        start = kwargs.pop("dy", None)
        if kwargs:
            raise ValueError(f"Functions to be differentiated cannot receive keyword arguments, got {sorted(kwargs)}.")
        value, pullback = make_vjp(f, params)(*args)
        return value, pullback(dy=start)

    return differentiated


def gradients_function(f: Function, params: Sequence[Any] | None = None) -> Function:
    """The gradients of `f` for its arguments (API: tf.contrib.eager.gradients_function).

    Args:
        params: positions or names of arguments; all of them by default.
    """

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return value_and_gradients_function(f, params)(*args, **kwargs)[1]

    return gradient


def make_vjp(f: Function, params: Sequence[Any] | None = None, persistent: bool = True) -> Function:
    """`f` with the function from a gradient of its value to those of its arguments (API: tfe.make_vjp).

    Args:
        params: positions or names of arguments; all of them by default.
        persistent: whether that function may be called more than once.
    """

    def decorated(*args: Any) -> Any:
        places = _positions(f, params, args)
        watched = [
            nest.map_structure(lambda item: identity(convert_to_tensor(item)), arg) if place in places else arg
            for place, arg in enumerate(args)
        ]
        sources = [item for place in places for item in nest.flatten(watched[place])]
        tape = Tape()
        begin(tape)
        try:
            for source in sources:
                tape.watch(source)
            value = f(*watched)
        finally:
            end(tape)
        if value is None:
            raise ValueError(
                "Cannot differentiate a function that returns None; did you forget to return a value from "
                f"{getattr(f, '__name__', f)}?"
            )
        value = _as_tensors(value)
        used: list[None] = []

        def pullback(dy: Any = None) -> Any:
            if used and not persistent:
                raise RuntimeError("This vjp function was made with persistent=False and has been called before.")
            used.append(None)
            targets = nest.flatten(value)
            starts = [ones_like(t) for t in targets] if dy is None else [convert_to_tensor(d) for d in nest.flatten(dy)]
            return tape.gradient(targets, sources, starts)

        return value, pullback

    return decorated


def _as_tensors(value: Any) -> Any:
    return nest.map_structure(
        lambda item: item if isinstance(item, (Tensor, IndexedSlices)) else convert_to_tensor(item), value
    )


def _positions(f: Function, params: Sequence[Any] | None, args: tuple[Any, ...]) -> list[int]:
    if params is None:
        return list(range(len(args)))
    if not params:
        raise ValueError("params must name at least one argument to differentiate by: leave it out for all of them.")
    if all(isinstance(param, int) for param in params):
        return list(params)
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    unknown = [param for param in params if param not in names]
    if unknown:
        raise ValueError(f"params must be all strings or all integers that name arguments of {names}; got {params}.")
    return [names.index(param) for param in params]
