"""`convflow predict`: what a trained model says about pictures."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from convflow.core import errors
from convflow.tools.classifier import trained
from convflow.tools.classifier.data import decoding, folders

_BATCH = 32


@dataclass(frozen=True)
class Prediction:
    """A picture's file, and the most probable classes with their probabilities, the likeliest first."""

    picture: str
    classes: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Unreadable:
    """A picture that nothing can be said about, and why."""

    picture: str
    reason: str


@dataclass(frozen=True)
class Predictions:
    """What came of all pictures, in their order."""

    checkpoint: str
    predictions: list[Prediction]
    unreadable: list[Unreadable]


def find_pictures(places: Sequence[str]) -> list[str]:
    """The files that are meant: files as they are, the pictures in folders and below, and what patterns find.

    Raises:
        errors.NotFoundError: there is no such file, or none in the folder, or none that fits the pattern.
    """
    found: list[str] = []
    for place in places:
        here = _pictures_at(os.path.expanduser(place))
        if not here:
            raise errors.NotFoundError(
                None, None, f"There is no picture at {place}. Expected a picture's file, a folder with pictures "
                "in it, or a pattern such as 'photos/*.jpg'. Check the path.",
            )  # fmt: skip
        found += here
    return found


def _pictures_at(place: str) -> list[str]:
    if os.path.isdir(place):
        return [
            os.path.join(inner, name)
            for inner, below, names in _walk(place)
            for name in sorted(names)
            if os.path.splitext(name)[1].lower() in folders.ENDINGS and not name.startswith(".")
        ]
    if os.path.lexists(place):
        return [place]
    return sorted(each for each in glob.glob(place, recursive=True) if os.path.isfile(each))


def _walk(place: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for inner, below, names in os.walk(place, followlinks=True):
        below.sort()
        yield inner, below, names


def predict(
    where: Path, places: Sequence[str], top: int = 5, which: str = trained.BEST, mirrored: bool = False
) -> Predictions:
    """Classifies pictures. One that cannot be read is named, and the others are classified all the same.

    Args:
        where: a run's folder, or one of its checkpoints.
        places: files, folders, patterns.
        top: how many classes to name of each.
        which: of a folder, the `best` or the `last` checkpoint.
        mirrored: whether each picture is looked at in a mirror, too, and the mean of both is said.

    Raises:
        errors.OpError: as `trained.opened` and `find_pictures`.
        errors.InvalidArgumentError: the model was trained on a table, or `top` is less than 1.
    """
    if top < 1:
        raise errors.InvalidArgumentError(None, None, f"--top is {top}; expected a whole number of at least 1.")
    files = find_pictures(places)
    predictions: list[Prediction] = []
    unreadable: list[Unreadable] = []
    with trained.opened(where, which) as model:
        model.check_takes_pictures("Use `convflow evaluate` to see how it does on such rows.")
        for start in range(0, len(files), _BATCH):
            names, pictures = _readable(files[start : start + _BATCH], model.description.image_shape, unreadable)
            if names:
                predictions += _answers(names, model.probabilities(np.stack(pictures), mirrored), model, top)
    return Predictions(model.checkpoint, predictions, unreadable)


def _readable(
    files: Sequence[str], image_shape: tuple[int, int, int], unreadable: list[Unreadable]
) -> tuple[list[str], list[np.ndarray]]:
    names, pictures = [], []
    for name in files:
        try:
            pictures.append(decoding.read(Path(name), image_shape))
        except errors.OpError as reason:
            unreadable.append(Unreadable(name, reason.message))
        else:
            names.append(name)
    return names, pictures


def _answers(names: Sequence[str], probabilities: np.ndarray, model: trained.Trained, top: int) -> Iterator[Prediction]:
    class_names = model.description.class_names
    for name, row in zip(names, probabilities, strict=True):
        best = np.argsort(-row, kind="stable")[:top]
        yield Prediction(name, tuple((class_names[number], float(row[number])) for number in best))


def as_json(found: Predictions) -> str:
    """One object: `checkpoint`, `predictions` (a picture and its classes) and `unreadable` (a picture and why)."""
    content = {
        "checkpoint": found.checkpoint,
        "predictions": [
            {
                "picture": each.picture,
                "classes": [{"name": name, "probability": probability} for name, probability in each.classes],
            }
            for each in found.predictions
        ],
        "unreadable": [{"picture": each.picture, "reason": each.reason} for each in found.unreadable],
    }
    return json.dumps(content, indent=2)


def print_predictions(found: Predictions, console: Console) -> None:
    """A line for each picture: the likeliest class, how probable it is, and the next ones."""
    if not found.predictions:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("picture", overflow="fold")
    table.add_column("class", style="bold", overflow="fold")
    table.add_column("probability", justify="right")
    table.add_column("next", overflow="fold")
    for each in found.predictions:
        (name, probability), *others = each.classes
        rest = ", ".join(f"{escape(other)} {_percent(value)}" for other, value in others)
        table.add_row(escape(each.picture), escape(name), _percent(probability), rest)
    console.print(table)


def _percent(probability: float) -> str:
    """Never more certain than the model: 0.9999 must not read 100 %."""
    if 0.9995 < probability < 1:
        return ">99.9%"
    return "<0.1%" if 0 < probability < 0.0005 else f"{probability:.1%}"
