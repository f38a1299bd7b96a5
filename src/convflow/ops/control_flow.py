"""Choosing at run time what runs (API: tf.cond)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import nest
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, is_tensor, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.identity import identity
from convflow.ops.cond_context import CondContext
from convflow.ops.loop_values import from_tensors
from convflow.ops.switch import merge, switch


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What `true_fn` returns where `pred` is true, else what `false_fn` returns (API: tf.cond).

    Both functions are called once, now. At run time only the nodes made by the chosen one run; nodes that a
    function merely uses run whatever is chosen. In eager mode the chosen one is called, and the other is not.

    Args:
        pred: a bool scalar tensor.
        true_fn: a function without arguments that returns tensors (dense or sparse), operations or nested
            structures of them.
        false_fn: the same; what they return must agree in form and types.
        strict: keep a list or tuple of one; otherwise its item is returned.
        fn1, fn2: older names of `true_fn` and `false_fn`.

    Returns:
        Tensors in the form of what the functions return, a bool tensor for an operation.

    Raises:
        TypeError: a predicate that is no tensor, or functions that cannot be called.
        ValueError: the functions return nothing or different things.
    """
    true_fn = _function("true_fn", true_fn, "fn1", fn1)
    false_fn = _function("false_fn", false_fn, "fn2", fn2)
    if executing_eagerly():
        result = true_fn() if pred else false_fn()
        return result if strict else _without_single(result)
    if isinstance(pred, bool):
        raise TypeError(f"'pred' must not be a Python bool, got {pred}. Use a Python if, or tf.constant({pred}).")
    with name_scope(name, "cond", [pred]):
        if_false, if_true = switch(pred, pred)
        pivot_true = identity(if_true, name="switch_t")
        pivot_false = identity(if_false, name="switch_f")
        pred = identity(pred, name="pred_id")
        for tensor in (if_true, pivot_true, pivot_false, pred):
            tensor.graph.prevent_fetching(tensor.op)
        true_branch = CondContext(pred, pivot_true, 1)
        result, true_values = _built(true_branch, true_fn, "true_fn")
        false_branch = CondContext(pred, pivot_false, 0)
        other, false_values = _built(false_branch, false_fn, "false_fn")
        if not strict:
            result, other = _without_single(result), _without_single(other)
        _check_agreement(result, other, true_values, false_values)
        merged = [merge([no, yes])[0] for no, yes in zip(false_values, true_values, strict=True)]
        if true_branch.outer_context is None:
            add_to_collection(GraphKeys.COND_CONTEXT, true_branch)
            add_to_collection(GraphKeys.COND_CONTEXT, false_branch)
        return nest.pack_sequence_as(result, from_tensors(nest.flatten(result), merged))


def _function(name: str, function: Any, old_name: str, old: Any) -> Callable[[], Any]:
    if old is not None:
        if function is not None:
            raise TypeError(f"cond(): '{name}' and '{old_name}' may not be set simultaneously.")
        function = old
    if function is None:
        raise TypeError(f"cond(): '{name}' argument required")
    if not callable(function):
        raise TypeError(f"'{name}' must be callable, got {function!r}. Wrap it: lambda: value.")
    return function


def _built(branch: CondContext, function: Callable[[], Any], name: str) -> tuple[Any, list[Tensor]]:
    with branch.entered():
        result, values = branch.build(function)
    if result is None:
        raise ValueError(f"'{name}' must have a return value: it returned None. Return a tensor or an operation.")
    if branch.outer_context is not None:
        branch.outer_context._values.update(values)
    return result, values


def _without_single(result: Any) -> Any:
    if isinstance(result, (list, tuple)) and not hasattr(result, "_fields") and len(result) == 1:
        return result[0]
    return result


def _check_agreement(result: Any, other: Any, true_values: list[Tensor], false_values: list[Tensor]) -> None:
    if not true_values or not false_values:
        raise ValueError("'true_fn' and 'false_fn' must return at least one result.")
    try:
        nest.assert_same_structure(result, other)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Incompatible return types of true_fn and false_fn: {error}") from None
    kinds = [[isinstance(leaf, SparseTensor) for leaf in nest.flatten(item)] for item in (result, other)]
    if kinds[0] != kinds[1]:
        raise ValueError(
            "Outputs of 'true_fn' and 'false_fn' must agree: one returns a sparse tensor where the other does not "
            f"({result!r}, {other!r}). Use tf.sparse_tensor_to_dense in one of them."
        )
    for yes, no in zip(true_values, false_values, strict=True):
        if yes.dtype.base_dtype is not no.dtype.base_dtype:
            raise ValueError(
                "Outputs of 'true_fn' and 'false_fn' must have the same type(s). Received "
                f"{yes.dtype.base_dtype.name} from 'true_fn' ({yes.name}) and {no.dtype.base_dtype.name} from "
                f"'false_fn' ({no.name}). Use tf.cast in one of them."
            )


def smart_cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """`tf.cond`, or just the one call where `pred` is known now (API: tf.contrib.framework.smart_cond).

    Args:
        pred: a Python bool, 0 or 1, or a bool scalar tensor.

    Raises:
        TypeError: any other predicate, or what cannot be called.
    """
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"`{what}` must be callable, got {function!r}. Wrap it: lambda: value.")
    known = smart_constant_value(pred)
    if known is None:
        return cond(pred, true_fn, false_fn, name=name)
    return true_fn() if known else false_fn()  # type: ignore[misc]


def smart_constant_value(pred: Any) -> bool | None:
    """The value of a predicate as far as it is known while the graph is built; None if it is not.

    Args:
        pred: a bool scalar tensor, a Python bool, 0 or 1.

    Raises:
        TypeError: something else.
    """
    if isinstance(pred, (bool, int)) and pred in (0, 1):
        return bool(pred)
    if not is_tensor(pred):
        raise TypeError(
            f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {pred!r} "
            f"of type {type(pred).__name__}."
        )
    value = constant_value(convert_to_tensor(pred))
    return None if value is None else bool(value)
