"""Bias or variance: where the errors of training, validation and test examples part, and what that suggests.

The order of the sets and the meaning of the gaps between them are those of Zafar et al., "Hands-On Convolutional Neural
Networks with TensorFlow" (2018), chapter "Deep learning best practices".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from convflow.tools.classifier.report.content import ReportContent
from convflow.tools.classifier.report.drawing import percent
from convflow.tools.classifier.report.page import table

# A gap below this is not worth an advice, however many examples show it.
_SMALLEST_GAP = 0.01
# Twice the standard error: what chance seldom does.
_SIGMAS = 2.0


@dataclass(frozen=True)
class Gap:
    """A set's error, and how much it is above that of the set before.

    Args:
        name: the set.
        error: the fraction that is wrong.
        count: of how many examples, or None.
        gap: the error less that before it.
        stands_for: what a large gap is a sign of.
        is_large: whether it is more than chance would make, and than one point of per cent.
    """

    name: str
    error: float
    count: int | None
    gap: float
    stands_for: str
    is_large: bool


_STANDS_FOR = {
    "training": "bias (underfitting)",
    "validation": "variance (overfitting)",
    "test": "fitted to the validation set, or other data",
}
_ADVICE = {
    "training": "The model does not fit the examples it learns from: a larger model, more epochs, another learning "
    "rate, less regularization, dropout or augmentation.",
    "validation": "The model fits the examples it learns from and not those like them: more data, augmentation, "
    "dropout, weight decay, an earlier stop or a smaller model.",
    "test": "The choices made for the validation examples do not hold for the test examples: keep more examples for "
    "validation, and see that both come from the same source; shuffle and split anew if they do not.",
}


def gaps(content: ReportContent) -> list[Gap]:
    """The sets whose errors are known, in their order, each compared with the one before it; the first with 0."""
    known = [
        ("training", content.errors.training, content.errors.num_training),
        ("validation", content.errors.validation, content.errors.num_validation),
        ("test", 1 - content.accuracy, len(content.labels)),
    ]
    found: list[Gap] = []
    error_before, variance_before = 0.0, 0.0
    for name, error, count in known:
        if error is None:
            continue
        variance = error * (1 - error) / count if count else 0.0
        gap = error - error_before
        is_large = gap > max(_SMALLEST_GAP, _SIGMAS * sqrt(variance + variance_before))
        # Without the set before it, a gap holds what both would stand for.
        found.append(Gap(name, error, count, gap, _STANDS_FOR[name], is_large))
        error_before, variance_before = error, variance
    return found


def section(content: ReportContent) -> str:
    """The table, and what its gaps suggest."""
    found = gaps(content)
    rows = [("best possible (taken as)", "0.0%", "", "", "")]
    rows += [
        (gap.name, percent(gap.error, 2), "" if gap.count is None else f"{gap.count:,}", f"{gap.gap * 100:+.2f}",
         f"{gap.stands_for}{' ●' if gap.is_large else ''}")
        for gap in found
    ]  # fmt: skip
    titles = ("examples", "error", "of how many", "gap to the line above, points", "a large gap is a sign of")
    return table(titles, rows, words=(0, 4)) + _suggestion(content, found)


def _suggestion(content: ReportContent, found: list[Gap]) -> str:
    missing = [name for name in ("training", "validation") if getattr(content.errors, name) is None]
    if missing:
        return (
            f'<p class="note">The error of the {" and ".join(missing)} examples is not known here, so that a gap may '
            "stand for more than one thing. The report of a training run has all of them.</p>"
        )
    large = [gap for gap in found if gap.is_large]
    if not large:
        text = "<p>No gap stands out: none is above one point and above what chance makes with so few examples.</p>"
    else:
        text = "".join(
            f'<p><span class="warn">{gap.gap * 100:.1f} points at {gap.name}: {gap.stands_for}.</span> '
            f"{_ADVICE[gap.name]}</p>"
            for gap in sorted(large, key=lambda gap: -gap.gap)
        )
    return text + (
        '<p class="note">All errors are those of the weights that were tested, without dropout and augmentation. The '
        "best possible error is that of a careful person; where people err too, less of the first gap is bias. A gap "
        "marked ● counts as large above one point and above twice its standard error.</p>"
    )
