"""The checkpoints of a run, and with the last one all that it takes to go on as if nothing had happened."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import convflow as tf
from convflow.core import errors
from convflow.formats.files import os_errors
from convflow.runtime.random_state import random_state, set_random_state
from convflow.tools.classifier.folder import write_json
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.progress import EpochResult, Progress, Totals

STATE_FILE = "state.json"
BEST_FOLDER = "best"
_NAME = "model.ckpt"


class Checkpoints:
    """Writes a checkpoint after each epoch and on demand, and keeps the best one in a folder of its own.

    `state.json` is written after the checkpoint it names, and the one before is still there then: whenever a run is
    killed, there is a whole pair.

    Args:
        folder: the run's.
        net: its graph.

    Attributes:
        last: the name of the last checkpoint, which ends with the step; empty before the first.
    """

    def __init__(self, folder: Path, net: TrainingGraph) -> None:
        self.last = ""
        self._folder = folder
        self._net = net

    def save(self, session: Any, progress: Progress) -> str:
        """Saves all variables and how far the run is; returns the checkpoint's name."""
        net = self._net
        self.last = net.saver.save(session, str(self._folder / _NAME), global_step=net.global_step)
        state = {
            "checkpoint": Path(self.last).name,
            "progress": dataclasses.asdict(progress),
            "random": random_state(session),
        }
        write_json(self._folder / STATE_FILE, state)
        return self.last

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """Between epochs nothing is saved."""

    def finished_epoch(self, session: Any, progress: Progress) -> None:
        if progress.is_best_now:
            best = self._folder / BEST_FOLDER
            with os_errors("make the folder of the best checkpoint", str(best)):
                best.mkdir(exist_ok=True)
            self._net.best_saver.save(
                session, str(best / _NAME), global_step=self._net.global_step, write_meta_graph=False
            )
        self.save(session, progress)

    def restore(self, session: Any) -> Progress:
        """Brings a run back to where it was saved last, its random numbers too.

        Args:
            session: nothing has run in it.

        Raises:
            errors.NotFoundError: there is no checkpoint yet.
            errors.DataLossError: what is there is damaged.
        """
        state = read_state(self._folder)
        self.last = str(self._folder / state["checkpoint"])
        self._net.saver.restore(session, self.last)
        self._net.saver.recover_last_checkpoints([self.last])
        set_random_state(session, state["random"])
        return _progress(state["progress"])


def best_checkpoint(folder: Path) -> str | None:
    """The name of a run's best checkpoint, or None before its first epoch is done."""
    return tf.train.latest_checkpoint(str(folder / BEST_FOLDER))


def read_state(folder: Path) -> dict[str, Any]:
    """The content of a run's `state.json`.

    Raises:
        errors.NotFoundError: there is none.
        errors.DataLossError: it is damaged.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        raise errors.NotFoundError(
            None,
            None,
            f"{folder} has no {STATE_FILE}: the run was stopped before its first checkpoint, and there is nothing to "
            "go on from. Remove the folder and train anew.",
        )
    with os_errors("read how far the run is", str(path)):
        text = path.read_text()
    try:
        state = json.loads(text)
        _progress(state["progress"])
        state["checkpoint"], state["random"]
    except (ValueError, KeyError, TypeError) as reason:
        raise errors.DataLossError(
            None, None, f"{path} is damaged ({reason}). How far the run is was expected in it; train anew."
        ) from reason
    return state


def _progress(content: dict[str, Any]) -> Progress:
    history = [EpochResult(**result) for result in content["history"]]
    return Progress(**content | {"history": history, "totals": Totals(**content["totals"])})
