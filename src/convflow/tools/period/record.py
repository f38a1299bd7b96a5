"""One name that has been dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class PeriodName:
    """A name as programs wrote it, and what it was.

    Args:
        module: where it stood.
        name: what it was called there; "Class.member" for a member of a class, "" for the module as a whole.
        gone: the release that does not have it any more.
        meaning: what it stands for, in words that a program's author can act on.
        make: gives its value; called when a program asks for the name.
    """

    module: str
    name: str
    gone: str
    meaning: str
    make: Callable[[], Any]

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class PeriodKeyword:
    """One keyword that a function has dropped.

    Args:
        module: where the function stands.
        function: its name there.
        keyword: what programs wrote.
        gone: the release that does not take it any more.
        now: the keyword that has taken its place.
    """

    module: str
    function: str
    keyword: str
    gone: str
    now: str

    @property
    def path(self) -> str:
        return f"{self.module}.{self.function}({self.keyword}=)"


def elsewhere(path: str) -> Callable[[], Any]:
    """Makes the value that stands at `path` today: "collections.abc.Mapping"."""
    module, _, name = path.rpartition(".")
    return lambda: getattr(import_module(module), name)


def moved(module: str, gone: str, places: dict[str, str]) -> list[PeriodName]:
    """Names of `module` that stand elsewhere now, by their path there."""
    return [PeriodName(module, name, gone, path, elsewhere(path)) for name, path in places.items()]


def replaced(module: str, gone: str, path: str) -> PeriodName:
    """A module that another one has taken the place of."""
    return PeriodName(module, "", gone, path, lambda: import_module(path))
