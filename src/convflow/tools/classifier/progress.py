"""How far a run has got: everything that a run which is cut off needs, beside its variables, to go on."""

from __future__ import annotations

from dataclasses import dataclass, field

from convflow.tools.classifier.schedules import Moment


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
class EpochResult:
    """The figures of a finished epoch; `seconds` are those of its training steps, the rate is its last step's."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float


@dataclass
class Progress:
    """How far a run got.

    Args:
        step: steps done in all.
        batch: steps done in the epoch in hand.
        totals: of the epoch in hand.
        history: the finished epochs.
        images, seconds: of the training steps in all.
    """

    step: int = 0
    batch: int = 0
    totals: Totals = field(default_factory=Totals)
    history: list[EpochResult] = field(default_factory=list)
    images: int = 0
    seconds: float = 0.0

    @property
    def epoch(self) -> int:
        """The number of the epoch in hand, from 1."""
        return len(self.history) + 1

    @property
    def best(self) -> EpochResult | None:
        """The finished epoch with the best validation accuracy; of equal ones that with the smallest loss."""
        return max(self.history, key=lambda result: (result.validation_accuracy, -result.validation_loss), default=None)

    @property
    def is_best_now(self) -> bool:
        """Whether the epoch that was just finished is the best."""
        return bool(self.history) and self.best is self.history[-1]

    @property
    def stale_epochs(self) -> int:
        """How many epochs there have been since the validation accuracy was last better than ever before."""
        accuracies = [result.validation_accuracy for result in self.history]
        return len(accuracies) - 1 - accuracies.index(max(accuracies)) if accuracies else 0

    def moment(self, total_steps: int, steps_per_epoch: int) -> Moment:
        """Where the learning rate of the next step is asked for."""
        return Moment(self.step, total_steps, steps_per_epoch, [done.validation_accuracy for done in self.history])

    def stepped(self, images: int, loss: float, accuracy: float, seconds: float) -> None:
        self.step += 1
        self.batch += 1
        self.images += images
        self.seconds += seconds
        self.totals.add(images, loss, accuracy, seconds)

    def finished(self, result: EpochResult) -> None:
        self.history.append(result)
        self.batch, self.totals = 0, Totals()
