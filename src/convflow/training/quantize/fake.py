"""Rounding put behind a tensor, with the range it has seen in variables (API: tf.contrib.quantize)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.modeling.variables.initializers import Constant
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops import state
from convflow.ops.control_flow import cond
from convflow.ops.fake_quant import fake_quant_with_min_max_vars
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.reduce import reduce_max, reduce_min
from convflow.training.moving_averages import assign_moving_average
from convflow.training.quantize.edges import quantization_step, reroute

_FAKE_QUANT = ("FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxArgs")


class Settings(NamedTuple):
    """How a graph is rewritten: the arguments of `experimental_create_training_graph`."""

    graph: Graph
    is_training: bool
    weight_bits: int
    activation_bits: int
    symmetric: bool
    quant_delay: int | None
    scope: str
    ema_decay: float = 0.999


def insert(
    settings: Settings,
    prefix: str,
    tensor: Tensor,
    readers: Iterable[Operation],
    of_weights: bool = False,
    init_min: float = -6.0,
) -> None:
    """Have the readers of a tensor see it rounded, once.

    Args:
        settings: how the graph is rewritten.
        prefix: the scope of the new nodes and of the variables min and max.
        tensor: what is rounded.
        readers: who sees it so.
        of_weights: the range is that of the last run, and symmetric steps; else it follows the runs slowly.
        init_min: the range's lower end at first.
    """
    if any(reader.type in _FAKE_QUANT for reader in tensor.consumers()):
        return
    readers = list(dict.fromkeys(readers))
    quant = _quantized(settings, prefix, tensor, of_weights, init_min)
    if settings.quant_delay and settings.quant_delay > 0:
        active = greater_equal(quantization_step(settings.graph), settings.quant_delay, name=f"{prefix}/activate_quant")
        rounded = quant
        quant = cond(active, lambda: rounded, lambda: tensor, name=f"{prefix}/delayed_quant")
    if readers and reroute(quant, tensor, readers) < len(readers):
        raise ValueError(
            f"No inputs quantized for ops: {[reader.name for reader in readers]}: they do not read {tensor.name}."
        )
    logging.debug("%s is rounded for %d readers.", tensor.name, len(readers))


def _quantized(settings: Settings, prefix: str, tensor: Tensor, of_weights: bool, init_min: float) -> Tensor:
    bits = settings.weight_bits if of_weights else settings.activation_bits
    with variable_scope(None, default_name=prefix, values=[tensor]) as scope:
        scope.set_partitioner(None)
        low, high = _range_variable("min", init_min), _range_variable("max", 6.0)
        ends: tuple[Any, Any] = (low, high)
        if settings.is_training:
            seen = _symmetric_range(tensor, of_weights, bits) if settings.symmetric else _range(tensor)
            ends = _last(low, high, *seen) if of_weights else _average(low, high, *seen, settings.ema_decay)
        return fake_quant_with_min_max_vars(tensor, *ends, num_bits=bits, narrow_range=of_weights)


def _range_variable(name: str, initial: float) -> Any:
    collections = [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return get_variable(name, [], initializer=Constant(initial), collections=collections, trainable=False)


def _range(tensor: Tensor) -> tuple[Tensor, Tensor]:
    # Zero is one of the steps always.
    return minimum(reduce_min(tensor, name="BatchMin"), 0.0), maximum(reduce_max(tensor, name="BatchMax"), 0.0)


def _symmetric_range(tensor: Tensor, narrow: bool, bits: int) -> tuple[Tensor, Tensor]:
    least, most = reduce_min(tensor, name="BatchMin"), reduce_max(tensor, name="BatchMax")
    # In two's complement there is one step more below zero than above.
    ratio = -1.0 if narrow else -((1 << bits) - 2) / (1 << bits)
    return minimum(least, most / ratio), maximum(most, least * ratio)


def _last(low: Any, high: Any, least: Tensor, most: Tensor) -> tuple[Any, Any]:
    return state.assign(low, least, name="AssignMinLast"), state.assign(high, most, name="AssignMaxLast")


def _average(low: Any, high: Any, least: Tensor, most: Tensor, decay: float) -> tuple[Any, Any]:
    return (
        assign_moving_average(low, least, decay, name="AssignMinEma"),
        assign_moving_average(high, most, decay, name="AssignMaxEma"),
    )
