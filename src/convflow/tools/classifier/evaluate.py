"""`convflow evaluate`: how well a trained model does on examples."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from convflow.core import errors
from convflow.tools.classifier import examined, findings, measures, trained
from convflow.tools.classifier.checkpoints import read_state
from convflow.tools.classifier.loop import Evaluation, evaluate
from convflow.tools.classifier.progress import EpochResult
from convflow.tools.classifier.report import check_available, write_report

_TOP = 5
# Classes up to which a matrix fits a terminal, and pairs that are named of larger ones.
_MATRIX = 20
_PAIRS = 15


@dataclass(frozen=True)
class Verdict:
    """How a model does on examples.

    Args:
        checkpoint: whose weights were measured.
        data: what they were measured on.
        split: which part of it.
        labels: int [n].
        evaluation: loss, accuracy and probabilities [n, num_classes].
        class_names: what the labels stand for.
        mirrored: whether each example was looked at in a mirror, too.
    """

    checkpoint: str
    data: str
    split: str
    labels: np.ndarray
    evaluation: Evaluation
    class_names: tuple[str, ...]
    mirrored: bool = False

    @property
    def top_k(self) -> int:
        return min(_TOP, len(self.class_names))

    @property
    def top_k_accuracy(self) -> float:
        return measures.top_k_accuracy(self.labels, self.evaluation.probabilities, self.top_k)

    @property
    def confusion(self) -> np.ndarray:
        """Counts [num_classes, num_classes]: rows are the truth, columns the answers."""
        predicted = self.evaluation.probabilities.argmax(axis=1)
        return measures.confusion_matrix(self.labels, predicted, len(self.class_names))

    @property
    def classes(self) -> list[measures.ClassMeasures]:
        return measures.per_class(self.confusion, self.class_names)


def evaluate_run(
    where: Path,
    data: str | None = None,
    split: str = "test",
    which: str = trained.BEST,
    report: Path | None = None,
    mirrored: bool = False,
) -> Verdict:
    """Measures a trained model; writes nothing but the report.

    Args:
        where: a run's folder, or one of its checkpoints.
        data: a named set, a folder of pictures or records; what the run was trained on by default.
        split: `train`, `validation`, `test`, or `all` of them.
        which: of a folder, the `best` or the `last` checkpoint.
        report: where to write `report.html`, if anywhere.
        mirrored: whether each picture is looked at in a mirror, too; probabilities and losses are the means of both.

    Raises:
        errors.OpError: as `trained.opened`, `examined.load` and `write_report`.
        errors.InvalidArgumentError: a table's rows, mirrored.
    """
    if report is not None:
        check_available()
    with trained.opened(where, which) as model:
        description = model.description
        if mirrored:
            model.check_takes_pictures("Leave --mirrored out.")
        examples = examined.load(description, data, split)
        evaluation = evaluate(model.session, model.network, examples, mirrored)
        name = data or description.run.data
        if report is not None:
            title = f"{description.run.model} on {name}, {split}"
            content = findings.gather(
                model.session, model.network, examples, description.class_names, evaluation, description.config,
                title=title, split=split, history=_history(description),
                best_epoch=_epoch(description, model.checkpoint),
            )  # fmt: skip
            write_report(report, content)
    return Verdict(model.checkpoint, name, split, examples.labels, evaluation, description.class_names, mirrored)


def _history(description: trained.Description) -> list[EpochResult]:
    """The run's epochs, if its folder still tells them."""
    try:
        state = read_state(description.run.out)
    except errors.NotFoundError:
        return []
    return [EpochResult(**epoch) for epoch in state["progress"]["history"]]


def _epoch(description: trained.Description, checkpoint: str) -> int | None:
    """The epoch at whose end a checkpoint was written; its name ends with the step."""
    step = checkpoint.rpartition("-")[2]
    return next((epoch.epoch for epoch in _history(description) if str(epoch.step) == step), None)


def as_json(verdict: Verdict) -> str:
    """One object with all that the tables say."""
    content = {
        "checkpoint": verdict.checkpoint,
        "data": verdict.data,
        "split": verdict.split,
        "mirrored": verdict.mirrored,
        "examples": len(verdict.labels),
        "accuracy": verdict.evaluation.accuracy,
        "loss": verdict.evaluation.loss,
        f"top_{verdict.top_k}_accuracy": verdict.top_k_accuracy,
        "classes": [dataclasses.asdict(each) for each in verdict.classes],
        "confusion": verdict.confusion.tolist(),
    }
    return json.dumps(content, indent=2)


def print_verdict(verdict: Verdict, console: Console) -> None:
    """Accuracy and loss, the table of classes, and the confusion matrix, or its largest entries if it is wide."""
    count = len(verdict.labels)
    right = round(verdict.evaluation.accuracy * count)
    figures = (
        f"Accuracy: {verdict.evaluation.accuracy:.2%} ({right:,} of {count:,}), loss {verdict.evaluation.loss:.4f}"
    )
    if len(verdict.class_names) > _TOP:
        figures += f", among the first {verdict.top_k}: {verdict.top_k_accuracy:.2%}"
    looked = f"{verdict.split}, each example mirrored, too" if verdict.mirrored else verdict.split
    console.print(f"{verdict.checkpoint} on {verdict.data} ({looked})", highlight=False, soft_wrap=True)
    console.print(figures, style="bold green", highlight=False, soft_wrap=True)
    console.print(_classes_table(verdict))
    if len(verdict.class_names) <= _MATRIX:
        console.print("\nConfusion matrix (rows: what the examples are; columns: what the model says)")
        console.print(_matrix_table(verdict))
        return
    pairs = measures.most_confused(verdict.confusion, verdict.class_names, _PAIRS)
    if pairs:
        console.print("\nMixed up most often")
        console.print(_pairs_table(pairs))


def _table(*titles: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False)
    for index, title in enumerate(titles):
        table.add_column(title, justify="left" if index < left else "right", overflow="fold")
    return table


def _classes_table(verdict: Verdict) -> Table:
    table = _table("class", "examples", "precision", "recall", "F1")
    for each in verdict.classes:
        table.add_row(each.name, f"{each.support:,}", *map(_percent, (each.precision, each.recall, each.f1)))
    means = [
        measures.macro([getattr(each, name) for each in verdict.classes]) for name in ("precision", "recall", "f1")
    ]
    table.add_row("mean of the classes", f"{len(verdict.labels):,}", *map(_percent, means), style="bold")
    return table


def _matrix_table(verdict: Verdict) -> Table:
    table = _table("", *verdict.class_names)
    for number, (name, row) in enumerate(zip(verdict.class_names, verdict.confusion, strict=True)):
        table.add_row(name, *(_cell(int(count), number == column) for column, count in enumerate(row)))
    return table


def _cell(count: int, is_right: bool) -> str:
    if not count:
        return "[dim].[/dim]"
    return f"[green]{count:,}[/green]" if is_right else f"[red]{count:,}[/red]"


def _pairs_table(pairs: list[measures.Confusion]) -> Table:
    table = _table("it is", "the model says", "examples", "of that class", left=2)
    for pair in pairs:
        table.add_row(pair.truth, pair.answer, f"{pair.count:,}", _percent(pair.share))
    return table


def _percent(value: Any) -> str:
    return "-" if value is None else f"{value:.2%}"
