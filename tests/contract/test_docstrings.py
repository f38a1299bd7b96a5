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
        if ".python." not in name and not _SOURCE.search(f"{value.__doc__}{sys.modules[value.__module__].__doc__}")
    }
    assert sorted(lacking) == []


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
    lacking = {
        (value.__module__, name)
        for name, value in own()
        if ".python." not in name and _parameters(value) and "Args:" not in _documentation(value)
    }
    assert sorted(lacking) == []
