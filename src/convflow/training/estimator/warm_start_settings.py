"""Where an estimator's first variables come from (API: tf.estimator.WarmStartSettings)."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from convflow.core.compat import path_to_str
from convflow.training.saved_model import constants


class _Fields(NamedTuple):
    ckpt_to_initialize_from: str
    vars_to_warm_start: Any
    var_name_to_vocab_info: Any
    var_name_to_prev_var_name: Any


class WarmStartSettings(_Fields):
    """The arguments of `tf.train.warm_start` (API: tf.estimator.WarmStartSettings).

    Raises:
        ValueError: no checkpoint.
    """

    def __new__(
        cls,
        ckpt_to_initialize_from: Any,
        vars_to_warm_start: Any = ".*",
        var_name_to_vocab_info: Any = None,
        var_name_to_prev_var_name: Any = None,
    ) -> WarmStartSettings:
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls, path_to_str(ckpt_to_initialize_from), vars_to_warm_start, var_name_to_vocab_info or {},
            var_name_to_prev_var_name or {},
        )  # fmt: skip


def settings_of(warm_start_from: Any) -> WarmStartSettings | None:
    """What an estimator's argument means: settings, a checkpoint, or a SavedModel; ValueError for anything else."""
    if warm_start_from is None or isinstance(warm_start_from, WarmStartSettings):
        return warm_start_from
    path = path_to_str(warm_start_from)
    if not isinstance(path, str):
        raise ValueError(
            f"warm_start_from must be a string or a WarmStartSettings, instead got {type(warm_start_from).__name__}."
        )
    if os.path.exists(os.path.join(path, constants.SAVED_MODEL_FILENAME_PB)):
        path = os.path.join(path, constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME)
    return WarmStartSettings(ckpt_to_initialize_from=path)
