"""Whole training runs, on pictures with a bright row that says the class."""

from __future__ import annotations

import csv
import dataclasses
import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import convflow as tf
from convflow.core import errors
from convflow.formats import files
from convflow.tools.classifier import folder, graph, loop
from convflow.tools.classifier.data import named
from convflow.tools.classifier.data.named import Source
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.progress import Progress
from convflow.tools.classifier.settings import Run, make_run
from convflow.tools.classifier.train import Result, resume_model, train_model

_SIZE = 16
_CLASSES = 3


def _rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, _CLASSES, count).astype(np.uint8)
    images = random.integers(0, 100, (count, _SIZE, _SIZE), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[5 * label : 5 * label + 3] = 255
    return images, labels


def rows_source() -> Source:
    return Source(lambda: (_rows(90, 1), _rows(30, 2)), num_validation=20, class_names=("top", "middle", "bottom"))


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(named.SOURCES, "rows", rows_source())


def _run(out: Path, **settings: Any) -> Run:
    length = {} if "steps" in settings else {"epochs": 2}
    return make_run("mnist_cnn", "rows", out=out, **(length | {"batch_size": 16} | settings))


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
    original = Progress.stepped

    def stepped(self: Progress, *figures: Any) -> None:
        original(self, *figures)
        if self.step == step:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Progress, "stepped", stepped)


def test_a_run_leaves_its_folder(tmp_path: Path) -> None:
    run = _run(tmp_path)
    result, text = _train(run)
    assert result.test is not None
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "config.json",
        "metrics.csv",
        "result.json",
        "state.json",
        "best",
        "predictions.png",
        "report.html",
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
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-10")
    assert written["checkpoint"] == tf.train.latest_checkpoint(str(tmp_path / "best")) == result.checkpoint
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
    with tf.Session(graph=net.network.graph) as session:
        net.saver.restore(session, result.checkpoint)
        restored = loop.evaluate(session, net.network, data.test)
    np.testing.assert_allclose(restored.probabilities, result.test.probabilities, rtol=1e-5, atol=1e-7)


def test_what_tensorboard_shows(tmp_path: Path) -> None:
    run = _run(tmp_path)
    _train(run)
    train, validation = (EventAccumulator(str(tmp_path / name)).Reload() for name in ("train", "validation"))
    assert train.Tags()["graph"]
    assert train.Tags()["scalars"] == ["learning_rate", "loss", "accuracy"]
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
    assert lines[2] == "2 epochs, batches of 16, adam, learning rate 0.001, dropout 0.5, seed 1"
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
    assert result.end is loop.End.STOPPED
    assert (len(result.progress.history), result.progress.step, result.test) == (1, 7, None)
    assert "Stopped by Ctrl-C in epoch 2 of 2, after 7 of 10 steps." in text
    assert f"saved in {tmp_path / 'model.ckpt-7'}" in text
    assert f"Go on with: convflow train --resume {tmp_path}" in text
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-7")
    assert len(_metrics(run)) == 1
    assert not (tmp_path / "result.json").exists()


def test_a_resumed_run_ends_as_an_unbroken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unbroken = _run(tmp_path / "unbroken", epochs=3)
    _train(unbroken)
    stopped = _run(tmp_path / "stopped", epochs=3)
    with monkeypatch.context() as patch:
        _press_ctrl_c_after(7, patch)
        _train(stopped)
    result = resume_model(stopped.out, Console(file=io.StringIO()))
    assert result.end is loop.End.DONE
    _assert_same_variables(unbroken.out, stopped.out)
    assert _figures(unbroken) == _figures(stopped)


def _variables(folder: Path) -> Any:
    return tf.train.load_checkpoint(tf.train.latest_checkpoint(str(folder)))


def _assert_same_variables(one: Path, other: Path) -> None:
    first, second = _variables(one), _variables(other)
    names = set(first.get_variable_to_shape_map())
    assert names == set(second.get_variable_to_shape_map())
    for name in names:
        np.testing.assert_array_equal(first.get_tensor(name), second.get_tensor(name), err_msg=name)


_KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import test_train
from convflow.tools.classifier.data import named
from convflow.tools.classifier.progress import Progress
from convflow.tools.classifier.train import train_model
from pathlib import Path

named.SOURCES["rows"] = test_train.rows_source()
stepped = Progress.stepped

def killed(self, *figures):
    stepped(self, *figures)
    if self.step == 8:
        os.kill(os.getpid(), signal.SIGKILL)

