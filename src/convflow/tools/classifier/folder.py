"""A run's folder: what it was made of, written down so that it can be repeated, resumed and used."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
import platform
import shlex
from pathlib import Path
from typing import Any

from convflow.core import errors
from convflow.formats.files import os_errors, write_atomically
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.settings import Run, check, option

CONFIG_FILE = "config.json"
# Of that file; a release that changes what a key means counts on.
FORMAT = 1
_PACKAGES = ("convflow", "torch", "numpy")
_FIELDS = {field.name: field for field in dataclasses.fields(Run)}
# The command line does not repeat where the results went, nor what has a place of its own in it.
_NOT_OPTIONS = ("model", "out")
# What decides a run most is said even where it is as usual; a model's recipe may change.
_ALWAYS = ("seed",)


def prepare(run: Run, data: Data) -> None:
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
                f"expected, so that two runs do not mix. Choose another --out, remove that folder, or go on with "
                f"what is in it: convflow train --resume {run.out}",
            )
        run.out.mkdir(parents=True, exist_ok=True)
    write_json(path, describe(run, data))


def describe(run: Run, data: Data) -> dict[str, Any]:
    """The run as JSON: its settings, what it classifies, the versions it ran with, the command that repeats it."""
    versions = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {
        "format": FORMAT,
        "command": command(run),
        **dataclasses.asdict(run),
        "out": str(run.out),
        "class_names": list(data.class_names),
        "image_shape": list(data.image_shape),
        "dtype": data.train.dtype.name,
        "examples": {part: len(getattr(data, part)) for part in ("train", "validation", "test")},
        "started": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **versions},
    }


def command(run: Run) -> str:
    """The command line that repeats the run, but for its folder."""
    options = (_argument(name, getattr(run, name)) for name in _FIELDS if name not in _NOT_OPTIONS)
    return " ".join(["convflow train", run.model, *filter(None, options)])


def _argument(field: str, value: Any) -> str:
    """An option as it is typed, or nothing where its value is what it is without it."""
    default = 1.0 if field == "decay" else _FIELDS[field].default
    if value is None or (value == default and field not in _ALWAYS):
        return ""
    if value is True:
        return option(field)
    text = ",".join(map(repr, value)) if isinstance(value, tuple) else str(value)
    return f"{option(field)} {shlex.quote(text)}"


def read_config(folder: Path) -> dict[str, Any]:
    """The content of a run's `config.json`.

    Raises:
        errors.NotFoundError: the folder has none.
        errors.DataLossError: it is damaged.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise errors.NotFoundError(
            None,
            None,
            f"{folder} has no {CONFIG_FILE}, so it is not the folder of a training run. Give the folder that "
            "`convflow train` named when it started (runs/MODEL-DATE-TIME by default).",
        )
    with os_errors("read the run's settings", str(path)):
        text = path.read_text()
    try:
        config = json.loads(text)
    except ValueError as reason:
        raise _damaged(path, str(reason)) from reason
    if not isinstance(config, dict):
        raise _damaged(path, f"it holds a {type(config).__name__}")
    return config


def read_run(folder: Path) -> Run:
    """The run that a folder belongs to.

    Raises:
        errors.OpError: as `read_config`; or a setting is missing or cannot work.
    """
    config = read_config(folder)
    missing = [name for name, field in _FIELDS.items() if field.default is dataclasses.MISSING and name not in config]
    if missing:
        raise _damaged(folder / CONFIG_FILE, f"it does not say {', '.join(missing)}")
    settings = {name: config[name] for name in _FIELDS if name in config}
    try:
        run = Run(**settings | {"out": folder, "decay_at": tuple(config.get("decay_at", Run.decay_at))})
        check(run)
    except TypeError as reason:
        raise _damaged(folder / CONFIG_FILE, str(reason)) from reason
    return run


def _damaged(path: Path, reason: str) -> errors.DataLossError:
    return errors.DataLossError(
        None, None, f"{path} is damaged: {reason}. The settings of a training run were expected; train anew."
    )


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON file a person can read, whole or not at all."""
    write_atomically(str(path), (json.dumps(content, indent=2) + "\n").encode())
