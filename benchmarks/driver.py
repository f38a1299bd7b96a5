"""Peers in turn: one work, every peer in a process of its own, A B C A B C ..."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogue import Work
from benchmarks.figures import Outcome, Series, thinned
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
        patience: seconds for a peer's import and first step, compilation included.
    """

    rounds: int = 5
    seconds: float = 2.0
    steps: int = 3
    warm_up: float = 1.0
    patience: float = 120.0


QUICK = Pace(rounds=2, seconds=0.3, steps=2, warm_up=0.0)


def takes_part(peer: str, work: Work) -> bool:
    """Whether this peer has the work: the exporters only infer, and not every work has a twin."""
    environment = PEERS[peer].environment
    if environment == "onnx":
        return work.network and not work.training
    if environment == "jax":
        return work.has_twin("jax_twins") and not work.bfloat16
    if peer == "pytorch-compile" and work.module == "imports":
        return False
    return environment != "pytorch" or work.has_twin()


def run(work: Work, pythons: dict[str, Path], pace: Pace, threads: int) -> Outcome:
    """Time a work.

    Args:
        pythons: the peers to run and their interpreters.
        threads: how many threads each may use.

    Raises:
        WorkerError: the machine could not be measured. A peer that fails or is too slow is an entry of its
            series instead.
    """
    turn = {"turn": {"seconds": 0.0 if work.long else pace.seconds, "steps": 1 if work.long else pace.steps}}
    series = [Series(peer) for peer in pythons if takes_part(peer, work)]
    with ExitStack() as stack:
        limits = stack.enter_context(Worker(pythons[CONVFLOW], LIMITS, work.name, threads, pace.patience))
        workers = [_start(stack, each, pythons[each.peer], work, threads, pace.patience) for each in series]
        mark_different_networks(work, series)
        if pace.warm_up and not work.long:
            _round(workers, series, {"turn": {"seconds": pace.warm_up, "steps": 1}})
            for each in series:
                each.turns.clear()
        rates: dict[str, list[float]] = {}
        for _ in range(pace.rounds):
            for name, rate in limits.ask({"turn": {"seconds": pace.seconds, "steps": 1}})["rates"].items():
                rates.setdefault(name, []).append(rate)
            _round(workers, series, turn)
        for worker, each in zip(workers, series, strict=True):
            if worker is not None and not each.failure:
                each.peak_bytes = worker.ask({"end": True})["peak_bytes"]
    return Outcome(work, series, limits.ready["operations"], rates)


def _start(stack: ExitStack, series: Series, python: Path, work: Work, threads: int, patience: float) -> Worker | None:
    try:
        worker = stack.enter_context(Worker(python, series.peer, work.name, threads, patience))
    except WorkerError as error:
        series.failure = str(error)
        return None
    series.parameters = worker.ready["parameters"]
    series.versions = worker.ready["versions"]
    series.first_step_seconds = round(worker.ready["first_step_seconds"], 3)
    return worker


def _round(workers: Sequence[Worker | None], series: Sequence[Series], turn: dict[str, dict[str, float]]) -> None:
    for worker, each in zip(workers, series, strict=True):
        if worker is None or each.failure:
            continue
        try:
            each.turns.append(thinned(worker.ask(turn)["times"]))
        except WorkerError as error:
            each.failure = str(error)


def mark_different_networks(work: Work, series: Sequence[Series]) -> None:
    """A peer whose network has another number of parameters than convflow's (or the first's) has failed."""
    good = [each for each in series if not each.failure]
    reference = next((each for each in good if each.peer == CONVFLOW), good[0] if good else None)
    for each in good:
        if reference is not None and each.parameters != reference.parameters:
            each.failure = (
                f"its network of the work {work.name} has {each.parameters} parameters, {reference.peer}'s "
                f"{reference.parameters}: no comparison"
            )
