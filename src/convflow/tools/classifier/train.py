"""`convflow train`: trains a registered model and leaves a folder with the results."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

import convflow as tf
from convflow.core import errors
from convflow.tools.classifier import console as reporting
from convflow.tools.classifier import findings, folder, predictions_picture
from convflow.tools.classifier.checkpoints import Checkpoints, best_checkpoint
from convflow.tools.classifier.data.examples import Data, Subset
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.files import Events, Metrics
from convflow.tools.classifier.graph import TrainingGraph, build
from convflow.tools.classifier.loop import End, Evaluation, Observer, evaluate, length, train
from convflow.tools.classifier.progress import Progress
from convflow.tools.classifier.report import Errors, ReportContent, check_available, write_report
from convflow.tools.classifier.settings import Run, load_data
from convflow.tools.classifier.transfer import take_over
from convflow.tools.interrupt import Interrupt

RESULT_FILE = "result.json"
PICTURE_FILE = "predictions.png"
REPORT_FILE = "report.html"
# Enough to know the training error; a whole large set would take as long as an epoch.
_TRAIN_SAMPLE = 5_000


@dataclass(frozen=True)
class Result:
    """What came of a run.

    Args:
        end: why training ended.
        progress: how far it got.
        checkpoint: the best one; of a stopped run the last one.
        test: how the best checkpoint does on the test examples; None of a stopped run.
        train: the same on examples it was trained with, as they are.
    """

    end: End
    progress: Progress
    checkpoint: str
    test: Evaluation | None = None
    train: Evaluation | None = None


def train_model(run: Run, console: Console | None = None) -> Result:
    """Trains, saves, tests, draws.

    The run's folder then has `config.json`, `metrics.csv`, `state.json`, `result.json`, `report.html`,
    `predictions.png`, checkpoints (`model.ckpt-STEP`, the last two; in `best` the one with the best validation
    accuracy) and the TensorBoard folders `train` and `validation`. A table's run has no `predictions.png`.

    Args:
        run: made by `make_run`.
        console: where to report; standard output by default.

    Raises:
        errors.OpError: data are missing, the model does not fit them, the loss is no longer finite, or the
            folder cannot be written; the class says which.
    """
    return _train(run, console or Console(highlight=False), resume=False)


def resume_model(out: Path, console: Console | None = None) -> Result:
    """Goes on with a run that was stopped or killed; given its seed, the result is that of an unbroken run.

    Args:
        out: the run's folder.
        console: where to report; standard output by default.

    Raises:
        errors.OpError: as `train_model`; or the folder has no run, or no checkpoint yet.
    """
    return _train(folder.read_run(out), console or Console(highlight=False), resume=True)


def _train(run: Run, console: Console, resume: bool) -> Result:
    check_available()
    data = load_data(run)
    net = build(run, data)
    if not resume:
        folder.prepare(run, data)
    reporting.introduce(console, run, data, net.network)
    with _session(run, net) as session, Interrupt() as interrupt:
        checkpoints = Checkpoints(run.out, net)
        progress = checkpoints.restore(session) if resume else _begin(session, net, run, console)
        end = _fit(session, net, data, run, progress, checkpoints, console, interrupt)
        if end is End.STOPPED:
            checkpoints.save(session, progress)
            reporting.report_stop(console, run, progress, length(run, data), checkpoints.last)
            return Result(end, progress, checkpoints.last)
        result = _measure(session, net, data, run, end, progress)
        content = _report(session, net, data, run, result)
    _write_results(run, data, result)
    write_report(run.out / REPORT_FILE, content)
    reporting.conclude(console, run, data, result.progress, result.test, result.checkpoint, end)
    return result


@contextlib.contextmanager
def _session(run: Run, net: TrainingGraph) -> Iterator[Any]:
    config = tf.ConfigProto()
    if run.mixed_precision:
        config.graph_options.rewrite_options.auto_mixed_precision = 1  # RewriterConfig.ON
    with tf.Session(graph=net.network.graph, config=config) as session:
        yield session


def _begin(session: Any, net: TrainingGraph, run: Run, console: Console) -> Progress:
    session.run(net.initializer)
    if run.start:
        reporting.say_transfer(console, take_over(session, run.start, net.network.variables))
    return Progress()


def _fit(
    session: Any,
    net: TrainingGraph,
    data: Data,
    run: Run,
    progress: Progress,
    checkpoints: Checkpoints,
    console: Console,
    interrupt: Interrupt,
) -> End:
    """Trains with everyone who watches."""
    events = Events(run.out, net, progress.step)
    if data.has_pictures and not progress.step:
        events.pictures(session, net.network.feeds(next(batches(data.train, run.batch_size))))
    table = reporting.EpochTable(console, length(run, data))
    observers: list[Observer] = [Metrics(run.out), events, checkpoints, table]
    try:
        with table:
            return train(session, net, data, run, progress, observers, interrupt.requested)
    except errors.OpError as reason:
        if checkpoints.last:
            reason.add_note(f"The last whole checkpoint is {checkpoints.last}.")
        raise
    finally:
        events.close()


def _measure(session: Any, net: TrainingGraph, data: Data, run: Run, end: End, progress: Progress) -> Result:
    """How the best checkpoint does on the test examples, and on some of those it has learnt."""
    checkpoint = best_checkpoint(run.out)
    if checkpoint is None:
        raise errors.NotFoundError(None, None, f"The best checkpoint of {run.out} is gone; it was expected there.")
    net.best_saver.restore(session, checkpoint)
    learnt = np.arange(min(len(data.train), _TRAIN_SAMPLE))
    return Result(
        end,
        progress,
        checkpoint,
        test=evaluate(session, net.network, data.test),
        train=evaluate(session, net.network, Subset(data.train, learnt)),
    )


def _report(session: Any, net: TrainingGraph, data: Data, run: Run, result: Result) -> ReportContent:
    """What `report.html` shows, taken from the weights that were tested."""
    test, learnt, best = result.test, result.train, result.progress.best
    if test is None or learnt is None or best is None:
        raise ValueError("A run that was stopped has nothing to report.")
    return findings.gather(
        session,
        net.network,
        data.test,
        data.class_names,
        test,
        folder.read_config(run.out),
        history=result.progress.history,
        best_epoch=best.epoch,
        errors=Errors(
            1 - learnt.accuracy, len(learnt.probabilities), 1 - best.validation_accuracy, len(data.validation)
        ),
    )


def _write_results(run: Run, data: Data, result: Result) -> None:
    test, learnt, progress = result.test, result.train, result.progress
    best = progress.best
    if test is None or learnt is None or best is None:
        raise ValueError("A run that was stopped has no results to write.")
    content = {
        "test_accuracy": test.accuracy,
        "test_loss": test.loss,
        "test_examples": len(data.test),
        "train_accuracy": learnt.accuracy,
        "validation_accuracy": best.validation_accuracy,
        "best_epoch": best.epoch,
        "epochs": len(progress.history),
        "steps": progress.step,
        "end": result.end.value,
        "seconds": round(progress.seconds, 3),
        "images_per_second": round(progress.images / progress.seconds, 1),
        "checkpoint": result.checkpoint,
    }
    folder.write_json(run.out / RESULT_FILE, content)
    if data.has_pictures:
        title = f"{run.model} on {run.data}"
        predictions_picture.draw_predictions(
            run.out / PICTURE_FILE, title, data.test, test.probabilities, data.class_names, run.seed
        )
