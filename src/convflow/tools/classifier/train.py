"""`convflow train`: trains a registered model on a named data set and leaves a folder with the results."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

import convflow as tf
from convflow.core import errors
from convflow.tools.classifier import console as reporting
from convflow.tools.classifier import graph, predictions_picture
from convflow.tools.classifier.data import named
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.files import Checkpoints, Events, Metrics
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.loop import Evaluation, Observer, Outcome, evaluate, steps_per_epoch, train
from convflow.tools.classifier.settings import Run, prepare_folder, write_json
from convflow.tools.interrupt import Interrupt

RESULT_FILE = "result.json"
PICTURE_FILE = "predictions.png"


@dataclass(frozen=True)
class Result:
    """What came of a run; `test` is None if it was stopped before its end."""

    outcome: Outcome
    checkpoint: str
    test: Evaluation | None


def train_model(run: Run, console: Console | None = None) -> Result:
    """Trains, saves, tests, draws.

    The run's folder then has `config.json`, `metrics.csv`, `result.json`, `predictions.png`, checkpoints
    (`model.ckpt-STEP`, the last two) and the TensorBoard folders `train` and `validation`.

    A table's run has no `predictions.png`.

    Args:
        run: made by `make_run`.
        console: where to report; standard output by default.

    Raises:
        errors.OpError: data are missing, the model does not fit them, the loss is no longer finite, or the
            folder cannot be written; the class says which.
    """
    console = console or Console(highlight=False)
    predictions_picture.check_available()
    data = named.load(run.data)
    net = graph.build(run, data)
    prepare_folder(run)
    reporting.introduce(console, run, data, net)
    with tf.Session(graph=net.graph) as session, Interrupt() as interrupt:
        session.run(net.initializer)
        outcome, checkpoint = _fit(session, net, data, run, console, interrupt)
        if outcome.stopped:
            reporting.report_stop(console, run, outcome, run.epochs * steps_per_epoch(run, data), checkpoint)
            return Result(outcome, checkpoint, test=None)
        test = evaluate(session, net, data.test)
    result = Result(outcome, checkpoint, test)
    _write_results(run, data, result, test)
    reporting.conclude(console, run, outcome, test, data, checkpoint)
    return result


def _fit(
    session: tf.Session, net: TrainingGraph, data: Data, run: Run, console: Console, interrupt: Interrupt
) -> tuple[Outcome, str]:
    """Trains with everyone who watches; returns how far it got and the last checkpoint."""
    checkpoints = Checkpoints(run.out, net)
    events = Events(run.out, net)
    if data.has_pictures:
        events.pictures(session, net.feeds(next(batches(data.train, run.batch_size))))
    table = reporting.EpochTable(console, run, run.epochs * steps_per_epoch(run, data))
    observers: list[Observer] = [Metrics(run.out), events, checkpoints, table]
    try:
        with table:
            outcome = train(session, net, data, run, observers, interrupt.requested)
    except errors.OpError as reason:
        if checkpoints.last:
            reason.add_note(f"The last whole checkpoint is {checkpoints.last}.")
        raise
    finally:
        events.close()
    return outcome, checkpoints.save(session) if outcome.stopped else checkpoints.last


def _write_results(run: Run, data: Data, result: Result, test: Evaluation) -> None:
    outcome = result.outcome
    content = {
        "test_accuracy": test.accuracy,
        "test_loss": test.loss,
        "test_examples": len(data.test),
        "epochs": outcome.epochs,
        "steps": outcome.step,
        "seconds": round(outcome.seconds, 3),
        "images_per_second": round(outcome.images / outcome.seconds, 1),
        "checkpoint": result.checkpoint,
    }
    write_json(run.out / RESULT_FILE, content)
    if not data.has_pictures:
        return
    title = f"{run.model} on {run.data}"
    predictions_picture.draw_predictions(
        run.out / PICTURE_FILE, title, data.test, test.probabilities, data.class_names, run.seed
    )
