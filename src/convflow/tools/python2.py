"""Programs in Python 2: how to tell them, and what they are in Python 3."""

from __future__ import annotations

import importlib
import re
import tokenize
import warnings
from io import BytesIO

# Lines that only Python 2 accepts, as they stand in programs of TensorFlow 1's years.
_LINE = re.compile(
    r"""(?:^|[:;])\s*(?:
        print\s+["'\w%]                    # print "x"
      | exec\s+["'\w]                     # exec "x = 1"
      | except\s+[\w.()\s,]+,\s*\w+\s*:   # except Error, e:
      | raise\s+[\w.]+\s*,                # raise Error, "x"
    )
    | <> | `\w | \bur["'] | \b0[0-7]+\b | \b\d+[lL]\b""",
    re.VERBOSE,
)
# What changes syntax, and nothing that renames: `xrange` and its kin are left as they stand.
_FIXERS = ("except", "exec", "ne", "numliterals", "print", "raise", "repr", "tuple_params", "unicode")


def looks_like_it(error: SyntaxError) -> bool:
    """Whether the line of this error is Python 2's."""
    return isinstance(error, TabError) or bool(_LINE.search(error.text or ""))


def converted(source: bytes | str) -> str | None:
    """The program with Python 3's syntax, line by line where it was; None if that cannot be had.

    The converter is Python's own lib2to3, which left with Python 3.13.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            refactor = importlib.import_module("lib2to3.refactor")
        except ModuleNotFoundError:
            return None
        tool = refactor.RefactoringTool([f"lib2to3.fixes.fix_{name}" for name in _FIXERS])
        try:
            # Tabs and blanks in one block: Python 2 took a tab for eight.
            text = "\n".join(_expanded(line) for line in _text(source).split("\n"))
            return str(tool.refactor_string(text.rstrip() + "\n", "program"))
        except Exception:
            # The converter has error classes of its own for what is no Python at all; the reader is told by the caller.
            return None


def _expanded(line: str) -> str:
    code = line.lstrip(" \t")
    return line[: len(line) - len(code)].expandtabs(8) + code


def _text(source: bytes | str) -> str:
    if isinstance(source, str):
        return source
    encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
    return source.decode(encoding).replace("\r\n", "\n")
