"""Modules that are loaded when something in them is first asked for: what few programs use costs the others nothing."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from convflow.core.absent import missing_member


class LazyModule(ModuleType):
    """Stands for the module called `name` and loads it at the first attribute asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def lazy_submodules(package: str, *names: str) -> tuple[Callable[[str], ModuleType], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a package whose submodules `names` are loaded at their first use.

    Without `names` they only serve the error that names what replaced a name of TensorFlow before 1.0.

    Args:
        package: the package's `__name__`.
        names: the submodules' names within it.
    """

    def load(name: str) -> ModuleType:
        if name not in names:
            raise missing_member(package, name)
        return import_module(f"{package}.{name}")

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return load, listed


def every_submodule(package: str) -> tuple[Callable[[str], ModuleType], Callable[[], list[str]]]:
    """`lazy_submodules` with all modules that stand in the package's folder."""
    path = sys.modules[package].__path__
    return lazy_submodules(package, *(module.name for module in pkgutil.iter_modules(path)))
