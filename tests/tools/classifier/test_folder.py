from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from convflow.core import errors
from convflow.tools.classifier import folder
from convflow.tools.classifier.data import named
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.settings import make_run


@pytest.fixture(scope="module")
def data() -> Data:
    return named.load("iris")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"learning_rate": 3e-4, "seed": 7, "schedule": "step", "decay_at": (0.5, 0.75)},
        {"optimizer": "momentum", "momentum": 0.8, "l2": 1e-4, "mixed_precision": True, "early_stopping": 3},
        {"start": "a folder", "freeze": "^conv", "train_only": "fc|logits", "balance": "weights", "steps": 9},
    ],
)
def test_config_json_repeats_the_run(tmp_path: Path, data: Data, settings: dict[str, Any]) -> None:
    run = make_run("iris_linear", "iris", out=tmp_path / "new" / "run", **settings)
    folder.prepare(run, data)
    assert folder.read_run(run.out) == run
    config = folder.read_config(run.out)
    assert config["class_names"] == ["setosa", "versicolor", "virginica"]
    assert config["image_shape"] == [1, 1, 4]
    assert config["examples"] == {"train": 90, "validation": 15, "test": 45}


def test_the_command_says_what_is_not_as_usual() -> None:
    run = make_run("mnist_cnn", "mnist", learning_rate=3e-4, seed=7, mixed_precision=True, start="my run")
    expected = (
        "convflow train mnist_cnn --data mnist --epochs 12 --batch-size 64 --optimizer adam --learning-rate 0.0003 "
        "--dropout 0.5 --mixed-precision --seed 7 --from 'my run'"
    )
    assert folder.command(run) == expected


def test_a_folder_with_a_run_is_refused(tmp_path: Path, data: Data) -> None:
    run = make_run("iris_linear", "iris", out=tmp_path)
    folder.prepare(run, data)
    with pytest.raises(errors.AlreadyExistsError, match=r"holds a training run already .* Choose another --out"):
        folder.prepare(run, data)


def test_a_folder_that_cannot_be_made(tmp_path: Path, data: Data) -> None:
    (tmp_path / "file").touch()
    run = make_run("iris_linear", "iris", out=tmp_path / "file" / "run")
    with pytest.raises(errors.FailedPreconditionError, match=r"Could not make the run's folder\. Check which parts"):
        folder.prepare(run, data)


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"has no config\.json, so it is not the folder of a training run\."):
        folder.read_run(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is damaged: Expecting"),
        ("[]", "is damaged: it holds a list"),
        ("{}", "is damaged: it does not say model, data"),
    ],
)
def test_damaged_settings(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(errors.DataLossError, match=reason):
        folder.read_run(tmp_path)


def test_settings_of_another_kind(tmp_path: Path) -> None:
    fields = dataclasses.asdict(make_run("iris_linear", "iris")) | {"out": "", "epochs": "many"}
    (tmp_path / "config.json").write_text(json.dumps(fields))
    with pytest.raises(errors.DataLossError, match=r"is damaged: .* train anew"):
        folder.read_run(tmp_path)
