"""How much of what TensorFlow 1 programs use is there.

    python -m convflow.tools.surface USAGE.tsv [--missing]

reads a table of symbols with the number of files that use each (columns `symbol` and `files_total`) and prints how
many of the uses resolve, area by area. Left out: `tf.python` and `tf.core`, TensorFlow's inside, and TF-Slim.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from convflow.tools.audit.resolve import resolves

_LEFT_OUT = ("tf.python", "tf.core", "slim", "tf.contrib.slim", "tf_slim")


def read_uses(table: Path) -> Counter[str]:
    """The number of files that use each symbol."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return Counter({row["symbol"]: int(row["files_total"]) for row in rows if not _is_left_out(row["symbol"])})


def _is_left_out(symbol: str) -> bool:
    return any(symbol == prefix or symbol.startswith(prefix + ".") for prefix in _LEFT_OUT)


def _area(symbol: str) -> str:
    parts = symbol.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 else "tf"


def report(uses: Counter[str], console: Console, show_missing: bool) -> float:
    """Prints the table; returns the share of uses that resolve."""
    missing = {symbol: count for symbol, count in uses.items() if not resolves(symbol)}
    table = Table("area", "uses", "resolve", "missing, most used first")
    for area in sorted({_area(symbol) for symbol in uses}):
        own = {symbol: count for symbol, count in uses.items() if _area(symbol) == area}
        gone = sorted((symbol for symbol in own if symbol in missing), key=lambda symbol: -own[symbol])
        total = sum(own.values())
        names = gone if show_missing else gone[:4]
        more = ["..."] if len(gone) > len(names) else []
        found = total - sum(own[symbol] for symbol in gone)
        table.add_row(area, str(total), f"{found / total:.0%}", ", ".join(names + more))
    console.print(table)
    total, found = sum(uses.values()), sum(uses.values()) - sum(missing.values())
    console.print(f"{found} of {total} uses resolve: {found / total:.2%}; {len(missing)} symbols are missing")
    return found / total


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m convflow.tools.surface", description=__doc__)
    parser.add_argument("table", type=Path, help="a table with the columns symbol and files_total, tab-separated")
    parser.add_argument("--missing", action="store_true", help="name every missing symbol")
    options = parser.parse_args(arguments)
    report(read_uses(options.table), Console(width=None if sys.stdout.isatty() else 150), options.missing)
    return 0


if __name__ == "__main__":
    sys.exit(main())
