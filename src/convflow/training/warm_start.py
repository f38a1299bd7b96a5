"""Beginning with the variables of an earlier model (API: tf.train.warm_start)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection
from convflow.modeling.variables.variable import Variable
from convflow.training.init_from_checkpoint import init_from_checkpoint


def warm_start(
    ckpt_to_initialize_from: str,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Mapping[str, Any] | None = None,
    var_name_to_prev_var_name: Mapping[str, str] | None = None,
) -> None:
    """Make variables' initializers read a checkpoint (API: tf.train.warm_start).

    Args:
        ckpt_to_initialize_from: a checkpoint, or a folder whose latest one is taken.
        vars_to_warm_start: a regular expression at the beginning of names of trainable variables; or a list of such
            for all variables, or of variables; None for none.
        var_name_to_vocab_info: must be empty: vocabularies are not matched.
        var_name_to_prev_var_name: names in the checkpoint by names here, where they differ.

    Raises:
        ValueError: a name that no variable to be started has; or as `tf.train.init_from_checkpoint`.
        NotImplementedError: vocabularies.
    """
    if var_name_to_vocab_info:
        raise NotImplementedError(
            "tf.train.warm_start does not match vocabularies: leave var_name_to_vocab_info out, and assign the rows "
            "of a changed vocabulary yourself."
        )
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    named = _grouped(_chosen(vars_to_warm_start))
    previous = dict(var_name_to_prev_var_name or {})
    unused = sorted(set(previous) - set(named))
    if unused:
        raise ValueError(
            f"You provided the following variables in var_name_to_prev_var_name that were not used: {unused}. Perhaps "
            f"you misspelled them? Here is the list of viable variable names: {sorted(named)}"
        )
    for name, variables in named.items():
        target = variables if len(variables) > 1 else variables[0]
        init_from_checkpoint(ckpt_to_initialize_from, {previous.get(name, name): target})
    logging.info("Warm-started %d variables.", len(named))


def _chosen(wanted: Any) -> list[Any]:
    if wanted is None:
        return []
    if isinstance(wanted, str):
        return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=wanted)
    if not isinstance(wanted, Sequence):
        raise ValueError(f"If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`. Got {wanted!r}.")
    if all(isinstance(item, str) for item in wanted):
        found = [variable for name in wanted for variable in get_collection(GraphKeys.GLOBAL_VARIABLES, scope=name)]
        return list({id(variable): variable for variable in found}.values())
    if all(isinstance(item, Variable) for item in wanted):
        return list(wanted)
    raise ValueError(f"If `vars_to_warm_start` is a list, it must be all `Variable` or all `str`. Got {wanted!r}.")


def _grouped(variables: Sequence[Any]) -> dict[str, list[Any]]:
    """Variables by their names in checkpoints; parts of one together."""
    named: dict[str, list[Any]] = {}
    for variable in variables:
        info = variable._get_save_slice_info()
        named.setdefault(variable.op.name if info is None else str(info.full_name), []).append(variable)
    return named
