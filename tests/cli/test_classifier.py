"""From digits to a trained network that is measured, asked and looked into: the commands one after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from convflow import cli
from convflow.tools.classifier.data import named


def _convflow(*arguments: object) -> str:
    result = CliRunner().invoke(cli.app, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("digits") / "run"
    _convflow("train", "mnist_cnn", "--data", "mnist5k", "--steps", 40, "--out", out)
    return out


@pytest.fixture(scope="module")
def measured(run: Path) -> Any:
    return json.loads(_convflow("evaluate", run, "--json"))


def test_the_report_of_a_run(run: Path, measured: Any) -> None:
    page = (run / "report.html").read_text()
    right = round(measured["accuracy"] * 1000)
    assert f"{right:,} of 1,000 test examples right" in page
    for part in ("curves", "diagnosis", "confusion", "ranking", "classes", "mistakes", "filters", "maps", "settings"):
        assert f'<section id="{part}">' in page
    assert "convflow train mnist_cnn --data mnist5k" in page


def test_evaluate(measured: Any) -> None:
    assert measured["examples"] == 1000 and measured["accuracy"] > 0.8
    assert measured["top_5_accuracy"] >= measured["accuracy"]


def test_predict_agrees_with_evaluate(run: Path, measured: Any, tmp_path: Path) -> None:
    digits = named.load("mnist5k").test
    # One from each tenth of the split: the digits come in no order.
    for number in range(0, 1000, 50):
        Image.fromarray(digits.images(np.array([number]))[0, ..., 0]).save(tmp_path / f"{number:04d}.png")
    found = json.loads(_convflow("predict", run, tmp_path, "--json", "--top", 1))
    said = [each["classes"][0]["name"] for each in found["predictions"]]
    right = [name == str(digits.labels[50 * place]) for place, name in enumerate(said)]
    assert len(right) == 20 and np.mean(right) > 0.7


def test_features(run: Path, tmp_path: Path) -> None:
    said = _convflow("features", run, "--split", "validation", "--out", tmp_path / "features")
    assert said.startswith("fc_3: 400x1024 in ")


def test_summary(run: Path) -> None:
    assert json.loads(_convflow("summary", run, "--json"))["totals"]["parameters"] == 1_111_946
