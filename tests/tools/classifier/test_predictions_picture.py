from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convflow.tools.classifier import predictions_picture as pictures
from convflow.tools.classifier.data.examples import ArrayExamples

_NAMES = tuple("abc")


def _examples(labels: list[int], channels: int = 1) -> ArrayExamples:
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 6, 6, channels), dtype=np.uint8)
    return ArrayExamples(images, np.array(labels, np.int32))


def _sure_of(predicted: list[int], confidence: float = 0.9) -> np.ndarray:
    probabilities = np.full((len(predicted), 3), (1 - confidence) / 2, np.float32)
    probabilities[np.arange(len(predicted)), predicted] = confidence
    return probabilities


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("predicted", [[0, 1, 2, 2], [0, 1, 2, 0], [1, 2, 0, 1]], ids=["right", "mixed", "wrong"])
def test_a_picture_is_written(tmp_path: Path, channels: int, predicted: list[int]) -> None:
    path = tmp_path / "predictions.png"
    pictures.draw_predictions(path, "m on d", _examples([0, 1, 2, 2], channels), _sure_of(predicted), _NAMES, seed=1)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000
        colours = {colour for _, colour in picture.convert("RGB").getcolors(maxcolors=1 << 24)}
    assert len(colours) > 10
    assert [entry.name for entry in tmp_path.iterdir()] == ["predictions.png"]


def test_right_answers_of_all_classes_take_turns() -> None:
    labels = np.array([0] * 50 + [1] * 2 + [2] * 50)
    section = pictures._right_section(labels, np.ones(len(labels), bool), seed=1)
    assert section is not None
    assert labels[section.examples][:8].tolist() == [0, 1, 2, 0, 1, 2, 0, 2]
    assert len(set(section.examples)) == 30


def test_wrong_answers_come_the_surest_first() -> None:
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.3, 0.7], [0.5, 0.5]])
    section = pictures._wrong_section(probabilities, np.array([False, False, True, False]))
    assert section is not None
    assert section.examples.tolist() == [1, 0, 3]
    assert section.heading == "Wrong: all 3, the surest first"
    many = pictures._wrong_section(np.tile(probabilities, (500, 1)), np.zeros(2000, bool))
    assert many is not None
    assert many.heading == "Wrong: 50 of 2,000, the surest first"


@pytest.mark.parametrize(
    ("probability", "text"),
    [(1.0, ">99.9%"), (0.9994, "99.9%"), (0.5, "50.0%"), (0.0006, "0.1%"), (0.0004, "<0.1%"), (0.0, "<0.1%")],
)
def test_percentages_never_claim_certainty(probability: float, text: str) -> None:
    assert pictures._percent(probability) == text
