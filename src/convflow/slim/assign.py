"""Giving variables values from arrays and checkpoints (API: slim.assign_from_checkpoint_fn and its kin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import logging
from convflow.core.shape import as_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_collection
from convflow.ops.array.identity import group
from convflow.ops.array.placeholder import placeholder
from convflow.slim.variables import get_variable_full_name
from convflow.training.checkpoint_reader import new_checkpoint_reader
from convflow.training.saver import Saver


def assign_from_values(var_names_to_values: dict[str, np.ndarray]) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An operation that writes arrays into variables, fed so that the graph stays small (API: slim.assign_from_values).

    Args:
        var_names_to_values: {name of a global variable: array with as many numbers}.

    Returns:
        The operation, and the feeds it needs.

    Raises:
        ValueError: no variable of that name.
    """
    feeds: dict[Tensor, np.ndarray] = {}
    assigned = [_fed_assignment(_named(name), value, feeds) for name, value in var_names_to_values.items()]
    return group(*assigned), feeds


def assign_from_values_fn(var_names_to_values: dict[str, np.ndarray]) -> Callable[[Any], Any]:
    """A function of a session that writes arrays into variables (API: slim.assign_from_values_fn).

    Args:
        var_names_to_values: {name of a global variable: array with as many numbers}.

    Returns:
        the function.

    Raises:
        ValueError: no variable of that name.
    """
    assign_op, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(assign_op, feeds)


def _named(name: str) -> Any:
    found = get_collection(GraphKeys.GLOBAL_VARIABLES, name)
    if not found:
        raise ValueError(f"Variable {name} wasn't found among the global variables. Names are without ':0'.")
    if len(found) == 1:
        return found[0]
    for variable in found:
        if variable.op.name == name:
            return variable
    names = ", ".join(variable.op.name for variable in found[:5])
    raise ValueError(f"Variable {name} doesn't uniquely identify a variable: there are {names}.")


def _fed_assignment(variable: Any, value: np.ndarray, feeds: dict[Tensor, np.ndarray]) -> Any:
    shape = variable.get_shape()
    fed = placeholder(variable.dtype.base_dtype, shape, name=f"placeholder/{variable.op.name}")
    assigned = variable.assign(fed)
    feeds[fed] = np.reshape(value, shape.as_list())
    return assigned


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Operation, dict[Tensor, np.ndarray]]:
    """An operation that writes a checkpoint's values into variables (API: slim.assign_from_checkpoint).

    Args:
        model_path: the checkpoint, such as `tf.train.latest_checkpoint` gives.
        var_list: variables, each to be filled from its own name; or {name in the checkpoint: variable or list}.
        ignore_missing_vars: leave out, with a warning, variables that the checkpoint does not have.

    Returns:
        The operation, and the feeds it needs.

    Raises:
        ValueError: the checkpoint lacks a variable, or has it in another shape.
    """
    reader = new_checkpoint_reader(model_path)
    feeds: dict[Tensor, np.ndarray] = {}
    assigned = []
    for name, variables in _grouped(var_list).items():
        if not reader.has_tensor(name):
            missing = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(
                    f"{missing}: {model_path} does not hold it. Leave the variable out of var_list, or pass "
                    "ignore_missing_vars=True."
                )
            logging.warning(missing)
            continue
        value = reader.get_tensor(name)
        assigned += [_fed_assignment(variable, _part(name, value, variable), feeds) for variable in variables]
    return group(*assigned), feeds


def _grouped(var_list: Any) -> dict[str, list[Any]]:
    if isinstance(var_list, dict):
        return {name: list(value) if isinstance(value, (list, tuple)) else [value] for name, value in var_list.items()}
    grouped: dict[str, list[Any]] = {}
    for variable in var_list:
        grouped.setdefault(get_variable_full_name(variable), []).append(variable)
    return grouped


def _part(name: str, value: np.ndarray, variable: Any) -> np.ndarray:
    """What of a checkpoint's value a variable holds: all of it, or its slice."""
    part = variable._save_slice_info
    if part is not None:
        return value[tuple(slice(at, at + size) for at, size in zip(part.var_offset, part.var_shape, strict=True))]
    if variable.get_shape() != as_shape(value.shape):
        raise ValueError(
            f"Total size of new array must be unchanged for {name} lh_shape: [{value.shape}], "
            f"rh_shape: [{variable.get_shape()}]: the checkpoint's value and the variable differ in shape. "
            "Leave the variable out of var_list."
        )
    return value


def assign_from_checkpoint_fn(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False, reshape_variables: bool = False
) -> Callable[[Any], None] | None:
    """A function of a session that restores variables from a checkpoint (API: slim.assign_from_checkpoint_fn).

    Args:
        model_path: the checkpoint.
        var_list: variables, or {name in the checkpoint: variable}; not empty.
        ignore_missing_vars: leave out, with a warning, variables that the checkpoint does not have.
        reshape_variables: take values of other shapes with as many numbers.

    Returns:
        The function; None if the checkpoint has none of the variables.

    Raises:
        ValueError: `var_list` is empty.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty: give the variables to restore.")
    if ignore_missing_vars:
        var_list = _present(model_path, var_list)
    if not var_list:
        logging.warning("No Variables to restore")
        return None
    saver = Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)


def _present(model_path: str, var_list: Any) -> dict[str, Any]:
    reader = new_checkpoint_reader(model_path)
    named = var_list if isinstance(var_list, dict) else {variable.op.name: variable for variable in var_list}
    for name in named:
        if not reader.has_tensor(name):
            logging.warning("Variable %s missing in checkpoint %s", name, model_path)
    return {name: variable for name, variable in named.items() if reader.has_tensor(name)}
