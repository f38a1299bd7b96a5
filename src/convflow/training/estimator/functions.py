"""What a program's functions take."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from convflow.core import logging

_MODEL_FN_ARGUMENTS = {"features", "labels", "mode", "params", "self", "config"}


def argument_names(function: Callable[..., Any]) -> set[str]:
    """The names of the arguments that a function, a partial one or a callable object still takes."""
    bound = set(function.keywords) if isinstance(function, functools.partial) else set()
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name for parameter in parameters if parameter.kind not in gathering} - bound


def check_model_fn(model_fn: Callable[..., Any], params: Any) -> None:
    """ValueError for a model function that cannot be called with what an estimator has."""
    names = argument_names(model_fn)
    if "features" not in names:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in names:
        raise ValueError(
            f"model_fn ({model_fn}) does not include params argument, but params ({params}) is passed to Estimator."
        )
    if params is None and "params" in names:
        logging.warning(
            "Estimator's model_fn (%s) includes params argument, but params are not passed to Estimator.", model_fn
        )
    unknown = names - _MODEL_FN_ARGUMENTS
    if unknown:
        raise ValueError(
            f"model_fn ({model_fn}) has following not expected args: {sorted(unknown)}. It may take features, labels, "
            "mode, params and config."
        )


def call_input_fn(input_fn: Callable[..., Any], **available: Any) -> Any:
    """Call an input function with those of `available` that it takes."""
    names = argument_names(input_fn)
    return input_fn(**{name: value for name, value in available.items() if name in names})
