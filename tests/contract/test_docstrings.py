"""Every public function and class says what it is, and where its definition comes from."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import convflow.api

_SOURCE = re.compile(r"API|\bops?:|arXiv|[Pp]aper|[Ss]ources?:|et al\.|[Ss]ee `")
# What programs use most has its arguments described one by one.
_DESCRIBED = (
    ("tf", "add concat constant control_dependencies device equal exp get_collection get_variable matmul multiply pow"),
    ("tf", "random_normal reduce_mean reshape set_random_seed split square subtract"),
    ("tf.nn", "conv2d dropout max_pool relu sparse_softmax_cross_entropy_with_logits"),
    ("tf.layers", "conv2d dense"),
    ("tf.losses", "softmax_cross_entropy"),
)

# Modules of which some functions take arguments that no `Args:` describes. No module may be added.
_UNDESCRIBED = (
    ("modeling", "keras.convolutional_recurrent variables.constraints variables.initializers"),
    ("modeling", "variables.initializers_keras variables.initializers_matrix variables.partitioners"),
    ("modeling", "variables.regularizers_keras variables.resource variables.scope variables.variable"),
    ("slim", "arg_scope assign variables"),
    ("training", "checkpoint_reader feature_column.sequence_categorical global_step hooks.reporting hooks.stopping"),
    ("training", "input_producer keras.custom_objects keras.losses keras.metrics keras.metrics_counts"),
    ("training", "keras.metrics_more keras.optimizer_base objects.object_graph saved_model.builder"),
    ("training", "saved_model.signatures saver_eager summaries_eager"),
)


def public(module: ModuleType, path: str, seen: set[ModuleType]) -> Iterator[tuple[str, Any]]:
    for name in dir(module):
        value = getattr(module, name)
        if name.startswith("_"):
            continue
        if not isinstance(value, ModuleType):
            yield f"{path}.{name}", value
        elif value.__name__.startswith("convflow.api") and value not in seen:
            seen.add(value)
            yield from public(value, f"{path}.{name}", seen)


def own() -> list[tuple[str, Any]]:
    """Functions and classes of the project; those of protobuf and absl document themselves."""
    return [
        (name, value)
        for name, value in public(convflow.api, "tf", set())
        if (inspect.isfunction(value) or inspect.isclass(value))
        and str(getattr(value, "__module__", None)).startswith("convflow.")
        and not hasattr(value, "DESCRIPTOR")
    ]


def test_every_public_name_has_a_docstring() -> None:
    assert sorted({name for name, value in own() if not (value.__doc__ or "").strip()}) == []


def test_every_docstring_or_its_module_names_a_source() -> None:
    lacking = {
        name
        for name, value in own()
        # TensorFlow documents its inner modules nowhere.
        if not name.startswith("tf.python.")
        and not _SOURCE.search(f"{value.__doc__}{sys.modules[value.__module__].__doc__}")
    }
    assert sorted(lacking) == []


def test_the_most_used_functions_describe_their_arguments() -> None:
    values = dict(own())
    names = [f"{module}.{name}" for module, each in _DESCRIBED for name in each.split()]
    assert [name for name in names if "Args:" not in (values[name].__doc__ or "")] == []


def _parameters(value: Any) -> list[str]:
    if inspect.isclass(value) and "__init__" not in vars(value):
        return []
    try:
        signature = inspect.signature(value.__init__ if inspect.isclass(value) else value)
    except (TypeError, ValueError):
        return []
    return [parameter for parameter in signature.parameters if parameter not in ("self", "cls", "name")]


def _documentation(value: Any) -> str:
    own_init = vars(value).get("__init__") if inspect.isclass(value) else None
    return f"{value.__doc__}{getattr(own_init, '__doc__', None)}"


def test_every_public_name_describes_its_arguments() -> None:
    allowed = {f"convflow.{room}.{module}" for room, modules in _UNDESCRIBED for module in modules.split()}
    lacking = {
        (value.__module__, name)
        for name, value in own()
        if not name.startswith("tf.python.") and _parameters(value) and "Args:" not in _documentation(value)
    }
    assert sorted((module, name) for module, name in lacking if module not in allowed) == []
