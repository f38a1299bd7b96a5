"""Contents of reports, made of random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from convflow.tools.classifier.report import Errors, ReportContent


@dataclass(frozen=True)
class Epoch:
    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float


def history(epochs: int) -> list[Epoch]:
    return [
        Epoch(
            epoch=epoch,
            step=10 * epoch,
            train_loss=1.0 / epoch,
            train_accuracy=1 - 0.3 / epoch,
            validation_loss=1.1 / epoch,
            validation_accuracy=1 - 0.4 / epoch,
            learning_rate=0.001 * 0.5 ** (epoch // 3),
            seconds=1.5,
        )
        for epoch in range(1, epochs + 1)
    ]


def make(
    classes: int = 10,
    examples: int = 200,
    epochs: int = 8,
    absent: Sequence[int] = (),
    shape: tuple[int, int, int] | None = (12, 12, 1),
    sureness: float = 3.0,
    **changes: Any,
) -> ReportContent:
    """A run's content; `shape` is the pictures', None for a table."""
    random = np.random.default_rng(7)
    labels = random.integers(0, classes, examples)
    for label in absent:
        labels[labels == label] = (label + 1) % classes
    scores = random.normal(size=(examples, classes))
    scores[np.arange(examples), labels] += sureness
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    inside: dict[str, Any] = {}
    if shape is not None:
        pictures = random.integers(0, 256, (examples, *shape), dtype=np.uint8)
        maps = {
            "conv1": np.maximum(random.normal(size=(8, 8, 20)), 0),
            "dead": np.zeros((4, 4, 8)),
            "fc1": random.normal(size=100),
        }
        inside = {
            "images": pictures.__getitem__,
            "kernels": random.normal(size=(5, 5, shape[2], 8)),
            "feature_maps": maps,
        }
    content = {
        "title": "mnist_cnn on mnist5k",
        "class_names": [f"<class> {k}" for k in range(classes)],
        "labels": labels,
        "probabilities": probabilities,
        "history": history(epochs),
        "errors": Errors(0.004, 500, 0.03, 100),
        "settings": {"model": "mnist_cnn", "dropout": None, "augment": ["flip", "crop:4"], "versions": {"torch": "2"}},
        "command": "convflow train mnist_cnn --augment 'flip,crop:4'",
    }
    return ReportContent(**(content | inside | changes))
