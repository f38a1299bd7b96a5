"""Whole training runs, on pictures with a bright row that says the class."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import convflow as tf
from convflow.core import errors
from convflow.formats import files
from convflow.tools.classifier import graph, loop
from convflow.tools.classifier.data import named
from convflow.tools.classifier.data.named import Source
from convflow.tools.classifier.settings import Run, make_run
from convflow.tools.classifier.train import Result, train_model

_SIZE = 16
_CLASSES = 3


def _rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, _CLASSES, count).astype(np.uint8)
    images = random.integers(0, 100, (count, _SIZE, _SIZE), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[5 * label : 5 * label + 3] = 255
    return images, labels


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(lambda: (_rows(90, 1), _rows(30, 2)), num_validation=20, class_names=("top", "middle", "bottom"))
    monkeypatch.setitem(named.SOURCES, "rows", source)


def _run(out: Path, **settings: Any) -> Run:
    return make_run("mnist_cnn", "rows", out=out, **({"epochs": 2, "batch_size": 16} | settings))


def _train(run: Run, terminal: bool = False) -> tuple[Result, str]:
    text = io.StringIO()
    result = train_model(run, Console(file=text, force_terminal=terminal, width=80, highlight=False))
    return result, text.getvalue()


def _metrics(run: Run) -> list[dict[str, str]]:
    with open(run.out / "metrics.csv", newline="") as file:
        return list(csv.DictReader(file))


def _figures(run: Run) -> list[dict[str, str]]:
    """The metrics without the clock's."""
    return [{k: v for k, v in row.items() if k not in ("images_per_second", "seconds")} for row in _metrics(run)]


def _press_ctrl_c_after(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    original = loop._check_loss

    def check(loss: float, number: int, run: Run) -> None:
        original(loss, number, run)
        if number == step:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(loop, "_check_loss", check)


def test_a_run_leaves_its_folder(tmp_path: Path) -> None:
    run = _run(tmp_path)
    result, text = _train(run)
    assert result.test is not None
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "config.json",
        "metrics.csv",
        "result.json",
        "predictions.png",
        "checkpoint",
        "train",
        "validation",
        *(f"model.ckpt-{step}.{end}" for step in (5, 10) for end in ("index", "data-00000-of-00001", "meta")),
    }
    with Image.open(tmp_path / "predictions.png") as picture:
        picture.verify()
    written = json.loads((tmp_path / "result.json").read_text())
    assert written["test_accuracy"] == result.test.accuracy
    assert (written["epochs"], written["steps"], written["test_examples"]) == (2, 10, 30)
    assert written["checkpoint"] == tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-10")
    assert [(row["epoch"], row["step"]) for row in _metrics(run)] == [("1", "5"), ("2", "10")]
    assert f"Test accuracy: {result.test.accuracy:.2%}" in text


def test_it_learns(tmp_path: Path) -> None:
    result, _ = _train(_run(tmp_path, epochs=6))
    assert result.test is not None
    assert result.test.accuracy > 0.9


def test_the_same_seed_gives_the_same_numbers(tmp_path: Path) -> None:
    runs = [_run(tmp_path / name, seed=seed) for name, seed in (("a", 3), ("b", 3), ("c", 4))]
    for run in runs:
        _train(run)
    same, again, other = map(_figures, runs)
    assert same == again
    assert same != other


def test_the_checkpoint_has_all_that_is_needed_to_classify(tmp_path: Path) -> None:
    result, _ = _train(_run(tmp_path))
    assert result.test is not None
    data = named.load("rows")
    # Another run's graph: its seed and its mean image are overwritten by the checkpoint's.
    net = graph.build(_run(tmp_path, seed=9), data)
    with tf.Session(graph=net.graph) as session:
        net.saver.restore(session, result.checkpoint)
        restored = loop.evaluate(session, net, data.test)
    np.testing.assert_allclose(restored.probabilities, result.test.probabilities, rtol=1e-5, atol=1e-7)


