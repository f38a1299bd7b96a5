"""What a training run is made of: every setting, checked."""

from __future__ import annotations

import dataclasses
import datetime
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convflow.core import errors
from convflow.models import registry
from convflow.tools.classifier import needless
from convflow.tools.classifier.data import sources
from convflow.tools.classifier.data.augmentation import parse
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.data.splitting import Split
from convflow.tools.classifier.initializers import INITIALIZERS
from convflow.tools.classifier.needless import option
from convflow.tools.classifier.optimizers import OPTIMIZERS, learning_rate_of
from convflow.tools.classifier.schedules import DECAYS, Schedule

LARGEST_SEED = 2**31 - 1
BALANCES = ("none", "weights", "resample")


@dataclass(frozen=True)
class Run:
    """What a training run is made of.

    Args:
        model: the name of a registered model.
        data: the name of a data set, a folder of pictures, or TFRecord files.
        out: the run's folder.
        epochs: passes over the training examples.
        batch_size: examples in a step; the last step of an epoch takes what is left.
        optimizer: a key of `OPTIMIZERS`.
        learning_rate: the optimizer's at the beginning.
        steps: how many in all, in place of `epochs`.
        momentum: of the optimizers that have one.
        schedule, decay, decay_at, patience, warmup: how the rate changes; see `Schedule`.
        dropout: the fraction of units dropped, or None for a model without dropout.
        initializer: of all kernels, a key of `INITIALIZERS`; None for the model's own.
        l1, l2: how much of the sum of the kernels' magnitudes and of half the sum of their squares is added to the
            loss.
        image_size, channels: what pictures of folders and records are brought to; None for the model's.
        validation, test: the fractions of the examples that are kept where they are not divided; None for a tenth and
            a fifth. A named set has its test examples, and unless `validation` is given its own number to validate.
        skip_bad: whether pictures that cannot be read are left out.
        augment: how training pictures are changed, as in "flip,crop:4".
        balance: "weights" gives rare classes more weight in the loss, "resample" shows them more often.
        early_stopping: how many epochs without a better validation accuracy end the run; None for never.
        mixed_precision: whether convolutions and products run in bfloat16.
        seed: decides the initial weights, the dropout masks, the order of the examples and their augmentation.
        start: a run's folder or a checkpoint whose variables are taken over where name and shape agree.
        freeze: a regular expression; variables whose names it finds stay as they are.
        train_only: a regular expression; only variables whose names it finds are trained.
    """

    model: str
    data: str
    out: Path
    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    steps: int | None = None
    momentum: float = 0.9
    schedule: str = "constant"
    decay: float = 1.0
    decay_at: tuple[float, ...] = (1 / 3, 2 / 3)
    patience: int = 5
    warmup: float = 0.0
    dropout: float | None = None
    initializer: str | None = None
    l1: float = 0.0
    l2: float = 0.0
    image_size: int | None = None
    channels: int | None = None
    validation: float | None = None
    test: float | None = None
    skip_bad: bool = False
    augment: str = ""
    balance: str = "none"
    early_stopping: int | None = None
    mixed_precision: bool = False
    seed: int = 1
    start: str | None = None
    freeze: str | None = None
    train_only: str | None = None

    @property
    def rates(self) -> Schedule:
        """The learning rate as a function of the moment."""
        return Schedule(self.schedule, self.learning_rate, self.decay, self.decay_at, self.patience, self.warmup)

    @property
    def split(self) -> Split:
        """How examples are divided that come undivided."""
        return Split(self.validation, self.test, self.seed)


def make_run(model: str, data: str, *, out: Path | None = None, **settings: Any) -> Run:
    """A checked run; settings that are None or absent are taken from the model's recipe.

    Args:
        model: the name of a registered model.
        data: the name of a data set, or where the examples are.
        out: the run's folder, `runs/MODEL-DATE-TIME` by default.
        settings: fields of `Run`.

    Raises:
        errors.NotFoundError: there is no such model or data set.
        errors.InvalidArgumentError: a setting has a value that cannot work.
    """
    recipe = dataclasses.asdict(registry.get(model).recipe)
    sources.kind_of(data)
    if recipe["dropout"] is None and settings.get("dropout") is not None:
        raise _invalid("--dropout", settings["dropout"], f"nothing: {model} has no dropout; leave the option out")
    chosen = recipe | {name: value for name, value in settings.items() if value is not None}
    if chosen["schedule"] != recipe["schedule"] or "decay" not in chosen:
        # A recipe's decay belongs to its own schedule.
        chosen["decay"] = settings.get("decay") or DECAYS.get(chosen["schedule"], 1.0)
    if chosen["optimizer"] != recipe["optimizer"] and settings.get("learning_rate") is None:
        # So does its learning rate to its own optimizer.
        chosen["learning_rate"] = learning_rate_of(chosen["optimizer"], recipe["learning_rate"])
    run = Run(model=model, data=data, out=out or default_out(model), **chosen)
    check(run)
    needless.refuse(run, settings)
    return run


