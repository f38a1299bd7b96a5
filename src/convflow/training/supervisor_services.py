"""The threads of a `Supervisor`: summaries, step counts and checkpoints, each every so many seconds."""

from __future__ import annotations

import time
from typing import Any

from tensorboard.compat.proto.event_pb2 import SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.core import logging
from convflow.training.coordinator import LooperThread
from convflow.training.global_step import global_step as read_global_step

_LOGGED_RATES = 10


class SummaryThread(LooperThread):
    """Writes the supervisor's summary.

    Args:
        sv: a `Supervisor` with a summary node.
        sess: the session that computes it.
    """

    def __init__(self, sv: Any, sess: Any) -> None:
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        step = None
        if self._sv.global_step is None:
            summary = self._sess.run(self._sv.summary_op)
        else:
            summary, step = self._sess.run([self._sv.summary_op, self._sv.global_step])
        logging.info("Recording summary at step %s.", step)
        self._sv.summary_writer.add_summary(summary, step)


class StepCounterThread(LooperThread):
    """Writes and logs how many steps there were in a second.

    Args:
        sv: a `Supervisor` with a global step.
        sess: the session that counts.
    """

    def __init__(self, sv: Any, sess: Any) -> None:
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv, self._sess = sv, sess
        self._tag = f"{sv.global_step.op.name}/sec"

    def start_loop(self) -> None:
        self._last = (time.time(), read_global_step(self._sess, self._sv.global_step))

    def run_loop(self) -> None:
        last_time, last_step = self._last
        now, step = time.time(), read_global_step(self._sess, self._sv.global_step)
        self._last = (now, step)
        rate = (step - last_step) / (now - last_time) if now > last_time else float("inf")
        value = Summary.Value(tag=self._tag, simple_value=rate)
        self._sv.summary_writer.add_summary(Summary(value=[value]), step)
        logging.log_first_n(logging.INFO, "%s: %g", _LOGGED_RATES, self._tag, rate)


class CheckpointThread(LooperThread):
    """Writes checkpoints.

    Args:
        sv: a `Supervisor` with a saver.
        sess: the session whose variables are saved.
    """

    def __init__(self, sv: Any, sess: Any) -> None:
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv, self._sess = sv, sess

    def run_loop(self) -> None:
        sv = self._sv
        logging.info("Saving checkpoint to path %s", sv.save_path)
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.summary_writer is not None and sv.global_step is not None:
            log = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=sv.save_path)
            sv.summary_writer.add_session_log(log, read_global_step(self._sess, sv.global_step))
