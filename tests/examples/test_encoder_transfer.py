"""examples/encoder_transfer.py at a tiny size, on the digits that come with a package."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.datasets import mnist5k

EXAMPLE = Path(__file__).parents[2] / "examples" / "encoder_transfer.py"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    train, (pictures, labels) = mnist5k.load()
    monkeypatch.setattr(tf.keras.datasets.mnist, "load_data", lambda: (train, (pictures[:200], labels[:200])))
    return runpy.run_path(str(EXAMPLE))


def test_three_ways_are_compared(example: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--folder", str(tmp_path), "--first-steps", "8", "--steps", "30", "--labelled", "100", "--seeds", "2"]
    results = example["main"](arguments)
    printed = capsys.readouterr().out
    assert results.shape == (2, 3)
    # Better than guessing one digit in ten.
    assert np.all(results > 0.2) and np.all(results <= 1)
    assert printed.count("%") == 3 * 3
    assert len({tuple(row) for row in results.T}) == 3
    names = [name for name, _ in tf.train.list_variables(str(tmp_path / "autoencoder.ckpt"))]
    assert {"conv1/kernel", "conv2/bias", "latent_var/kernel", "deconv2/kernel"} <= set(names)
