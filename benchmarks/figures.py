"""What was measured, and the figures drawn from it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.catalogue import Work
from benchmarks.peers import CONVFLOW

_KEPT = 15


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
    """One work: its peers' series, its floating-point operations, and the rates of the machine, each round's best."""

    work: Work
    series: list[Series]
    operations: float
    rates: dict[str, list[float]]

    def good(self, peer: str) -> Series | None:
        """The peer's series, if it ran to its end."""
        return next((each for each in self.series if each.peer == peer and not each.failure), None)

    @property
    def convolution_limit(self) -> float:
        """Operations a second of the fastest convolution alone, in the work's own precision."""
        return max(self.rates["convolution in bfloat16" if self.work.bfloat16 else "convolution"])


def thinned(times: Sequence[float]) -> list[float]:
    """A turn's times; of many, evenly spaced ones by size, so that median and quartiles stay."""
    ordered = sorted(times)
    if len(ordered) > _KEPT:
        last = len(ordered) - 1
        ordered = [ordered[round(number * last / (_KEPT - 1))] for number in range(_KEPT)]
    return [float(f"{time:.4g}") for time in ordered]


def median_of(series: Series) -> float:
    """Seconds a step, over all turns."""
    return statistics.median(time for turn in series.turns for time in turn)


def spread_of(series: Series) -> float:
    """The middle half of all steps, from its lower to its upper end, as a fraction of the median."""
    times = [time for turn in series.turns for time in turn]
    if len(times) < 2:
        return 0.0
    lower, middle, upper = statistics.quantiles(times, n=4, method="inclusive")
    return (upper - lower) / middle


def ratio(ours: Series, theirs: Series) -> float:
    """Our time over theirs: the median over the rounds, for within a round the machine was the same to both."""
    rounds = zip(ours.turns, theirs.turns, strict=False)
    return statistics.median(statistics.median(own) / statistics.median(peer) for own, peer in rounds)


def ratios(outcomes: Sequence[Outcome]) -> dict[tuple[Work, str], float]:
    """(work, peer) to our time over the peer's, wherever both ran."""
    found: dict[tuple[Work, str], float] = {}
    for outcome in outcomes:
        ours = outcome.good(CONVFLOW)
        for series in outcome.series:
            if ours is not None and series.peer != CONVFLOW and not series.failure:
                found[outcome.work, series.peer] = ratio(ours, series)
    return found


def geometric_means(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], tuple[float, int]]:
    """(peer, "train" or "infer") to the geometric mean of our time over theirs, and over how many float32 networks."""
    groups: dict[tuple[str, str], list[float]] = {}
    for (work, peer), value in ratios(outcomes).items():
        if work.network and not work.bfloat16:
            groups.setdefault((peer, "train" if work.training else "infer"), []).append(value)
    return {key: (statistics.geometric_mean(values), len(values)) for key, values in groups.items()}


def share_of_limit(outcome: Outcome, series: Series) -> float:
    """The rate of the step's convolutions and matrix products as a part of the fastest convolution's."""
    return outcome.operations / median_of(series) / outcome.convolution_limit


def newest(outcomes: Sequence[Outcome], work: str, peer: str) -> Series | None:
    """The last series of the peer in the work that ran to its end."""
    found = [outcome.good(peer) for outcome in outcomes if outcome.work.name == work]
    return next((series for series in reversed(found) if series is not None), None)
