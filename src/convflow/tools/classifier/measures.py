"""Figures of a classification: what was taken for what, and how well each class is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassMeasures:
    """How well a class is found; None where nothing can be said.

    Args:
        name: the class.
        support: its examples.
        predicted: the examples taken for it.
        precision: which part of those taken for it is of it; None if none was.
        recall: which part of its examples is found; None if it has none.
        f1: the harmonic mean of both; None if the class has no examples.
    """

    name: str
    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Confusion:
    """Examples of the class `truth` that were taken for the class `answer`; `share` is their part of that class."""

    truth: str
    answer: str
    count: int
    share: float


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, num_classes: int) -> np.ndarray:
    """Counts [num_classes, num_classes], int64: rows are what the examples are, columns what they were taken for.

    Args:
        labels: [n], from 0 to `num_classes` - 1.
        predicted: [n], likewise.
        num_classes: how many classes there are, in the examples or not.
    """
    pairs = labels.astype(np.int64) * num_classes + predicted.astype(np.int64)
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def per_class(matrix: np.ndarray, class_names: Sequence[str]) -> list[ClassMeasures]:
    """The classes' measures, from a confusion matrix whose rows are the truth."""
    found, support, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return [
        ClassMeasures(
            name,
            int(count),
            int(taken),
            precision=float(right / taken) if taken else None,
            recall=float(right / count) if count else None,
            f1=float(2 * right / (taken + count)) if count else None,
        )
        for name, right, count, taken in zip(class_names, found, support, predicted, strict=True)
    ]


def macro(values: Sequence[float | None]) -> float | None:
    """The mean over the classes of which something can be said; None if there is none."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def top_k_accuracy(labels: np.ndarray, probabilities: np.ndarray, k: int) -> float:
    """The part of the examples whose class is among the `k` most probable; of equally probable ones the lower first."""
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float((best == labels[:, np.newaxis]).any(axis=1).mean())


def most_confused(matrix: np.ndarray, class_names: Sequence[str], limit: int) -> list[Confusion]:
    """The pairs of classes that are mixed up most often, the most frequent first."""
    wrong = matrix - np.diag(np.diag(matrix))
    order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    support = matrix.sum(axis=1)
    pairs = [(int(place) // len(matrix), int(place) % len(matrix)) for place in order]
    return [
        Confusion(class_names[row], class_names[column], int(wrong[row, column]), wrong[row, column] / support[row])
        for row, column in pairs
        if wrong[row, column]
    ]
