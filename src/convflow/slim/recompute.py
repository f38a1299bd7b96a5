"""Layers that are computed again for their gradient (API: slim.recompute_grad)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.autodiff.custom import custom_gradient, variables_behind
from convflow.autodiff.gradients import gradients
from convflow.core import nest
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.identity import identity, stop_gradient
from convflow.ops.array.identity import tuple_ as together
from convflow.ops.array.reshape import reshape
from convflow.ops.array.slice import slice_ as slice_of
from convflow.ops.math.arithmetic import add_n
from convflow.slim.arg_scope import arg_scope, current_arg_scope

# The default of `use_data_dep`, as it is written in the public signature.
_USE_DEFAULT = "__rev_block_lib_default"


def enable_with_args(dec: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that can be written with and without arguments (API: slim.rev_block_lib.enable_with_args).

    Args:
        dec: a decorator: a function of a function and further arguments.

    Returns:
        the decorator: `@dec`, or `@dec(argument=...)`.
    """

    @functools.wraps(dec)
    def either(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]):
            return dec(args[0])
        return lambda fn: dec(fn, *args, **kwargs)

    return either


@enable_with_args
def recompute_grad(fn: Callable[..., Any], use_data_dep: Any = _USE_DEFAULT, tupleize_grads: bool = False) -> Any:
    """Decorates a function that is called again for its gradient: what it computes need not be kept.

    Args:
        fn: takes tensors by position and returns tensors. Its variables must be resource variables. What has effects
            or draws numbers may take the keyword `is_recomputing`, which is True in the second call.
        use_data_dep: let the second call wait by data instead of by control inputs.
        tupleize_grads: no gradient is passed on before all are there.

    Returns:
        a function of the same arguments and results.

    Raises:
        ValueError: `fn` closes over a tensor or a variable, which would get no gradient; (when called) an argument
            that is no tensor; (when differentiated) the second call used other variables.
    """
    _check_closure(fn)

    @functools.wraps(fn)
    def wrapped(*args: Any) -> Any:
        if not all(isinstance(arg, (Tensor, Variable)) for arg in args):
            raise ValueError(f"All inputs to function must be Tensors, got {args}. Use tf.convert_to_tensor.")
        waits_by_data = False if use_data_dep == _USE_DEFAULT else bool(use_data_dep)
        return custom_gradient(_Recomputed(fn, waits_by_data, tupleize_grads))(*args)

    return wrapped


def _check_closure(fn: Callable[..., Any]) -> None:
    for name, value in inspect.getclosurevars(fn).nonlocals.items():
        if isinstance(value, (Tensor, Variable)):
            raise ValueError(
                f"fn decorated with @recompute_grad closes over Tensor {value.name} (local variable name: {name}), "
                "which would get no gradient through fn: make the Tensor an input to fn."
            )


class _Recomputed:
    """The function with its gradient, as `custom_gradient` takes it."""

    def __init__(self, fn: Callable[..., Any], waits_by_data: bool, tupled: bool) -> None:
        functools.update_wrapper(self, fn)
        self._fn = fn
        self._waits_by_data = waits_by_data
        self._tupled = tupled
        self._tells = "is_recomputing" in inspect.signature(fn).parameters

    def _call(self, inputs: Any, again: bool) -> Any:
        return self._fn(*inputs, **({"is_recomputing": again} if self._tells else {}))

    def __call__(self, *args: Any) -> tuple[Any, Callable[..., Any]]:
        scope, defaults = get_variable_scope(), current_arg_scope()

        def grad_fn(*grads: Any, variables: Any = None) -> Any:
            inputs, outputs = self._again(args, grads, scope, defaults)
            _check_variables(variables_behind(outputs, inputs), variables or [])
            slopes = gradients(outputs, [*inputs, *(variables or [])], list(grads), stop_gradients=inputs)
            if self._tupled:
                slopes = _waiting(slopes, slopes) if self._waits_by_data else together(slopes)
            return slopes if variables is None else (slopes[: len(inputs)], slopes[len(inputs) :])

        return self._call(args, False), grad_fn

    def _again(self, args: Any, grads: Any, scope: Any, defaults: Any) -> tuple[list[Tensor], list[Tensor]]:
        # The gradients come first, or the second call would run right after the first and be kept as long.
        inputs: list[Any] = [identity(arg) for arg in args]
        with control_dependencies([grad for grad in grads if grad is not None]):
            inputs = _waiting(grads, inputs) if self._waits_by_data else [identity(item) for item in inputs]
            with arg_scope(defaults), variable_scope(scope, reuse=True):
                return inputs, nest.flatten(self._call(inputs, True))


def _check_variables(now: list[Any], before: list[Any]) -> None:
    if {item.name for item in now} != {item.name for item in before}:
        raise ValueError(
            f"The second call of a function with @recompute_grad used the variables {[item.name for item in now]}, "
            f"the first one {[item.name for item in before]}. Most likely it opens a variable scope with a default "
            "name and is called twice in the same enclosing scope: give each call a scope of its own."
        )


def _waiting(first: Any, then: Any) -> list[Any]:
    """`then`, plus a number too small to count that is computed of all in `first`.

    Raises:
        ValueError: an unknown rank, or numbers that are not floating.
    """
    total: Any = add_n([_first_element(item) for item in first if item is not None])
    if not total.dtype.is_floating:
        raise ValueError(f"use_data_dep takes floating tensors only, got {total.dtype.name}.")
    nothing = stop_gradient(float(np.finfo(total.dtype.as_numpy_dtype).tiny) * total)
    return [None if item is None else identity(item) + nothing for item in then]


def _first_element(tensor: Any) -> Tensor:
    if tensor.shape.rank is None:
        raise ValueError(f"Rank of Tensor {tensor.name} must be known: give it a shape with set_shape.")
    rank = tensor.shape.rank
    return reshape(slice_of(tensor, [0] * rank, [1] * rank), [])
