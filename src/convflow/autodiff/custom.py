"""Functions that bring their own gradient (API: tf.custom_gradient, tf.grad_pass_through, tf.recompute_grad)."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import Any

from convflow.autodiff import tape
from convflow.autodiff.gradients import gradients
from convflow.autodiff.registry import register_rule
from convflow.core import nest
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, get_collection, get_default_graph
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.array.passing import identity_n

_VARIABLE_OPS = ("Variable", "VariableV2", "VarHandleOp")
_numbers = itertools.count()


def custom_gradient(f: Any = None) -> Any:
    """Decorate a function that returns its value and its gradient function (API: tf.custom_gradient).

    Args:
        f: takes tensors, returns (results, grad_fn): tensors in any nesting, and a function that takes a gradient
            for each of them and returns one for each argument. If `f` uses variables, grad_fn also takes the
            keyword `variables`, and returns (gradients of the arguments, list of gradients of the variables).

    Returns:
        A function of the same arguments that returns the results alone.

    Raises:
        ValueError: (when called) keyword arguments; (when differentiated) a wrong number of gradients.
        TypeError: (when called) variables are used and grad_fn does not take them, or `f` made a variable that is no
            resource variable.
    """
    if f is None:
        return lambda function: custom_gradient(function)

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if executing_eagerly():
            return _called_eagerly(f, args, kwargs)
        if kwargs:
            raise ValueError(
                f"The custom_gradient decorator takes no keyword arguments while a graph is built, got "
                f"{sorted(kwargs)}: pass them by position, or bind them with functools.partial."
            )
        return _called(f, args)

    return decorated


def _called(f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    name = f"CustomGradient-{next(_numbers)}"
    tensors = [nest.map_structure(convert_to_tensor, arg) for arg in args]
    before = set(map(id, _variables()))
    result, grad_fn = f(*tensors)
    _check_new_variables(before)
    outputs = [_result(item) for item in nest.flatten(result)]
    inputs = nest.flatten(tensors)
    variables = variables_behind(outputs, inputs)
    _check_signature(grad_fn, variables)

    def rule(op: Operation, *grads: Any) -> list[Any]:
        return [None] * len(outputs) + _gradients_of(grad_fn, grads[: len(outputs)], variables)

    register_rule(name, rule)
    with get_default_graph().gradient_override_map({"IdentityN": name}):
        passed_on = identity_n([*outputs, *inputs, *variables])
    for variable in variables:
        # As TensorFlow does, though nobody takes what is read here.
        convert_to_tensor(variable)
    return nest.pack_sequence_as(result, passed_on[: len(outputs)])


def _called_eagerly(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The results, noted on the tapes as one operation with the gradient that `f` brings."""
    read = tape.Tape()
    args = tuple(nest.map_structure(_as_argument, arg) for arg in args)
    with tape.paused():
        tape.begin(read)
        result, grad_fn = f(*args, **kwargs)
    inputs = [tape.node_of(item) if hasattr(item, "handle") else item for item in nest.flatten(list(args))]
    _check_signature(grad_fn, read.variables)
    # New objects, so that what `f` returned unchanged is not taken for its own input.
    outputs = [identity(convert_to_tensor(item)) for item in nest.flatten(result)]

    def backward(*grads: Any) -> list[Any]:
        given = [zeros_like(out) if grad is None else grad for out, grad in zip(outputs, grads, strict=True)]
        return _gradients_of(grad_fn, given, list(read.variables))

    for variable in read.variables:
        tape.variable_read(variable)
    tape.record_custom([*inputs, *(tape.node_of(variable) for variable in read.variables)], outputs, backward)
    return nest.pack_sequence_as(result, outputs)


def _as_argument(item: Any) -> Any:
    return item if hasattr(item, "handle") else convert_to_tensor(item)


def _result(item: Any) -> Tensor:
    """A result as a tensor; the node made beside it is one that TensorFlow makes."""
    tensor = convert_to_tensor(item)
    identity(tensor)
    return tensor


