"""Learning rates over a run: the three schedules of "Hands-On Convolutional Neural Networks with TensorFlow" (Zafar
et al. 2018, ch. 3), and the cosine of Loshchilov and Hutter 2016 ("SGDR")."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# The share of the rate that is left: after each drop of `step` and `plateau`, after each epoch of `exponential`.
DECAYS = {"constant": 1.0, "step": 0.1, "exponential": 0.95, "plateau": 0.1, "cosine": 0.0}


@dataclass(frozen=True)
class Moment:
    """Where in a run a rate is asked for.

    Args:
        step: steps done before this one.
        total_steps: steps of the whole run.
        steps_per_epoch: steps of one pass.
        accuracies: the validation accuracy after each finished epoch.
    """

    step: int
    total_steps: int
    steps_per_epoch: int
    accuracies: Sequence[float]


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes; a function of the moment alone, so that a resumed run goes on as it would have.

    Args:
        kind: a key of `DECAYS`.
        rate: the rate at the beginning.
        decay: the share of the rate that is left after a drop (`step`, `plateau`) or an epoch (`exponential`), or
            at the end of the run (`cosine`).
        drops_at: of `step`: when the rate drops, as fractions of the run.
        patience: of `plateau`: how many epochs without a better validation accuracy make it drop.
        warmup: epochs over which the rate rises evenly from near 0.
    """

    kind: str
    rate: float
    decay: float
    drops_at: tuple[float, ...] = (1 / 3, 2 / 3)
    patience: int = 5
    warmup: float = 0.0

    def __call__(self, moment: Moment) -> float:
        """The rate of the step that is next."""
        return self.rate * _FACTORS[self.kind](self, moment) * self._warmth(moment)

    def _warmth(self, moment: Moment) -> float:
        steps = self.warmup * moment.steps_per_epoch
        return min(1.0, (moment.step + 1) / steps) if steps else 1.0


def _constant(schedule: Schedule, moment: Moment) -> float:
    return 1.0


def _step(schedule: Schedule, moment: Moment) -> float:
    done = moment.step / moment.total_steps
    return schedule.decay ** sum(done >= fraction for fraction in schedule.drops_at)


def _exponential(schedule: Schedule, moment: Moment) -> float:
    return schedule.decay ** (moment.step / moment.steps_per_epoch)


def _plateau(schedule: Schedule, moment: Moment) -> float:
    return schedule.decay ** plateaus(moment.accuracies, schedule.patience)


def _cosine(schedule: Schedule, moment: Moment) -> float:
    height = (1 + math.cos(math.pi * moment.step / moment.total_steps)) / 2
    return schedule.decay + (1 - schedule.decay) * height


_FACTORS: dict[str, Callable[[Schedule, Moment], float]] = {
    "constant": _constant,
    "step": _step,
    "exponential": _exponential,
    "plateau": _plateau,
    "cosine": _cosine,
}


def plateaus(accuracies: Sequence[float], patience: int) -> int:
    """How often `patience` epochs in a row brought nothing better than what was best before them."""
    best, waited, found = -math.inf, 0, 0
    for accuracy in accuracies:
        waited = 0 if accuracy > best else waited + 1
        best = max(best, accuracy)
        if waited == patience:
            waited, found = 0, found + 1
    return found
