"""Beginning with the variables of an earlier model (API: tf.train.warm_start)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection
from convflow.modeling.variables.variable import Variable
from convflow.training.checkpoint_reader import checkpoint_prefix
from convflow.training.init_from_checkpoint import init_from_checkpoint
from convflow.training.warm_start_vocabulary import init_by_vocabulary


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
        var_name_to_vocab_info: by names of variables here whose rows or columns belong to words, their vocabularies:
            `tf.train.VocabInfo`. Words that the checkpoint's had keep their rows.
        var_name_to_prev_var_name: names in the checkpoint by names here, where they differ.

    Raises:
        ValueError: a name that no variable to be started has, a variable that is no matrix of its vocabulary's size;
            or as `tf.train.init_from_checkpoint`.
    """
    logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    named = _grouped(_chosen(vars_to_warm_start))
    previous = dict(var_name_to_prev_var_name or {})
    vocabularies = dict(var_name_to_vocab_info or {})
    _check_used("var_name_to_prev_var_name", previous, named)
    _check_used("var_name_to_vocab_info", vocabularies, named)
    for name, variables in named.items():
        if name in vocabularies:
            path = checkpoint_prefix(ckpt_to_initialize_from)
            init_by_vocabulary(path, previous.get(name, name), variables, vocabularies[name])
            continue
        target = variables if len(variables) > 1 else variables[0]
        init_from_checkpoint(ckpt_to_initialize_from, {previous.get(name, name): target})
    logging.info("Warm-started %d variables.", len(named))


def _check_used(argument: str, given: Mapping[str, Any], named: Mapping[str, Any]) -> None:
    unused = sorted(set(given) - set(named))
    if unused:
        raise ValueError(
            f"You provided the following variables in {argument} that were not used: {unused}. Perhaps "
            f"you misspelled them? Here is the list of viable variable names: {sorted(named)}"
        )


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
