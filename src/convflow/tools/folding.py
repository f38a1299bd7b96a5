"""Tracebacks that show the user's program: convflow's own frames are folded into one line."""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

FULL_VARIABLE = "CONVFLOW_FULL_TRACEBACK"

_PACKAGE = str(Path(__file__).resolve().parents[1]) + os.sep
# What runs the program, and what imports for the alias of TensorFlow's names.
_FOLDED_FILES = (
    runpy.__file__,
    importlib.__file__,
    "<frozen runpy>",
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
)


def format_exception(error: BaseException, keep: str = "") -> str:
    """The traceback of an error and of its causes, without convflow's frames.

    With `CONVFLOW_FULL_TRACEBACK=1` in the environment it has all frames. A last line says how many were
    folded and how to see them.

    Args:
        error: the error.
        keep: a file whose frames are shown although it lies in the package.
    """
    shown = traceback.TracebackException.from_exception(error)
    folded = 0 if _wants_all() else sum(_fold(link, keep) for link in _chain(shown))
    text = "".join(shown.format())
    if folded:
        frames = "1 frame" if folded == 1 else f"{folded} frames"
        text += f"[{frames} inside convflow folded; {FULL_VARIABLE}=1 shows all]\n"
    return text


def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Prints an error to stderr, folded: a replacement for `sys.excepthook`."""
    sys.stderr.write(format_exception(error.with_traceback(trace)))


def _wants_all() -> bool:
    return os.environ.get(FULL_VARIABLE, "") not in ("", "0")


def _chain(shown: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """The error, what it came from, and the members of groups."""
    seen: set[int] = set()
    waiting: list[traceback.TracebackException | None] = [shown]
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, *(getattr(link, "exceptions", None) or [])]


def _fold(shown: traceback.TracebackException, keep: str) -> int:
    """Takes the package's frames out of one traceback; returns how many."""
    kept = [frame for frame in shown.stack if frame.filename == keep or not _is_inside(frame.filename)]
    folded = len(shown.stack) - len(kept)
    shown.stack = traceback.StackSummary.from_list(kept)
    return folded


def _is_inside(filename: str) -> bool:
    return filename.startswith(_PACKAGE) or filename in _FOLDED_FILES
