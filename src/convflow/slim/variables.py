"""Variables that a network's inference needs, and finding them again (API: slim.model_variable, slim.get_variables)."""

from __future__ import annotations

import functools
import re
from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.device import DeviceSpec
from convflow.graph.scopes import add_to_collection, get_collection
from convflow.graph.scopes import device as device_scope
from convflow.modeling.variables.scope import VariableScope, get_variable, get_variable_scope
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization
from convflow.slim.arg_scope import add_arg_scope
from convflow.training.global_step import assert_global_step, get_global_step


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Variable:
    """The variable `name` of the current variable scope, made or shared (API: slim.variable).

    Args:
        collections: the graph collections to list it in; GLOBAL_VARIABLES by default.
        device: a device, or a function of a node that returns one, such as a `VariableDeviceChooser`.
        custom_getter: called in the place of `tf.get_variable`.

    The other arguments, the errors: see `tf.get_variable`.
    """
    listed = dict.fromkeys([GraphKeys.GLOBAL_VARIABLES] if collections is None else collections)
    getter: Any = get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=get_variable_scope().reuse)
    with device_scope(device or ""):
        return getter(
            name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, trainable=trainable,
            collections=list(listed), caching_device=caching_device, partitioner=partitioner,
            use_resource=use_resource, synchronization=synchronization, aggregation=aggregation,
        )  # fmt: skip


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = dtypes.float32,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Variable:
    """A `variable` that also joins the MODEL_VARIABLES: what inference needs (API: slim.model_variable).

    Args:
        name: put after the scope's name and a slash.
        shape: required unless `initializer` is a tensor.
        dtype: float32 by default.
        initializer, regularizer, caching_device, partitioner, use_resource: see `tf.get_variable`.
        trainable: whether optimizers change it; True by default.
        collections: further graph collections; it is always among the GLOBAL_VARIABLES and MODEL_VARIABLES.
        device: a device, or a function of a node that returns one, such as a `VariableDeviceChooser`.
        custom_getter: called in the place of `tf.get_variable`.
        synchronization, aggregation: of copies on several devices; there is one device.

    Returns:
        the variable.

    Raises:
        ValueError: it exists and may not be shared, or does not and may not be made, or has another shape or type.
    """
    return variable(
        name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, trainable=trainable,
        collections=[*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES],
        caching_device=caching_device, device=device, partitioner=partitioner, custom_getter=custom_getter,
        use_resource=use_resource, synchronization=synchronization, aggregation=aggregation,
    )  # fmt: skip


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: Any = None
) -> Variable:
    """A variable in LOCAL_VARIABLES, which is neither trained nor saved (API: slim.local_variable).

    Args:
        initial_value: a tensor, what converts to one, or a function without arguments that returns one.
        validate_shape: whether its shape is that of the initial value for good.
        name: of the variable.
        use_resource: True for a variable known by a handle.

    Returns:
        the variable.
    """
    return _listed_in(GraphKeys.LOCAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def global_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: Any = None
) -> Variable:
    """A variable in GLOBAL_VARIABLES that is not trained (API: slim.global_variable).

    Args:
        initial_value: a tensor, what converts to one, or a function without arguments that returns one.
        validate_shape: whether its shape is that of the initial value for good.
        name: of the variable.
        use_resource: True for a variable known by a handle.

    Returns:
        the variable.
    """
    return _listed_in(GraphKeys.GLOBAL_VARIABLES, initial_value, validate_shape, name, use_resource)


def _listed_in(collection: str, value: Any, validate_shape: bool, name: str | None, use_resource: Any) -> Variable:
    return Variable(
        value, trainable=False, collections=[collection], validate_shape=validate_shape, name=name,
        use_resource=use_resource,
    )  # fmt: skip


