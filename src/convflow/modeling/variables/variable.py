"""Variables (API: tf.Variable): values that a session keeps between runs, and the lists a graph keeps of them."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, device, get_collection, get_default_graph, name_scope
from convflow.modeling.variables.base import Variable, VariableAggregation, VariableSynchronization
from convflow.modeling.variables.eager import EagerVariable
from convflow.modeling.variables.reference import RefVariable
from convflow.modeling.variables.resource import ResourceVariable
from convflow.ops import state
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group
from convflow.ops.array.stack import stack
from convflow.ops.array.strided_slice import boolean_mask
from convflow.ops.math.comparison import logical_not

__all__ = [
    "EagerVariable",
    "RefVariable",
    "ResourceVariable",
    "Variable",
    "VariableAggregation",
    "VariableSynchronization",
    "all_variables",
    "assert_variables_initialized",
    "global_variables",
    "global_variables_initializer",
    "initialize_all_variables",
    "initialize_local_variables",
    "initialize_variables",
    "local_variables",
    "local_variables_initializer",
    "model_variables",
    "moving_average_variables",
    "report_uninitialized_variables",
    "trainable_variables",
    "variables_initializer",
]


def global_variables(scope: str | None = None) -> list[Variable]:
    """All variables of the default graph that checkpoints hold (API: tf.global_variables).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Variable]:
    """The variables of this process alone, such as counters of metrics (API: tf.local_variables).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Variable]:
    """The variables that optimizers change by default (API: tf.trainable_variables).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Variable]:
    """The variables that inference needs (API: tf.model_variables).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def variables_initializer(var_list: Any, name: str = "init") -> Operation:
    """An operation that initializes the given variables (API: tf.variables_initializer).

    Args:
        var_list: a list of variables.
        name: of the operation.

    Returns:
        the operation; one that does nothing for an empty list.
    """
    return group(*[variable.initializer for variable in var_list], name=name)


def global_variables_initializer() -> Operation:
    """An operation that initializes all global variables (API: tf.global_variables_initializer)."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    """An operation that initializes all local variables (API: tf.local_variables_initializer)."""
    return variables_initializer(local_variables())


def moving_average_variables(scope: str | None = None) -> list[Any]:
    """The variables that have a moving average (API: tf.moving_average_variables).

    Args:
        scope: a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def report_uninitialized_variables(var_list: Any = None, name: str = "report_uninitialized_variables") -> Tensor:
    """The names of variables that have no value yet (API: tf.report_uninitialized_variables).

    Args:
        var_list: variables, by default all global and local ones.

    Returns:
        A 1-D string tensor.
    """
    if var_list is None:
        var_list = global_variables() + local_variables() or _variable_references()
    with name_scope(name):
        initialized = [state.is_variable_initialized(variable) for variable in var_list]
        with device("/cpu:0"):
            if not var_list:
                return constant([], dtype=dtypes.string)
            unknown = logical_not(stack(initialized))
            return boolean_mask(constant([variable.op.name for variable in var_list]), unknown)


def _variable_references() -> list[Tensor]:
    """The variables' nodes of a graph that keeps no lists of them."""
    return [op.outputs[0] for op in get_default_graph().get_operations() if op.type in ("Variable", "VariableV2")]


def assert_variables_initialized(var_list: Any = None) -> Tensor | None:
    """Deprecated: a tensor that can only be computed when variables have values (API: tf.assert_variables_initialized).

    Args:
        var_list: variables; by default all global and local ones.

    Returns:
        The ranks of the variables; None if there are none.

    Raises:
        FailedPreconditionError: (when run) a variable has no value.
    """
    if var_list is None:
        var_list = global_variables() + local_variables()
    var_list = var_list or _variable_references()
    if not var_list:
        return None
    ranks = []
    for variable in var_list:
        with colocate_with(variable.op):
            ranks.append(apply_op("Rank", input=variable))
    if len(ranks) == 1:
        return ranks[0]
    return stack(ranks)


def all_variables() -> list[Variable]:
    """Former name of `global_variables` (API: tf.all_variables)."""
    return global_variables()


def initialize_variables(var_list: Any, name: str = "init") -> Operation:
    """Former name of `variables_initializer` (API: tf.initialize_variables).

    Args:
        var_list: a list of variables.
        name: of the operation.

    Returns:
        the operation; one that does nothing for an empty list.
    """
    return variables_initializer(var_list, name)


def initialize_all_variables() -> Operation:
    """Former name of `global_variables_initializer` (API: tf.initialize_all_variables)."""
    return global_variables_initializer()


def initialize_local_variables() -> Operation:
    """Former name of `local_variables_initializer` (API: tf.initialize_local_variables)."""
    return local_variables_initializer()
