"""Who is offered a dropped name, and who is told."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from convflow.tools.period.record import PeriodName

_IMPORTING = "<frozen importlib"


class Offer:
    """Gives dropped names to the program, and tells of each once.

    Args:
        tell: is called with one line of text.
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell or _print
        self._told: set[str] = set()

    def value(self, name: PeriodName) -> Any:
        """The value of a name that the program has asked for."""
        value = name.make()
        self.tell(name.path, name.gone, name.meaning)
        return value

    def tell(self, path: str, gone: str, meaning: str) -> None:
        """Says, the first time only, that what `path` names is offered, and what it means now."""
        if path in self._told:
            return
        how = "" if self._told else " (--no-period-names turns such names off)"
        self._told.add(path)
        self._tell(f"convflow run: {path}, gone since {gone}, is offered: {meaning}{how}")


def _print(line: str) -> None:
    print(line, file=sys.stderr)


def is_program(frame: FrameType | None) -> bool:
    """Whether code of the program runs in this frame, or in the one for which it imports."""
    while frame is not None and frame.f_code.co_filename.startswith(_IMPORTING):
        frame = frame.f_back
    return frame is not None and not is_library(frame.f_code.co_filename)


@cache
def is_library(file: str) -> bool:
    """Whether a file is Python's, installed, or convflow's."""
    path = os.path.realpath(file)
    return any(path.startswith(folder) for folder in _library_folders())


@cache
def _library_folders() -> tuple[str, ...]:
    """Where Python, what is installed and convflow stand. Everything else is the program."""
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages(), str(Path(__file__).parents[2])]
    return tuple(os.path.realpath(folder) + os.sep for folder in folders)
