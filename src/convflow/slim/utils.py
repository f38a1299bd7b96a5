"""What layers share: names for their outputs, predicates, sizes (API: slim.utils, tf.contrib.layers.utils)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collections, get_collection, get_default_graph
from convflow.graph.static_value import constant_value as static_value
from convflow.modeling.variables.variable import Variable
from convflow.ops.control_flow import cond


class NamedOutputs(NamedTuple):
    """Outputs under a name."""

    name: str
    outputs: Any


def collect_named_outputs(collections: Any, alias: str, outputs: Any) -> Any:
    """Add an output to collections, with a name by which `convert_collection_to_dict` lists it.

    Args:
        collections: a collection, a list of them, or None for none.
        alias: the name, such as "vgg_16/conv1".

    Returns:
        `outputs`.
    """
    if collections:
        append_tensor_alias(outputs, alias)
        add_to_collections(collections, outputs)
    return outputs


def append_tensor_alias(tensor: Any, alias: str) -> Any:
    """Give a tensor one more name; a slash at its end is dropped."""
    name = alias.removesuffix("/")
    if hasattr(tensor, "aliases"):
        tensor.aliases.append(name)
    else:
        tensor.aliases = [name]
    return tensor


def get_tensor_aliases(tensor: Any) -> list[str]:
    """The names given to a tensor; by default its node's, with the output's number unless that is 0."""
    if hasattr(tensor, "aliases"):
        return tensor.aliases
    return [tensor.name.removesuffix(":0")]


def gather_tensors_aliases(tensors: Any) -> list[str]:
    """The names of all tensors, one after the other."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def convert_collection_to_dict(collection: Any, clear_collection: bool = False) -> OrderedDict[str, Any]:
    """The tensors of a collection by their names (API: slim.utils.convert_collection_to_dict).

    Args:
        clear_collection: whether the collection is emptied.
    """
    named = OrderedDict(
        (alias, tensor) for tensor in get_collection(collection) for alias in get_tensor_aliases(tensor)
    )
    if clear_collection:
        get_default_graph().clear_collection(collection)
    return named


def constant_value(value_or_tensor_or_var: Any, dtype: dtypes.DType | None = None) -> Any:
    """A value as far as it is known while the graph is built; None where it is not.

    Raises:
        ValueError: None instead of a value, or a tensor of another type than `dtype`.
    """
    if value_or_tensor_or_var is None:
        raise ValueError("value_or_tensor_or_var cannot be None: give a value, a tensor or a variable.")
    if not isinstance(value_or_tensor_or_var, (Tensor, Variable)):
        return value_or_tensor_or_var
    if dtype is not None and value_or_tensor_or_var.dtype != dtype:
        raise ValueError(f"It has the wrong type {value_or_tensor_or_var.dtype} instead of {dtype}. Use tf.cast.")
    return None if isinstance(value_or_tensor_or_var, Variable) else static_value(value_or_tensor_or_var)


def static_cond(pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any]) -> Any:
    """What `fn1` returns if `pred` is true, else what `fn2` returns; the other is not called.

    Raises:
        TypeError: a function that cannot be called.
    """
    for name, function in (("fn1", fn1), ("fn2", fn2)):
        if not callable(function):
            raise TypeError(f"{name} must be callable. Got {function!r}: write lambda: {function!r}.")
    return fn1() if pred else fn2()


def smart_cond(pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any], name: str | None = None) -> Any:
    """`static_cond` where the predicate is known while the graph is built, else `tf.cond`."""
    known = constant_value(pred)
    return cond(pred, fn1, fn2, name=name) if known is None else static_cond(known, fn1, fn2)


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """The collections for the variable `name`, where a dict may give each variable its own."""
    return variables_collections.get(name) if isinstance(variables_collections, dict) else variables_collections


def channel_dimension(shape: TensorShape, data_format: str, min_rank: int = 1) -> int:
    """How many channels a shape has.

    Args:
        data_format: "channels_first" or "channels_last".

    Raises:
        ValueError: that is unknown, or there are fewer than `min_rank` axes.
    """
    return _size(shape, 1 if data_format == "channels_first" else -1, min_rank)


def last_dimension(shape: TensorShape, min_rank: int = 1) -> int:
    """The size of the last axis; ValueError if unknown or with fewer than `min_rank` axes."""
    return _size(shape, -1, min_rank)


def _size(shape: TensorShape, axis: int, min_rank: int) -> int:
    advice = "Give the placeholder's shape or use set_shape."
    if shape.rank is None:
        raise ValueError(f"dims of shape must be known but is None. {advice}")
    if shape.rank < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.rank}. Reshape the input.")
    size = shape[axis].value
    if size is None:
        raise ValueError(f"dimension {axis} of shape must be known but is None: {shape}. {advice}")
    return size


def two_element_tuple(int_or_tuple: Any) -> tuple[Any, Any]:
    """Height and width from two numbers, one for both, or a shape of two sizes; ValueError otherwise."""
    if isinstance(int_or_tuple, (list, tuple)):
        if len(int_or_tuple) != 2:
            raise ValueError(f"Must be a list with 2 elements: {int_or_tuple}")
        return int(int_or_tuple[0]), int(int_or_tuple[1])
    if isinstance(int_or_tuple, int):
        return int_or_tuple, int_or_tuple
    if isinstance(int_or_tuple, TensorShape) and len(int_or_tuple) == 2:
        return int_or_tuple[0], int_or_tuple[1]
    raise ValueError(f"Must be an int, a list with 2 elements or a TensorShape of length 2, got {int_or_tuple!r}")


def n_positive_integers(n: Any, value: Any) -> tuple[int, ...]:
    """`n` positive integers from as many, or from one for all; ValueError otherwise."""
    count = int(n)
    if count < 1 or count != n:
        raise ValueError(f"n must be a positive integer, got {n!r}")
    try:
        values = (int(value),) * count
    except (TypeError, ValueError):
        values = _integers(value)
        if len(values) != count:
            raise ValueError(f"Expected sequence of {count} positive integers, but received {value!r}") from None
    for item in values:
        if item < 1:
            raise ValueError(f"expected positive integer, but received {item}")
    return values


def _integers(value: Any) -> tuple[int, ...]:
    try:
        return tuple(int(item) for item in value)
    except (TypeError, ValueError):
        return ()
