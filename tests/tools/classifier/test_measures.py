"""Figures of a classification, against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from convflow.tools.classifier import measures

RANDOM = np.random.default_rng(3)
LABELS = RANDOM.integers(0, 6, 300)
PREDICTED = np.where(RANDOM.random(300) < 0.7, LABELS, RANDOM.integers(0, 6, 300))
NAMES = list("abcdef")


def test_confusion_and_classes() -> None:
    matrix = measures.confusion_matrix(LABELS, PREDICTED, 6)
    np.testing.assert_array_equal(matrix, metrics.confusion_matrix(LABELS, PREDICTED))
    expected = np.array(metrics.precision_recall_fscore_support(LABELS, PREDICTED))
    found = measures.per_class(matrix, NAMES)
    np.testing.assert_allclose([[each.precision, each.recall, each.f1, each.support] for each in found], expected.T)
    assert measures.macro([each.f1 for each in found]) == pytest.approx(expected[2].mean())


def test_what_cannot_be_said() -> None:
    matrix = measures.confusion_matrix(np.array([0, 0, 1]), np.array([0, 2, 0]), 3)
    first, second, third = measures.per_class(matrix, "abc")
    assert (first.precision, first.recall) == (0.5, 0.5)
    assert (second.precision, second.recall, second.f1) == (None, 0.0, 0.0)
    assert (third.support, third.precision, third.recall, third.f1) == (0, 0.0, None, None)
    assert measures.macro([None, None]) is None and measures.macro([None, 1.0]) == 1.0


@pytest.mark.parametrize("k", [1, 2, 5, 6, 9])
def test_top_k(k: int) -> None:
    probabilities = np.random.default_rng(0).random((300, 6))
    expected = 1.0 if k >= 6 else metrics.top_k_accuracy_score(LABELS, probabilities, k=k)
    assert measures.top_k_accuracy(LABELS, probabilities, k) == pytest.approx(expected)


def test_most_confused() -> None:
    matrix = np.array([[5, 3, 0], [0, 9, 1], [0, 0, 4]])
    found = measures.most_confused(matrix, "abc", 5)
    assert [(each.truth, each.answer, each.count, each.share) for each in found] == [
        ("a", "b", 3, 0.375),
        ("b", "c", 1, 0.1),
    ]
    assert len(measures.most_confused(matrix, "abc", 1)) == 1
