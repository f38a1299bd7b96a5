"""Code cells of a Jupyter notebook as plain Python, line by line."""

from __future__ import annotations

import io
import json
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from convflow.core import errors

# Cell magics whose body is Python that the following cells build on; the body of others is no Python.
_BODY_RUNS = frozenset({"time", "timeit", "capture", "prun"})
_STATEMENT_MAGIC = re.compile(r"(\s*)%(?:time|timeit|prun)\s+(?!-)(\S.*)", re.DOTALL)
_CELL_MAGIC = re.compile(r"%%(\w+)")
_SKIPPED = re.compile(
    r"""\s*(?:
        [%!]                               # %magic, !shell
      | \?{1,2}[\w.*]+                     # ?help
      | [\w.*]+\?{1,2}\s*$                 # help?
      | [\w\s,.\[\]'"]+=\s*(?:!|%[A-Za-z]) # files = !ls
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Cell:
    """One code cell.

    Args:
        number: its place among the code cells, from 1.
        source: Python, with the cell's own line numbers; what is not Python has become `pass`.
        skipped: the line numbers and texts of what was skipped and has an effect when run in Jupyter.
    """

    number: int
    source: str
    skipped: tuple[tuple[int, str], ...]


def read_cells(path: str | Path) -> list[Cell]:
    """The code cells of a notebook of any format version, in order.

    Raises:
        errors.DataLossError: the file is no notebook, or is cut short.
        OSError: it cannot be read.
    """
    text = Path(path).read_text(encoding="utf-8")
    try:
        with warnings.catch_warnings():
            # Old notebooks lack cell ids; nobody needs to hear of it to run them.
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)
        sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    except (json.JSONDecodeError, nbformat.reader.NotJSONError, nbformat.ValidationError) as reason:
        raise _no_notebook(path, reason) from reason
    except (AttributeError, KeyError, TypeError) as reason:
        raise _no_notebook(path, f"{type(reason).__name__}: {reason}") from reason
    return [_cell(number, source) for number, source in enumerate(sources, start=1)]


def _no_notebook(path: str | Path, reason: object) -> errors.OpError:
    summary = str(reason).partition("\n")[0][:200]
    return errors.DataLossError(
        None,
        None,
        f"{path} is not a Jupyter notebook: {summary}. Expected the JSON that Jupyter saves. "
        "Get a complete copy of the file; a Python program must not be called .ipynb.",
    )


def _cell(number: int, source: str) -> Cell:
    lines = source.splitlines()
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    magic = _CELL_MAGIC.match(lines[first]) if first is not None else None
    if magic is None or first is None:
        return Cell(number, *_python(lines))
    if magic.group(1) in _BODY_RUNS:
        lines[first] = ""
        return Cell(number, *_python(lines))
    return Cell(number, "pass\n", ((first + 1, lines[first]),))


def _python(lines: list[str]) -> tuple[str, tuple[tuple[int, str], ...]]:
    result: list[str] = []
    skipped: list[tuple[int, str]] = []
    numbered = enumerate(lines, start=1)
    for number, line in numbered:
        if not _SKIPPED.match(line) or _inside_statement(result):
            result.append(line)
        elif statement := _STATEMENT_MAGIC.match(line):
            result.append(statement.group(1) + statement.group(2))
        else:
            if "!" in line or "=" in line.partition("%")[0]:
                skipped.append((number, line.strip()))
            result.append(line[: len(line) - len(line.lstrip())] + "pass")
            result.extend(_continuation(line, numbered))
    return "\n".join(result) + "\n", tuple(skipped)


def _continuation(line: str, following: Iterator[tuple[int, str]]) -> list[str]:
    """Empty lines for those that a backslash joins to a skipped one."""
    blank = []
    while line.endswith("\\"):
        _, line = next(following, (0, ""))
        blank.append("")
    return blank


def _inside_statement(before: list[str]) -> bool:
    """Whether the next line continues a statement, so that a `%` at its start is an operator or text."""
    if before and before[-1].endswith("\\"):
        return True
    text = "\n".join(before) + "\n"
    try:
        for _ in tokenize.generate_tokens(io.StringIO(text).readline):
            pass
    except tokenize.TokenError as error:
        return "EOF in multi-line" in str(error) or "unterminated triple-quoted" in str(error)
    except SyntaxError:
        return False
    return False
