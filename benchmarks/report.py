"""The numbers as a table, on the screen and in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from benchmarks.book import Book
from benchmarks.figures import Outcome, Series, geometric_means, median_of, ratio, ratios, share_of_limit, spread_of
from benchmarks.goals import goals
from benchmarks.peers import CONVFLOW, PEERS

COLUMNS = (
    *("work", "peer", "median ms", "spread", "convflow / peer"),
    *("GFLOP/s", "of conv limit", "peak MB", "first step s"),
)
_IDLE = 0.5
# The line of a trace that names what was raised; advice may follow it.
_RAISED = re.compile(r"^[\w.]*(Error|Exception)\b.*:")


def rows(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """A row of cells for each peer of each work, in the order of COLUMNS; convflow's own only from its last run."""
    last = {outcome.work: outcome for outcome in outcomes}
    works, peers = list(last), list(PEERS)
    shown = [
        (works.index(outcome.work), peers.index(series.peer), _row(outcome, series))
        for outcome in outcomes
        for series in outcome.series
        if series.peer != CONVFLOW or last[outcome.work] is outcome
    ]
    return [row for *_, row in sorted(shown)]


def _row(outcome: Outcome, series: Series) -> tuple[str, ...]:
    if series.failure:
        return (outcome.work.name, series.peer, "failed", *[""] * (len(COLUMNS) - 3))
    seconds, ours = median_of(series), outcome.good(CONVFLOW)
    counted = bool(outcome.operations)
    return (
        outcome.work.name,
        series.peer,
        milliseconds(seconds),
        f"{spread_of(series):.0%}",
        f"{ratio(ours, series):.2f}" if ours is not None and series is not ours else "",
        f"{outcome.operations / seconds / 1e9:.0f}" if counted else "",
        f"{share_of_limit(outcome, series):.0%}" if counted else "",
        f"{series.peak_bytes / 2**20:.0f}",
        f"{series.first_step_seconds:.1f}",
    )


def reason(failure: str) -> str:
    """The line of a failed peer's output that says why: the last exception, else the last line."""
    lines = failure.strip().splitlines()
    return next((line for line in reversed(lines) if _RAISED.match(line)), lines[-1])


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.3g}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def table(outcomes: Sequence[Outcome]) -> Table:
    shown = Table()
    for name in COLUMNS:
        shown.add_column(name, justify="left" if name in COLUMNS[:2] else "right", no_wrap=name in COLUMNS[:2])
    before = ""
    for row in rows(outcomes):
        if row[0] != before:
            shown.add_section()
        before = row[0]
        shown.add_row(*row)
    return shown


def machine_limits(outcomes: Sequence[Outcome]) -> str:
    """The best rate of each kernel of `benchmarks.limits` over all runs, as a sentence."""
    best: dict[str, float] = {}
    for outcome in outcomes:
        for name, values in outcome.rates.items():
            best[name] = max(best.get(name, 0.0), *values)
    said = [f"{name} {rate / 1e9:.0f} {'GB/s' if name == 'memory copy' else 'GFLOP/s'}" for name, rate in best.items()]
    return f"The machine at its best: {', '.join(said)}."


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    return [_cells(head), "|" + " --- |" * len(head), *(_cells(row) for row in body)]


def ratio_table(outcomes: Sequence[Outcome]) -> list[str]:
    """A line a work, a column a peer: convflow's time over the peer's; geometric means below."""
    found, means = ratios(outcomes), geometric_means(outcomes)
    peers = [peer for peer in PEERS if any(peer == key[1] for key in found)]
    works = list(dict.fromkeys(work for work, _ in found))
    body = [
        [work.name, *(f"{found[work, peer]:.2f}" if (work, peer) in found else "" for peer in peers)] for work in works
    ]
    for kind, name in (("train", "training"), ("infer", "inference")):
        cells = [f"{means[peer, kind][0]:.2f}" if (peer, kind) in means else "" for peer in peers]
        if any(cells):
            body.append([f"**geometric mean, {name}**", *cells])
    return _table(["convflow / peer", *peers], body) if peers else []


def _runs(book: Book) -> Iterator[str]:
    for run in book.runs:
        idle = "the machine was idle" if run.load < _IDLE else "**not idle: read the ratios, not the times**"
        yield f"- `{run.command}`, {run.date} UTC; {run.machine}; load before it {run.load:.1f}, {idle}."


def _versions(outcomes: Sequence[Outcome]) -> str:
    versions: dict[str, str] = {}
    for outcome in outcomes:
        for series in outcome.series:
            versions |= series.versions
    return ", ".join(f"{name} {value}" for name, value in sorted(versions.items()))


_HOW = (
    "Times are medians of steps, the spread is the middle half of them. Ratios compare turns of the same round; below "
    "1, convflow is faster. GFLOP/s count convolutions and matrix products, held against the fastest convolution "
    "alone in the same rounds. Peak memory is the whole process's, the library included; the first step includes "
    "import, construction, export and compilation. A peer whose spread is wide was disturbed: its ratio says little."
)
_LEFT_OUT = (
    "ONNX Runtime and OpenVINO only infer. JAX and they have no bfloat16 here. PyTorch and JAX build no graph, so "
    "construction and `trivial` stand beside TensorFlow alone, as does the reading of records."
)


PROFILE = Path(__file__).parent / "profile.md"
"""What was found about goals not reached: written by hand, put at the page's end."""


def markdown(book: Book) -> str:
    """The page of results."""
    outcomes = book.outcomes
    lines = ["# Results", "", *_runs(book), f"- {_versions(outcomes)}.", f"- {machine_limits(outcomes)}", ""]
    lines += [
        "## Must reach",
        "",
        *_table(("goal", "measured", "reached"), [(g.text, g.measured, g.answer) for g in goals(outcomes)]),
    ]
    compared = ratio_table(outcomes)
    if compared:
        lines += ["", "## Ratios", "", *compared]
    lines += ["", "## Measurements", "", _HOW, "", _LEFT_OUT, "", *_table(COLUMNS, rows(outcomes))]
    failures = [(outcome.work.name, each) for outcome in outcomes for each in outcome.series if each.failure]
    if failures:
        lines += ["", "What failed:", ""]
        lines += [f"- {name}, {each.peer}: {reason(each.failure)}" for name, each in failures]
    if PROFILE.exists():
        lines += ["", "## Where the time goes", "", PROFILE.read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines) + "\n"
