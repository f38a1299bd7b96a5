"""Examples of any data set as a trained model takes them: of its shape, numbered by its classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convflow.core import errors
from convflow.tools.classifier.data import sources
from convflow.tools.classifier.data.examples import Data, Examples
from convflow.tools.classifier.settings import load_data
from convflow.tools.classifier.trained import Description

SPLITS = ("train", "validation", "test", "all")


class Relabelled:
    """Examples, perhaps of several parts one after the other, with the labels of other classes.

    Args:
        parts: the examples.
        numbers: int [num_classes]: which number a label becomes.
    """

    def __init__(self, parts: Sequence[Examples], numbers: np.ndarray) -> None:
        self._parts = list(parts)
        self._ends = np.cumsum([len(part) for part in parts])
        self.labels = numbers[np.concatenate([part.labels for part in parts])].astype(np.int32)
        self.image_shape = parts[0].image_shape
        self.dtype = parts[0].dtype

    def __len__(self) -> int:
        return len(self.labels)

    def images(self, numbers: np.ndarray) -> np.ndarray:
        images = np.empty((len(numbers), *self.image_shape), self.dtype)
        parts, within = self._places(numbers)
        for index, part in enumerate(self._parts):
            here = parts == index
            if here.any():
                images[here] = part.images(within[here])
        return images

    def name(self, number: int) -> str:
        parts, within = self._places(np.array([number]))
        return self._parts[int(parts[0])].name(int(within[0]))

    def _places(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of each example its part, and its number in that."""
        parts = np.searchsorted(self._ends, numbers, side="right")
        return parts, numbers - np.concatenate([[0], self._ends])[parts]


def load(description: Description, what: str | None, split: str) -> Examples:
    """The examples of a data set, for a trained model.

    Args:
        description: the model's.
        what: as `sources.load` takes it; None for what the model was trained on.
        split: one of `SPLITS`.

    Raises:
        errors.OpError: as `sources.load`.
        errors.InvalidArgumentError: the model takes other pictures, does not know a class, or there is no such split.
    """
    if split not in SPLITS:
        raise errors.InvalidArgumentError(
            None, None, f"--split is {split!r}; expected one of {', '.join(SPLITS)}. Choose one of them."
        )
    data = _loaded(description, what)
    shape, wanted = data.image_shape, description.image_shape
    if shape != wanted or data.train.dtype != description.dtype:
        raise errors.InvalidArgumentError(
            None, None, f"{data.name} has examples of {_text(shape)} {data.train.dtype}; the model takes "
            f"{_text(wanted)} {description.dtype}. Choose data like what it was trained on: {description.run.data}.",
        )  # fmt: skip
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    chosen = [*parts.values()] if split == "all" else [parts[split]]
    return Relabelled(chosen, _numbers(data, description))


def _loaded(description: Description, what: str | None) -> Data:
    """What the run was made with is divided as it was then: what was learnt from must not be measured on."""
    run = description.run
    if what is None or what == run.data:
        return load_data(run)
    return sources.load(what, description.image_shape, run.split, run.skip_bad)


def _numbers(data: Data, description: Description) -> np.ndarray:
    """The model's number of each of the data's classes, by their names."""
    known = {name: number for number, name in enumerate(description.class_names)}
    unknown = [name for name in data.class_names if name not in known]
    if unknown:
        raise errors.InvalidArgumentError(
            None, None, f"{data.name} has the class {unknown[0]!r}, which the model was not trained on. "
            f"Expected classes among these: {', '.join(description.class_names)}. Take that class away, or "
            "call it as the model does.",
        )  # fmt: skip
    return np.array([known[name] for name in data.class_names])


def _text(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
