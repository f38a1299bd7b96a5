"""Hooks that show and write values (API: tf.train.LoggingTensorHook, StepCounterHook, SummarySaverHook, ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.core import errors, logging
from convflow.graph.scopes import get_default_graph
from convflow.training.hooks.timing import NeverTriggerTimer, SecondOrStepTimer, global_step_read, step_name
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from convflow.training.writer import FileWriterCache

_STUCK_WARNINGS = 5


class LoggingTensorHook(SessionRunHook):
    """Logs values every so often (API: tf.train.LoggingTensorHook).

    Args:
        tensors: tensors or names in a list, or in a dict by what they are called in the log.
        every_n_iter, every_n_secs: how often; one of them unless `at_end`.
        at_end: also at the end.
        formatter: makes the text of the dict of values.

    Raises:
        ValueError: not exactly one of the two, or `every_n_iter` is not positive.
    """

    def __init__(
        self,
        tensors: Any,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[dict[Any, Any]], str] | None = None,
    ) -> None:
        only_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        self._order = sorted(tensors) if isinstance(tensors, dict) else list(tensors)
        self._tensors = tensors if isinstance(tensors, dict) else {item: item for item in tensors}
        self._formatter = formatter
        self._timer = NeverTriggerTimer() if only_at_end else SecondOrStepTimer(every_n_secs, every_n_iter)
        self._log_at_end = at_end

    def begin(self) -> None:
        self._timer.reset()
        self._iteration = 0
        self._current = {tag: _graph_element(tensor) for tag, tensor in self._tensors.items()}

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        self._is_due = self._timer.should_trigger_for_step(self._iteration)
        return SessionRunArgs(self._current) if self._is_due else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if self._is_due:
            self._log(run_values.results)
        self._iteration += 1

    def end(self, session: Any) -> None:
        if self._log_at_end:
            self._log(session.run(self._current))

    def _log(self, values: dict[Any, Any]) -> None:
        seconds, _ = self._timer.update_last_triggered_step(self._iteration)
        with np.printoptions(suppress=True):
            if self._formatter is not None:
                logging.info("%s", self._formatter(values))
                return
            text = ", ".join(f"{tag} = {values[tag]!s}" for tag in self._order)
        logging.info("%s", text if seconds is None else f"{text} ({seconds:.3f} sec)")


def _graph_element(item: Any) -> Any:
    """A tensor by itself or by name; a node's name stands for its only output."""
    graph = get_default_graph()
    if not isinstance(item, str):
        if getattr(item, "graph", None) is not graph:
            raise ValueError(f"Passed {item} should have graph attribute that is equal to current graph {graph}.")
        return item
    if ":" in item:
        return graph.as_graph_element(item)
    operation = graph.as_graph_element(f"{item}:0").op
    if len(operation.outputs) > 1:
        raise ValueError(f"Name {item} is ambiguous, as this operation has {len(operation.outputs)} outputs.")
    return operation.outputs[0]


class StepCounterHook(SessionRunHook):
    """Logs and writes steps per second (API: tf.train.StepCounterHook).

    Args:
        every_n_steps, every_n_secs: how often; exactly one.
        output_dir: where a summary is written.
        summary_writer: what writes it, instead.
    """

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
    ) -> None:
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_steps=every_n_steps, every_secs=every_n_secs)
        self._summary_writer = summary_writer
        self._output_dir = output_dir
        self._last_global_step: int | None = None

    def begin(self) -> None:
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = FileWriterCache.get(self._output_dir)
        self._global_step_tensor = global_step_read(self)
        self._summary_tag = f"{step_name()}/sec"

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        before = run_values.results
        if self._timer.should_trigger_for_step(before + 1):
            step = run_context.session.run(self._global_step_tensor)
            if self._timer.should_trigger_for_step(step):
                seconds, steps = self._timer.update_last_triggered_step(step)
                if seconds is not None and steps is not None:
                    self._log_and_record(steps, seconds, step)
        if before == self._last_global_step:
            logging.log_first_n(
                logging.WARN,
                "It seems that global step (tf.train.get_global_step) has not been increased: it is %s as in the run "
                "before. Pass tf.train.get_global_step() to Optimizer.minimize or apply_gradients.",
                _STUCK_WARNINGS,
                before,
            )
        self._last_global_step = before

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        rate = elapsed_steps / elapsed_time if elapsed_time else float("inf")
        if self._summary_writer is not None:
            value = Summary.Value(tag=self._summary_tag, simple_value=rate)
            self._summary_writer.add_summary(Summary(value=[value]), global_step)
        logging.info("%s: %g", self._summary_tag, rate)


class SummarySaverHook(SessionRunHook):
    """Writes summaries every so often (API: tf.train.SummarySaverHook).

    Args:
        save_steps, save_secs: how often; exactly one.
        output_dir: where.
        summary_writer: what writes them, instead.
        scaffold: has the summary node.
        summary_op: the node, or a list of them, instead.

    Raises:
        ValueError: not exactly one of `scaffold` and `summary_op`, or of `save_steps` and `save_secs`.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op = summary_op
        self._summary_writer = summary_writer
        self._output_dir = output_dir
        self._scaffold = scaffold
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = FileWriterCache.get(self._output_dir)
        self._next_step: int | None = None
        self._global_step_tensor = global_step_read(self)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        self._is_due = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        requests = {"global_step": self._global_step_tensor}
        if self._is_due and (summary := self._summary()) is not None:
            requests["summary"] = summary
        return SessionRunArgs(requests)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not self._summary_writer:
            return
        step = run_values.results["global_step"] + 1
        if self._is_due:
            step = run_context.session.run(self._global_step_tensor)
        if self._next_step is None:
            self._summary_writer.add_session_log(SessionLog(status=SessionLog.START), step)
        if self._is_due:
            self._timer.update_last_triggered_step(step)
            for summary in run_values.results.get("summary", ()):
                self._summary_writer.add_summary(summary, step)
        self._next_step = step + 1

    def end(self, session: Any = None) -> None:
        if self._summary_writer:
            self._summary_writer.flush()

    def _summary(self) -> Any:
        summary = self._summary_op if self._summary_op is not None else self._scaffold.summary_op
        return [summary] if summary is not None and not isinstance(summary, list) else summary


class FinalOpsHook(SessionRunHook):
    """Computes something at the end (API: tf.train.FinalOpsHook).

    Args:
        final_ops: what: tensors in any form.
        final_ops_feed_dict: what is fed.
    """

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        self._final_ops = final_ops
        self._final_ops_feed_dict = final_ops_feed_dict
        self._values: Any = None

    @property
    def final_ops_values(self) -> Any:
        """The values, after the end."""
        return self._values

    def end(self, session: Any) -> None:
        if self._final_ops is None:
            return
        try:
            self._values = session.run(self._final_ops, feed_dict=self._final_ops_feed_dict)
        except (errors.OutOfRangeError, StopIteration):
            logging.warning(
                "The nodes of FinalOpsHook read from the input, which has ended. Let them depend on variables alone: "
                "a metric's value, not its update."
            )
            raise


class FeedFnHook(SessionRunHook):
    """Feeds what a function returns (API: tf.train.FeedFnHook).

    Args:
        feed_fn: a function without arguments that returns {tensor: value}; it is called before each run.
    """

    def __init__(self, feed_fn: Callable[[], Any]) -> None:
        self.feed_fn = feed_fn

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
