"""Answers for modules and classes that do not have a name any more, and for functions without a keyword.

A module gets a `__getattr__`, which Python calls only for what it lacks; a class gets a member that looks who asks.
For everybody but the program, both lack the name as before. A module that is gone altogether is made when the program
imports it; that one name in `sys.modules` is all that others could see.
"""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from convflow.tools.period import ragged, single, table
from convflow.tools.period.keywords import KEYWORDS, takes, with_keyword
from convflow.tools.period.offer import Offer, is_program
from convflow.tools.period.record import PeriodKeyword, PeriodName


class PeriodFinder(MetaPathFinder):
    """Hooks modules when they are imported, and makes those that are gone.

    Args:
        offer: gives the values.
        names: what is offered.
        keywords: the keywords that are offered.
    """

    def __init__(
        self,
        offer: Offer,
        names: Iterable[PeriodName] = table.NAMES,
        keywords: Iterable[PeriodKeyword] = KEYWORDS,
    ) -> None:
        self._offer = offer
        self._keywords = tuple(keywords)
        self._names: dict[str, list[PeriodName]] = defaultdict(list)
        for name in names:
            self._names[name.module].append(name)
        for keyword in self._keywords:
            self._names.setdefault(keyword.module, [])
        for module in single.FUNCTIONS:
            self._names.setdefault(module, [])
        # Python looks for a module only in packages: a file that stands where there was one becomes one.
        gone = [name.module for name in names if not name.name and "." in name.module]
        self._packages = {module.rpartition(".")[0] for module in gone}
        for package in self._packages:
            self._names.setdefault(package, [])
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Hooks the modules that are loaded, and waits for the others."""
        for module in [sys.modules[name] for name in self._names if name in sys.modules]:
            self.hook(module)
        sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Leaves every module as it was."""
        sys.meta_path.remove(self)
        while self._undo:
            self._undo.pop()()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        spec = self._others_spec(fullname, path, target)
        if spec is not None:
            self._hook_when_loaded(spec)
            return spec
        if not is_program(sys._getframe(1)):
            return None
        return ModuleSpec(fullname, _GoneModule(self, self._names[fullname]))

    def _others_spec(self, *arguments: Any) -> ModuleSpec | None:
        others = (finder for finder in sys.meta_path if finder is not self)
        return next((spec for finder in others if (spec := finder.find_spec(*arguments)) is not None), None)

    def _hook_when_loaded(self, spec: ModuleSpec) -> None:
        loader = spec.loader
        if loader is None or not hasattr(loader, "__dict__") or isinstance(loader, type):
            return
        execute = loader.exec_module

        def execute_and_hook(module: ModuleType) -> None:
            del loader.exec_module
            execute(module)
            self.hook(module)

        loader.exec_module = execute_and_hook  # type: ignore[method-assign]

    def hook(self, module: ModuleType) -> None:
        """Makes a module answer for its dropped names."""
        if module.__name__ in self._packages and not hasattr(module, "__path__"):
            module.__path__ = []
            self._undo.append(lambda: vars(module).pop("__path__", None))
        own: dict[str, PeriodName] = {}
        for name in self._names[module.__name__]:
            owner, _, member = name.name.rpartition(".")
            if owner:
                self._hook_class(getattr(module, owner, None), member, name)
            elif member:
                own[member] = name
        if own:
            self._hook_module(module, own)
        for keyword in self._keywords:
            if keyword.module == module.__name__:
                self._hook_function(module, keyword)
        for function, argument in single.FUNCTIONS.get(module.__name__, {}).items():
            path = f"{module.__name__}.{function}"
            replacement = single.with_single_elements(getattr(module, function), path, argument, self._offer)
            self._replace(module, function, replacement)
        if module.__name__ == "numpy":
            for function in ragged.FUNCTIONS:
                self._replace(module, function, ragged.with_rows_of_any_length(getattr(module, function), self._offer))

    def forget_later(self, name: str) -> None:
        """Notes a module that was made here."""

        def forget() -> None:
            sys.modules.pop(name, None)

        self._undo.append(forget)

    def value(self, name: PeriodName) -> Any:
        return self._offer.value(name)

    def _hook_module(self, module: ModuleType, names: dict[str, PeriodName]) -> None:
        kept = vars(module).get("__getattr__")

        def lookup(name: str) -> Any:
            if name in names and is_program(sys._getframe(1)):
                try:
                    return _quietly(kept, name)
                except AttributeError:
                    return self.value(names[name])
            if kept is not None:
                return kept(name)
            raise _lacks(module, name)

        vars(module)["__getattr__"] = lookup
        self._undo.append(lambda: _restore(module, kept))

    def _hook_function(self, module: ModuleType, keyword: PeriodKeyword) -> None:
        function = getattr(module, keyword.function, None)
        if function is None or takes(function, keyword.keyword):
            return
        self._replace(module, keyword.function, with_keyword(function, keyword, self._offer))

    def _replace(self, module: ModuleType, name: str, function: Any) -> None:
        kept = getattr(module, name)
        setattr(module, name, function)
        self._undo.append(lambda: setattr(module, name, kept))

    def _hook_class(self, owner: Any, member: str, name: PeriodName) -> None:
        if not isinstance(owner, type) or hasattr(owner, member):
            return
        setattr(owner, member, _Member(self, name))
        self._undo.append(lambda: delattr(owner, member))


def _quietly(kept: Callable[[str], Any] | None, name: str) -> Any:
    """The library's own answer, without its advice to the author of a program from another time."""
    if kept is None:
        raise AttributeError(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kept(name)


def _lacks(module: ModuleType, name: str) -> AttributeError:
    return AttributeError(f"module {module.__name__!r} has no attribute {name!r}", name=name, obj=module)


def _restore(module: ModuleType, kept: Any) -> None:
    if kept is None:
        del vars(module)["__getattr__"]
    else:
        vars(module)["__getattr__"] = kept


class _Member:
    """A member of a class that only the program sees."""

    def __init__(self, finder: PeriodFinder, name: PeriodName) -> None:
        self._finder, self._name = finder, name

    def __get__(self, instance: Any, owner: type) -> Any:
        if not is_program(sys._getframe(1)):
            raise AttributeError(f"{owner.__name__!r} object has no attribute {self._name.name.rpartition('.')[2]!r}")
        return self._finder.value(self._name).__get__(instance, owner)


class _GoneModule(Loader):
    """Makes a module that is gone: another one in its place, or one with the names that are offered."""

    def __init__(self, finder: PeriodFinder, names: list[PeriodName]) -> None:
        self._finder, self._names = finder, names

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        whole = next((name for name in self._names if not name.name), None)
        self._finder.forget_later(spec.name)
        if whole is None:
            return None
        module = self._finder.value(whole)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        if any(not name.name for name in self._names):
            # The import system has just written the old name's spec into the module that stands for it.
            module.__spec__ = self._own_spec
        else:
            self._finder.hook(module)
