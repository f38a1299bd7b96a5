"""Evaluating a model from a checkpoint (API: tf.contrib.training.evaluate_once and its kin, which estimators use)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes, logging
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection, get_default_graph
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable
from convflow.ops.array.identity import group
from convflow.ops.state import assign_add
from convflow.training import summaries
from convflow.training.hooks.reporting import FinalOpsHook
from convflow.training.monitored_session import ChiefSessionCreator, MonitoredSession
from convflow.training.scaffold import Scaffold
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from convflow.training.writer import FileWriterCache


def get_or_create_eval_step() -> Any:
    """The int64 local variable that counts evaluations, made if the graph has none (API: slim.evaluation).

    Raises:
        ValueError: the collection `eval_step` has several.
    """
    found = get_collection(GraphKeys.EVAL_STEP)
    if len(found) > 1:
        raise ValueError(f'The collection "eval_step" has {len(found)} tensors; it should have one.')
    if found:
        return found[0]
    return get_variable(
        "eval_step", shape=[], dtype=dtypes.int64, initializer=Zeros(), trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP],
    )  # fmt: skip


class StopAfterNEvalsHook(SessionRunHook):
    """Ends after so many evaluations of the `eval_ops` (API: tf.contrib.training.StopAfterNEvalsHook).

    Args:
        num_evals: how many; None goes on until the input ends.
        log_progress: whether each tenth is logged.
    """

    def __init__(self, num_evals: int | None, log_progress: bool = True) -> None:
        self._num_evals = num_evals
        self._evals_completed: Any = None
        self._every = 1 if num_evals is None or num_evals < 20 else math.floor(num_evals / 10)
        self._log_progress = log_progress

    def _set_evals_completed_tensor(self, updated_eval_step: Any) -> None:
        self._evals_completed = updated_eval_step

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs({"evals_completed": self._evals_completed})

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        completed = run_values.results["evals_completed"]
        if self._log_progress and (completed % self._every == 0 or completed == self._num_evals):
            logging.info("Evaluation [%d%s]", completed, "" if self._num_evals is None else f"/{self._num_evals}")
        if self._num_evals is not None and completed >= self._num_evals:
            run_context.request_stop()


class SummaryAtEndHook(SessionRunHook):
    """Writes the graph at the beginning and its summaries at the end (API: tf.contrib.training.SummaryAtEndHook).

    Args:
        log_dir: where to; or
        summary_writer: what writes.
        summary_op: the summaries, all of the graph if None.
        feed_dict: what they need.

    Raises:
        ValueError: neither `log_dir` nor `summary_writer`.
    """

    def __init__(
        self, log_dir: str | None = None, summary_writer: Any = None, summary_op: Any = None, feed_dict: Any = None
    ) -> None:
        if log_dir is None and summary_writer is None:
            raise ValueError("log_dir and summary_writer are both None; one of them must be given.")
        self._log_dir = log_dir
        self._summary_writer = summary_writer
        self._summary_op = summary_op
        self._feed_dict = feed_dict
        self._global_step: Any = None

    def begin(self) -> None:
        if self._log_dir is not None and self._summary_writer is None:
            self._summary_writer = FileWriterCache.get(self._log_dir)
        if self._summary_op is None:
            self._summary_op = summaries.merge_all()
        steps = get_collection(GraphKeys.GLOBAL_STEP)
        self._global_step = steps[0] if steps else None

    def after_create_session(self, session: Any, coord: Any) -> None:
        if self._summary_writer is not None:
            self._summary_writer.add_graph(get_default_graph())

    def end(self, session: Any) -> None:
        step = None if self._global_step is None else session.run(self._global_step)
        if self._summary_op is not None:
            self._summary_writer.add_summary(session.run(self._summary_op, self._feed_dict), step)
        self._summary_writer.flush()


def evaluate_once(
    checkpoint_path: str | None,
    master: str = "",
    scaffold: Scaffold | None = None,
    eval_ops: Any = None,
    feed_dict: Any = None,
    final_ops: Any = None,
    final_ops_feed_dict: Any = None,
    hooks: Sequence[SessionRunHook] | None = None,
    config: Any = None,
) -> Any:
    """Restore a checkpoint, run `eval_ops` until a hook or the input ends it, then `final_ops`.

    Args:
        checkpoint_path: what is restored; None begins with the initializers.
        eval_ops: an operation, a tensor, a list or a dictionary of them; None runs none.
        feed_dict: fed to each run of `eval_ops`.
        final_ops: evaluated at the end, for what is returned, with
        final_ops_feed_dict.
        hooks: such as `StopAfterNEvalsHook` and `SummaryAtEndHook`.

    Returns:
        The values of `final_ops`, None if there are none (API: tf.contrib.training.evaluate_once).
    """
    eval_step = get_or_create_eval_step()
    every_hook = list(hooks or [])
    if eval_ops is not None:
        eval_ops = _counted(eval_ops, assign_add(eval_step, 1), every_hook)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_filename_with_path=checkpoint_path)
    with MonitoredSession(creator, [*every_hook, final]) as session:
        while eval_ops is not None and not session.should_stop():
            session.run(eval_ops, feed_dict)
    return final.final_ops_values


def _counted(eval_ops: Any, counted: Tensor, hooks: Sequence[SessionRunHook]) -> dict[str, Any]:
    """One dictionary of what an evaluation runs, the count among it, which is told to the hooks that wait for it."""
    for hook in hooks:
        if isinstance(hook, StopAfterNEvalsHook):
            hook._set_evals_completed_tensor(counted)
    if isinstance(eval_ops, dict):
        return {**eval_ops, "update_eval_step": counted}
    if isinstance(eval_ops, (list, tuple)):
        return {"eval_ops": [*eval_ops, counted]}
    return {"eval_ops": group(eval_ops, counted)}
