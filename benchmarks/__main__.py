"""`python -m benchmarks`: convflow and its peers on the same work, in turn."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import report
from benchmarks.catalogue import find
from benchmarks.driver import QUICK, Pace, run
from benchmarks.peers import CONVFLOW, PEERS, python_of

RESULTS = Path(__file__).parent / "RESULTS.md"


def _interpreter(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in PEERS or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=PATH with a name among {', '.join(PEERS)}")
    return name, Path(path)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--works", nargs="+", default=[], metavar="NAME", help="works or modules; default: all")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), help="default: tensorflow pytorch")
    parser.add_argument("--quick", action="store_true", help="two short turns each: whether it runs, not how fast")
    parser.add_argument("--rounds", type=int, help="turns of each peer")
    parser.add_argument("--seconds", type=float, help="length of a turn")
    parser.add_argument("--threads", type=int, default=processors(), help="threads of each peer")
    parser.add_argument(
        "--python", type=_interpreter, action="append", default=[], metavar="NAME=PATH", help="a peer's interpreter"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="the page to write")
    return parser.parse_args(arguments)


def pace_of(options: argparse.Namespace) -> Pace:
    base = QUICK if options.quick else Pace()
    rounds = base.rounds if options.rounds is None else options.rounds
    seconds = base.seconds if options.seconds is None else options.seconds
    return Pace(rounds, seconds, base.steps, base.warm_up)


def command(options: argparse.Namespace, peers: list[str]) -> str:
    """What makes this page again, elsewhere too: the interpreters' places are left out."""
    pace = pace_of(options)
    words = ["python", "-m", "benchmarks", *(["--works", *options.works] if options.works else [])]
    words += ["--peers", *peers, *(["--quick"] if options.quick else [])]
    return shlex.join([*words, "--rounds", str(pace.rounds), "--seconds", str(pace.seconds)])


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".writing")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if a peer failed, else 0."""
    options = parse(arguments)
    try:
        works = find(options.works)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    chosen = options.peers or [name for name, peer in PEERS.items() if peer.default]
    names = [CONVFLOW, *(name for name in chosen if name != CONVFLOW)]
    pythons = {name: python_of(PEERS[name], dict(options.python)) for name in names}
    console, load_before, outcomes = Console(), report.load(), []
    for work in works:
        with console.status(f"{work.name}: {', '.join(names)}"):
            outcomes.append(run(work, pythons, pace_of(options), options.threads))
        for series in outcomes[-1].series:
            if series.failure:
                console.print(series.failure, style="red", markup=False)
    console.print(report.table(outcomes))
    console.print(report.machine_limits(outcomes))
    for (peer, kind), mean in report.geometric_means(outcomes).items():
        console.print(f"Geometric mean, {kind}: {mean:.2f} of {peer}'s time.")
    write(options.results, report.markdown(outcomes, command(options, chosen), options.threads, load_before))
    return int(any(series.failure for outcome in outcomes for series in outcome.series))


if __name__ == "__main__":
    sys.exit(main())
