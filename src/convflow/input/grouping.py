"""Elements folded by key (API: tf.data.experimental.group_by_reducer, Reducer)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.type_spec import TensorSpec
from convflow.input.dataset import Dataset
from convflow.input.experimental import Transformation
from convflow.input.functions import traced
from convflow.input.mapped import with_state
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.ops import dataset_reducer as _reducer_ops  # noqa: F401 (registers the node made here)

Function = Callable[..., Any]
_KEY = ElementSpec(TensorSpec([], dtypes.int64))


class Reducer:
    """How elements are folded into one (API: tf.data.experimental.Reducer, tf.contrib.data.Reducer).

    Args:
        init_func: takes a key, an int64 scalar; returns the first state, a structure of tensors.
        reduce_func: takes a state and an element; returns the next state.
        finalize_func: takes the last state, a tuple as several arguments; returns the element that comes out.
    """

    def __init__(self, init_func: Function, reduce_func: Function, finalize_func: Function) -> None:
        self._init_func, self._reduce_func, self._finalize_func = init_func, reduce_func, finalize_func

    @property
    def init_func(self) -> Function:
        return self._init_func

    @property
    def reduce_func(self) -> Function:
        return self._reduce_func

    @property
    def finalize_func(self) -> Function:
        return self._finalize_func


def group_by_reducer(key_func: Function, reducer: Reducer) -> Transformation:
    """The elements of each key folded into one (API: tf.data.experimental.group_by_reducer,
    tf.contrib.data.group_by_reducer).

    Args:
        key_func: an element's key, an int64 scalar.
        reducer: a `Reducer`.

    Returns:
        A function for `Dataset.apply`; the dataset that it makes has one element for each key, by growing keys.

    Raises:
        ValueError: `key_func` returns something else. TypeError: `reducer` is none, or changes the state's types.
    """
    if not isinstance(reducer, Reducer):
        raise TypeError(f"`reducer` must be a tf.data.experimental.Reducer, got {reducer!r}.")
    return lambda data: Dataset(_reduced(data._node, key_func, reducer))


def _reduced(source: Node, key_func: Function, reducer: Reducer) -> Node:
    key = traced("group_by_reducer_key", key_func, source.spec)
    if not _KEY.spec.is_compatible_with(key.spec.spec):
        raise ValueError(
            "Invalid `key_func`. Expected `key_func` to return a scalar tf.int64 tensor, but instead `key_func` has "
            f"output types={key.spec.types!r} and shapes={key.spec.shapes!r}. Use tf.cast on its result."
        )
    first = traced("group_by_reducer_init", reducer.init_func, _KEY)
    fold, state = with_state(
        "group_by_reducer_reduce", reducer.reduce_func, first.spec, source.spec, lambda result: result
    )
    end = traced("group_by_reducer_finalize", reducer.finalize_func, state)
    bodies = {"key_func": key, "init_func": first, "reduce_func": fold, "finalize_func": end}
    arguments: dict[str, Any] = {name: function.body.attr for name, function in bodies.items()}
    arguments |= {f"{name}_other_arguments": function.body.captured for name, function in bodies.items()}
    variant = apply_op("ExperimentalGroupByReducerDataset", input_dataset=source.variant, **arguments, **end.spec.attrs)
    return Node(variant, end.spec)
