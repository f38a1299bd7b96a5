"""A run's folder opened again: the model that was trained, with its weights, ready to be asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import convflow as tf
from convflow.core import errors
from convflow.tools.classifier import folder as folders
from convflow.tools.classifier.checkpoints import BEST_FOLDER
from convflow.tools.classifier.data.geometry import mirror
from convflow.tools.classifier.graph import Network, build_network
from convflow.tools.classifier.settings import Run

BEST, LAST = "best", "last"


@dataclass(frozen=True)
class Description:
    """What a run's folder says about its model.

    Args:
        run: the settings; `out` is the folder as it was found, wherever it was when the run was made.
        config: all of `config.json`.
        class_names: what the labels 0, 1, 2, ... stand for.
        image_shape: height, width and channels of what the model takes.
        dtype: of what the model takes: uint8 for pictures, float32 for a table's rows.
    """

    run: Run
    config: dict[str, Any]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    dtype: np.dtype

    @property
    def takes_pictures(self) -> bool:
        return self.dtype == np.uint8


@dataclass(frozen=True)
class Trained:
    """A trained model in a session.

    Args:
        description: what it is.
        checkpoint: where its weights are from.
        network: its graph, for inference: `is_training` is left at False.
        session: holds the weights.
    """

    description: Description
    checkpoint: str
    network: Network
    session: Any

    def probabilities(self, images: np.ndarray, mirrored: bool = False) -> np.ndarray:
        """What the model says: float32 [n, num_classes] of uint8 (a table: float32) [n, height, width, channels].

        Args:
            mirrored: whether it also looks at each picture in a mirror, and says the mean of both.
        """
        views = [images, mirror(images)] if mirrored else [images]
        return np.mean([self.session.run(self.network.probabilities, {self.network.images: view}) for view in views], 0)

    def check_takes_pictures(self, otherwise: str) -> None:
        """InvalidArgumentError for a model of a table's rows; `otherwise` says what to do with one."""
        if not self.description.takes_pictures:
            raise errors.InvalidArgumentError(
                None, None, f"{self.description.run.out} was trained on {self.description.run.data}, a table; a model "
                f"that takes pictures was expected. {otherwise}",
            )  # fmt: skip


def describe(folder: Path) -> Description:
    """What a run's folder says, without its weights.

    Raises:
        errors.NotFoundError: it is no run's folder.
        errors.DataLossError: `config.json` is damaged.
        errors.FailedPreconditionError: it was written by a later release, or before its model's classes were noted.
    """
    config = folders.read_config(folder)
    if config.get("format", folders.FORMAT) != folders.FORMAT:
        raise errors.FailedPreconditionError(
            None, None, f"{folder / folders.CONFIG_FILE} is of format {config['format']}, expected {folders.FORMAT}: "
            f"it was written by convflow {_release(config)}. Install that release or a later one.",
        )  # fmt: skip
    missing = [name for name in ("class_names", "image_shape") if name not in config]
    if missing:
        raise errors.DataLossError(
            None, None, f"{folder / folders.CONFIG_FILE} does not say {' and '.join(missing)}, which the model is "
            "built with. The file that `convflow train` wrote was expected; train anew.",
        )  # fmt: skip
    try:
        height, width, channels = map(int, config["image_shape"])
        dtype = np.dtype(config.get("dtype", "uint8"))
        names = tuple(map(str, config["class_names"]))
    except (TypeError, ValueError) as reason:
        raise errors.DataLossError(
            None, None, f"{folder / folders.CONFIG_FILE} is damaged: {reason}. The file that `convflow train` wrote "
            "was expected; train anew.",
        ) from reason  # fmt: skip
    return Description(folders.read_run(folder), config, names, (height, width, channels), dtype)


def _release(config: dict[str, Any]) -> str:
    versions = config.get("versions")
    return str(versions.get("convflow", "of a later release")) if isinstance(versions, dict) else "of a later release"


@contextlib.contextmanager
def opened(where: Path, which: str = BEST) -> Iterator[Trained]:
    """The trained model of a run, for a `with` block.

    Args:
        where: the run's folder, or one of its checkpoints (`RUN/model.ckpt-STEP`, as its files are called without the
            ending).
        which: of a folder, `BEST`, the checkpoint with the best validation accuracy, or `LAST`.

    Raises:
        errors.OpError: as `describe`.
        errors.NotFoundError: there is no checkpoint yet.
        errors.DataLossError: it is damaged, or not of this model.
    """
    folder, checkpoint = _located(where, which)
    description = describe(folder)
    checkpoint = checkpoint or _checkpoint(folder, which)
    with tf.Graph().as_default() as graph:
        network = build_network(
            description.run, description.image_shape, description.dtype, description.class_names
        )  # fmt: skip
        saver = tf.train.Saver()
    with tf.Session(graph=graph) as session:
        saver.restore(session, checkpoint)
        yield Trained(description, checkpoint, network, session)


def _located(where: Path, which: str) -> tuple[Path, str | None]:
    """A run's folder, and the checkpoint if it was named."""
    if which not in (BEST, LAST):
        raise errors.InvalidArgumentError(
            None, None, f"The checkpoint {which!r} was asked for; expected {BEST} or {LAST}. Choose one of them, or "
            "give the checkpoint's own path in place of the folder's.",
        )  # fmt: skip
    name = where.with_suffix("") if where.suffix in (".index", ".meta") else where
    if where.is_dir() or not tf.train.checkpoint_exists(str(name)):
        return where, None
    # The best checkpoint stands in a folder of its own within the run's.
    folder = name.parent if (name.parent / folders.CONFIG_FILE).is_file() else name.parent.parent
    if not (folder / folders.CONFIG_FILE).is_file():
        raise errors.NotFoundError(
            None, None, f"There is no {folders.CONFIG_FILE} beside the checkpoint {where}, nor in the folder above, so "
            "that it is not known what model it belongs to. Expected a checkpoint in the folder of a training run; put "
            f"that run's {folders.CONFIG_FILE} beside it.",
        )  # fmt: skip
    return folder, str(name)


def _checkpoint(folder: Path, which: str) -> str:
    """The run's checkpoint; found by its own folder, as a run may have been moved."""
    for place in _places(folder, which):
        state = tf.train.get_checkpoint_state(str(place))
        if state is None:
            continue
        found = str(place / Path(state.model_checkpoint_path).name)
        if tf.train.checkpoint_exists(found):
            return found
    raise errors.NotFoundError(
        None, None, f"{folder} has no {which} checkpoint yet: a run writes its first at the end of its first epoch, or "
        "when Ctrl-C stops it. Train on, or choose another --checkpoint.",
    )  # fmt: skip


def _places(folder: Path, which: str) -> Sequence[Path]:
    return (folder,) if which == LAST else (folder / BEST_FOLDER,)