def test_what_tensorboard_shows(tmp_path: Path) -> None:
    run = _run(tmp_path)
    _train(run)
    train, validation = (EventAccumulator(str(tmp_path / name)).Reload() for name in ("train", "validation"))
    assert train.Tags()["graph"]
    assert train.Tags()["scalars"] == ["loss", "accuracy"]
    assert train.Tags()["images"] == [f"pictures/image/{number}" for number in range(8)]
    assert {"variables/conv_1/_weights", "variables/fc_4/_biases"} <= set(train.Tags()["histograms"])
    assert [event.step for event in train.Scalars("loss")] == [10]
    accuracies = [(event.step, round(event.value, 6)) for event in validation.Scalars("accuracy")]
    assert accuracies == [(int(row["step"]), float(row["validation_accuracy"])) for row in _metrics(run)]


def test_a_pipe_gets_plain_lines(tmp_path: Path) -> None:
    _, text = _train(_run(tmp_path))
    assert "\x1b" not in text
    assert "\r" not in text
    lines = text.splitlines()
    assert lines[1] == "rows: 70 images of 16x16x1 to train on, 20 to validate, 30 to test"
    assert lines[2] == "2 epochs, batches of 16, learning rate 0.001, dropout 0.5, seed 1"
    header = next(number for number, line in enumerate(lines) if line.startswith("  epoch"))
    assert [line.split()[:2] for line in lines[header + 1 : header + 3]] == [["1", "5"], ["2", "10"]]


def test_a_terminal_gets_a_bar_with_what_is_left(tmp_path: Path) -> None:
    _, text = _train(_run(tmp_path), terminal=True)
    assert "epoch 1/2" in text
    assert "0/10" in text
    assert "left" in text


def test_ctrl_c_saves_what_was_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _press_ctrl_c_after(7, monkeypatch)
    run = _run(tmp_path)
    result, text = _train(run)
    assert result.outcome.stopped
    assert (result.outcome.epochs, result.outcome.step, result.test) == (1, 7, None)
    assert "Stopped by Ctrl-C in epoch 2 of 2, after 7 of 10 steps." in text
    assert f"saved in {tmp_path / 'model.ckpt-7'}" in text
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-7")
    assert len(_metrics(run)) == 1
    assert not (tmp_path / "result.json").exists()


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(
        errors.InvalidArgumentError, match=r"The loss became (nan|inf) in step \d+; .* lower --learning"
    ):
        _train(_run(tmp_path, learning_rate=1e30))


def test_a_full_disk_names_the_last_whole_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def full(source: str, target: str) -> None:
        if "ckpt-10" in str(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), source)
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(errors.ResourceExhaustedError, match=r"No space left on device.*Free some space") as caught:
        _train(_run(tmp_path))
    assert caught.value.__notes__ == [f"The last whole checkpoint is {tmp_path / 'model.ckpt-5'}."]
    monkeypatch.undo()
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-5")


def test_pictures_the_model_cannot_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = np.zeros((9, 8, 8), np.uint8), np.zeros(9, np.uint8)
    small = Source(lambda: ((images, labels), (images, labels)), num_validation=3, class_names=("a", "b"))
    monkeypatch.setitem(named.SOURCES, "rows", small)
    with pytest.raises(errors.InvalidArgumentError) as caught:
        _train(_run(tmp_path / "new"))
    assert caught.value.message.startswith("mnist_cnn cannot be built for images of 8x8x1: Negative dimension size")
    assert caught.value.message.endswith("It was designed for 28x28x1; choose another model or data set.")
    assert not (tmp_path / "new").exists()


def test_a_table_is_learnt_without_pictures(tmp_path: Path) -> None:
    run = make_run("iris_linear", "iris", epochs=60, out=tmp_path)
    result, text = _train(run)
    assert result.test is not None
    assert result.test.accuracy > 0.9
    assert "iris: 90 images of 1x1x4" in text
    assert not (tmp_path / "predictions.png").exists()
    assert "Predictions" not in text


@pytest.mark.parametrize("model", ["convnet_mnist", "mnist_layers", "cifar_cnn_l2", "lenet"])
def test_the_other_networks_train(tmp_path: Path, model: str) -> None:
    result, _ = _train(make_run(model, "rows", epochs=1, batch_size=16, out=tmp_path))
    assert result.outcome.step == 5
    assert result.test is not None


def test_batch_norm_is_followed_and_saved(tmp_path: Path) -> None:
    result, _ = _train(make_run("resnet20", "rows", epochs=1, batch_size=35, out=tmp_path))
    average = tf.train.load_variable(result.checkpoint, "conv1_bn/moving_mean")
    assert np.abs(average).max() > 0
