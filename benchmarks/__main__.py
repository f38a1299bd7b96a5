"""`python -m benchmarks`: convflow and its peers on the same work, in turn."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import book, machine, report
from benchmarks.catalogue import Work, find
from benchmarks.driver import QUICK, Pace, run, takes_part
from benchmarks.figures import geometric_means
from benchmarks.peers import CONVFLOW, PEERS, default_folder, python_of

RESULTS = Path(__file__).parent / "RESULTS.md"


def _interpreter(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    known = {*PEERS, *(peer.environment for peer in PEERS.values() if peer.environment)}
    if name not in known or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=PATH with a name among {', '.join(sorted(known))}")
    return name, Path(path)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--works", nargs="+", default=[], metavar="NAME", help="works or modules; default: all")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS), help="default: all")
    parser.add_argument("--quick", action="store_true", help="two short turns each: whether it runs, not how fast")
    parser.add_argument("--rounds", type=int, help="turns of each peer")
    parser.add_argument("--seconds", type=float, help="length of a turn")
    parser.add_argument("--patience", type=float, help="seconds a peer has for import and first step")
    parser.add_argument("--threads", type=int, default=machine.processors(), help="threads of each peer")
    parser.add_argument(
        "--python", type=_interpreter, action="append", default=[], metavar="NAME=PATH", help="a peer's interpreter"
    )
    parser.add_argument("--environments", type=Path, default=default_folder(), help="the folder of the peers' own ones")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the page to write; the raw numbers beside it")
    parser.add_argument("--append", action="store_true", help="keep the page's other rows, replace those run again")
    parser.add_argument("--resume", action="store_true", help="--append, and leave out works whose peers all have rows")
    return parser.parse_args(arguments)


def pace_of(options: argparse.Namespace) -> Pace:
    base = QUICK if options.quick else Pace()
    rounds = base.rounds if options.rounds is None else options.rounds
    seconds = base.seconds if options.seconds is None else options.seconds
    patience = base.patience if options.patience is None else options.patience
    return Pace(rounds, seconds, base.steps, base.warm_up, patience)


def command(options: argparse.Namespace, peers: Sequence[str]) -> str:
    """What makes this page again, elsewhere too: the interpreters' places are left out."""
    pace = pace_of(options)
    words = ["python", "-m", "benchmarks", *(["--works", *options.works] if options.works else [])]
    words += ["--peers", *peers] if set(peers) != set(PEERS) else []
    words += [f"--{flag}" for flag in ("quick", "append", "resume") if getattr(options, flag)]
    return shlex.join([*words, "--rounds", str(pace.rounds), "--seconds", str(pace.seconds)])


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".writing")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def save(pages: book.Book, results: Path) -> None:
    """The page, and the numbers it is made of."""
    write(results.with_suffix(".json"), pages.dump())
    write(results, report.markdown(pages))


def still_to_do(works: list[Work], peers: Sequence[str], pages: book.Book) -> list[Work]:
    """The works in which one of the peers has no row yet."""
    return [work for work in works if any(takes_part(peer, work) and not pages.has(work.name, peer) for peer in peers)]


def main(arguments: list[str] | None = None) -> int:
    """Returns 1 if a peer failed, else 0."""
    options = parse(arguments)
    try:
        works = find(options.works)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    names = [CONVFLOW, *(name for name in options.peers if name != CONVFLOW)]
    keep = options.append or options.resume
    pages = book.load(options.results.with_suffix(".json")) if keep else book.Book()
    if options.resume:
        works = still_to_do(works, names, pages)
    pythons = {name: python_of(PEERS[name], dict(options.python), options.environments) for name in names}
    date = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    pages.runs.append(book.Run(command(options, names), date, machine.description(options.threads), machine.load()))
    console, failed = Console(), False
    for work in works:
        with console.status(f"{work.name}: {', '.join(names)}"):
            outcome = run(work, pythons, pace_of(options), options.threads)
        pages.add(outcome)
        save(pages, options.results)
        console.print(report.table([outcome]))
        for series in outcome.series:
            if series.failure:
                failed = True
                console.print(series.failure, style="red", markup=False)
    if pages.outcomes:
        console.print(report.machine_limits(pages.outcomes))
    for (peer, kind), (mean, count) in geometric_means(pages.outcomes).items():
        console.print(f"Geometric mean, {kind}, {count} networks: {mean:.2f} of {peer}'s time.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
