"""The training loop: epochs of steps, a validation after each, until the end or until somebody stops it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from convflow.core import errors
from convflow.tools.classifier.data.examples import Batch, Data, Examples
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.settings import Run

# Large enough that a step's fixed cost does not count, small enough for any machine's memory.
_EVALUATION_BATCH = 250


@dataclass
class Totals:
    """What the steps of an epoch add up to."""

    images: int = 0
    loss: float = 0.0
    correct: float = 0.0
    seconds: float = 0.0

    def add(self, images: int, loss: float, accuracy: float, seconds: float) -> None:
        self.images += images
        self.loss += loss * images
        self.correct += accuracy * images
        self.seconds += seconds

    @property
    def mean_loss(self) -> float:
        return self.loss / self.images

    @property
    def accuracy(self) -> float:
        return self.correct / self.images

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds


@dataclass(frozen=True)
class Evaluation:
    """How a set of examples is classified: loss, accuracy, and the probabilities [n, num_classes]."""

    loss: float
    accuracy: float
    probabilities: np.ndarray


@dataclass(frozen=True)
class EpochResult:
    """The figures of a finished epoch; `seconds` are those of its training steps."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    images_per_second: float
    seconds: float


@dataclass(frozen=True)
class Progress:
    """How far a run got: the epoch it is in, the steps done, the totals of the epoch so far."""

    epoch: int
    step: int
    totals: Totals


class Observer(Protocol):
    """Who is told what happens in a run."""

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """A step is done; `loss` and `accuracy` are its batch's."""

    def finished_epoch(self, session: Any, result: EpochResult) -> None:
        """An epoch is trained and validated."""


@dataclass(frozen=True)
class Outcome:
    """How far a run got: `epochs` whole ones, `step` steps; `stopped` before all were done."""

    epochs: int
    step: int
    images: int
    seconds: float
    stopped: bool


def steps_per_epoch(run: Run, data: Data) -> int:
    """Steps of an epoch, the smaller last one included."""
    return math.ceil(len(data.train) / run.batch_size)


def train(
    session: Any, net: TrainingGraph, data: Data, run: Run, observers: list[Observer], stop: Callable[[], bool]
) -> Outcome:
    """Trains for the run's epochs, or until `stop()` after a step.

    Args:
        session: its variables are initialized.
        net: the run's graph.
        observers: told of each step and each epoch, in this order.
        stop: asked after each step; the epoch that is cut short is not validated.

    Raises:
        errors.InvalidArgumentError: the loss is no longer a number.
    """
    step, images, seconds = 0, 0, 0.0
    for epoch in range(1, run.epochs + 1):
        totals = Totals()
        for batch in batches(data.train, run.batch_size, shuffled(len(data.train), run.seed, epoch)):
            loss, accuracy = _train_step(session, net, batch, totals)
            step += 1
            _check_loss(loss, step, run)
            for observer in observers:
                observer.stepped(Progress(epoch, step, totals), loss, accuracy)
            if stop():
                return Outcome(epoch - 1, step, images + totals.images, seconds + totals.seconds, stopped=True)
        images, seconds = images + totals.images, seconds + totals.seconds
        result = _epoch_result(epoch, step, totals, evaluate(session, net, data.validation))
        for observer in observers:
            observer.finished_epoch(session, result)
    return Outcome(run.epochs, step, images, seconds, stopped=False)


def shuffled(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of an epoch's examples: of its seed and number alone, whatever ran before."""
    return np.random.default_rng((seed, epoch)).permutation(count)


def evaluate(session: Any, net: TrainingGraph, examples: Examples) -> Evaluation:
    """Classifies the examples without training on them."""
    loss, probabilities = 0.0, []
    for batch in batches(examples, _EVALUATION_BATCH):
        batch_probabilities, batch_loss = session.run([net.probabilities, net.loss], net.feeds(batch))
        probabilities.append(batch_probabilities)
        loss += float(batch_loss) * len(batch.labels)
    together = np.concatenate(probabilities)
    accuracy = float(np.mean(together.argmax(axis=1) == examples.labels))
    return Evaluation(loss / len(examples), accuracy, together)


def _train_step(session: Any, net: TrainingGraph, batch: Batch, totals: Totals) -> tuple[float, float]:
    started = time.perf_counter()
    _, loss, accuracy = session.run([net.train_op, net.loss, net.accuracy], net.feeds(batch, is_training=True))
    loss, accuracy = float(loss), float(accuracy)
    totals.add(len(batch.labels), loss, accuracy, time.perf_counter() - started)
    return loss, accuracy


def _check_loss(loss: float, step: int, run: Run) -> None:
    if not math.isfinite(loss):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The loss became {loss} in step {step}; a finite number was expected. "
            f"Train with a lower --learning-rate than {run.learning_rate}.",
        )


def _epoch_result(epoch: int, step: int, totals: Totals, validation: Evaluation) -> EpochResult:
    return EpochResult(
        epoch=epoch,
        step=step,
        train_loss=totals.mean_loss,
        train_accuracy=totals.accuracy,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        images_per_second=totals.images_per_second,
        seconds=totals.seconds,
    )
