"""What the functions that run cells share: scope, sizes, the state to begin with."""

from __future__ import annotations

from typing import Any

from convflow.core import nest
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph
from convflow.modeling.variables.scope import VariableScope
from convflow.ops.array.shape_ops import shape as shape_of


def cache_on_device(scope: VariableScope) -> None:
    """Variables are read on the device of their node, once, except where a loop around reads them in each round."""
    context: Any = get_default_graph()._get_control_flow_context()
    if (context is None or context.while_context() is None) and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def initial_state(cell: Any, given: Any, batch_size: Any, dtype: Any) -> Any:
    """The state given, else the cell's zeros.

    Raises:
        ValueError: neither a state nor a type for the zeros.
    """
    if given is not None:
        return given
    if not dtype:
        raise ValueError(
            "If no initial_state is provided, argument `dtype` must be specified: e.g. dtype=tf.float32, "
            "or initial_state=cell.zero_state(batch_size, tf.float32)."
        )
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def batch_size_of(flat_input: Any) -> Any:
    """The batch's size of inputs of shape (time, batch, ...): an integer where one of them knows it.

    Raises:
        ValueError: an input has fewer than two axes.
    """
    for item in flat_input:
        if item.shape.rank is None:
            continue
        if item.shape.rank < 2:
            raise ValueError(
                f"Input tensor should have rank >= 2. Received input={item} of rank {item.shape.rank}. "
                "Inputs are (batch, time, size), or (time, batch, size) with time_major=True."
            )
        size = item.shape.as_list()[1]
        if size is not None:
            return size
    return shape_of(flat_input[0])[1]


def check_lengths(lengths: Tensor) -> None:
    """ValueError unless the lengths are a vector, as far as is known."""
    if lengths.shape.rank not in (None, 1):
        raise ValueError(
            "Argument sequence_length must be a vector of length batch_size. "
            f"Received sequence_length={lengths} of shape: {lengths.shape}"
        )


def check_steps(inputs: Any) -> None:
    """What static functions take: a list or tuple with at least one step.

    Raises:
        TypeError: not a sequence; ValueError: it is empty.
    """
    if not nest.is_nested(inputs):
        raise TypeError(
            f"Argument `inputs` must be a sequence. Received: {inputs}. tf.unstack(inputs, axis=1) makes one."
        )
    if not inputs:
        raise ValueError("Argument `inputs` must not be empty.")
