"""The table of classes: how many examples, and how well each is found."""

from __future__ import annotations

from convflow.tools.classifier import measures
from convflow.tools.classifier.report.content import ReportContent
from convflow.tools.classifier.report.drawing import NOTHING, percent
from convflow.tools.classifier.report.page import table
from convflow.tools.classifier.report.ranking import Ranking, area_text

_TITLES = ("class", "examples", "taken for it", "precision", "recall", "F1", "AUC", "average precision")


def section(content: ReportContent, ranking: Ranking) -> str:
    """A row per class, and the means over those of which something can be said."""
    found = measures.per_class(content.confusion, content.class_names)
    aucs = [ranking.roc[k].area if k in ranking.roc else None for k in range(len(found))]
    averages = [ranking.precision_recall[k].area if k in ranking.precision_recall else None for k in range(len(found))]
    rows = [
        (each.name, f"{each.support:,}", f"{each.predicted:,}", percent(each.precision), percent(each.recall),
         percent(each.f1), _area(auc), _area(average))
        for each, auc, average in zip(found, aucs, averages, strict=True)
    ]  # fmt: skip
    total = (
        "mean over the classes", f"{len(content.labels):,}", f"{len(content.labels):,}",
        percent(measures.macro([each.precision for each in found])),
        percent(measures.macro([each.recall for each in found])),
        percent(measures.macro([each.f1 for each in found])),
        _area(measures.macro(aucs)), _area(measures.macro(averages)),
    )  # fmt: skip
    note = (
        '<p class="note">Precision: which part of the examples taken for the class is of it. Recall: which part of '
        "its examples is found. F1: their harmonic mean. A dash stands where nothing can be said: no example of the "
        "class, or none taken for it.</p>"
    )
    return table(_TITLES, rows, total=total) + note


def _area(value: float | None) -> str:
    return NOTHING if value is None else area_text(value)
