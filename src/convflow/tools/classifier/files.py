"""What a training run leaves in its folder: metrics, TensorBoard events, checkpoints."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import convflow as tf
from convflow.formats.files import write_atomically
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.loop import EpochResult, Progress

METRICS_FILE = "metrics.csv"
_SCALARS_EVERY = 10


class Metrics:
    """Writes `metrics.csv`: a row per epoch."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / METRICS_FILE
        self._text = io.StringIO()
        self._rows = csv.DictWriter(
            self._text, [field.name for field in dataclasses.fields(EpochResult)], lineterminator="\n"
        )
        self._rows.writeheader()

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """Steps are in the events; here are epochs."""

    def finished_epoch(self, session: Any, result: EpochResult) -> None:
        self._rows.writerow({name: _rounded(value) for name, value in dataclasses.asdict(result).items()})
        write_atomically(str(self._path), self._text.getvalue().encode())


def _rounded(value: float | int) -> float | int:
    return round(value, 6) if isinstance(value, float) else value


class Events:
    """Writes what TensorBoard shows: the folders `train` and `validation` are two curves in each chart."""

    def __init__(self, folder: Path, net: TrainingGraph) -> None:
        self._net = net
        self._train = tf.summary.FileWriter(str(folder / "train"), net.graph)
        self._validation = tf.summary.FileWriter(str(folder / "validation"))

    def pictures(self, session: Any, feeds: dict[Any, Any]) -> None:
        """Writes the first images of a batch."""
        self._train.add_summary(session.run(self._net.picture_summary, feeds), 0)

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        if progress.step % _SCALARS_EVERY == 0:
            self._train.add_summary(_scalars(loss=loss, accuracy=accuracy), progress.step)

    def finished_epoch(self, session: Any, result: EpochResult) -> None:
        scalars = _scalars(loss=result.validation_loss, accuracy=result.validation_accuracy)
        self._validation.add_summary(scalars, result.step)
        self._train.add_summary(session.run(self._net.epoch_summary), result.step)
        self._train.flush()
        self._validation.flush()

    def close(self) -> None:
        self._train.close()
        self._validation.close()


def _scalars(**values: float) -> Any:
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])


class Checkpoints:
    """Writes a checkpoint after each epoch, and on demand.

    `last` is the name of the last one, which ends with the step; empty before the first.
    """

    def __init__(self, folder: Path, net: TrainingGraph) -> None:
        self.last = ""
        self._net = net
        self._prefix = str(folder / "model.ckpt")

    def save(self, session: Any) -> str:
        """Saves all variables; returns the checkpoint's name."""
        self.last = self._net.saver.save(session, self._prefix, global_step=self._net.global_step)
        return self.last

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """Between epochs nothing is saved."""

    def finished_epoch(self, session: Any, result: EpochResult) -> None:
        self.save(session)
