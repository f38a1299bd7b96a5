"""A hook that traces steps (API: tf.train.ProfilerHook)."""

from __future__ import annotations

import os
from typing import Any

from tensorboard.compat.proto.config_pb2 import RunOptions

from convflow.core import logging
from convflow.formats import files
from convflow.runtime.timeline import Timeline
from convflow.training.hooks.timing import SecondOrStepTimer, global_step_read
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from convflow.training.writer import FileWriterCache


class ProfilerHook(SessionRunHook):
    """Writes what every so many steps took, as pictures of time (API: tf.train.ProfilerHook).

    The first step is not traced; the second is. The files are called `timeline-STEP.json`; chrome://tracing opens
    them. The directory's event file gets the same as `step_STEP`.

    Args:
        save_steps, save_secs: how often; exactly one.
        output_dir: where.
        show_dataflow, show_memory: as of `Timeline.generate_chrome_trace_format`.

    Raises:
        ValueError: not exactly one of the two.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._output_file = os.path.join(output_dir, "timeline-{}.json")
        self._file_writer = FileWriterCache.get(output_dir)
        self._show_dataflow = show_dataflow
        self._show_memory = show_memory
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        self._next_step: int | None = None
        self._global_step_tensor = global_step_read(self)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        self._request = self._next_step is not None and self._timer.should_trigger_for_step(self._next_step)
        return SessionRunArgs(None, options=RunOptions(trace_level=RunOptions.FULL_TRACE) if self._request else None)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        # Not read within the run: nothing says whether that would be before or after the step counts itself.
        step = int(run_context.session.run(self._global_step_tensor))
        if self._next_step is None:
            # The clock starts with the step that is not traced.
            self._timer.update_last_triggered_step(step - 1)
        if self._request:
            self._timer.update_last_triggered_step(step)
            self._save(step, run_values.run_metadata)
        self._next_step = step + 1

    def _save(self, step: int, metadata: Any) -> None:
        path = self._output_file.format(step)
        logging.info("Saving timeline for %d into '%s'.", step, path)
        text = Timeline(metadata.step_stats).generate_chrome_trace_format(self._show_dataflow, self._show_memory)
        files.write_atomically(path, text.encode())
        if self._file_writer is not None:
            self._file_writer.add_run_metadata(metadata, f"step_{step}")
