from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from convflow.core import errors
from convflow.tools.classifier import settings as run_settings
from convflow.tools.classifier.settings import make_run


def test_settings_come_from_the_models_recipe() -> None:
    run = make_run("mnist_cnn", "mnist5k", epochs=3, dropout=None)
    assert (run.epochs, run.batch_size, run.learning_rate, run.dropout, run.seed) == (3, 64, 1e-3, 0.5, 1)
    assert run.out.parent == Path("runs")
    assert run.out.name.startswith("mnist_cnn-")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "--epochs is 0; expected a whole number of at least 1."),
        ({"epochs": -1}, "--epochs is -1; expected a whole number of at least 1."),
        ({"batch_size": 0}, "--batch-size is 0; expected a whole number of at least 1."),
        ({"learning_rate": 0.0}, "--learning-rate is 0.0; expected a number above 0, such as 0.001."),
        ({"learning_rate": float("nan")}, "--learning-rate is nan; expected a number above 0, such as 0.001."),
        ({"learning_rate": float("inf")}, "--learning-rate is inf; expected a number above 0, such as 0.001."),
        ({"dropout": 1.0}, "--dropout is 1.0; expected a fraction from 0 up to but without 1, such as 0.5."),
        ({"dropout": -0.1}, "--dropout is -0.1; expected a fraction from 0 up to but without 1, such as 0.5."),
        ({"seed": -1}, "--seed is -1; expected a whole number from 0 to 2147483647."),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        make_run("mnist_cnn", "mnist5k", **settings)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("mnist-cnn", "mnist5k", "There is no model named 'mnist-cnn'. Did you mean mnist_cnn?"),
        ("mnist_cnn", "minst5k", "There is no data set named 'minst5k'. Did you mean mnist5k or mnist?"),
    ],
)
def test_names_nobody_knows(model: str, data: str, message: str) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        make_run(model, data)
    assert caught.value.message.startswith(message)


def test_config_json_repeats_the_run(tmp_path: Path) -> None:
    run = make_run("mnist_cnn", "mnist", learning_rate=3e-4, seed=7, out=tmp_path / "new" / "run")
    run_settings.prepare_folder(run)
    config = json.loads((run.out / "config.json").read_text())
    fields = {name: config[name] for name in ("epochs", "batch_size", "learning_rate", "dropout", "seed")}
    assert make_run(config["model"], config["data"], out=Path(config["out"]), **fields) == run
    assert config["command"] == (
        "convflow train mnist_cnn --data mnist --epochs 12 --batch-size 64 "
        "--learning-rate 0.0003 --dropout 0.5 --seed 7"
    )


def test_a_folder_with_a_run_is_refused(tmp_path: Path) -> None:
    run = make_run("mnist_cnn", "mnist5k", out=tmp_path)
    run_settings.prepare_folder(run)
    with pytest.raises(errors.AlreadyExistsError, match=r"holds a training run already .* Choose another --out"):
        run_settings.prepare_folder(run)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = make_run("mnist_cnn", "mnist5k", out=tmp_path / "file" / "run")
    with pytest.raises(errors.FailedPreconditionError, match=r"Could not make the run's folder\. Check which parts"):
        run_settings.prepare_folder(run)
