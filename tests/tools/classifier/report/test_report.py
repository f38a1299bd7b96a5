"""What a report says, and what it refuses."""

from __future__ import annotations

import html
import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convflow.core import errors
from convflow.tools.classifier.report import Errors, check_available, diagnosis, inside, write_report
from convflow.tools.classifier.report.drawing import percent
from convflow.tools.classifier.report.ranking import rank
from convflow.tools.classifier.report.write import render
from tests.tools.classifier.report import contents


def section(page: str, name: str) -> str:
    """The text of a part of the page."""
    found = re.search(rf'<section id="{name}">(.*?)</section>', page, re.DOTALL)
    assert found is not None, name
    return html.unescape(re.sub(r"<[^>]*>", " ", found[1]))


def test_what_it_says() -> None:
    content = contents.make()
    page = render(content)
    wrong = int((content.predicted != content.labels).sum())
    assert f"{200 - wrong} of 200 test examples right, {wrong} wrong" in page
    assert f"epoch 8 (step 80), whose weights were tested: validation accuracy {0.95:.2%}" in section(page, "curves")
    assert section(page, "mistakes").count("is <class> ") == min(wrong, 24)
    settings = section(page, "settings")
    assert "convflow train mnist_cnn --augment 'flip,crop:4'" in settings
    assert "versions.torch" in settings and "flip, crop:4" in settings
    assert "dead  4x4, 0 of 8 channels; 8 are zero everywhere" in section(page, "maps")
    # Names are text, not elements.
    assert "<class>" not in page and "&lt;class&gt; 3" in page


def test_the_same_content_gives_the_same_file() -> None:
    assert render(contents.make()) == render(contents.make())


def test_the_epoch_that_was_tested_is_marked() -> None:
    page = render(contents.make(best_epoch=5))
    assert "epoch 5 (step 50)" in section(page, "curves") and "5 of 8" in page


@pytest.mark.parametrize("count", [1, 4])
def test_a_class_without_examples(count: int) -> None:
    absent = list(range(count))
    page = render(contents.make(absent=absent))
    names = ", ".join(f"<class> {k}" for k in absent)
    assert f"Without examples, so that their rows are empty: {names}." in section(page, "confusion")
    assert f"{count} {'class has' if count == 1 else 'classes have'} no examples" in section(page, "ranking")
    assert "nan" not in page.lower().replace("finance", "")


def test_nothing_wrong_and_nothing_trained() -> None:
    content = contents.make(sureness=100.0, epochs=0, classes=3)
    page = render(content)
    assert "None of the 200 examples is classified wrong." in section(page, "mistakes")
    assert "No example was taken for another class." in section(page, "confusion")
    assert 'id="curves"' not in page and "Best epoch" not in page


def test_all_examples_of_one_class() -> None:
    content = contents.make(classes=2, absent=[0])
    assert "All examples are of one class" in section(render(content), "ranking")


def test_areas_are_those_of_the_definition() -> None:
    content = contents.make(classes=3, examples=60, sureness=1.0)
    found = rank(content.labels, content.probabilities, content.class_names)
    for k in range(3):
        ours, others = (content.probabilities[content.labels == k, k], content.probabilities[content.labels != k, k])
        # The probability that an example of the class is ranked above another.
        assert found.roc[k].area == pytest.approx(np.mean(ours[:, np.newaxis] > others))
    assert found.roc_means[1].area == pytest.approx(np.mean([curve.area for curve in found.roc.values()]))


@pytest.mark.parametrize(
    ("training", "validation", "test", "large"),
    # The examples of the book's chapter, with 5,000 of each.
    [
        (0.15, 0.155, 0.15, ["training"]),
        (0.015, 0.30, 0.30, ["training", "validation"]),
        (0.20, 0.40, 0.40, ["training", "validation"]),
        (0.005, 0.02, 0.15, ["validation", "test"]),
        (0.004, 0.008, 0.01, []),
    ],
)
def test_bias_and_variance(training: float, validation: float, test: float, large: list[str]) -> None:
    count = 5000
    labels = np.zeros(count, np.int64)
    wrong = round(test * count)
    probabilities = np.tile(np.array([0.9, 0.1]), (count, 1))
    probabilities[:wrong] = [0.1, 0.9]
    content = contents.make(
        labels=labels, probabilities=probabilities, class_names=["a", "b"], shape=None,
        errors=Errors(training, count, validation, count),
    )  # fmt: skip
    found = diagnosis.gaps(content)
    assert [gap.name for gap in found if gap.is_large] == large
    assert [gap.gap for gap in found] == pytest.approx([training, validation - training, test - validation])
    text = section(render(content), "diagnosis")
    assert ("No gap stands out" in text) == (not large)
    assert ("variance (overfitting)." in text) == ("validation" in large)


def test_a_gap_of_few_examples_is_chance() -> None:
    content = contents.make(errors=Errors(0.05, 20, 0.10, 20))
    assert not diagnosis.gaps(content)[1].is_large


def test_errors_that_are_not_known() -> None:
    text = section(render(contents.make(errors=Errors())), "diagnosis")
    assert "The error of the training and validation examples is not known here" in text


@pytest.mark.parametrize("channels", [1, 2, 3, 7])
def test_filters_of_any_depth(channels: int) -> None:
    kernels = np.zeros((3, 3, channels, 70), np.float32)
    kernels[1, 1] = 1.0
    text = inside.filters(kernels)
    assert "64 of 70 filters of 3x3." in text
    assert ("Red, green and blue" in text) == (channels == 3)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(None, 1, "\N{EN DASH}"), (0.5, 1, "50.0%"), (1.0, 1, "100.0%"), (0.0, 1, "0.0%"), (0.99999, 1, ">99.9%"),
     (0.00001, 1, "<0.1%"), (0.99999, 2, ">99.99%")],
)  # fmt: skip
def test_percent_claims_no_certainty(value: float | None, digits: int, text: str) -> None:
    assert percent(value, digits) == text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"examples": 0}, "There are 0 test examples; a report needs at least one."),
        (
            {"class_names": ["a", "b"]},
            r"The probabilities have shape \(200, 10\); expected \(200, 2\) for 200 labels and 2 classes. Pass the",
        ),
        ({"labels": np.full(200, 10)}, "The labels run from 10 to 10; expected 0 to 9, as there are 10 classes."),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=message):
        write_report(tmp_path / "report.html", contents.make(**changes))
    assert not list(tmp_path.iterdir())


def test_a_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sklearn" else find(name))
    with pytest.raises(errors.NotFoundError, match=r"scikit-learn, which is not installed.*pip install 'convflow\[rep"):
        check_available()
