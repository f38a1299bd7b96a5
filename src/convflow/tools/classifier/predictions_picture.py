"""`predictions.png`: test pictures with what a model says of them, the right answers above the wrong ones.

Each picture has a bar for the probability of the predicted class and, if the answer is wrong, says what it
really is and how probable the model held that.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convflow.formats.files import write_atomically
from convflow.tools.classifier.data.examples import Examples

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 10
_RIGHT_ROWS = 3
_WRONG_ROWS = 5

# Inches.
_MARGIN = 0.45
_TITLE = 0.6
_HEADING = 0.58
_CELL = 0.98
_PICTURE = 0.82
_BAR = 0.05
_GAP = 0.04
_RIGHT_CAPTION = 0.32
_WRONG_CAPTION = 0.47

_DOTS_PER_INCH = 150
_INK = "#1f2430"
_QUIET = "#7a8190"
_TRACK = "#e4e7ec"
_RIGHT = "#1a7f4b"
_WRONG = "#c8322b"


@dataclass(frozen=True)
class _Section:
    """A heading, how to read what is below it, and rows of examples, given by their numbers."""

    heading: str
    legend: str
    examples: np.ndarray
    colour: str
    caption: float

    @property
    def rows(self) -> int:
        return -(-len(self.examples) // _COLUMNS)

    @property
    def row_height(self) -> float:
        return _PICTURE + _GAP + _BAR + self.caption

    @property
    def height(self) -> float:
        return _HEADING + self.rows * self.row_height


def draw_predictions(
    path: Path, title: str, examples: Examples, probabilities: np.ndarray, class_names: Sequence[str], seed: int
) -> None:
    """Writes a PNG of right answers, some of each class, and of the wrong answers the model was surest of.

    Args:
        path: the file to write.
        title: what was trained on what.
        examples: images uint8 [n, height, width, 1 or 3] and labels [n].
        probabilities: [n, num_classes].
        class_names: what the labels stand for.
        seed: decides which right answers are shown.
    """
    predicted = probabilities.argmax(axis=1)
    is_right = predicted == examples.labels
    sections = [_right_section(examples.labels, is_right, seed), _wrong_section(probabilities, is_right)]
    count, right = len(examples), int(is_right.sum())
    subtitle = f"{right:,} of {count:,} test pictures right: {right / count:.2%}"
    figure = _draw(title, subtitle, [section for section in sections if section], examples, probabilities, class_names)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DOTS_PER_INCH)
    write_atomically(str(path), buffer.getvalue())


def _right_section(labels: np.ndarray, is_right: np.ndarray, seed: int) -> _Section | None:
    """A sample in which every class comes up as often as the others, as far as it has right answers."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(is_right))
    # How many of its class come before an example: first one of each class, then a second of each, ...
    turn = np.zeros(len(order), dtype=np.int64)
    for label in np.unique(labels):
        members = labels[order] == label
        turn[members] = np.arange(members.sum())
    chosen = order[np.lexsort((labels[order], turn))][: _COLUMNS * _RIGHT_ROWS]
    if not len(chosen):
        return None
    return _Section(
        "Right: a sample of each class", "what the model says, and how sure it is", chosen, _RIGHT, _RIGHT_CAPTION
    )


def _wrong_section(probabilities: np.ndarray, is_right: np.ndarray) -> _Section | None:
    """The wrong answers, the surest first."""
    wrong = np.flatnonzero(~is_right)
    if not len(wrong):
        return None
    chosen = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][: _COLUMNS * _WRONG_ROWS]
    which = f"all {len(wrong)}" if len(chosen) == len(wrong) else f"{len(chosen)} of {len(wrong):,}"
    legend = "what the model says, and below what it is; how probable the model holds each"
    return _Section(f"Wrong: {which}, the surest first", legend, chosen, _WRONG, _WRONG_CAPTION)


def _draw(
    title: str,
    subtitle: str,
    sections: list[_Section],
    examples: Examples,
    probabilities: np.ndarray,
    class_names: Sequence[str],
) -> Figure:
    # Here, so that a run says what is missing before this import fails (see `report.check_available`).
    from matplotlib.figure import Figure

    width = 2 * _MARGIN + _COLUMNS * _CELL
    height = 1.5 * _MARGIN + _TITLE + sum(section.height for section in sections)
    figure = Figure(figsize=(width, height), facecolor="white")
    page = _Page(figure, width, height)
    page.write(_MARGIN, _MARGIN, title, size=17, weight="bold")
    page.write(_MARGIN, _MARGIN + 0.34, subtitle, size=11.5, color=_QUIET)
    top = _MARGIN + _TITLE
    for section in sections:
        page.write(_MARGIN, top + 0.22, section.heading, size=11.5, weight="bold", color=section.colour)
        right = _MARGIN + (_COLUMNS - 1) * _CELL + _PICTURE
        page.write(right, top + 0.245, section.legend, size=9, color=_QUIET, ha="right")
        for place, number in enumerate(section.examples):
            row, column = divmod(place, _COLUMNS)
            left = _MARGIN + column * _CELL
            cell_top = top + _HEADING + row * section.row_height
            _draw_example(page, left, cell_top, section.colour, examples, number, probabilities[number], class_names)
        top += section.height
    return figure


@dataclass(frozen=True)
class _Page:
    """A figure measured in inches from its upper left corner."""

    figure: Any
    width: float
    height: float

    def write(self, left: float, top: float, text: str, size: float, **style: Any) -> None:
        style = {"color": _INK, "ha": "left", "va": "top"} | style
        self.figure.text(left / self.width, 1 - top / self.height, text, fontsize=size, **style)

    def axes(self, left: float, top: float, width: float, height: float) -> Any:
        bottom = self.height - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes


def _draw_example(
    page: _Page,
    left: float,
    top: float,
    colour: str,
    examples: Examples,
    number: int,
    probabilities: np.ndarray,
    class_names: Sequence[str],
) -> None:
    label, predicted = int(examples.labels[number]), int(probabilities.argmax())
    _draw_picture(page.axes(left, top, _PICTURE, _PICTURE), examples.images(np.array([number]))[0])
    bar_top = top + _PICTURE + _GAP
    _draw_bar(page.axes(left, bar_top, _PICTURE, _BAR), float(probabilities[predicted]), colour)
    text_top = bar_top + _BAR + 0.05
    page.write(left, text_top, class_names[predicted], size=10.5, weight="bold", color=colour)
    percent = _percent(float(probabilities[predicted]))
    page.write(left + _PICTURE, text_top + 0.012, percent, size=8.5, color=colour, ha="right")
    if predicted != label:
        truth = f"is {class_names[label]}"
        page.write(left, text_top + 0.18, truth, size=8.5, color=_INK)
        page.write(
            left + _PICTURE, text_top + 0.18, _percent(float(probabilities[label])), 8.5, color=_QUIET, ha="right"
        )


def _draw_picture(axes: Any, image: np.ndarray) -> None:
    if image.shape[-1] == 1:
        # Ink on paper: 255 is dark.
        axes.imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    else:
        axes.imshow(image, interpolation="nearest")
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(_TRACK)


def _draw_bar(axes: Any, probability: float, colour: str) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_facecolor(_TRACK)
    axes.barh(0.5, probability, height=1.0, color=colour)


def _percent(probability: float) -> str:
    """Two digits that never claim certainty: 99.98% must not read 100%."""
    if probability > 0.9995:
        return ">99.9%"
    if probability < 0.0005:
        return "<0.1%"
    return f"{probability * 100:.1f}%"
