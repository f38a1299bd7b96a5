"""The page itself: its style, its head, its sections, its tables."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_STYLE = """
:root { color-scheme: light dark; --page: #f5f6f9; --card: #ffffff; --ink: #1f2430; --quiet: #687083;
  --line: #dfe3ea; --accent: #2f6fc0; --good: #1a7f4b; --bad: #c8322b; --warn: #a25d00; --code: #eef1f6; }
@media (prefers-color-scheme: dark) { :root { --page: #14171d; --card: #1c2028; --ink: #e6e9f0; --quiet: #98a1b3;
  --line: #353b47; --accent: #78aef2; --good: #57c68c; --bad: #f0857f; --warn: #e8ab5b; --code: #262b35; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 27px; margin: 0 0 2px; line-height: 1.2; } h2 { font-size: 19px; margin: 0 0 12px; }
h3 { font-size: 15px; margin: 20px 0 8px; } p { margin: 8px 0; }
.subtitle, .note, figcaption { color: var(--quiet); } .note { font-size: 13.5px; max-width: 90ch; }
nav { margin: 14px 0 0; font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 16px; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 12px 16px; } .tile b { display: block; font-size: 23px; font-variant-numeric: tabular-nums; }
.tile span { color: var(--quiet); font-size: 13px; }
section { padding: 20px 22px; margin: 18px 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 14px; }
.figures.three { grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); }
.figures.wide { grid-template-columns: 1fr; } .figures.small svg { max-width: 400px; }
.figures svg { width: 100%; height: auto; }
svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif !important; }
.scroll { overflow: auto; } .scroll.long { max-height: 600px; }
.long th { position: sticky; top: 0; background: var(--card); }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; text-align: right; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; } tr.total td { font-weight: 600; }
th.text, td.text { text-align: left; overflow-wrap: anywhere; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(122px, 1fr)); gap: 14px; }
figure { margin: 0; } figcaption { font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere; }
.gallery img { width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--code); border-radius: 6px; }
img.pixels { image-rendering: pixelated; max-width: 100%; height: auto; }
.gallery img.pixels { height: auto; }
.says { color: var(--bad); font-weight: 600; } .maps { display: grid; gap: 16px; }
pre { background: var(--code); border-radius: 6px; padding: 10px 12px; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; margin: 8px 0; }
.warn { color: var(--warn); font-weight: 600; }
@media print { .scroll.long { max-height: none; } section, .tile { break-inside: avoid; } body { background: none; } }
"""


# Rows from which on a table scrolls in its own frame.
_LONG = 40


@dataclass(frozen=True)
class Section:
    """A part of the page: `identifier` is what links name, `body` is HTML."""

    identifier: str
    title: str
    body: str


@dataclass(frozen=True)
class Tile:
    """A figure worth a place at the top: what it is, and its value."""

    caption: str
    value: str


def page(title: str, subtitle: str, tiles: Sequence[Tile], sections: Sequence[Section]) -> str:
    """The whole document; `subtitle` is plain text."""
    links = "".join(f'<a href="#{each.identifier}">{html.escape(each.title)}</a>' for each in sections)
    cards = "".join(
        f'<section id="{each.identifier}"><h2>{html.escape(each.title)}</h2>{each.body}</section>\n'
        for each in sections
    )
    numbers = "".join(
        f'<div class="tile"><span>{html.escape(tile.caption)}</span><b>{html.escape(tile.value)}</b></div>'
        for tile in tiles
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{html.escape(title)}</h1>\n<div class="subtitle">{html.escape(subtitle)}</div>\n<nav>{links}</nav>\n'
        f'<div class="tiles">{numbers}</div>\n{cards}</main>\n</body>\n</html>\n'
    )


def table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Collection[int] = (0,),
    total: Sequence[str] | None = None,
) -> str:
    """A table of plain text; in the columns `words` there are words, in the others numbers."""

    def line(cells: Sequence[str], tag: str, css_class: str = "") -> str:
        written = "".join(
            f"<{tag}{' class=text' if index in words else ''}>{html.escape(cell)}</{tag}>"
            for index, cell in enumerate(cells)
        )
        return f"<tr{f' class={css_class}' if css_class else ''}>{written}</tr>\n"

    body = "".join(line(row, "td") for row in rows)
    if total is not None:
        body += line(total, "td", "total")
    head = line(titles, "th")
    long = " long" if len(rows) > _LONG else ""
    return f'<div class="scroll{long}"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'
