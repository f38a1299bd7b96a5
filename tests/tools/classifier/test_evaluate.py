"""`convflow evaluate` on a run that was trained on pictures with a bright row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from convflow import cli
from convflow.core import errors
from convflow.tools.classifier import evaluate, examined, trained
from convflow.tools.classifier.data.examples import ArrayExamples
from convflow.tools.classifier.data.named import Source
from tests.tools.classifier import rows


def _convflow(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["evaluate", *map(str, arguments)])


def _json(*arguments: object) -> Any:
    result = _convflow(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_measures_what_training_measured(rows_run: Path) -> None:
    before = _state(rows_run)
    found = _json(rows_run)
    expected = json.loads((rows_run / "result.json").read_text())
    assert found["accuracy"] == expected["test_accuracy"]
    assert found["loss"] == pytest.approx(expected["test_loss"], rel=1e-4)
    assert (found["examples"], found["split"], found["data"]) == (60, "test", "rows")
    assert found["top_3_accuracy"] == 1.0
    assert np.sum(found["confusion"]) == 60
    assert [each["name"] for each in found["classes"]] == list(rows.NAMES)
    assert [each["support"] for each in found["classes"]] == np.sum(found["confusion"], axis=1).tolist()
    # Nothing is written into the run.
    assert _state(rows_run) == before


@pytest.mark.parametrize(("split", "count"), [("train", 90), ("validation", 20), ("all", 170)])
def test_splits(rows_run: Path, split: str, count: int) -> None:
    assert _json(rows_run, "--split", split, "--checkpoint", "last")["examples"] == count


def test_what_is_seen_in_a_mirror_counts_as_much(rows_run: Path) -> None:
    plain, mirrored = _json(rows_run), _json(rows_run, "--mirrored")
    assert (plain["mirrored"], mirrored["mirrored"]) == (False, True)
    with trained.opened(rows_run) as model:
        examples = examined.load(model.description, None, "test")
        images, labels = examples.images(np.arange(60)), examples.labels
        both = (model.probabilities(images) + model.probabilities(images[:, :, ::-1].copy())) / 2
        np.testing.assert_allclose(model.probabilities(images, mirrored=True), both, rtol=1e-6)
    assert mirrored["accuracy"] == np.mean(both.argmax(axis=1) == labels)
    assert mirrored["loss"] != plain["loss"]
    assert "(test, each example mirrored, too)" in _convflow(rows_run, "--mirrored").stdout


def test_tables(rows_run: Path) -> None:
    result = _convflow(rows_run)
    assert result.exit_code == 0
    text = result.stdout
    assert "Accuracy: " in text and "of 60), loss " in text and "mean of the classes" in text
    assert "Confusion matrix (rows: what the examples are; columns: what the model says)" in text


def test_many_classes_are_told_by_their_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from convflow.tools.classifier.loop import Evaluation

    labels = np.arange(30) % 25
    probabilities = np.eye(25, dtype=np.float32)[(labels + (labels == 3)) % 25]
    verdict = evaluate.Verdict(
        "x", "y", "test", labels, Evaluation(1.0, 28 / 30, probabilities), tuple(map(str, range(25)))
    )
    evaluate.print_verdict(verdict, Console(width=120))
    text = capsys.readouterr().out
    assert "among the first 5" in text and "Confusion matrix" not in text
    assert "Mixed up most often" in text and "3      4                      2        100.00%" in text


def test_a_folder_whose_classes_are_in_another_order(rows_run: Path, tmp_path: Path) -> None:
    found = _json(rows_run, "--data", rows.write_folder(tmp_path / "photos"), "--split", "all")
    # In the folder `bottom` is the first; in the model the last.
    assert [each["name"] for each in found["classes"]] == list(rows.NAMES)
    assert found["examples"] == 60 and found["accuracy"] > 0.9


def test_a_report(rows_run: Path, tmp_path: Path) -> None:
    result = _convflow(rows_run, "--report", tmp_path / "report.html")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text()
    assert "mnist_cnn on rows, test" in page and 'id="filters"' in page and 'id="maps"' in page
    assert "convflow train mnist_cnn --data rows" in page
    assert 'id="curves"' in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--split", "tests"], "--split is 'tests'; expected one of train, validation, test, all."),
        (["--data", "large"], "large has examples of 32x16x1 uint8; the model takes 16x16x1 uint8. Choose data like"),
        (["--data", "others"], "others has the class 'left', which the model was not trained on. Expected classes"),
        (["--data", "nowhere"], "There is no data set named 'nowhere'."),
        (["--checkpoint", "first"], "The checkpoint 'first' was asked for; expected best or last."),
    ],
)
def test_what_cannot_be_measured(rows_run: Path, arguments: list[str], message: str) -> None:
    def large() -> Any:
        images, labels = rows.pictures(60, 2)
        tall = np.concatenate([images, images], axis=1)
        return (tall, labels), (tall, labels)

    def same() -> Any:
        return rows.pictures(60, 2), rows.pictures(60, 2)

    names = ("left", "middle", "right")
    others = {"large": Source(large, 20, rows.NAMES), "others": Source(same, 20, names)}
    with rows.named_rows(**others):
        result = _convflow(rows_run, *arguments)
    assert result.exit_code == 1 and result.stdout == ""
    assert result.stderr.startswith(f"convflow evaluate: {message}"), result.stderr


def test_parts_one_after_the_other() -> None:
    first = ArrayExamples(np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1), np.array([0, 1, 0]))
    second = ArrayExamples(np.arange(10, 12, dtype=np.uint8).reshape(2, 1, 1, 1), np.array([1, 1]))
    joined = examined.Relabelled([first, second], np.array([5, 2]))
    assert joined.labels.tolist() == [5, 2, 5, 2, 2] and len(joined) == 5
    assert joined.images(np.array([4, 0, 3, 2])).ravel().tolist() == [11, 0, 10, 2]
    assert (joined.name(2), joined.name(3)) == ("number 2", "number 0")


def test_a_table(tmp_path: Path) -> None:
    from io import StringIO

    from rich.console import Console

    from convflow.tools.classifier.settings import make_run
    from convflow.tools.classifier.train import train_model

    run = make_run("iris_linear", "iris", out=tmp_path / "run", epochs=2)
    train_model(run, Console(file=StringIO()))
    with trained.opened(tmp_path / "run") as model:
        assert model.description.dtype == np.float32 and not model.description.takes_pictures
    found = _json(tmp_path / "run", "--report", tmp_path / "report.html")
    assert found["examples"] == 45
    assert 'id="filters"' not in (tmp_path / "report.html").read_text()
    for arguments in (["predict", str(tmp_path / "run"), __file__], ["evaluate", str(tmp_path / "run"), "--mirrored"]):
        refused = CliRunner().invoke(cli.app, arguments)
        assert refused.exit_code == 1 and "was trained on iris, a table; a model that takes pictures" in refused.stderr


def test_errors_are_of_tensorflows_classes(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="is not the folder of a training run"):
        evaluate.evaluate_run(tmp_path)
