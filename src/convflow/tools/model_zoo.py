"""The models there are, and published checkpoints brought onto this machine."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from rich.console import Console
from rich.table import Table

from convflow.core import errors
from convflow.datasets import fetch, locate
from convflow.models import registry, zoo
from convflow.slim.datasets.dataset_utils import unpack
from convflow.tools import model_size, slim_sizes


@dataclass(frozen=True)
class Pulled:
    """A checkpoint on this machine.

    Args:
        folder: where its files are.
        prefixes: what `tf.train.Saver.restore` and `slim.assign_from_checkpoint_fn` take.
        sha256: of the archive that was unpacked; None if the files were there before.
        source: the archive's place or address; None if the files were there before.
    """

    folder: Path
    prefixes: list[Path]
    sha256: str | None = None
    source: str | None = None


def models_folder() -> Path:
    """Where pulled checkpoints are kept: one folder for each below it."""
    return platformdirs.user_cache_path("convflow") / "models"


def pull(checkpoint: zoo.Checkpoint, into: Path | None = None) -> Pulled:
    """A published checkpoint, unpacked from an archive on this machine or downloaded.

    The archive is taken from the folder, its parent, or one of `$CONVFLOW_DATA` if it is there. A downloaded one is
    deleted once it is unpacked.

    Args:
        checkpoint: which.
        into: the folder for its files; one in the user's cache by default.

    Raises:
        errors.UnavailableError: the archive is nowhere here and cannot be downloaded; the message says where to
            put it.
        errors.DataLossError: it is damaged, another file than was published, or without a checkpoint.
        errors.PermissionDeniedError: it would write outside of the folder.
    """
    folder = models_folder() / checkpoint.name if into is None else into
    present = prefixes_in(folder)
    if present:
        return Pulled(folder, present)
    places = [place / checkpoint.archive for place in (folder, folder.parent, *locate.data_folders())]
    archive = next((place for place in places if place.is_file()), None)
    if archive is None:
        return _downloaded(checkpoint, folder, places)
    try:
        sha256 = fetch.checked_sha256(archive, checkpoint.sha256)
    except fetch.ChecksumError as reason:
        raise _another_file(checkpoint, str(archive), reason) from reason
    return _unpacked(checkpoint, archive, folder, sha256, str(archive))


def _downloaded(checkpoint: zoo.Checkpoint, folder: Path, places: list[Path]) -> Pulled:
    target = folder / checkpoint.archive
    made = not folder.exists()
    try:
        sha256 = fetch.download_archive(checkpoint.url, target, checkpoint.sha256)
    except fetch.ChecksumError as reason:
        raise _another_file(checkpoint, checkpoint.url, reason) from reason
    except OSError as reason:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        raise errors.UnavailableError(None, None, _offline_message(checkpoint, places, reason)) from reason
    try:
        return _unpacked(checkpoint, target, folder, sha256, checkpoint.url)
    finally:
        target.unlink(missing_ok=True)


def _unpacked(checkpoint: zoo.Checkpoint, archive: Path, folder: Path, sha256: str, source: str) -> Pulled:
    unpack(archive, folder, checkpoint.url)
    prefixes = prefixes_in(folder)
    if not prefixes:
        raise errors.DataLossError(
            None, None, f"{source} was unpacked into {folder}, but holds no checkpoint. Expected a file that ends "
            f"with .ckpt or .index. Get {checkpoint.url} again.",
        )  # fmt: skip
    return Pulled(folder, prefixes, sha256, source)


def prefixes_in(folder: Path) -> list[Path]:
    """The checkpoints in a folder, by the names that savers take."""
    if not folder.is_dir():
        return []
    newer = {path.with_suffix("") for path in folder.rglob("*.index") if path.is_file()}
    older = {path for path in folder.rglob("*.ckpt") if path.is_file()}
    return sorted(newer | older)


def _another_file(checkpoint: zoo.Checkpoint, source: str, reason: Exception) -> errors.DataLossError:
    return errors.DataLossError(
        None, None, f"{source} is not the published archive of {checkpoint.name}: {reason}. Delete it and get "
        f"{checkpoint.url} again.",
    )  # fmt: skip


def _offline_message(checkpoint: zoo.Checkpoint, places: list[Path], reason: OSError) -> str:
    lines = [
        f"{checkpoint.archive} is missing and could not be downloaded from {checkpoint.url}: {reason}.",
        "Looked for it at:",
        *(f"  {place}" for place in places),
        f"What to do: on a machine with network access get {checkpoint.url} and put it at {places[0]}, or into a "
        f"folder that ${locate.DATA_VARIABLE} names; then pull {checkpoint.name} again.",
    ]
    return "\n".join(lines)


def print_models() -> None:
    """Print the models that can be trained and the published checkpoints: sizes, accuracies and sources."""
    # Piped output keeps a model on a line.
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(_models_table())
    console.print("\nTrain one: convflow train NAME. Published checkpoints of ImageNet:\n", highlight=False)
    console.print(_checkpoints_table())
    console.print(
        "\nNames with a top-1 are published checkpoints (ImageNet's validation pictures): convflow models pull NAME",
        highlight=False,
    )


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="left" if title in ("name", "source") else "right", overflow="fold")
    return table


def _models_table() -> Table:
    table = _table("name", "parameters", "MACs", "input", "source")
    for name in registry.names():
        model = registry.get(name)
        size = slim_sizes.SIZES.get(name) or model_size.measure(model)
        shape = "x".join(map(str, model.input_shape))
        table.add_row(name, f"{size.parameters:,}", f"{size.macs:,}", shape, model.source)
    return table


def _checkpoints_table() -> Table:
    table = _table("name", "parameters", "input", "top-1 %", "source")
    for checkpoint in zoo.CHECKPOINTS.values():
        side = checkpoint.image_size
        table.add_row(
            checkpoint.name, f"{checkpoint.parameters:,}", f"{side}x{side}x3", f"{checkpoint.top_1:.1f}",
            checkpoint.url,
        )  # fmt: skip
    return table
