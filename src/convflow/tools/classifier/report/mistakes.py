"""The wrong answers that the model was surest of."""

from __future__ import annotations

import html

import numpy as np

from convflow.tools.classifier.report import drawing
from convflow.tools.classifier.report.content import ReportContent
from convflow.tools.classifier.report.drawing import percent
from convflow.tools.classifier.report.page import table

_SHOWN = 24
_LARGEST_SIDE = 160


def section(content: ReportContent) -> str:
    """As pictures with what the model says; of a table's rows, their numbers."""
    wrong = np.flatnonzero(content.predicted != content.labels)
    count = len(content.labels)
    if not len(wrong):
        return f"<p>None of the {count:,} examples is classified wrong.</p>"
    sureness = content.probabilities[wrong].max(axis=1)
    chosen = wrong[np.argsort(-sureness, kind="stable")][:_SHOWN]
    which = f"All {len(wrong)}" if len(chosen) == len(wrong) else f"{len(chosen)} of {len(wrong):,}"
    intro = f"<p>{which} wrong answers among {count:,} examples, the surest first.</p>"
    if content.images is None:
        return intro + _rows(content, chosen)
    pictures = content.images(chosen)
    figures = [_figure(content, int(number), pixels) for number, pixels in zip(chosen, pictures, strict=True)]
    return f'{intro}<div class="gallery">{"".join(figures)}</div>'


def _rows(content: ReportContent, chosen: np.ndarray) -> str:
    rows = [(content.example_name(int(number)), *_words(content, int(number))) for number in chosen]
    return table(("example", "the model says", "it is"), rows, words=(0, 1, 2))


def _words(content: ReportContent, number: int) -> tuple[str, str]:
    """What the model says and what it is, each with the probability that the model gives it."""
    answer, truth = int(content.predicted[number]), int(content.labels[number])
    said, held = (float(content.probabilities[number, k]) for k in (answer, truth))
    return f"{content.class_names[answer]} ({percent(said)})", f"{content.class_names[truth]} ({percent(held)})"


def _figure(content: ReportContent, number: int, pixels: np.ndarray) -> str:
    says, truth = map(html.escape, _words(content, number))
    name = html.escape(content.example_name(number))
    small = drawing.shrunk(pixels, _LARGEST_SIDE)
    css_class = "pixels" if max(small.shape[:2]) < _LARGEST_SIDE // 2 else ""
    image = drawing.picture(small, f"{says}, in truth {truth}", css_class)
    return f'<figure>{image}<figcaption><span class="says">{says}</span><br>is {truth}<br>{name}</figcaption></figure>'
