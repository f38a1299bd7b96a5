from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convflow import cli
from convflow.cli import train as train_command
from convflow.core import errors
from convflow.tools.classifier import train
from convflow.tools.classifier.progress import Progress
from convflow.tools.classifier.settings import Run


def _convflow(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["train", *arguments])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mnist_cn"], "There is no model named 'mnist_cn'. Did you mean mnist_cnn?"),
        (["mnist_cnn", "--data", "mnist_5k"], "There is no data set named 'mnist_5k'. Did you mean mnist5k"),
        (["mnist_cnn", "--epochs", "-1"], "--epochs is -1; expected a whole number of at least 1."),
    ],
)
def test_what_cannot_be_trained(arguments: list[str], message: str) -> None:
    result = _convflow(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"convflow train: {message}")
    assert result.stdout == ""


def test_real_digits_are_learnt_in_one_epoch(tmp_path: Path) -> None:
    result = _convflow("mnist_cnn", "--epochs", "1", "--out", str(tmp_path / "run"))
    assert result.exit_code == 0, result.output
    accuracy = next(line for line in result.stdout.splitlines() if line.startswith("Test accuracy: "))
    assert float(accuracy.split()[2].rstrip("%")) > 92
    again = _convflow("mnist_cnn", "--epochs", "1", "--out", str(tmp_path / "run"))
    assert again.exit_code == 1
    assert "holds a training run already" in again.stderr


def test_a_failure_is_told_without_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: object) -> None:
        error = errors.ResourceExhaustedError(None, None, "No space.\n\t [[node save/SaveV2, made at ...]]")
        error.add_note("The last whole checkpoint is x.")
        raise error

    monkeypatch.setattr(train, "train_model", fail)
    result = _convflow("mnist_cnn")
    assert result.exit_code == 1
    assert result.stderr == "convflow train: No space.\nconvflow train: The last whole checkpoint is x.\n"


def test_a_stopped_run_has_the_status_of_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "train_model", lambda run: train.Result(train.End.STOPPED, Progress(), "x"))
    assert _convflow("mnist_cnn").exit_code == 130


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which MODEL? `convflow models` lists them."),
        (["--resume", "x", "--epochs", "3"], "--resume goes on with a run as it is; leave out: epochs."),
        (["mnist_cnn", "--resume", "x"], "--resume goes on with a run as it is; leave out: model."),
        (["mnist_cnn", "--decay-at", "half"], "--decay-at is 'half'; expected fractions of the run, such as 0.5,0.75."),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], message: str) -> None:
    result = _convflow(*arguments)
    assert (result.exit_code, result.stderr) == (2, f"convflow train: {message}\n")


def test_every_setting_has_its_option() -> None:
    """What the command takes is what a run is made of."""
    settings = {field.name for field in dataclasses.fields(Run)}
    assert set(inspect.signature(train_command.train).parameters) == settings | {"context", "resume"}
