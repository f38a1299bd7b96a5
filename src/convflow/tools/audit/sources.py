"""Python files and notebooks as syntax trees."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convflow.core import errors
from convflow.tools import notebook, python2

_SUFFIXES = (".py", ".ipynb")
# Nobody writes programs of this size; a file that large is data with a program's name, or a picture in a notebook.
_LARGEST = {".py": 8 << 20, ".ipynb": 256 << 20}
_NOT_THE_PROGRAMS = frozenset({"__pycache__", "node_modules", "site-packages"})


@dataclass(frozen=True)
class Place:
    """A line of a file, or of a notebook's code cell (counted from 1)."""

    path: str
    line: int
    cell: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.cell is None else f"{self.path}, code cell {self.cell}:{self.line}"


@dataclass(frozen=True)
class Piece:
    """What is parsed at once: a file, or a cell of a notebook."""

    path: str
    cell: int | None
    tree: ast.Module

    def place(self, node: ast.stmt | ast.expr) -> Place:
        return Place(self.path, node.lineno, self.cell)


@dataclass(frozen=True)
class Problem:
    """What could not be read, or could only be read after conversion (`is_read`)."""

    place: Place
    text: str
    is_read: bool = False


@dataclass(frozen=True)
class Source:
    """One program.

    Args:
        path: as it is shown.
        pieces: its cells in order, or the file; without those that could not be parsed.
        problems: what went wrong in reading it.
    """

    path: str
    pieces: tuple[Piece, ...]
    problems: tuple[Problem, ...]


def find_programs(path: Path) -> list[Path]:
    """The Python files and notebooks at or below `path`, sorted; hidden folders and environments are left out.

    Raises:
        errors.NotFoundError: there is no such path, or no program below it.
        errors.InvalidArgumentError: a file that is neither .py nor .ipynb.
    """
    if path.is_file():
        if path.suffix not in _SUFFIXES:
            raise errors.InvalidArgumentError(
                None, None, f"{path} is no program. Expected a .py or .ipynb file, or a folder. Give one of these."
            )
        return [path]
    if not path.exists():
        raise errors.NotFoundError(
            None, None, f"There is no {path}. Expected a .py or .ipynb file, or a folder. Check the path."
        )
    programs = sorted(_below(path))
    if not programs:
        raise errors.NotFoundError(
            None, None, f"No program in {path}. Expected .py or .ipynb files at any depth. Give another folder."
        )
    return programs


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_left_out(Path(place, name))]
        yield from (Path(place, name) for name in files if name.endswith(_SUFFIXES))


def _is_left_out(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in _NOT_THE_PROGRAMS or (folder / "pyvenv.cfg").exists()


def read(path: Path) -> Source:
    """Parses a program; whatever is wrong with it is told in `Source.problems`."""
    shown = str(path)
    try:
        size = path.stat().st_size
        if size > _LARGEST[path.suffix]:
            return _unread(shown, f"{size >> 20} MB are more than a program has; not read")
        cells = _cells(path)
    except errors.OpError as reason:
        return _unread(shown, reason.message.removeprefix(f"{shown} "))
    except (OSError, UnicodeDecodeError) as reason:
        return _unread(shown, f"cannot be read: {getattr(reason, 'strerror', None) or reason}")
    parsed = [_parse(shown, number, source) for number, source in cells]
    pieces = tuple(piece for piece, _ in parsed if piece is not None)
    return Source(shown, pieces, tuple(problem for _, problem in parsed if problem is not None))


def _unread(path: str, text: str) -> Source:
    return Source(path, (), (Problem(Place(path, 1), text),))


def _cells(path: Path) -> list[tuple[int | None, bytes | str]]:
    if path.suffix == ".py":
        return [(None, path.read_bytes())]
    return [(cell.number, cell.source) for cell in notebook.read_cells(path)]


def _parse(path: str, cell: int | None, source: bytes | str) -> tuple[Piece | None, Problem | None]:
    try:
        return Piece(path, cell, _tree(source)), None
    except SyntaxError as error:
        return _second_try(path, cell, source, error)
    except (ValueError, RecursionError, MemoryError) as error:
        # Null bytes; thousands of nested brackets.
        return None, Problem(Place(path, 1, cell), f"cannot be parsed: {error or type(error).__name__}")


def _tree(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        # "\d" in a plain string and the like: not our subject.
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _second_try(
    path: str, cell: int | None, source: bytes | str, error: SyntaxError
) -> tuple[Piece | None, Problem | None]:
    place = Place(path, error.lineno or 1, cell)
    if not python2.looks_like_it(error):
        return None, Problem(place, f"syntax error: {error.msg}")
    converted = python2.converted(source)
    if converted is not None:
        try:
            piece = Piece(path, cell, _tree(converted))
        except SyntaxError:
            pass
        else:
            return piece, Problem(place, "Python 2; read as 2to3 converts it, as `convflow run` does", is_read=True)
    return None, Problem(place, f"Python 2 ({error.msg}); convert it with 2to3")
