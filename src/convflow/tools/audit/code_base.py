"""What a code base uses, and how much of it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convflow.tools.audit import names, signatures, sources
from convflow.tools.audit.instances import resolve_member
from convflow.tools.audit.names import Use
from convflow.tools.audit.resolve import ROOTS, Resolution, resolve, star_names
from convflow.tools.audit.scopes import is_instance
from convflow.tools.audit.sources import Place, Problem
from convflow.tools.period import table as period
from convflow.tools.period.record import PeriodName

_RESEARCH = frozenset(ROOTS) - {"tf"}


@dataclass
class Symbol:
    """One symbol of TensorFlow's in a code base.

    Args:
        resolution: whether it is there.
        places: where it is used.
    """

    resolution: Resolution
    places: list[Place] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.resolution.symbol

    @property
    def files(self) -> list[str]:
        return sorted({place.path for place in self.places})


@dataclass(frozen=True)
class Misfit:
    """A call whose arguments do not fit."""

    place: Place
    text: str


@dataclass
class PeriodUse:
    """A name that a library has dropped, and where a program uses it."""

    name: PeriodName
    places: list[Place] = field(default_factory=list)


@dataclass
class CodeBase:
    """What `audit` found at one path.

    Args:
        path: the path given.
        files: how many programs were read.
        symbols: TensorFlow's symbols, most used first.
        misfits: calls with arguments that are not there.
        period: names that other libraries have dropped; `convflow run` offers them.
        problems: files that could not be read, or only after conversion.
    """

    path: str
    files: int
    symbols: list[Symbol]
    misfits: list[Misfit]
    period: list[PeriodUse]
    problems: list[Problem]

    @property
    def uses(self) -> int:
        return sum(len(symbol.places) for symbol in self.symbols)

    @property
    def uses_there(self) -> int:
        return sum(len(symbol.places) for symbol in self.symbols if symbol.resolution.is_there)

    @property
    def share(self) -> float:
        """Uses that resolve, of all; 1 where there are none."""
        return self.uses_there / self.uses if self.uses else 1.0

    @property
    def is_complete(self) -> bool:
        """Whether everything is there, every call fits and every file was read."""
        return self.uses == self.uses_there and not self.misfits and all(each.is_read for each in self.problems)


def audit(path: Path) -> CodeBase:
    """Reads the programs at or below `path`.

    Raises:
        errors.NotFoundError, errors.InvalidArgumentError: there is nothing to read (see `sources.find_programs`).
    """
    programs = sources.find_programs(path)
    own = _own_modules(path, programs)
    found = _Found()
    problems: list[Problem] = []
    for program in programs:
        source = sources.read(program)
        problems += source.problems
        uses = names.uses(source.pieces, star_names)
        found.add_all(_needed(use for use in uses if _is_ours(use.symbol, own)))
        found.add_period(uses)
    return CodeBase(str(path), len(programs), found.ordered(), found.misfits, list(found.period.values()), problems)


def _own_modules(path: Path, programs: Sequence[Path]) -> set[str]:
    """Names that `import` finds in the code base itself."""
    folder = path if path.is_dir() else path.parent
    own = {program.stem for program in programs} | {file.stem for file in folder.glob("*.py")}
    packages = {parent.name for program in programs for parent in program.parents if folder in parent.parents}
    return own | packages | {each.name for each in folder.iterdir() if each.is_dir()}


def _is_ours(symbol: str, own: set[str]) -> bool:
    top = symbol.partition(".")[0]
    return top == "tf" or (top in _RESEARCH and top not in own)


def _needed(uses: Iterable[Use]) -> list[Use]:
    """Without the missing ones of a `try` of which another branch can be had."""
    every = list(uses)
    lacking = {use.choice for use in every if use.choice and not resolve(use.symbol).is_there}
    works = {
        number for number, _, count in lacking if any((number, branch, count) not in lacking for branch in range(count))
    }
    return [use for use in every if use.choice is None or use.choice not in lacking or use.choice[0] not in works]


class _Found:
    def __init__(self) -> None:
        self._symbols: dict[str, Symbol] = {}
        self.misfits: list[Misfit] = []
        self.period: dict[str, PeriodUse] = {}

    def add_all(self, uses: Iterable[Use]) -> None:
        for use in uses:
            is_member = is_instance(use.symbol)
            resolution = resolve_member(use.symbol, use.is_given) if is_member else resolve(use.symbol)
            if resolution is None:
                continue
            symbol = self._symbols.setdefault(resolution.symbol, Symbol(resolution))
            symbol.places.append(use.place)
            if use.call is not None and resolution.is_there and (is_member or resolution.symbol == use.symbol):
                texts = signatures.problems(resolution.symbol, resolution.value, use.call)
                self.misfits += [Misfit(use.place, text) for text in texts]

    def add_period(self, uses: Iterable[Use]) -> None:
        for use in uses:
            name = period.find(use.symbol)
            if name is not None:
                self.period.setdefault(name.path, PeriodUse(name)).places.append(use.place)

    def ordered(self) -> list[Symbol]:
        return sorted(self._symbols.values(), key=lambda symbol: (-len(symbol.places), symbol.name))
