"""Keeping the latest of many checkpoints (API: tf.train.CheckpointManager)."""

from __future__ import annotations

import os
import time
from typing import Any

from convflow.core import logging
from convflow.graph.scopes import executing_eagerly
from convflow.training.checkpoint_management import (
    checkpoint_exists,
    get_checkpoint_state,
    remove_checkpoint,
    write_state,
)
from convflow.training.objects.status import session_of

_HOUR = 3600


class CheckpointManager:
    """Saves objects to a folder and deletes old checkpoints (API: tf.train.CheckpointManager).

    Args:
        checkpoint: a `tf.train.Checkpoint`.
        directory: the folder; the checkpoints that it lists are kept account of.
        max_to_keep: how many stay; None for all.
        keep_checkpoint_every_n_hours: of those that would be deleted, one in so many hours stays.
        checkpoint_name: the files' names begin with it.

    Raises:
        ValueError: `max_to_keep` is not positive.
    """

    def __init__(
        self,
        checkpoint: Any,
        directory: str,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}. Pass None to keep all."
            )
        self._checkpoint = checkpoint
        self._directory = os.fspath(directory)
        self._max_to_keep = max_to_keep
        self._every = None if keep_checkpoint_every_n_hours is None else keep_checkpoint_every_n_hours * _HOUR
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._latest: str | None = None
        # Those that may be deleted, the oldest first, with the times they were written.
        self._kept: dict[str, float] = {}
        self._last_preserved = time.time()
        self._read_state()

    def _read_state(self) -> None:
        state = get_checkpoint_state(self._directory)
        if state is None:
            return
        self._latest = state.model_checkpoint_path or None
        paths = list(state.all_model_checkpoint_paths)
        times = list(state.all_model_checkpoint_timestamps) or [0.0] * len(paths)
        self._last_preserved = state.last_preserved_timestamp or min(times, default=self._last_preserved) - 1.0
        self._kept = {path: at for path, at in zip(paths, times, strict=False) if checkpoint_exists(path)}

    @property
    def latest_checkpoint(self) -> str | None:
        """The prefix of the newest, None if there is none."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The prefixes of those that are managed, the oldest first."""
        return list(self._kept)

    @property
    def checkpoint(self) -> Any:
        return self._checkpoint

    @property
    def directory(self) -> str:
        return self._directory

    def save(self, session: Any = None, checkpoint_number: Any = None) -> str:
        """Write a checkpoint, list it, and delete what is too old (API: tf.train.CheckpointManager.save).

        Args:
            session: in a graph, the session; the default one if None.
            checkpoint_number: at the end of its name, an int or variable; the number of calls if None.

        Returns:
            The checkpoint's prefix.
        """
        if checkpoint_number is None and session is not None and not hasattr(session, "run"):
            session, checkpoint_number = None, session  # the later signature's first argument
        if checkpoint_number is None:
            prefix = self._checkpoint.save(self._prefix, session=session)
        else:
            prefix = self._checkpoint.write(f"{self._prefix}-{_number(checkpoint_number, session)}", session=session)
        self._latest = prefix
        self._kept.pop(prefix, None)
        self._kept[prefix] = time.time()
        outdated = self._outdated()
        # The list first: a checkpoint that is listed exists.
        self._write_state()
        for path in outdated:
            remove_checkpoint(path)
        return prefix

    def _outdated(self) -> list[str]:
        found = []
        while self._max_to_keep is not None and len(self._kept) > self._max_to_keep:
            path, at = next(iter(self._kept.items()))
            del self._kept[path]
            if self._every is not None and at - self._last_preserved >= self._every:
                self._last_preserved = at
                logging.info("%s is kept: keep_checkpoint_every_n_hours", path)
            else:
                found.append(path)
        return found

    def _write_state(self) -> None:
        write_state(
            self._directory, self._latest or "", list(self._kept), save_relative_paths=True,
            all_model_checkpoint_timestamps=list(self._kept.values()), last_preserved_timestamp=self._last_preserved,
        )  # fmt: skip


def _number(value: Any, session: Any) -> int:
    if hasattr(value, "graph") and not executing_eagerly():
        return int(session_of(session).run(value))
    return int(value)
