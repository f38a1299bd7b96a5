"""Peers in turn: one work, every peer in a process of its own, A B C A B C ..."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.catalogue import Work
from benchmarks.peers import CONVFLOW, LIMITS, PEERS
from benchmarks.process import Worker, WorkerError


@dataclass(frozen=True)
class Pace:
    """How long is measured.

    Args:
        rounds: how often every peer gets its turn.
        seconds: how long a turn lasts at least.
        steps: how many steps a turn has at least.
        warm_up: seconds of an unmeasured turn before the first; each has also its first step behind it.
    """

    rounds: int = 5
    seconds: float = 2.0
    steps: int = 3
    warm_up: float = 1.0


QUICK = Pace(rounds=2, seconds=0.3, steps=2, warm_up=0.0)


@dataclass
class Series:
    """What one peer needed: seconds of each step, by turn; or why there are none."""

    peer: str
    turns: list[list[float]] = field(default_factory=list)
    parameters: int = 0
    peak_bytes: int = 0
    first_step_seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    failure: str = ""


@dataclass
class Outcome:
    """One work: its peers' series, its floating-point operations, and the rates of the machine beside it."""

    work: Work
    series: list[Series]
    operations: float
    rates: dict[str, list[float]]


def takes_part(peer: str, work: Work) -> bool:
    return PEERS[peer].environment != "pytorch" or work.has_twin


def run(work: Work, pythons: dict[str, Path], pace: Pace, threads: int) -> Outcome:
    """Time a work.

    Args:
        pythons: the peers to run and their interpreters.
        threads: how many threads each may use.

    Raises:
        WorkerError: the machine could not be measured. A peer that fails is an entry of its series instead.
        ValueError: two peers built networks of different size.
    """
    turn = {"turn": {"seconds": pace.seconds, "steps": pace.steps}}
    series = [Series(peer) for peer in pythons if takes_part(peer, work)]
    with ExitStack() as stack:
        limits = stack.enter_context(Worker(pythons[CONVFLOW], LIMITS, work.name, threads))
        workers = [_start(stack, each, pythons[each.peer], work, threads) for each in series]
        _refuse_different_networks(work, series)
        if pace.warm_up:
            _round(workers, series, {"turn": {"seconds": pace.warm_up, "steps": 1}})
            for each in series:
                each.turns.clear()
        rates: dict[str, list[float]] = {}
        for _ in range(pace.rounds):
            for name, values in limits.ask(turn)["rates"].items():
                rates.setdefault(name, []).extend(values)
            _round(workers, series, turn)
        for worker, each in zip(workers, series, strict=True):
            if worker is not None and not each.failure:
                each.peak_bytes = worker.ask({"end": True})["peak_bytes"]
    return Outcome(work, series, limits.ready["operations"], rates)


def _start(stack: ExitStack, series: Series, python: Path, work: Work, threads: int) -> Worker | None:
    try:
        worker = stack.enter_context(Worker(python, series.peer, work.name, threads))
    except WorkerError as error:
        series.failure = str(error)
        return None
    series.parameters = worker.ready["parameters"]
    series.versions = worker.ready["versions"]
    series.first_step_seconds = worker.ready["first_step_seconds"]
    return worker


def _round(workers: Sequence[Worker | None], series: Sequence[Series], turn: dict[str, dict[str, float]]) -> None:
    for worker, each in zip(workers, series, strict=True):
        if worker is None or each.failure:
            continue
        try:
            each.turns.append(worker.ask(turn)["times"])
        except WorkerError as error:
            each.failure = str(error)


def _refuse_different_networks(work: Work, series: Sequence[Series]) -> None:
    sizes = {each.peer: each.parameters for each in series if not each.failure}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            f"The peers' networks of the work {work.name} differ: {sizes} parameters. A comparison needs the same "
            f"network everywhere: make benchmarks/works/{work.module}.py and benchmarks/twins/{work.module}.py agree."
        )
