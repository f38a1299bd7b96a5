"""One training run: what was asked for, checked, and written down so that it can be repeated."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
import math
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convflow.core import errors
from convflow.formats.files import os_errors, write_atomically
from convflow.models import registry
from convflow.tools.classifier.data import named

CONFIG_FILE = "config.json"
_LARGEST_SEED = 2**31 - 1
_PACKAGES = ("convflow", "torch", "numpy")


@dataclass(frozen=True)
class Run:
    """What a training run is made of.

    Args:
        model: the name of a registered model.
        data: the name of a data set.
        epochs: passes over the training examples.
        batch_size: examples in a step; the last step of an epoch takes what is left.
        learning_rate: Adam's.
        dropout: the fraction of units dropped, or None for a model without dropout.
        seed: decides the initial weights, the dropout masks and the order of the examples.
        out: the run's folder.
    """

    model: str
    data: str
    epochs: int
    batch_size: int
    learning_rate: float
    dropout: float | None
    seed: int
    out: Path


def make_run(model: str, data: str, *, seed: int = 1, out: Path | None = None, **settings: Any) -> Run:
    """A checked run; settings that are None or absent are taken from the model's recipe.

    Args:
        model: the name of a registered model.
        data: the name of a data set.
        seed: at least 0.
        out: the run's folder, `runs/MODEL-DATE-TIME` by default.
        settings: `epochs`, `batch_size`, `learning_rate`, `dropout`.

    Raises:
        errors.NotFoundError: there is no such model or data set.
        errors.InvalidArgumentError: a setting has a value that cannot work.
    """
    recipe = dataclasses.asdict(registry.get(model).recipe)
    named.get(data)
    if recipe["dropout"] is None and settings.get("dropout") is not None:
        raise _invalid("--dropout", settings["dropout"], f"nothing: {model} has no dropout; leave the option out")
    chosen = recipe | {name: value for name, value in settings.items() if value is not None}
    run = Run(model=model, data=data, seed=seed, out=out or default_out(model), **chosen)
    _check(run)
    return run


def default_out(model: str) -> Path:
    """`runs/MODEL-DATE-TIME` in the current folder."""
    return Path("runs") / f"{model}-{datetime.datetime.now():%Y%m%d-%H%M%S}"


def _check(run: Run) -> None:
    if run.epochs < 1:
        raise _invalid("--epochs", run.epochs, "a whole number of at least 1")
    if run.batch_size < 1:
        raise _invalid("--batch-size", run.batch_size, "a whole number of at least 1")
    if not (run.learning_rate > 0 and math.isfinite(run.learning_rate)):
        raise _invalid("--learning-rate", run.learning_rate, "a number above 0, such as 0.001")
    if run.dropout is not None and not 0 <= run.dropout < 1:
        raise _invalid("--dropout", run.dropout, "a fraction from 0 up to but without 1, such as 0.5")
    if not 0 <= run.seed <= _LARGEST_SEED:
        raise _invalid("--seed", run.seed, f"a whole number from 0 to {_LARGEST_SEED}")


def _invalid(option: str, value: Any, expected: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"{option} is {value}; expected {expected}.")


def prepare_folder(run: Run) -> None:
    """Makes the run's folder and writes `config.json` there, the first file of a run.

    Raises:
        errors.AlreadyExistsError: the folder holds another run.
        errors.OpError: the folder cannot be made or written; of the class that stands for the reason.
    """
    path = run.out / CONFIG_FILE
    with os_errors("make the run's folder", str(run.out)):
        if path.exists():
            raise errors.AlreadyExistsError(
                None,
                None,
                f"{run.out} holds a training run already (it has a {CONFIG_FILE}). A new or empty folder was "
                "expected, so that two runs do not mix. Choose another --out, or remove that folder.",
            )
        run.out.mkdir(parents=True, exist_ok=True)
    write_json(path, describe(run))


def describe(run: Run) -> dict[str, Any]:
    """The run as JSON: its settings, the versions it ran with, and the command that repeats it."""
    settings = dataclasses.asdict(run) | {"out": str(run.out)}
    versions = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {
        "command": command(run),
        **settings,
        "optimizer": "adam",
        "started": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **versions},
    }


def command(run: Run) -> str:
    """The command line that repeats the run, but for its folder."""
    options = [f"--{field.replace('_', '-')} {getattr(run, field)}" for field in ("data", "epochs", "batch_size")]
    options.append(f"--learning-rate {run.learning_rate!r}")
    if run.dropout is not None:
        options.append(f"--dropout {run.dropout!r}")
    options.append(f"--seed {run.seed}")
    return f"convflow train {run.model} {' '.join(options)}"


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file a person can read, whole or not at all."""
    write_atomically(str(path), (json.dumps(content, indent=2) + "\n").encode())
