"""examples/fine_tuning.py at a tiny size: colours stand for classes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

EXAMPLE = Path(__file__).parents[2] / "examples" / "fine_tuning.py"


def coloured(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures whose columns have the colours of their class, with noise; labels as CIFAR-10's are."""
    stripes = np.random.RandomState(0).randint(60, 200, size=(10, 1, 32, 3))
    random = np.random.RandomState(seed)
    labels = np.arange(count) % 10
    noise = random.randint(-40, 40, size=(count, 32, 32, 3))
    return (stripes[labels] + noise).astype(np.uint8), labels[:, None].astype(np.uint8)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    sets = coloured(200, 1), coloured(60, 2)
    monkeypatch.setattr(tf.keras.datasets.cifar10, "load_data", lambda: sets)
    return runpy.run_path(str(EXAMPLE))


def test_both_ways_are_compared(example: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tuned, scratch = example["main"](
        ["--folder", str(tmp_path), "--first-steps", "12", "--steps", "6", "--labelled", "5", "--seeds", "2"]
    )
    printed = capsys.readouterr().out
    assert "first task: " in printed and printed.count("%") == 1 + 2 * 3
    assert len(tuned) == len(scratch) == 2 and np.all((tuned >= 0) & (tuned <= 1))
    # All but the last layer came from the first task; six steps cannot have moved it far.
    first, then = (
        tf.train.load_variable(tf.train.latest_checkpoint(str(tmp_path / place)), "small/conv1/weights")
        for place in ("first", "tuned_0")
    )
    alone = tf.train.load_variable(tf.train.latest_checkpoint(str(tmp_path / "scratch_0")), "small/conv1/weights")
    assert np.abs(then - first).max() < 0.02 < np.abs(alone - first).max()


def test_the_pictures_of_both_ways_are_the_same(example: dict[str, Any]) -> None:
    pictures, labels = coloured(200, 1)
    first = example["few_of_each"](pictures, labels.ravel(), 3, seed=4)
    again = example["few_of_each"](pictures, labels.ravel(), 3, seed=4)
    np.testing.assert_array_equal(first[0], again[0])
    assert np.bincount(first[1]).tolist() == [3] * 10
    rows = [next(example["random_rows"](100, seed=5)).tolist() for _ in range(2)]
    assert rows[0] == rows[1]
