from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convflow import cli
from convflow.core import errors
from convflow.tools.classifier import loop, train


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
    outcome = loop.Outcome(epochs=0, step=1, images=1, seconds=1.0, stopped=True)
    monkeypatch.setattr(train, "train_model", lambda run: train.Result(outcome, "x", None))
    assert _convflow("mnist_cnn").exit_code == 130
