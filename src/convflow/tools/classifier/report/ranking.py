"""ROC and precision-recall curves, one class against the rest, and the area under each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convflow.tools.classifier.report import drawing

# Curves that can still be told apart, and points that a screen can show of one.
_SHOWN = 8
_POINTS = 400
# From this mean area on, all that there is to see is in a corner, and so many tenths of the axes are drawn larger.
_GOOD = 0.97
_CORNER = 0.1
# What sums of as many terms as there are examples may be off by.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Curve:
    """Points of a curve, and the area under it: AUC of an ROC curve, average precision of the other."""

    name: str
    x: np.ndarray
    y: np.ndarray
    area: float


@dataclass(frozen=True)
class Ranking:
    """How well probabilities rank the examples.

    Args:
        roc: false positive rate and true positive rate, of each class that has both examples and others.
        precision_recall: recall and precision of these classes.
        roc_means: the micro average (all decisions about all classes together) and the macro average (the mean over
            the classes).
        precision_recall_means: likewise.
    """

    roc: dict[int, Curve]
    precision_recall: dict[int, Curve]
    roc_means: tuple[Curve, ...]
    precision_recall_means: tuple[Curve, ...]


def rank(labels: np.ndarray, probabilities: np.ndarray, class_names: Sequence[str]) -> Ranking:
    """The curves of all classes; a class without examples, or without others, has none."""
    truth = labels[:, np.newaxis] == np.arange(len(class_names))
    measurable = [int(k) for k in np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0))]
    roc = {k: _roc(class_names[k], truth[:, k], probabilities[:, k]) for k in measurable}
    recall = {k: _precision_recall(class_names[k], truth[:, k], probabilities[:, k]) for k in measurable}
    if not roc:
        return Ranking({}, {}, (), ())
    flat, scores = truth[:, measurable].ravel(), probabilities[:, measurable].ravel()
    return Ranking(
        roc,
        recall,
        (_roc("micro average", flat, scores), _mean_curve(list(roc.values()))),
        (_precision_recall("micro average", flat, scores), _mean_curve(list(recall.values()))),
    )


def _roc(name: str, truth: np.ndarray, scores: np.ndarray) -> Curve:
    from sklearn import metrics

    false_rate, true_rate, _ = metrics.roc_curve(truth, scores)
    return Curve(name, false_rate, true_rate, float(metrics.auc(false_rate, true_rate)))


def _precision_recall(name: str, truth: np.ndarray, scores: np.ndarray) -> Curve:
    from sklearn import metrics

    precision, recall, _ = metrics.precision_recall_curve(truth, scores)
    # From no recall to all of it, as `np.interp` wants it.
    return Curve(name, recall[::-1], precision[::-1], float(metrics.average_precision_score(truth, scores)))


def _mean_curve(curves: Sequence[Curve]) -> Curve:
    grid = np.linspace(0, 1, _POINTS)
    mean = np.mean([np.interp(grid, curve.x, curve.y) for curve in curves], axis=0)
    return Curve("macro average", grid, mean, float(np.mean([curve.area for curve in curves])))


def _thinned(curve: Curve) -> tuple[np.ndarray, np.ndarray]:
    """No more points than can be seen, the corners near both ends among them."""
    if len(curve.x) <= _POINTS:
        return curve.x, curve.y
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(curve.x), np.diff(curve.y)))])
    kept = np.unique(np.searchsorted(length, np.linspace(0, length[-1], _POINTS)))
    return curve.x[kept], curve.y[kept]


def section(ranking: Ranking, class_names: Sequence[str]) -> str:
    """Both figures."""
    if not ranking.roc:
        return "<p>All examples are of one class, so that there is nothing to rank.</p>"
    parts = [
        _plot(ranking.roc, ranking.roc_means, "roc", "ROC: one class against the rest",
              ("false positive rate", "true positive rate"), "AUC"),
        _plot(ranking.precision_recall, ranking.precision_recall_means, "precision-recall",
              "Precision and recall", ("recall", "precision"), "AP"),
    ]  # fmt: skip
    notes = []
    if len(ranking.roc) > _SHOWN:
        notes.append(f"Of {len(ranking.roc)} classes, the {_SHOWN} with the smallest area are drawn; "
                     "the others are in the table of classes.")  # fmt: skip
    absent = len(class_names) - len(ranking.roc)
    if absent:
        notes.append(f"{absent} {'class has' if absent == 1 else 'classes have'} no examples here, and no curve.")
    notes.append("AUC: the area under the ROC curve, 0.5 for guessing. AP: average precision; a guess reaches the "
                 "class's share of the examples.")  # fmt: skip
    return f'<div class="figures">{"".join(parts)}</div><p class="note">{" ".join(notes)}</p>'


def _plot(
    curves: dict[int, Curve], means: Sequence[Curve], name: str, title: str, labels: tuple[str, str], area: str
) -> str:
    shown = sorted(curves.values(), key=lambda curve: curve.area)[:_SHOWN] if len(curves) > _SHOWN else curves.values()
    figure = drawing.figure(5.6, 4.9)
    axes = drawing.axes(figure, title=title)
    _draw(axes, shown, means, area)
    if means[1].area > _GOOD:
        _enlarge(axes, shown, means, area, left=name == "roc")
    if name == "roc":
        axes.plot([0, 1], [0, 1], color=drawing.QUIET, linewidth=0.9, linestyle=(0, (1, 3)))
    _finish(axes, labels)
    drawing.legend(axes, loc="lower right" if name == "roc" else "lower left")
    return drawing.svg(figure, name, title)


def _draw(axes: Any, curves: Iterable[Curve], means: Sequence[Curve], area: str) -> None:
    for curve, colour in zip(curves, drawing.PALETTE, strict=False):
        axes.plot(*_thinned(curve), color=colour, linewidth=1.3, label=_label(curve, area))
    for curve, style in zip(means, ("-", (0, (5, 2))), strict=True):
        axes.plot(*_thinned(curve), color=drawing.INK, linewidth=1.7, linestyle=style, label=_label(curve, area))


def _enlarge(axes: Any, curves: Iterable[Curve], means: Sequence[Curve], area: str, left: bool) -> None:
    """The corner that good curves keep to, drawn again in the middle."""
    start = 0.0 if left else 1 - _CORNER
    inset = axes.inset_axes(
        (0.3 if left else 0.2, 0.5, 0.42, 0.4), xlim=(start, start + _CORNER), ylim=(1 - _CORNER, 1.002)
    )
    _draw(inset, curves, means, area)
    drawing.dress(inset)
    inset.tick_params(labelsize=7)
    axes.indicate_inset_zoom(inset, edgecolor=drawing.QUIET, linewidth=0.8)


def _label(curve: Curve, area: str) -> str:
    name = curve.name if len(curve.name) <= 20 else f"{curve.name[:19]}…"
    return f"{name}, {area} {area_text(curve.area)}"


def area_text(value: float) -> str:
    """Four digits that never claim to be perfect."""
    return ">0.9999" if 0.99995 <= value < 1 - _ROUNDING else f"{value:.4f}"


def _finish(axes: Any, labels: tuple[str, str]) -> None:
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_xlabel(labels[0], fontsize=9)
    axes.set_ylabel(labels[1], fontsize=9)
