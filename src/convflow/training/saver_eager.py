"""Saving and restoring variables of eager mode (API: tf.contrib.eager.Saver): the nodes of a saver, run at once."""

from __future__ import annotations

from typing import Any

from convflow.core import errors
from convflow.modeling.variables.variable import EagerVariable
from convflow.ops.checkpoint import restore_v2, save_v2


def named(var_list: Any) -> dict[str, Any]:
    """The variables by their names in a checkpoint.

    Args:
        var_list: variables in a list, or by their names in a dict.

    Raises:
        RuntimeError: None: eager mode keeps no list of variables.
        TypeError: something is no variable.
        ValueError: two variables have one name.
    """
    if var_list is None:
        raise RuntimeError(
            "When eager execution is enabled, `var_list` must specify a list or dict of variables to save: eager mode "
            "keeps no list of them."
        )
    if isinstance(var_list, dict):
        pairs = list(var_list.items())
    else:
        items = var_list if isinstance(var_list, (list, tuple)) else [var_list]
        pairs = [(getattr(item, "_shared_name", ""), item) for item in items]
    found: dict[str, Any] = {}
    for name, variable in pairs:
        if not isinstance(variable, EagerVariable):
            raise TypeError(
                f"Can only save/restore ResourceVariables when eager execution is enabled, got {variable!r}."
            )
        if found.setdefault(name, variable) is not variable:
            raise ValueError(
                f"Two different variables are called {name!r}: names are keys of the checkpoint. Give the variables "
                "names of their own, or pass a dict."
            )
    return found


def write(prefix: str, variables: dict[str, Any]) -> str:
    """Write a checkpoint; its prefix."""
    names = sorted(variables)
    save_v2(prefix, names, [""] * len(names), [variables[name].read_value() for name in names])
    return prefix


def read(prefix: str, variables: dict[str, Any]) -> None:
    """Give variables their values from a checkpoint.

    Raises:
        NotFoundError: it lacks one.
        InvalidArgumentError: one has another shape there.
    """
    names = sorted(variables)
    values = restore_v2(prefix, names, [""] * len(names), [variables[name].dtype for name in names])
    for name, value in zip(names, values, strict=True):
        if not variables[name].shape.is_compatible_with(value.shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The checkpoint {prefix} holds {name} with the shape {value.shape}, the variable has "
                f"{variables[name].shape}. Restore it into a variable of that shape.",
            )
    for name, value in zip(names, values, strict=True):
        variables[name].assign(value)


class Saver:
    """Saves and restores variables of eager mode (API: tf.contrib.eager.Saver).

    Args:
        var_list: a variable, a list of variables, or a dict of them by name.

    Raises:
        RuntimeError: `var_list` is None.
    """

    def __init__(self, var_list: Any) -> None:
        self._variables = named(var_list)

    def save(self, file_prefix: str, global_step: Any = None) -> str:
        """Write a checkpoint; returns its prefix, with the step after it if one is given."""
        prefix = file_prefix if global_step is None else f"{file_prefix}-{int(global_step)}"
        return write(prefix, self._variables)

    def restore(self, file_prefix: str) -> None:
        """Read the variables from a checkpoint."""
        read(file_prefix, self._variables)


def get_optimizer_variables(optimizer: Any) -> list[Any]:
    """The variables of an optimizer's own (API: tf.contrib.eager.get_optimizer_variables).

    Args:
        optimizer: one of tf.train's.

    Returns:
        a list of its slots and other variables; empty before its first step.
    """
    return optimizer.variables()
