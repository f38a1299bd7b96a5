"""When a hook acts, and the global step it reads (API: tf.train.SecondOrStepTimer)."""

from __future__ import annotations

import time
from typing import Any

from convflow.graph.scopes import get_default_graph
from convflow.training.global_step import get_global_step, get_or_create_global_step_read


class SecondOrStepTimer:
    """Every so many seconds or steps, and at the first step (API: tf.train.SecondOrStepTimer).

    Args:
        every_secs, every_steps: one of the two.

    Raises:
        ValueError: both or none.
    """

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None) -> None:
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self._every_secs = every_secs
        self._every_steps = every_steps
        self.reset()

    def reset(self) -> None:
        """As if it had never triggered."""
        self._last: tuple[int, float] | None = None

    def should_trigger_for_step(self, step: int) -> bool:
        """Whether it is time at this step."""
        if self._last is None:
            return True
        last_step, last_time = self._last
        if step == last_step:
            return False
        if self._every_secs is not None:
            return time.time() >= last_time + self._every_secs
        return self._every_steps is not None and step >= last_step + self._every_steps

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Say that it was done now; returns the seconds and steps since the last time, None at the first."""
        last, now = self._last, time.time()
        self._last = (step, now)
        return (None, None) if last is None else (now - last[1], step - last[0])

    def last_triggered_step(self) -> int | None:
        """The step of the last time."""
        return None if self._last is None else self._last[0]


class NeverTriggerTimer(SecondOrStepTimer):
    """For a hook that acts only at the end."""

    def __init__(self) -> None:
        super().__init__(every_steps=1)

    def should_trigger_for_step(self, step: int) -> bool:
        return False


def global_step_read(hook: Any) -> Any:
    """The tensor that reads the global step; RuntimeError naming the hook if there is none."""
    step = get_or_create_global_step_read()
    if step is None:
        raise RuntimeError(
            f"Global step should be created to use {type(hook).__name__}. Call tf.train.get_or_create_global_step() "
            "and pass it to minimize()."
        )
    return step


def step_name() -> str:
    """The name of the global step's node."""
    return get_global_step(get_default_graph()).op.name
