"""Where a node was made: the lines of the user's program, used by every error."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MODELS = os.path.join(_PACKAGE, "models") + os.sep
# Who calls the command line is no part of the program that it runs.
_COMMAND_LINE = os.path.join(_PACKAGE, "cli") + os.sep
_CALLERS_KEPT = 4


class Frame(NamedTuple):
    filename: str
    lineno: int
    function: str

    def __str__(self) -> str:
        return f"{self.filename}:{self.lineno}, in {self.function}"


def is_framework_file(filename: str) -> bool:
    """Whether a file is convflow's own machinery; the bundled models count as a user's code."""
    if filename.startswith(_PACKAGE):
        return not filename.startswith(_MODELS)
    return filename.startswith("<frozen") or os.path.basename(filename) == "contextlib.py"


def user_frames() -> tuple[Frame, ...]:
    """The innermost lines of the user's program that are running now, the innermost first."""
    frames: list[Frame] = []
    frame = sys._getframe(1)
    while frame is not None and len(frames) < _CALLERS_KEPT:
        code = frame.f_code
        if code.co_filename.startswith(_COMMAND_LINE):
            break
        if not is_framework_file(code.co_filename):
            frames.append(Frame(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(frames)


def describe(frames: tuple[Frame, ...]) -> str:
    """The lines for an error message; empty when no user code was on the stack."""
    if not frames:
        return ""
    lines = [f"made at {frames[0]}"]
    lines += [f"  called from {frame}" for frame in frames[1:]]
    return "\n".join(lines)
