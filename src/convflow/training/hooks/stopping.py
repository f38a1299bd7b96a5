"""Hooks that stop or wait (API: tf.train.StopAtStepHook, NanTensorHook, GlobalStepWaiterHook)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from convflow.core import logging
from convflow.training.hooks.timing import global_step_read
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues

_WAIT_SECS = 0.5
_STEPS_BETWEEN_LOGS = 1000


class StopAtStepHook(SessionRunHook):
    """Ends the training (API: tf.train.StopAtStepHook).

    Args:
        num_steps: after so many steps of this session.
        last_step: at this global step.

    Raises:
        ValueError: not exactly one of the two.
    """

    def __init__(self, num_steps: int | None = None, last_step: int | None = None) -> None:
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps = num_steps
        self._last_step = last_step

    def begin(self) -> None:
        self._global_step_tensor = global_step_read(self)

    def after_create_session(self, session: Any, coord: Any) -> None:
        if self._last_step is None:
            self._last_step = session.run(self._global_step_tensor) + self._num_steps

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        last_step = self._last_step
        # What was read may be from before the step or from after it.
        if last_step is None or run_values.results + 1 < last_step:
            return
        if run_context.session.run(self._global_step_tensor) >= last_step:
            run_context.request_stop()


class NanLossDuringTrainingError(RuntimeError):
    """The loss is not a number (API: tf.train.NanLossDuringTrainingError)."""

    def __str__(self) -> str:
        return "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Watches a loss for NaN (API: tf.train.NanTensorHook).

    Args:
        loss_tensor: a scalar.
        fail_on_nan_loss: raise `NanLossDuringTrainingError`; otherwise stop.
    """

    def __init__(self, loss_tensor: Any, fail_on_nan_loss: bool = True) -> None:
        self._loss_tensor = loss_tensor
        self._fail_on_nan_loss = fail_on_nan_loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not np.isnan(run_values.results):
            return
        message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            logging.error(message)
            raise NanLossDuringTrainingError
        logging.warning(message)
        run_context.request_stop()


class GlobalStepWaiterHook(SessionRunHook):
    """Waits, before the first run, until others have trained so far (API: tf.train.GlobalStepWaiterHook).

    Args:
        wait_until_step: the global step to wait for; 0 for not at all.

    Raises:
        RuntimeError: (at the session's start) the graph has no global step.
    """

    def __init__(self, wait_until_step: int) -> None:
        self._wait_until_step = wait_until_step

    def begin(self) -> None:
        self._is_through = self._wait_until_step <= 0
        self._global_step_tensor = global_step_read(self)

    def before_run(self, run_context: SessionRunContext) -> None:
        if self._is_through:
            return
        logging.info("Waiting for global step %d before starting training.", self._wait_until_step)
        logged = 0
        while (step := run_context.session.run(self._global_step_tensor)) < self._wait_until_step:
            if step - logged > _STEPS_BETWEEN_LOGS:
                logging.info("Waiting for global step %d; it is %d.", self._wait_until_step, step)
                logged = step
            time.sleep(_WAIT_SECS)
        self._is_through = True