Progress.stepped = killed
train_model(test_train._run(Path({out!r}), epochs=3))
"""


def test_a_killed_run_goes_on_from_its_last_epoch(tmp_path: Path) -> None:
    unbroken, killed = _run(tmp_path / "unbroken", epochs=3), _run(tmp_path / "killed", epochs=3)
    _train(unbroken)
    script = _KILLED.format(tests=str(Path(__file__).parent), out=str(killed.out))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, env=_one_thread())
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert tf.train.latest_checkpoint(str(killed.out)) == str(killed.out / "model.ckpt-5")
    resume_model(killed.out, Console(file=io.StringIO()))
    _assert_same_variables(unbroken.out, killed.out)
    assert _figures(unbroken) == _figures(killed)


def _one_thread() -> dict[str, str]:
    # The same as the tests' own, so that sums are made in the same order.
    return {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}


def test_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"has no config\.json, so it is not the folder of a training run\."):
        resume_model(tmp_path)
    folder.prepare(_run(tmp_path), named.load("rows"))
    with pytest.raises(errors.NotFoundError, match=r"has no state\.json: the run was stopped before its first"):
        resume_model(tmp_path, Console(file=io.StringIO()))
    (tmp_path / "state.json").write_text('{"checkpoint": "x"}')
    with pytest.raises(errors.DataLossError, match=r"state\.json is damaged \('progress'\)"):
        resume_model(tmp_path, Console(file=io.StringIO()))


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        _train(_run(tmp_path, learning_rate=1e30))
    assert re.match(
        r"The loss is no longer a finite number in step \d+; it began in the (layer|variable) \w+.*"
        r"Train with a lower --learning-rate than 1e\+30",
        caught.value.message,
    )
    assert not (tmp_path / "best").exists()


def test_the_layer_that_went_bad_is_named_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = TrainingGraph.training_feeds

    def poisoned(self: TrainingGraph, batch: Any, rate: float) -> dict[Any, Any]:
        feeds = original(self, batch, rate)
        if len(batch.labels) == 6:  # the last batch of an epoch
            feeds[self.network.end_points["fc_3"]] = np.full((6, 1024), np.nan, np.float32)
        return feeds

    run = _run(tmp_path, epochs=1)
    _train(run)
    resumed = dataclasses.replace(run, epochs=2)
    folder.write_json(tmp_path / "config.json", folder.describe(resumed, named.load("rows")))
    monkeypatch.setattr(TrainingGraph, "training_feeds", poisoned)
    with pytest.raises(errors.InvalidArgumentError, match=r"it began in the layer fc_3") as caught:
        resume_model(tmp_path, Console(file=io.StringIO()))
    assert caught.value.__notes__ == [f"The last whole checkpoint is {tmp_path / 'model.ckpt-5'}."]


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
    assert result.progress.step == 5
    assert result.test is not None


def test_batch_norm_is_followed_and_saved(tmp_path: Path) -> None:
    result, _ = _train(make_run("resnet20", "rows", epochs=1, batch_size=35, out=tmp_path))
    average = tf.train.load_variable(result.checkpoint, "conv1_bn/moving_mean")
    assert np.abs(average).max() > 0


def test_early_stopping_keeps_the_best(tmp_path: Path) -> None:
    result, text = _train(_run(tmp_path, epochs=30, early_stopping=2, learning_rate=1e-6))
    accuracies = [done.validation_accuracy for done in result.progress.history]
    assert result.end is loop.End.EARLY
    assert len(accuracies) < 30
    assert max(accuracies[-2:]) <= max(accuracies[:-2])
    assert f"Ended early: the validation accuracy rose no more after epoch {len(accuracies) - 2}." in text
    best = result.progress.best
    assert best is not None
    assert best.validation_accuracy == max(accuracies)
    assert result.checkpoint == str(tmp_path / "best" / f"model.ckpt-{best.step}")


def test_steps_end_a_run_within_an_epoch(tmp_path: Path) -> None:
    run = _run(tmp_path, steps=7)
    result, _ = _train(run)
    assert result.progress.step == 7
    assert [row["step"] for row in _metrics(run)] == ["5", "7"]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "ftrl"])
def test_optimizers(tmp_path: Path, optimizer: str) -> None:
    result, _ = _train(_run(tmp_path, steps=1, optimizer=optimizer, learning_rate=0.01))
    assert result.progress.step == 1


def test_a_schedule_is_followed(tmp_path: Path) -> None:
    run = _run(tmp_path, epochs=3, schedule="step", decay=0.5)
    _train(run)
    assert [float(row["learning_rate"]) for row in _metrics(run)] == [1e-3, 5e-4, 2.5e-4]


def test_kernels_begin_as_asked(tmp_path: Path) -> None:
    net = graph.build(_run(tmp_path, initializer="zeros"), named.load("rows"))
    with tf.Session(graph=net.network.graph) as session:
        session.run(net.initializer)
        values = {variable.op.name: session.run(variable) for variable in net.network.variables}
    assert not values["conv_1/_weights"].any()
    assert not values["fc_4/_weights"].any()
    assert values["inputs/mean_image"].any()


@pytest.mark.parametrize("balance", ["weights", "resample"])
def test_rare_classes_count_as_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, balance: str) -> None:
    images, labels = _rows(400, 5)
    kept = np.flatnonzero((labels != 2) | (np.arange(400) % 10 == 0))
    source = Source(lambda: ((images[kept], labels[kept]), _rows(60, 6)), num_validation=20, class_names=tuple("abc"))
    monkeypatch.setitem(named.SOURCES, "rows", source)
    data, run = named.load("rows"), _run(tmp_path, balance=balance)
    counts = np.bincount(data.train.labels)
    assert counts[2] < counts[0] / 5
    drawn = np.bincount(data.train.labels[loop.epoch_order(run, data, 1)])
    assert (drawn[2] > counts[0] / 2) == (balance == "resample")
    result, _ = _train(run)
    assert result.test is not None


def test_what_a_run_takes_over_and_what_it_leaves(tmp_path: Path) -> None:
    _train(_run(tmp_path / "first"))
    second = _run(tmp_path / "second", start=str(tmp_path / "first"), freeze="conv", epochs=1, seed=5)
    _, text = _train(second)
    before, after = (
        tf.train.load_checkpoint(tf.train.latest_checkpoint(str(tmp_path / name / "best")))
        for name in ("first", "second")
    )
    np.testing.assert_array_equal(before.get_tensor("conv_1/_weights"), after.get_tensor("conv_1/_weights"))
    assert (before.get_tensor("fc_4/_weights") != after.get_tensor("fc_4/_weights")).any()
    assert f"variables of {tmp_path / 'first' / 'best' / 'model.ckpt-'}" in text
    assert "Begins anew" not in text


def test_other_classes_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _train(_run(tmp_path / "first", epochs=1))
    source = dataclasses.replace(rows_source(), class_names=tuple("abcd"))
    monkeypatch.setitem(named.SOURCES, "rows", source)
    _, text = _train(_run(tmp_path / "second", epochs=1, start=str(tmp_path / "first")))
    assert "Begins anew: fc_4/_weights, fc_4/_biases" in text


def test_frozen_batch_normalization_follows_no_averages(tmp_path: Path) -> None:
    _train(make_run("resnet20", "rows", epochs=1, batch_size=35, out=tmp_path / "a", seed=2))
    _train(
        make_run("resnet20", "rows", steps=1, batch_size=35, out=tmp_path / "b", start=str(tmp_path / "a"),
                 train_only="stage3|logits", seed=3)
    )  # fmt: skip
    before, after = (
        tf.train.load_checkpoint(tf.train.latest_checkpoint(str(tmp_path / name / "best"))) for name in "ab"
    )
    kept, changed = "conv1_bn/moving_mean", "stage3_block3/conv2_bn/moving_mean"
    np.testing.assert_array_equal(before.get_tensor(kept), after.get_tensor(kept))
    assert (before.get_tensor(changed) != after.get_tensor(changed)).any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start": "nowhere"}, "--from nowhere is no checkpoint. The folder of a training run"),
        ({"freeze": "."}, "Nothing is left to train: --freeze . and --train None leave none of the 8 trainable"),
        ({"train_only": "conv9"}, "Nothing is left to train: --freeze None and --train conv9 leave none"),
    ],
)
def test_what_cannot_be_taken_over(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.OpError) as caught:
        _train(_run(tmp_path, **settings))
    assert caught.value.message.startswith(message)


def test_a_checkpoint_of_another_model(tmp_path: Path) -> None:
    _train(make_run("iris_linear", "iris", epochs=1, out=tmp_path / "iris"))
    with pytest.raises(errors.InvalidArgumentError, match="has nothing for this model: none of its"):
        _train(_run(tmp_path / "new", start=str(tmp_path / "iris")))


def test_mixed_precision_trains(tmp_path: Path) -> None:
    result, text = _train(_run(tmp_path, mixed_precision=True, steps=2))
    assert "mixed precision" in text
    assert result.test is not None
