"""All that is known, over several runs: kept beside the page as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.catalogue import WORKS
from benchmarks.figures import Outcome, Series
from benchmarks.peers import CONVFLOW


@dataclass
class Run:
    """One command.

    Args:
        command: what was run.
        date: when it began, UTC.
        machine: processor, threads, system.
        load: programs that wanted to run before it began.
    """

    command: str
    date: str
    machine: str
    load: float


@dataclass
class Book:
    """Runs and what they measured, one outcome or more for each work, oldest first within a work."""

    runs: list[Run] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take in an outcome; what it measured anew replaces the old series.

        An old outcome keeps convflow's series as long as it has a peer: their ratio is of the same rounds.
        """
        measured = {series.peer for series in outcome.series} - {CONVFLOW}
        kept = []
        for old in self.outcomes:
            if old.work == outcome.work:
                old.series = [series for series in old.series if series.peer not in measured]
                if all(series.peer == CONVFLOW for series in old.series):
                    continue
            kept.append(old)
        order = {work.name: number for number, work in enumerate(WORKS)}
        self.outcomes = sorted([*kept, outcome], key=lambda each: order[each.work.name])

    def has(self, work: str, peer: str) -> bool:
        """Whether there is a row, be it of a failure."""
        return any(each.work.name == work and any(s.peer == peer for s in each.series) for each in self.outcomes)

    def dump(self) -> str:
        """As JSON, a series a line."""
        outcomes = ",\n".join(_dumped(outcome) for outcome in self.outcomes)
        runs = ",\n".join(json.dumps(asdict(run)) for run in self.runs)
        return f'{{"runs": [\n{runs}\n],\n"outcomes": [\n{outcomes}\n]}}\n'


def _dumped(outcome: Outcome) -> str:
    rates = {name: [float(f"{rate:.4g}") for rate in each] for name, each in outcome.rates.items()}
    head = json.dumps({"work": outcome.work.name, "operations": outcome.operations, "rates": rates})
    series = ",\n".join(f"  {json.dumps(asdict(each))}" for each in outcome.series)
    return f'{head[:-1]}, "series": [\n{series}]}}'


def _outcome(entry: dict[str, Any]) -> Outcome | None:
    work = next((each for each in WORKS if each.name == entry["work"]), None)
    if work is None:
        return None
    series = [Series(**each) for each in entry["series"]]
    return Outcome(work, series, entry["operations"], entry["rates"])


def load(path: Path) -> Book:
    """The book of that file, works left out that are no longer in the catalogue; an empty one if there is no file."""
    if not path.exists():
        return Book()
    data = json.loads(path.read_text(encoding="utf-8"))
    outcomes = [outcome for entry in data["outcomes"] if (outcome := _outcome(entry)) is not None]
    return Book([Run(**each) for each in data["runs"]], outcomes)
