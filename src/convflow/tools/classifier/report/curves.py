"""Loss, accuracy and learning rate over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convflow.tools.classifier.report import drawing
from convflow.tools.classifier.report.content import Epoch, ReportContent

# From here on the first epochs would flatten all that follow.
_WIDE_RANGE = 30.0
_SPARSE = 12


def section(content: ReportContent) -> str:
    """The figures, and what is marked on them."""
    best = content.best
    if best is None:
        return "<p>No epoch was finished, so that there is nothing to draw over time.</p>"
    parts = [
        _pair(content.history, best, "loss", "Loss (mean cross entropy)"),
        _pair(content.history, best, "accuracy", "Accuracy"),
        _learning_rate(content.history, best),
    ]
    seconds = sum(epoch.seconds for epoch in content.history)
    note = (
        f"The dashed line is epoch {best.epoch} (step {best.step:,}), whose weights were tested: validation accuracy "
        f"{best.validation_accuracy:.2%}, loss {best.validation_loss:.4f}. Training figures are means over the "
        "epoch's steps, with dropout and augmentation where the run has them; validation figures are taken at its "
        f"end, without. {len(content.history)} epochs took {_duration(seconds)} of training steps."
    )
    return f'<div class="figures three">{"".join(parts)}</div><p class="note">{note}</p>'


def _pair(history: Sequence[Epoch], best: Epoch, quantity: str, title: str) -> str:
    figure = drawing.figure(4.6, 3.1)
    axes = drawing.axes(figure, title=title)
    values = []
    for kind, colour in (("train", drawing.BLUE), ("validation", drawing.ORANGE)):
        series = [float(getattr(epoch, f"{kind}_{quantity}")) for epoch in history]
        values += series
        axes.plot(_epochs(history), series, color=colour, label=kind.replace("train", "training"), **_marks(history))
    chosen = float(getattr(best, f"validation_{quantity}"))
    axes.plot([best.epoch], [chosen], "o", color=drawing.ORANGE, markersize=7, markeredgecolor=drawing.INK)
    if quantity == "accuracy":
        axes.yaxis.set_major_formatter(_percents())
    elif min(values) > 0 and max(values) > _WIDE_RANGE * min(values):
        axes.set_yscale("log")
    _finish(axes, best)
    drawing.legend(axes)
    return drawing.svg(figure, f"{quantity}-curve", f"{title} of training and validation over the epochs")


def _learning_rate(history: Sequence[Epoch], best: Epoch) -> str:
    figure = drawing.figure(4.6, 3.1)
    axes = drawing.axes(figure, title="Learning rate")
    rates = [float(epoch.learning_rate) for epoch in history]
    axes.plot(_epochs(history), rates, color="#2fa06a", drawstyle="steps-mid", **_marks(history))
    if min(rates) > 0 and max(rates) > 5 * min(rates):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, max(*rates, 1e-12) * 1.25)
    _finish(axes, best)
    return drawing.svg(figure, "learning-rate", "Learning rate over the epochs")


def _epochs(history: Sequence[Epoch]) -> np.ndarray:
    return np.array([epoch.epoch for epoch in history])


def _marks(history: Sequence[Epoch]) -> dict[str, Any]:
    """Few points are shown as such: one alone would be no line."""
    return {"linewidth": 1.8, "marker": "o", "markersize": 3.5} if len(history) <= _SPARSE else {"linewidth": 1.6}


def _finish(axes: Any, best: Epoch) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.axvline(best.epoch, color=drawing.QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch", fontsize=8.5)


def _percents() -> Any:
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1.0)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
