"""An audit as tables for people, and as JSON for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from convflow.tools.audit.code_base import CodeBase, PeriodUse, Symbol
from convflow.tools.audit.sources import Place

_PLACES = 3


def print_report(bases: Sequence[CodeBase], console: Console) -> None:
    """Prints, for each code base, its symbols, what does not fit, what else has vanished, and the share."""
    for base in bases:
        _print_base(base, console)


def _print_base(base: CodeBase, console: Console) -> None:
    if base.symbols:
        console.print(_symbols(base))
    for misfit in base.misfits:
        console.print(f"[red]{escape(str(misfit.place))}[/]: {escape(misfit.text)}", soft_wrap=True)
    if base.period:
        console.print(_period(base.period))
    for problem in base.problems:
        console.print(f"[yellow]{escape(str(problem.place))}[/]: {escape(problem.text)}", soft_wrap=True)
    console.print(escape(summary(base)), soft_wrap=True)


def summary(base: CodeBase) -> str:
    """One line on a code base."""
    missing = sum(not symbol.resolution.is_there for symbol in base.symbols)
    parts = [
        f"{base.path}: {_share(base)} of {_count(base.uses, 'use')} of {_count(len(base.symbols), 'symbol')}",
        f"in {_count(base.files, 'file')} {'is' if base.uses == 1 else 'are'} there",
    ]
    text = " ".join(parts) + f"; {_count(missing, 'symbol')} missing"
    text += f", {_count(len(base.misfits), 'call')} that {'does' if len(base.misfits) == 1 else 'do'} not fit"
    unread = sum(not problem.is_read for problem in base.problems)
    return text + (f", {_count(unread, 'place')} not read" if unread else "")


def _share(base: CodeBase) -> str:
    # Rounded down: what is not complete must not look so.
    return f"{int(base.share * 1000) / 10:.1f} %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _symbols(base: CodeBase) -> Table:
    table = Table("symbol", "uses", "files", "supported", title=escape(base.path), title_justify="left")
    table.columns[1].justify = table.columns[2].justify = "right"
    for symbol in sorted(base.symbols, key=lambda symbol: symbol.resolution.is_there):
        table.add_row(
            escape(symbol.name), str(len(symbol.places)), str(len(symbol.files)), _supported(symbol, base.path)
        )
    return table


def _supported(symbol: Symbol, folder: str) -> str:
    resolution = symbol.resolution
    if resolution.is_there:
        return "yes"
    near = f"; nearest: {', '.join(resolution.nearest)}" if resolution.nearest else ""
    return f"[red]no[/]: {escape(resolution.reason + near)} ({escape(_some(symbol.places, folder))})"


def _some(places: Sequence[Place], folder: str) -> str:
    more = f" and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
    return ", ".join(str(place).removeprefix(f"{folder}{os.sep}") for place in places[:_PLACES]) + more


def _period(uses: Sequence[PeriodUse]) -> Table:
    table = Table(
        "dropped name", "gone since", "uses", "stands for", title="offered by `convflow run`", title_justify="left"
    )
    for use in uses:
        table.add_row(escape(use.name.path), use.name.gone, str(len(use.places)), escape(use.name.meaning))
    return table


def as_json(bases: Sequence[CodeBase]) -> str:
    """The whole report; every place is "file:line"."""
    return json.dumps({"code_bases": [_base(base) for base in bases]}, indent=2)


def _base(base: CodeBase) -> dict[str, Any]:
    return {
        "path": base.path,
        "files": base.files,
        "uses": base.uses,
        "uses_supported": base.uses_there,
        "percentage": 100 * base.share,
        "complete": base.is_complete,
        "symbols": [_symbol(symbol) for symbol in base.symbols],
        "calls_that_do_not_fit": [{"place": str(each.place), "problem": each.text} for each in base.misfits],
        "period_names": [
            {"name": use.name.path, "gone": use.name.gone, "meaning": use.name.meaning, "places": _texts(use.places)}
            for use in base.period
        ],
        "problems": [{"place": str(each.place), "problem": each.text, "read": each.is_read} for each in base.problems],
    }


def _symbol(symbol: Symbol) -> dict[str, Any]:
    return {
        "symbol": symbol.name,
        "uses": len(symbol.places),
        "files": symbol.files,
        "places": _texts(symbol.places),
        "supported": symbol.resolution.is_there,
        "reason": symbol.resolution.reason,
        "nearest": list(symbol.resolution.nearest),
    }


def _texts(places: Sequence[Place]) -> list[str]:
    return [str(place) for place in places]
