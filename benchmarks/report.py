"""The numbers as a table, on the screen and in a file."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from benchmarks.driver import Outcome, Series
from benchmarks.peers import CONVFLOW

COLUMNS = ("work", "peer", "median ms", "spread", "convflow / peer", "GFLOP/s", "of conv limit", "peak MB")


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


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """A row of cells for each peer, in the order of COLUMNS."""
    ours = next((each for each in outcome.series if each.peer == CONVFLOW and not each.failure), None)
    limit = max(outcome.rates["convolution"])
    return [_row(outcome, each, ours, limit) for each in outcome.series]


def _row(outcome: Outcome, series: Series, ours: Series | None, limit: float) -> tuple[str, ...]:
    if series.failure:
        return (outcome.work.name, series.peer, "failed", *[""] * 5)
    seconds = median_of(series)
    rate = outcome.operations / seconds
    return (
        outcome.work.name,
        series.peer,
        f"{seconds * 1000:.3g}" if seconds < 0.1 else f"{seconds * 1000:.0f}",
        f"{spread_of(series):.0%}",
        f"{ratio(ours, series):.2f}" if ours is not None and series is not ours else "",
        f"{rate / 1e9:.0f}" if outcome.operations else "",
        f"{rate / limit:.0%}" if outcome.operations else "",
        f"{series.peak_bytes / 2**20:.0f}",
    )


def geometric_means(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], float]:
    """(peer, "train" or "infer") to the geometric mean of our time over theirs, over the networks both ran."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for outcome in outcomes:
        good = {each.peer: each for each in outcome.series if not each.failure}
        if not outcome.work.network or CONVFLOW not in good:
            continue
        kind = "train" if outcome.work.training else "infer"
        for peer, series in good.items():
            if peer != CONVFLOW:
                ratios.setdefault((peer, kind), []).append(ratio(good[CONVFLOW], series))
    return {key: statistics.geometric_mean(values) for key, values in ratios.items()}


def table(outcomes: Sequence[Outcome]) -> Table:
    shown = Table()
    for name in COLUMNS:
        shown.add_column(name, justify="left" if name in COLUMNS[:2] else "right", no_wrap=name in COLUMNS[:2])
    for outcome in outcomes:
        for row in rows(outcome):
            shown.add_row(*row)
        shown.add_section()
    return shown


def machine_limits(outcomes: Sequence[Outcome]) -> str:
    """The best rate of each kernel of `benchmarks.limits` over the whole run, as a sentence."""
    rates: dict[str, list[float]] = {}
    for outcome in outcomes:
        for name, values in outcome.rates.items():
            rates.setdefault(name, []).extend(values)
    gigas = {name: max(values) / 1e9 for name, values in rates.items()}
    return (
        f"The machine at its best in this run: matrix product {gigas['matmul']:.0f} GFLOP/s, "
        f"convolution {gigas['convolution']:.0f} GFLOP/s, memory copy {gigas['copy']:.1f} GB/s."
    )


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load() -> float:
    """Programs that wanted to run in the last minute, on average; not a number where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def markdown(outcomes: Sequence[Outcome], command: str, threads: int, load_before: float) -> str:
    """The page of results.

    Args:
        command: what was run.
        load_before: `load()` at the start, when this run had not yet added to it.
    """
    versions: dict[str, str] = {}
    for outcome in outcomes:
        for series in outcome.series:
            versions |= series.versions
    quiet = load_before < 0.5
    lines = [
        "# Results",
        "",
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
        "",
        f"- {processor()}, {os.cpu_count()} processors, {threads} threads each peer; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()} (the driver's).",
        f"- {', '.join(f'{name} {value}' for name, value in sorted(versions.items()))}.",
        f"- {machine_limits(outcomes)}",
        f"- Load before the run: {load_before:.1f} programs"
        + (", the machine was idle." if quiet else ". **The machine was not idle: read the ratios, not the times.**"),
        "",
        "Times are medians of steps, the spread is the middle half of them. Ratios compare turns of the same round; "
        "below 1, convflow is faster. GFLOP/s count convolutions and matrix products, held against the fastest "
        "convolution alone in the same rounds. Peak memory is the whole process's, the library included.",
        "",
        "A peer whose spread is wide was disturbed: its ratio says little.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + " --- |" * len(COLUMNS),
    ]
    lines += ["| " + " | ".join(row) + " |" for outcome in outcomes for row in rows(outcome)]
    means = geometric_means(outcomes)
    if means:
        lines += ["", "Geometric means of convflow's time over the peer's, networks only:", ""]
        lines += [f"- {peer}, {kind}: {value:.2f}" for (peer, kind), value in means.items()]
    failures = [(outcome.work.name, each) for outcome in outcomes for each in outcome.series if each.failure]
    if failures:
        lines += ["", "What failed:", ""]
        lines += [f"- {name}, {each.peer}: {each.failure.strip().splitlines()[-1]}" for name, each in failures]
    return "\n".join(lines) + "\n"
