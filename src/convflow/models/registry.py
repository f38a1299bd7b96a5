"""The models by name. A file of this folder registers what it builds; nothing else has to list it."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import convflow.models
from convflow.core import errors

# (images, num_classes=..., is_training=..., **options) -> (logits, end points by name)
Network = Callable[..., tuple[Any, dict[str, Any]]]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained when nobody says otherwise.

    Args:
        epochs: passes over the training examples.
        batch_size: examples in a step.
        learning_rate: the optimizer's at the beginning.
        dropout: the fraction of units dropped, or None for a model without dropout.
        optimizer: as `convflow train --optimizer` names it.
        schedule: how the learning rate changes, as `--schedule` names it.
        l2: how much of half the sum of the kernels' squares is added to the loss.
        augment: how training pictures are changed, as `--augment` writes it.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    dropout: float | None = None
    optimizer: str = "adam"
    schedule: str = "constant"
    l2: float = 0.0
    augment: str = ""


@dataclass(frozen=True)
class Model:
    """A registered model.

    Args:
        name: what it is called.
        network: builds it in the default graph: `network(images, num_classes=, is_training=, ...)` with images
            float32 [batch, height, width, channels] gives the logits [batch, num_classes] and the tensors
            worth looking at by name. `is_training` is a bool or a scalar tensor of tf.bool.
        input_shape: height, width and channels it was designed for.
        num_classes: the classes it was designed for.
        recipe: how it is trained by default.
        source: where it is described.
    """

    name: str
    network: Network
    input_shape: tuple[int, int, int]
    num_classes: int
    recipe: Recipe
    source: str


_MODELS: dict[str, Model] = {}


def register(
    *, input_shape: tuple[int, int, int], num_classes: int, recipe: Recipe, source: str, name: str | None = None
) -> Callable[[Network], Network]:
    """Registers the decorated function, under its own name unless another is given.

    Raises:
        errors.AlreadyExistsError: the name is taken.
    """

    def add(network: Network) -> Network:
        own = name or network.__name__
        if own in _MODELS:
            taken = _MODELS[own].network.__module__
            raise errors.AlreadyExistsError(
                None,
                None,
                f"{network.__module__} registers a model named {own!r}, which {taken} has registered before. "
                "Each model needs a name of its own; rename the function.",
            )
        _MODELS[own] = Model(own, network, input_shape, num_classes, recipe, source)
        return network

    return add


def get(name: str) -> Model:
    """The model called `name`.

    Raises:
        errors.NotFoundError: there is none; the message offers names that look alike.
    """
    _import_families()
    if name not in _MODELS:
        raise unknown("model", name, names())
    return _MODELS[name]


def names() -> list[str]:
    """The names of all models, sorted."""
    _import_families()
    return sorted(_MODELS)


def unknown(kind: str, name: str, known: Iterable[str]) -> errors.NotFoundError:
    """The error for a name that is not `known`, with what was probably meant.

    Args:
        kind: what is named, as in "model".
        name: the name that was given.
        known: the names there are.
    """
    known = list(known)
    # Case is no difference to a person, nor is a hyphen or a blank for an underscore.
    spelled = {_folded(candidate): candidate for candidate in known}
    matches = functools.partial(difflib.get_close_matches, _folded(name), spelled)
    # One slip of the finger leaves no doubt; what is further off gets a choice.
    close = [spelled[match] for match in matches(n=1, cutoff=0.9) or matches(n=3, cutoff=0.5)]
    meant = f"Did you mean {' or '.join(close)}? " if close else ""
    return errors.NotFoundError(
        None, None, f"There is no {kind} named {name!r}. {meant}Known: {', '.join(known) or 'none'}."
    )


def _folded(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


@functools.cache
def _import_families() -> None:
    """Imports every file of this folder, so that a new family is found by being there."""
    for module in pkgutil.iter_modules(convflow.models.__path__):
        importlib.import_module(f"{convflow.models.__name__}.{module.name}")
