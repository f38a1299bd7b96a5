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
# What has another name or another result in Python 3: lists that have become iterators, methods, modules.
_FIXERS = (
    *("basestring", "dict", "except", "exec", "filter", "getcwdu", "has_key", "imports", "itertools"),
    *("itertools_imports", "long", "map", "metaclass", "ne", "next", "nonzero", "numliterals", "print", "raise"),
    *("raw_input", "reduce", "repr", "standarderror", "throw", "tuple_params", "unicode", "urllib", "xrange", "zip"),
)
# Modules that stand beside a module of a package, which Python 2 found without a dot.
_SIBLINGS = "import"


def looks_like_it(error: SyntaxError) -> bool:
    """Whether the line of this error is Python 2's."""
    return isinstance(error, TabError) or bool(_LINE.search(error.text or ""))


def converted(source: bytes | str, path: str = "program", in_package: bool = False) -> str | None:
    """The program in Python 3, line by line where it was; None if that cannot be had.

    The converter is Python's own lib2to3, which left with Python 3.13.

    Args:
        path: the file.
        in_package: it is a module of a package, which may import the modules beside it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            refactor = importlib.import_module("lib2to3.refactor")
        except ModuleNotFoundError:
            return None
        fixers = (*_FIXERS, _SIBLINGS) if in_package else _FIXERS
        tool = refactor.RefactoringTool([f"lib2to3.fixes.fix_{name}" for name in fixers])
        try:
            # Tabs and blanks in one block: Python 2 took a tab for eight.
            text = "\n".join(_expanded(line) for line in _text(source).split("\n"))
            return str(tool.refactor_string(text.rstrip() + "\n", path))
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
