"""Evaluating checkpoints as they come (API: slim.evaluation, slim.training.evaluation)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import logging
from convflow.modeling.variables.variable import global_variables
from convflow.training import summaries
from convflow.training.checkpoint_management import checkpoint_exists
from convflow.training.checkpoints_iterator import checkpoints_iterator
from convflow.training.evaluation import StopAfterNEvalsHook, SummaryAtEndHook, evaluate_once
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold
from convflow.training.session_run_hook import SessionRunHook

USE_DEFAULT = 0


def evaluate_repeatedly(
    checkpoint_dir: str,
    master: str = "",
    scaffold: Scaffold | None = None,
    eval_ops: Any = None,
    feed_dict: Any = None,
    final_ops: Any = None,
    final_ops_feed_dict: Any = None,
    eval_interval_secs: float = 60,
    hooks: Sequence[SessionRunHook] | None = None,
    config: Any = None,
    max_number_of_evaluations: int | None = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Any:
    """`evaluate_once` for every checkpoint of a folder (API: slim.training.evaluation.evaluate_repeatedly).

    Args:
        eval_interval_secs: at least so long between the starts of two evaluations.
        max_number_of_evaluations: ends after so many; None goes on until the time is over.
        timeout, timeout_fn: see `checkpoints_iterator`.

    Returns:
        The last values of `final_ops`, None if nothing was evaluated.
    """
    final_values = None
    if max_number_of_evaluations == 0:
        return final_values
    paths = checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for count, path in enumerate(paths, start=1):
        logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))
        final_values = evaluate_once(
            path, master, scaffold, eval_ops, feed_dict, final_ops, final_ops_feed_dict, hooks, config
        )
        logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))
        if count == max_number_of_evaluations:
            break
    return final_values


def slim_evaluate_once(
    master: str,
    checkpoint_path: str,
    logdir: str,
    num_evals: int = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Any = None,
    eval_op: Any = None,
    eval_op_feed_dict: Any = None,
    final_op: Any = None,
    final_op_feed_dict: Any = None,
    summary_op: Any = USE_DEFAULT,
    summary_op_feed_dict: Any = None,
    variables_to_restore: Sequence[Any] | None = None,
    session_config: Any = None,
    hooks: Sequence[SessionRunHook] | None = None,
) -> Any:
    """Evaluate one checkpoint (API: slim.evaluation.evaluate_once).

    Args:
        checkpoint_path: what is restored.
        logdir: where the summaries are written.
        num_evals: how often `eval_op` runs, unless the input ends before.
        initial_op, initial_op_feed_dict: run first where nothing is restored, see `tf.train.Scaffold`.
        eval_op, eval_op_feed_dict: updates the metrics.
        final_op, final_op_feed_dict: gives their values.
        summary_op, summary_op_feed_dict: written at the end; all of the graph by default, None writes none.
        variables_to_restore: all but local ones if None.
        session_config, hooks: see `tf.train.MonitoredSession`.

    Returns:
        The values of `final_op`, None without one.

    Raises:
        ValueError: there is no such checkpoint.
    """
    if not checkpoint_exists(checkpoint_path):
        raise ValueError(f"There is no checkpoint {checkpoint_path!r} to evaluate. Train with logdir={logdir!r} first?")
    return evaluate_once(
        checkpoint_path, master, _restoring(variables_to_restore, initial_op, initial_op_feed_dict), eval_op,
        eval_op_feed_dict, final_op, final_op_feed_dict,
        _hooks(num_evals, logdir, summary_op, summary_op_feed_dict, hooks), session_config,
    )  # fmt: skip


def evaluation_loop(
    master: str,
    checkpoint_dir: str,
    logdir: str,
    num_evals: int = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Any = None,
    init_fn: Callable[[Any], Any] | None = None,
    eval_op: Any = None,
    eval_op_feed_dict: Any = None,
    final_op: Any = None,
    final_op_feed_dict: Any = None,
    summary_op: Any = USE_DEFAULT,
    summary_op_feed_dict: Any = None,
    variables_to_restore: Sequence[Any] | None = None,
    eval_interval_secs: float = 60,
    max_number_of_evaluations: int | None = None,
    session_config: Any = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
) -> Any:
    """Evaluate the checkpoints of a folder as they come (API: slim.evaluation.evaluation_loop).

    Args:
        init_fn: a function of the session, called first where nothing is restored, see `tf.train.Scaffold`.
        eval_interval_secs, max_number_of_evaluations, timeout, timeout_fn: see `evaluate_repeatedly`.

    The others: see `evaluate_once`.

    Returns:
        The last values of `final_op`.
    """
    return evaluate_repeatedly(
        checkpoint_dir, master, _restoring(variables_to_restore, initial_op, initial_op_feed_dict, init_fn), eval_op,
        eval_op_feed_dict, final_op, final_op_feed_dict, eval_interval_secs,
        _hooks(num_evals, logdir, summary_op, summary_op_feed_dict, hooks), session_config,
        max_number_of_evaluations, timeout, timeout_fn,
    )  # fmt: skip


def _hooks(
    num_evals: int, logdir: str, summary_op: Any, feeds: Any, hooks: Sequence[SessionRunHook] | None
) -> list[SessionRunHook]:
    chosen: list[SessionRunHook] = [StopAfterNEvalsHook(num_evals)]
    if summary_op is USE_DEFAULT:
        summary_op = summaries.merge_all()
    if summary_op is not None:
        chosen.append(SummaryAtEndHook(logdir, summary_op=summary_op, feed_dict=feeds))
    return [*chosen, *(hooks or [])]


def _restoring(
    variables: Sequence[Any] | None, initial_op: Any, feeds: Any, init_fn: Callable[[Any], Any] | None = None
) -> Scaffold:
    """A scaffold that restores variables; what it initializes runs after that."""
    saver = Saver(global_variables() if variables is None else variables, allow_empty=True)
    function = None if init_fn is None else lambda _, session: init_fn(session)
    return Scaffold(init_op=initial_op, init_feed_dict=feeds, init_fn=function, saver=saver)
