"""The confusion matrix, in counts and by row, and the pairs that are mixed up most."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from convflow.tools.classifier import measures
from convflow.tools.classifier.report import drawing
from convflow.tools.classifier.report.content import ReportContent
from convflow.tools.classifier.report.page import table

# Classes up to which cells would be larger than they need be, up to which two matrices fit beside each other, up to
# which numbers fit into the cells, and up to which all have their names beside them.
_SMALL = 4
_SIDE_BY_SIDE = 12
_NUMBERED = 30
_NAMED = 120
_PAIRS = 15
_RIGHT = (0x3F, 0x83, 0xD6)
_WRONG = (0xE2, 0x77, 0x2B)


def section(content: ReportContent) -> str:
    """Both matrices and the table of pairs."""
    matrix = content.confusion
    support = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, support, out=np.zeros(matrix.shape), where=support > 0)
    counts = [[f"{value:,}" if value else "" for value in row] for row in matrix]
    rounded = [[f"{value * 100:.0f}" if value >= 0.005 else "" for value in row] for row in shares]
    parts = [
        _matrix(shares, counts, content.class_names, "confusion-counts", f"Counts of {len(content.labels):,} examples"),
        _matrix(shares, rounded, content.class_names, "confusion-by-row", "Per cent of each row's class"),
    ]
    if len(matrix) > _NUMBERED:
        # Without numbers in them, both would be the same picture.
        parts = [_matrix(shares, rounded, content.class_names, "confusion-by-row", "Shares of each row's class")]
    note = (
        "Rows are what the examples are, columns what the model says; blue is right, orange wrong, and the stronger "
        "the colour, the larger the share of the row."
    )
    absent = [name for name, count in zip(content.class_names, support[:, 0], strict=True) if not count]
    if absent:
        note += f" Without examples, so that their rows are empty: {html.escape(', '.join(absent))}."
    wide = " small" if len(matrix) <= _SMALL else "" if len(matrix) <= _SIDE_BY_SIDE else " wide"
    return f'<div class="figures{wide}">{"".join(parts)}</div><p class="note">{note}</p>{_pairs(content)}'


def _matrix(shares: np.ndarray, texts: Sequence[Sequence[str]], names: Sequence[str], name: str, title: str) -> str:
    count = len(shares)
    side = 4.6 if count <= _SIDE_BY_SIDE else 9.2
    figure = drawing.figure(side + 0.9, side + 0.6)
    axes = drawing.axes(figure, title=title)
    axes.grid(visible=False)
    axes.imshow(_colours(shares), interpolation="none", aspect="equal")
    if count <= _NUMBERED:
        _write_numbers(axes, shares, texts, size=min(10.0, side * 22 / count))
    _name_classes(axes, names, size=max(4.8, min(9.0, side * 48 / count)))
    axes.set_xlabel("the model says", fontsize=9)
    axes.set_ylabel("it is", fontsize=9)
    return drawing.svg(figure, name, f"Confusion matrix, {title}")


def _colours(shares: np.ndarray) -> np.ndarray:
    """uint8 [k, k, 4]: a share of nothing is transparent; small ones are lifted, as one example matters."""
    pixels = np.empty((*shares.shape, 4), np.uint8)
    pixels[..., :3] = _WRONG
    pixels[np.arange(len(shares)), np.arange(len(shares)), :3] = _RIGHT
    pixels[..., 3] = np.where(shares > 0, np.round(40 + 215 * np.sqrt(shares)), 0)
    return pixels


def _write_numbers(axes: Any, shares: np.ndarray, texts: Sequence[Sequence[str]], size: float) -> None:
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            if text:
                colour = "#ffffff" if shares[row, column] > 0.3 else drawing.INK
                axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def _name_classes(axes: Any, names: Sequence[str], size: float) -> None:
    step = -(-len(names) // _NAMED)
    places = range(0, len(names), step)
    shown = [_short(names[place]) for place in places]
    axes.set_yticks(places, shown, fontsize=size)
    axes.set_xticks(places, shown, fontsize=size, rotation=90 if max(map(len, shown)) > 2 else 0)
    axes.tick_params(length=0)


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"


def _pairs(content: ReportContent) -> str:
    pairs = measures.most_confused(content.confusion, content.class_names, _PAIRS)
    if not pairs:
        return "<p>No example was taken for another class.</p>"
    rows = [(pair.truth, pair.answer, f"{pair.count:,}", drawing.percent(pair.share)) for pair in pairs]
    heading = f"<h3>Mixed up most often{'' if len(rows) < _PAIRS else f' (the first {_PAIRS})'}</h3>"
    return heading + table(("it is", "the model says", "examples", "of that class"), rows, words=(0, 1))