def _gradients_of(grad_fn: Callable[..., Any], grads: Any, variables: list[Any]) -> list[Any]:
    if not variables:
        return _as_list(grad_fn(*grads))
    input_grads, variable_grads = grad_fn(*grads, variables=variables)
    variable_grads = _as_list(variable_grads)
    if len(variable_grads) != len(variables):
        raise ValueError(
            f"Must return gradient for each variable from @custom_gradient grad_fn: got {len(variable_grads)} for "
            f"{[variable.name for variable in variables]}."
        )
    return _as_list(input_grads) + variable_grads


def _as_list(value: Any) -> list[Any]:
    return nest.flatten(list(value)) if isinstance(value, (list, tuple)) else [value]


def _variables() -> list[Any]:
    return get_collection(GraphKeys.GLOBAL_VARIABLES) + get_collection(GraphKeys.LOCAL_VARIABLES)


def _check_new_variables(before: set[int]) -> None:
    for variable in _variables():
        if id(variable) not in before and not hasattr(variable, "handle"):
            raise TypeError(
                "All variables made by a function wrapped with @custom_gradient must be resource variables, "
                f"{variable.name} is not: open a tf.variable_scope with use_resource=True, or make it outside."
            )


def _check_signature(grad_fn: Callable[..., Any], variables: list[Any]) -> None:
    signature = inspect.getfullargspec(grad_fn)
    takes = "variables" in signature.args or "variables" in signature.kwonlyargs or signature.varkw is not None
    if variables and not takes:
        raise TypeError(
            "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses variables: "
            f"{variables}. Write def grad_fn(dy, variables=None) and return (input gradients, variable gradients)."
        )


def variables_behind(outputs: list[Tensor], inputs: list[Tensor]) -> list[Any]:
    """The variables that `outputs` are computed from on ways that do not pass through `inputs`, by name."""
    ends = {tensor.op for tensor in inputs}
    seen: set[Operation] = set()
    waiting = [tensor.op for tensor in outputs]
    while waiting:
        op = waiting.pop()
        if op not in seen and op not in ends:
            seen.add(op)
            waiting.extend(tensor.op for tensor in op.inputs)
    found = [variable for variable in _variables() if variable.op in seen and variable.op.type in _VARIABLE_OPS]
    return sorted(dict.fromkeys(found), key=lambda variable: variable.name)


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` with the gradient of the identity (API: tf.grad_pass_through).

    Args:
        f: takes tensors, returns tensors of the same shapes.
    """

    @custom_gradient
    def passed(*args: Any) -> Any:
        def grad(*grads: Any, **kwargs: Any) -> Any:
            variables = kwargs.get("variables")
            return grads if variables is None else (grads, [None] * len(variables))

        return f(*args), grad

    return passed


def _recomputed(f: Callable[..., Any], args: tuple[Any, ...], grads: Any, variables: list[Any] | None) -> Any:
    """The gradients of a second computation that tapes do not see."""
    again = tape.Tape()
    inputs = [identity(arg) for arg in args]
    tape.begin(again)
    for item in inputs:
        again.watch(item)
    outputs = nest.flatten(f(*inputs))
    tape.end(again)
    sources = [*inputs, *(tape.node_of(variable) for variable in variables or [])]
    slopes = again.gradient(outputs, sources, list(grads))
    return slopes if variables is None else (slopes[: len(inputs)], slopes[len(inputs) :])


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` computed a second time for its gradient, so that what it computed need not be kept (API: tf.recompute_grad).

    The second computation begins when the gradient of the result is there.

    Args:
        f: takes tensors, returns a tensor or a structure of them.

    Returns:
        A function of the same arguments and results.
    """

    @custom_gradient
    def recomputed(*args: Any) -> Any:
        def grad(*grads: Any, **kwargs: Any) -> Any:
            variables = kwargs.get("variables")
            if executing_eagerly():
                return _recomputed(f, args, grads, variables)
            with get_default_graph().control_dependencies([item for item in grads if item is not None]):
                inputs = [identity(arg) for arg in args]
                again = nest.flatten(f(*inputs))
            slopes = gradients(again, [*inputs, *(variables or [])], list(grads))
            if variables is None:
                return slopes
            return slopes[: len(inputs)], slopes[len(inputs) :]

        return f(*args), grad

    return recomputed