def load_data(run: Run) -> Data:
    """The examples that a run is made with.

    Raises:
        errors.OpError: as `sources.load`; or its pictures cannot be augmented as the run wants.
    """
    height, width, channels = registry.get(run.model).input_shape
    size = (run.image_size or height, run.image_size or width, run.channels or channels)
    data = sources.load(run.data, size, run.split, run.skip_bad)
    augmentation = parse(run.augment)
    if augmentation is not None:
        augmentation.check(data.image_shape, data.train.dtype)
    return data


def default_out(model: str) -> Path:
    """`runs/MODEL-DATE-TIME` in the current folder."""
    return Path("runs") / f"{model}-{datetime.datetime.now():%Y%m%d-%H%M%S}"


def _is_positive(value: float) -> bool:
    return value > 0 and math.isfinite(value)


def _is_share(value: float) -> bool:
    return 0 <= value < 1


# field -> (what holds, what is expected); a setting of None is left out
_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "epochs": (lambda value: value >= 1, "a whole number of at least 1"),
    "steps": (lambda value: value >= 1, "a whole number of at least 1"),
    "batch_size": (lambda value: value >= 1, "a whole number of at least 1"),
    "learning_rate": (_is_positive, "a number above 0, such as 0.001"),
    "momentum": (_is_share, "a fraction from 0 up to but without 1, such as 0.9"),
    "decay": (lambda value: 0 <= value <= 1, "a fraction from 0 to 1, such as 0.1"),
    "decay_at": (lambda value: all(0 < part < 1 for part in value), "fractions of the run, such as 0.5,0.75"),
    "patience": (lambda value: value >= 1, "a whole number of at least 1"),
    "warmup": (lambda value: value >= 0 and math.isfinite(value), "a number of epochs from 0, such as 1"),
    "dropout": (_is_share, "a fraction from 0 up to but without 1, such as 0.5"),
    "l1": (lambda value: value >= 0 and math.isfinite(value), "a number from 0, such as 0.0001"),
    "l2": (lambda value: value >= 0 and math.isfinite(value), "a number from 0, such as 0.0001"),
    "image_size": (lambda value: value >= 1, "a whole number of pixels of at least 1"),
    "channels": (lambda value: value in (1, 3), "1 (grey) or 3 (colours)"),
    "early_stopping": (lambda value: value >= 1, "a whole number of epochs of at least 1"),
    "seed": (lambda value: 0 <= value <= LARGEST_SEED, f"a whole number from 0 to {LARGEST_SEED}"),
}
_CHOICES: dict[str, Collection[str]] = {
    "optimizer": OPTIMIZERS,
    "schedule": DECAYS,
    "initializer": INITIALIZERS,
    "balance": BALANCES,
}
_PATTERNS = ("freeze", "train_only")


def check(run: Run) -> None:
    """Refuses settings that cannot work.

    Raises:
        errors.InvalidArgumentError: names the option, its value and what is expected.
    """
    for field, (holds, expected) in _CHECKS.items():
        value = getattr(run, field)
        if value is not None and not holds(value):
            raise _invalid(option(field), value, expected)
    for field, choices in _CHOICES.items():
        value = getattr(run, field)
        if value is not None and value not in choices:
            raise _invalid(option(field), repr(value), f"one of {', '.join(choices)}")
    _ = run.split
    parse(run.augment)
    for field in _PATTERNS:
        _check_pattern(option(field), getattr(run, field))


def _check_pattern(name: str, pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except re.error as reason:
        raise _invalid(name, repr(pattern), f"a regular expression ({reason})") from None


def _invalid(name: str, value: Any, expected: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"{name} is {value}; expected {expected}.")
