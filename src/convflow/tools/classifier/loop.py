"""The training loop: epochs of steps, a validation after each, until the end or until something stops it."""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from convflow.tools.classifier.data.augmentation import parse
from convflow.tools.classifier.data.examples import Batch, Data, Examples
from convflow.tools.classifier.data.geometry import mirror
from convflow.tools.classifier.data.pipeline import Batches, batches
from convflow.tools.classifier.diagnosis import diagnosed
from convflow.tools.classifier.graph import Network, TrainingGraph
from convflow.tools.classifier.progress import EpochResult, Progress
from convflow.tools.classifier.settings import Run

# Large enough that a step's fixed cost does not count, small enough for any machine's memory.
_EVALUATION_BATCH = 250
_EVALUATION_PIXELS = 250 * 32 * 32


@dataclass(frozen=True)
class Evaluation:
    """How a set of examples is classified: loss, accuracy, and the probabilities [n, num_classes]."""

    loss: float
    accuracy: float
    probabilities: np.ndarray


class Observer(Protocol):
    """Who is told what happens in a run."""

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """A step is done; `loss` and `accuracy` are its batch's."""

    def finished_epoch(self, session: Any, progress: Progress) -> None:
        """An epoch is trained and validated; its result is the last of the history."""


class End(enum.Enum):
    """Why a run's training ended."""

    DONE = "all steps done"
    EARLY = "the validation accuracy rose no more"
    STOPPED = "stopped by Ctrl-C"


@dataclass(frozen=True)
class Length:
    """How many steps an epoch and a run have; the smaller last step of an epoch counts."""

    per_epoch: int
    total: int

    @property
    def epochs(self) -> int:
        """The epochs of a run, one that is cut short counted."""
        return math.ceil(self.total / self.per_epoch)


def length(run: Run, data: Data) -> Length:
    """The steps of a run."""
    per_epoch = math.ceil(len(data.train) / run.batch_size)
    return Length(per_epoch, run.steps or run.epochs * per_epoch)


def train(
    session: Any,
    net: TrainingGraph,
    data: Data,
    run: Run,
    progress: Progress,
    observers: list[Observer],
    stop: Callable[[], bool],
) -> End:
    """Trains from where `progress` is to the run's end, or until `stop()` after a step.

    Args:
        session: its variables have values.
        net: the run's graph.
        progress: kept up to date.
        observers: told of each step and each epoch, in this order.
        stop: asked after each step; the epoch that is cut short is not validated.

    Raises:
        errors.InvalidArgumentError: the loss is no longer a number; says where that began.
    """
    steps = length(run, data)
    coming = _epoch_batches(run, data, progress.epoch, progress.batch, steps.total - progress.step)
    while progress.step < steps.total:
        rate = 0.0
        with coming as made:
            for batch in made:
                rate = run.rates(progress.moment(steps.total, steps.per_epoch))
                loss, accuracy = _train_step(session, net, run, batch, rate, progress)
                for observer in observers:
                    observer.stepped(progress, loss, accuracy)
                if stop():
                    return End.STOPPED
        # Begun before the validation: the next epoch's first step then need not wait for its batch.
        coming = _epoch_batches(run, data, progress.epoch + 1, 0, steps.total - progress.step)
        progress.finished(_result(progress, rate, evaluate(session, net.network, data.validation)))
        for observer in observers:
            observer.finished_epoch(session, progress)
        if is_hopeless(run, progress):
            return End.EARLY
    return End.DONE


def _epoch_batches(run: Run, data: Data, epoch: int, first: int, steps_left: int) -> Batches:
    """The batches of an epoch from the number `first` on, as many as the run has steps left at most."""
    # `--steps` may end a run within an epoch.
    order = epoch_order(run, data, epoch)[: (first + steps_left) * run.batch_size]
    return batches(data.train, run.batch_size, order, augment=parse(run.augment), seed=(run.seed, epoch), first=first)


def epoch_order(run: Run, data: Data, epoch: int) -> np.ndarray:
    """The numbers of an epoch's examples: of the run's seed and the epoch alone, whatever ran before.

    With `balance="resample"` each place is drawn so that all classes are equally likely.
    """
    random = np.random.default_rng((run.seed, epoch))
    count = len(data.train)
    if run.balance != "resample":
        return random.permutation(count)
    weights = 1 / np.bincount(data.train.labels)[data.train.labels]
    return random.choice(count, count, p=weights / weights.sum())


def is_hopeless(run: Run, progress: Progress) -> bool:
    """Whether the validation accuracy has not been better for as long as the run's patience is."""
    return run.early_stopping is not None and progress.stale_epochs >= run.early_stopping


def evaluate(session: Any, network: Network, examples: Examples, mirrored: bool = False) -> Evaluation:
    """Classifies the examples without training on them.

    Args:
        mirrored: whether each picture is seen in a mirror, too; probabilities and losses are then the means of both.
    """
    loss, probabilities = 0.0, []
    height, width, _ = examples.image_shape
    size = max(1, min(_EVALUATION_BATCH, _EVALUATION_PIXELS // (height * width)))
    for batch in batches(examples, size):
        views = [batch, batch._replace(images=mirror(batch.images))] if mirrored else [batch]
        seen = [session.run([network.probabilities, network.loss], network.feeds(view)) for view in views]
        probabilities.append(np.mean([view[0] for view in seen], axis=0))
        loss += float(np.mean([view[1] for view in seen])) * len(batch.labels)
    together = np.concatenate(probabilities)
    accuracy = float(np.mean(together.argmax(axis=1) == examples.labels))
    return Evaluation(loss / len(examples), accuracy, together)


def _train_step(
    session: Any, net: TrainingGraph, run: Run, batch: Batch, rate: float, progress: Progress
) -> tuple[float, float]:
    started = time.perf_counter()
    feeds = net.training_feeds(batch, rate)
    with diagnosed(session, net, run, progress, feeds):
        _, loss, accuracy = session.run([net.train_op, net.network.loss, net.network.accuracy], feeds)
    loss, accuracy = float(loss), float(accuracy)
    progress.stepped(len(batch.labels), loss, accuracy, time.perf_counter() - started)
    return loss, accuracy


def _result(progress: Progress, rate: float, validation: Evaluation) -> EpochResult:
    totals = progress.totals
    return EpochResult(
        epoch=progress.epoch,
        step=progress.step,
        train_loss=totals.mean_loss,
        train_accuracy=totals.accuracy,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        learning_rate=rate,
        images_per_second=totals.images_per_second,
        seconds=totals.seconds,
    )
