"""Puts `report.html` together."""

from __future__ import annotations

import html
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convflow.core import errors
from convflow.formats.files import write_atomically
from convflow.tools.classifier import measures
from convflow.tools.classifier.report import classes, confusion, curves, diagnosis, inside, mistakes, ranking
from convflow.tools.classifier.report.content import ReportContent
from convflow.tools.classifier.report.drawing import NOTHING, percent
from convflow.tools.classifier.report.page import Section, Tile, page, table

_PACKAGES = {"matplotlib": "matplotlib", "sklearn": "scikit-learn"}


def check_available() -> None:
    """Raises `errors.NotFoundError` if a package that draws is not installed: better before training than after."""
    missing = [name for module, name in _PACKAGES.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise errors.NotFoundError(
            None, None, f"A report is made with {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} "
            "not installed. Install what reports need with: pip install 'convflow[report]'",
        )  # fmt: skip


def write_report(path: Path, content: ReportContent) -> None:
    """Writes a report as one file: its style, figures and pictures are inside, and it loads nothing.

    Args:
        path: the file to write.
        content: what is in it.

    Raises:
        errors.NotFoundError: matplotlib or scikit-learn is not installed.
        errors.InvalidArgumentError: there are no test examples, or labels, probabilities and classes do not go
            together.
        errors.OpError: the file cannot be written; of the class that stands for the reason.
    """
    check_available()
    _check(content)
    write_atomically(str(path), render(content).encode())


def render(content: ReportContent) -> str:
    """The report as HTML."""
    ranked = ranking.rank(content.labels, content.probabilities, content.class_names)
    sections = []
    if content.history:
        sections.append(Section("curves", "Training", curves.section(content)))
    sections += [
        Section("diagnosis", "Bias and variance", diagnosis.section(content)),
        Section("confusion", "Confusion matrix", confusion.section(content)),
        Section("ranking", "ROC and precision-recall", ranking.section(ranked, content.class_names)),
        Section("classes", "Classes", classes.section(content, ranked)),
        Section("mistakes", "Surest mistakes", mistakes.section(content)),
    ]
    if content.kernels is not None:
        sections.append(Section("filters", "First layer's filters", inside.filters(content.kernels)))
    if content.feature_maps:
        sections.append(Section("maps", "One picture through the layers", inside.feature_maps(content)))
    sections.append(Section("settings", "Settings", _settings(content)))
    count, wrong = len(content.labels), int((content.predicted != content.labels).sum())
    subtitle = f"{count - wrong:,} of {count:,} {content.split} examples right, {wrong:,} wrong"
    return page(content.title, subtitle, _tiles(content, ranked), sections)


def _tiles(content: ReportContent, ranked: ranking.Ranking) -> list[Tile]:
    split = content.split.capitalize()
    found = measures.per_class(content.confusion, content.class_names)
    tiles = [Tile(f"{split} accuracy", percent(content.accuracy, 2))]
    if len(content.class_names) > 5:
        top = measures.top_k_accuracy(content.labels, content.probabilities, 5)
        tiles.append(Tile("Among the first five", percent(top, 2)))
    tiles.append(Tile(f"{split} loss", f"{content.cross_entropy:.4f}"))
    tiles.append(Tile("F1, mean of the classes", percent(measures.macro([each.f1 for each in found]), 2)))
    if ranked.roc_means:
        area = ranked.roc_means[1].area
        tiles.append(Tile("AUC, mean of the classes", ranking.area_text(area)))
    if content.best is not None:
        tiles.append(Tile("Best epoch", f"{content.best.epoch} of {content.history[-1].epoch}"))
    return tiles


def _settings(content: ReportContent) -> str:
    command = ""
    if content.command:
        command = f"<p>The command that repeats it:</p><pre>{html.escape(content.command)}</pre>"
    rows = list(_flat(content.settings))
    return command + (table(("setting", "value"), rows, words=(0, 1)) if rows else "")


def _flat(settings: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Settings within settings by their full names: `versions.torch`."""
    rows: list[tuple[str, str]] = []
    for name, value in settings.items():
        if name == "command" and not prefix:
            continue
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", _text(value)))
    return rows


def _text(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _check(content: ReportContent) -> None:
    count, classes_of = len(content.labels), len(content.class_names)
    if not count:
        raise errors.InvalidArgumentError(
            None, None, "There are 0 test examples; a report needs at least one. Choose data with a test split."
        )
    if content.probabilities.shape != (count, classes_of):
        raise errors.InvalidArgumentError(
            None, None, f"The probabilities have shape {content.probabilities.shape}; expected ({count}, {classes_of}) "
            f"for {count} labels and {classes_of} classes. Pass the probabilities of the same examples.",
        )  # fmt: skip
    low, high = int(content.labels.min()), int(content.labels.max())
    if low < 0 or high >= classes_of:
        raise errors.InvalidArgumentError(
            None, None, f"The labels run from {low} to {high}; expected 0 to {classes_of - 1}, as there are "
            f"{classes_of} classes. Pass all class names, or the labels that go with them.",
        )  # fmt: skip