def add_model_variable(var: Any) -> None:
    """Add a variable to the MODEL_VARIABLES unless it is there (API: slim.add_model_variable).

    Args:
        var: a variable.
    """
    if all(var is not other for other in get_collection(GraphKeys.MODEL_VARIABLES)):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: Any = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """The variables whose names begin and end in given ways (API: slim.get_variables).

    Args:
        scope: a variable scope, or a regular expression that names must match from their beginning.
        suffix: how the name ends, the output's number (":0") aside.
        collection: which variables to choose from.
    """
    prefix = scope.name if isinstance(scope, VariableScope) else scope
    if suffix is not None:
        prefix = f"{prefix or ''}.*{suffix if ':' in suffix else suffix + ':'}"
    return get_collection(collection, prefix)


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` among the MODEL_VARIABLES (API: slim.get_model_variables).

    Args:
        scope: a variable scope, or a regular expression that names must match from their beginning; None for all.
        suffix: how the name ends, the output's number (":0") aside; None for any way.

    Returns:
        a list, in the order they were made.
    """
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` among the LOCAL_VARIABLES (API: slim.get_local_variables).

    Args:
        scope: a variable scope, or a regular expression that names must match from their beginning; None for all.
        suffix: how the name ends, the output's number (":0") aside; None for any way.

    Returns:
        a list, in the order they were made.
    """
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """`get_variables` among the TRAINABLE_VARIABLES (API: slim.get_trainable_variables).

    Args:
        scope: a variable scope, or a regular expression that names must match from their beginning; None for all.
        suffix: how the name ends, the output's number (":0") aside; None for any way.

    Returns:
        a list, in the order they were made.
    """
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The global variables whose names end with `suffix` (API: slim.get_variables_by_suffix).

    Args:
        suffix: how the name ends, the output's number (":0") aside.
        scope: a variable scope, or a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The global variables whose last part of the name is `given_name` (API: slim.get_variables_by_name).

    Args:
        given_name: the name without scopes.
        scope: a variable scope, or a regular expression that names must match from their beginning; None for all.

    Returns:
        a list, in the order they were made.
    """
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name: str) -> Any:
    """The global variable of exactly that name, without ":0" (API: slim.get_unique_variable).

    Args:
        var_op_name: the name with its scopes.

    Raises:
        ValueError: there is none of that name.
    """
    candidates = get_variables(var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}: no global variable's name begins like that.")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    names = ", ".join(candidate.op.name for candidate in candidates[:5])
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable: there are {names}.")


def get_variables_to_restore(include: Any = None, exclude: Any = None) -> list[Any]:
    """The global variables of some scopes without those of others (API: slim.get_variables_to_restore).

    Args:
        include: a list of scopes (beginnings of names); all variables by default.
        exclude: a list of scopes; none by default.

    Raises:
        TypeError: one of them is neither a list nor a tuple.
    """
    for name, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, (list, tuple)):
            raise TypeError(f"{name} is provided but is not a list or a tuple. Got {scopes!r}: write [{scopes!r}].")
    included = get_variables() if include is None else [var for scope in include for var in get_variables(scope)]
    excluded = {id(var) for scope in exclude or () for var in get_variables(scope)}
    return [var for var in included if id(var) not in excluded]


def filter_variables(
    var_list: Any, include_patterns: Any = None, exclude_patterns: Any = None, reg_search: bool = True
) -> list[Any]:
    """The variables whose names match one pattern of a list and none of another (API: slim.filter_variables).

    Args:
        include_patterns: regular expressions; all variables by default.
        exclude_patterns: regular expressions; none by default.
        reg_search: whether a pattern may match anywhere in the name, or only from its beginning.
    """
    matches = re.search if reg_search else re.match

    def any_matches(patterns: Any, var: Any) -> bool:
        return any(matches(pattern, var.name) for pattern in patterns)

    return [
        var
        for var in var_list
        if (include_patterns is None or any_matches(include_patterns, var))
        and not any_matches(exclude_patterns or (), var)
    ]


def get_variable_full_name(var: Any) -> str:
    """A variable's name in checkpoints; that of the whole for a part (API: slim.get_variable_full_name).

    Args:
        var: a variable.
    """
    part = var._save_slice_info
    return part.full_name if part else var.op.name


class VariableDeviceChooser:
    """Places variables on parameter servers in turn, or all on one device (API: slim.VariableDeviceChooser).

    Args:
        num_tasks: how many parameter servers there are; 0 for none.
        job_name: the job of the parameter servers.
        device_type: "CPU" or "GPU".
        device_index: the number of the device.
        replica: the number of the replica.
    """

    def __init__(
        self,
        num_tasks: int = 0,
        job_name: str = "ps",
        device_type: str = "CPU",
        device_index: Any = 0,
        replica: int | None = None,
    ) -> None:
        self._num_tasks = num_tasks
        self._job_name = job_name
        self._device_type = device_type
        self._device_index = device_index
        self._replica = replica
        self._next_task = 0

    def __call__(self, op: Any) -> str:
        spec = DeviceSpec(replica=self._replica, device_type=self._device_type, device_index=self._device_index)
        if self._num_tasks > 0:
            spec = spec.replace(job=self._job_name, task=self._next_task)
            self._next_task = (self._next_task + 1) % self._num_tasks
        return spec.to_string()


def assert_or_get_global_step(graph: Any = None, global_step_tensor: Any = None) -> Any:
    """The global step given, checked, or else the graph's (API: slim.assert_or_get_global_step).

    Args:
        graph: where to look; the default graph if None.
        global_step_tensor: an integer variable or tensor of no axes, or None.

    Returns:
        the global step; None if none is given and the graph has none.

    Raises:
        TypeError: what is given is no integer scalar.
    """
    if global_step_tensor is None:
        return get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor
