"""Training by hooks (API: slim.training)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.training.monitored_session import MonitoredTrainingSession
from convflow.training.scaffold import Scaffold
from convflow.training.session_run_hook import SessionRunHook


def train(
    train_op: Any,
    logdir: str | None,
    master: str = "",
    is_chief: bool = True,
    scaffold: Scaffold | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
    chief_only_hooks: Sequence[SessionRunHook] | None = None,
    save_checkpoint_secs: float | None = 600,
    save_summaries_steps: int | None = 100,
    config: Any = None,
    max_wait_secs: float = 7200,
    run_metadata: Any = None,
) -> Any:
    """Run `train_op` until a hook or the end of the input stops it (API: slim.training.train).

    Args:
        train_op: updates the model and returns the loss, see `create_train_op`.
        logdir: for checkpoints and summaries; None writes none.
        master, is_chief, scaffold, hooks, chief_only_hooks, save_checkpoint_secs, save_summaries_steps, config,
            max_wait_secs: see `tf.train.MonitoredTrainingSession`.
        run_metadata: filled by every step.

    Returns:
        The last loss, None if no step was taken.

    Raises:
        ValueError: there is no folder, but checkpoints or summaries are to be saved.
    """
    if logdir is None and is_chief and (save_summaries_steps or save_checkpoint_secs):
        raise ValueError(
            "logdir cannot be None when save_summaries_steps or save_checkpoint_secs is given. Name a folder, or set "
            "both to None."
        )
    loss = None
    with MonitoredTrainingSession(
        master, is_chief, logdir, scaffold, hooks, chief_only_hooks, save_checkpoint_secs=save_checkpoint_secs,
        save_summaries_steps=save_summaries_steps, config=config, max_wait_secs=max_wait_secs,
    ) as session:  # fmt: skip
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
