from __future__ import annotations

import pytest

from convflow.tools.classifier.schedules import Moment, Schedule, plateaus


def _rates(schedule: Schedule, steps: int = 6, per_epoch: int = 2, accuracies: tuple[float, ...] = ()) -> list[float]:
    return [schedule(Moment(step, steps, per_epoch, accuracies)) for step in range(steps)]


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (Schedule("constant", 0.5, 1.0), [0.5] * 6),
        (Schedule("step", 1.0, 0.1), [1, 1, 0.1, 0.1, 0.01, 0.01]),
        (Schedule("step", 1.0, 0.5, drops_at=(0.5,)), [1, 1, 1, 0.5, 0.5, 0.5]),
        (Schedule("exponential", 1.0, 0.25), [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
        (Schedule("cosine", 2.0, 0.0), [2, 1.8660254, 1.5, 1.0, 0.5, 0.1339746]),
        (Schedule("cosine", 2.0, 0.5), [2, 1.9330127, 1.75, 1.5, 1.25, 1.0669873]),
        (Schedule("constant", 1.0, 1.0, warmup=2), [0.25, 0.5, 0.75, 1, 1, 1]),
    ],
)
def test_rates(schedule: Schedule, rates: list[float]) -> None:
    assert _rates(schedule) == pytest.approx(rates)


def test_a_plateau_drops_the_rate() -> None:
    schedule = Schedule("plateau", 1.0, 0.1, patience=2)
    assert schedule(Moment(0, 9, 3, [0.5, 0.6, 0.6])) == 1
    assert schedule(Moment(0, 9, 3, [0.5, 0.6, 0.6, 0.55])) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("accuracies", "found"),
    [((), 0), ((0.1, 0.2, 0.3), 0), ((0.3, 0.2, 0.1), 1), ((0.3, 0.3, 0.3, 0.3, 0.3), 2), ((0.3, 0.2, 0.4, 0.1), 0)],
)
def test_plateaus(accuracies: tuple[float, ...], found: int) -> None:
    assert plateaus(accuracies, patience=2) == found
