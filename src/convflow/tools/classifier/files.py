"""What a training run leaves in its folder as it goes: metrics and TensorBoard events."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import convflow as tf
from convflow.formats.files import write_atomically
from convflow.tools.classifier.graph import TrainingGraph
from convflow.tools.classifier.progress import EpochResult, Progress

METRICS_FILE = "metrics.csv"
_SCALARS_EVERY = 10


class Metrics:
    """Writes `metrics.csv`: a row per epoch."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / METRICS_FILE

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        """Steps are in the events; here are epochs."""

    def finished_epoch(self, session: Any, progress: Progress) -> None:
        text = io.StringIO()
        rows = csv.DictWriter(text, [field.name for field in dataclasses.fields(EpochResult)], lineterminator="\n")
        rows.writeheader()
        for result in progress.history:
            rows.writerow({name: _rounded(value) for name, value in dataclasses.asdict(result).items()})
        write_atomically(str(self._path), text.getvalue().encode())


def _rounded(value: float | int) -> float | int:
    return float(f"{value:.6g}") if isinstance(value, float) else value


class Events:
    """Writes what TensorBoard shows: the folders `train` and `validation` are two curves in each chart.

    Args:
        folder: the run's.
        net: its graph.
        step: where the run goes on; what an earlier try has written beyond is not shown any more.
    """

    def __init__(self, folder: Path, net: TrainingGraph, step: int = 0) -> None:
        self._net = net
        self._train = tf.summary.FileWriter(str(folder / "train"), net.network.graph)
        self._validation = tf.summary.FileWriter(str(folder / "validation"))
        if step:
            for writer in (self._train, self._validation):
                writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), step + 1)

    def pictures(self, session: Any, feeds: dict[Any, Any]) -> None:
        """Writes the first images of a batch."""
        self._train.add_summary(session.run(self._net.picture_summary, feeds), 0)

    def stepped(self, progress: Progress, loss: float, accuracy: float) -> None:
        if progress.step % _SCALARS_EVERY == 0:
            self._train.add_summary(_scalars(loss=loss, accuracy=accuracy), progress.step)

    def finished_epoch(self, session: Any, progress: Progress) -> None:
        result = progress.history[-1]
        scalars = _scalars(loss=result.validation_loss, accuracy=result.validation_accuracy)
        self._validation.add_summary(scalars, result.step)
        self._train.add_summary(_scalars(learning_rate=result.learning_rate), result.step)
        self._train.add_summary(session.run(self._net.epoch_summary), result.step)
        self._train.flush()
        self._validation.flush()

    def close(self) -> None:
        self._train.close()
        self._validation.close()


def _scalars(**values: float) -> Any:
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
