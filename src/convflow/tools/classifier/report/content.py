"""What a report is made of: arrays and rows, no graph and no session."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from convflow.tools.classifier import measures


class Epoch(Protocol):
    """A finished epoch. Accuracies are fractions, losses means over the examples, `seconds` those of its steps."""

    @property
    def epoch(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def train_loss(self) -> float: ...
    @property
    def train_accuracy(self) -> float: ...
    @property
    def validation_loss(self) -> float: ...
    @property
    def validation_accuracy(self) -> float: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True)
class Errors:
    """The fraction that the model gets wrong, and of how many examples it was taken; None for what is not known."""

    training: float | None = None
    num_training: int | None = None
    validation: float | None = None
    num_validation: int | None = None


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything in a report.

    Args:
        title: what was trained on what.
        class_names: what the labels 0, 1, 2, ... stand for.
        labels: of the test examples, int [n].
        probabilities: of the test examples, float [n, num_classes].
        history: the finished epochs in their order; empty where a checkpoint alone is measured.
        best_epoch: the epoch whose weights were tested; the one of the highest validation accuracy, and
            of equal ones that of the smallest loss, by default.
        loss: the mean cross entropy of the test examples; from the probabilities by default.
        errors: those of the training and the validation examples with the weights that were tested.
        images: the pictures with these numbers among the test examples, uint8 [count, height, width, 1 or 3]; None
            for a table.
        example_name: what a person calls a test example: its file, or its number.
        kernels: of the first convolution, float [height, width, inputs, filters]; None if there is none.
        feature_maps: what the layers make of one test picture, by the layer's name and in the order of the layers,
            float [height, width, channels] or [units]; None for none.
        feature_example: the number of that picture.
        settings: of the run, as in its `config.json`.
        command: the command line that repeats the run.
        split: what the examples are called that the model is measured on.
    """

    title: str
    class_names: Sequence[str]
    labels: np.ndarray
    probabilities: np.ndarray
    history: Sequence[Epoch] = ()
    best_epoch: int | None = None
    loss: float | None = None
    errors: Errors = Errors()
    images: Callable[[np.ndarray], np.ndarray] | None = None
    example_name: Callable[[int], str] = "number {}".format
    kernels: np.ndarray | None = None
    feature_maps: Mapping[str, np.ndarray] | None = None
    feature_example: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    split: str = "test"

    @functools.cached_property
    def predicted(self) -> np.ndarray:
        """The most probable class of each test example, int64 [n]."""
        return self.probabilities.argmax(axis=1)

    @functools.cached_property
    def confusion(self) -> np.ndarray:
        """Counts [num_classes, num_classes]: rows are the truth, columns the answers."""
        return measures.confusion_matrix(self.labels, self.predicted, len(self.class_names))

    @property
    def accuracy(self) -> float:
        return float(np.mean(self.predicted == self.labels))

    @property
    def cross_entropy(self) -> float:
        """The test examples' loss; probabilities that vanished count as the smallest one there is."""
        if self.loss is not None:
            return self.loss
        of_truth = self.probabilities[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(of_truth, np.finfo(np.float32).tiny)).mean())

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights were tested."""
        if not self.history:
            return None
        for epoch in self.history:
            if epoch.epoch == self.best_epoch:
                return epoch
        return max(self.history, key=lambda epoch: (epoch.validation_accuracy, -epoch.validation_loss))
