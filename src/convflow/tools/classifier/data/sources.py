"""Where examples come from: named sets, folders of pictures, record files."""

from __future__ import annotations

from pathlib import Path

from convflow.core import errors
from convflow.models.registry import unknown
from convflow.tools.classifier.data import folders, named, records, shards
from convflow.tools.classifier.data.decoding import CHANNELS
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.data.splitting import Split

NAMED, FOLDER, RECORDS = "named", "folder", "records"
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")


def kind_of(what: str) -> str:
    """Whether `what` is a named set, a folder of pictures or record files: `NAMED`, `FOLDER` or `RECORDS`.

    A name comes before a folder that is called the same (`./mnist` is the folder); a folder in which record files stand
    is meant for them.

    Raises:
        errors.NotFoundError: it is none of them.
        errors.InvalidArgumentError: it is an archive.
    """
    if what in named.SOURCES:
        return NAMED
    path = Path(what).expanduser()
    if path.is_dir():
        return RECORDS if shards.in_folder(path) else FOLDER
    if path.is_file() and path.suffix.lower() in _ARCHIVES:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{what} is an archive. Expected a folder of pictures or record files. Unpack it and give the folder.",
        )
    if path.exists() or shards.is_pattern(what):
        return RECORDS
    raise errors.NotFoundError(
        None,
        None,
        f"{unknown('data set', what, named.SOURCES).message} Nor is there a folder of pictures or a record file at "
        f"{path}. Give a name, or the path of a folder or file.",
    )


def load(
    what: str, image_shape: tuple[int, int, int], split: Split | None = None, skip_unreadable: bool = False
) -> Data:
    """A data set, divided in three.

    Args:
        what: the name of a set (`named.SOURCES`); a folder of pictures (`folders.load`); or TFRecord shards: a folder
            with them, a pattern or one file (`records.load`).
        image_shape: height, width and channels (1 or 3) that pictures of folders and records are brought to, usually
            the model's. Named sets keep theirs.
        split: which fractions of a folder's or of records' training examples validate and test where they are not
            divided, and the seed that chooses them. Named sets have their own test examples, and unless `split` says
            how many, their own number of examples to validate with.
        skip_unreadable: leave out pictures of folders and records that cannot be decoded; the data's notes name them.

    Raises:
        errors.NotFoundError: there is no such set, folder or file.
        errors.UnavailableError: a named set's files are not on this machine and cannot be downloaded.
        errors.DataLossError: a file or a picture is damaged.
        errors.InvalidArgumentError: the examples cannot be learnt from: one class only, a class without examples or
            without some in a part, or pictures wanted with other channels than 1 or 3.
    """
    kind = kind_of(what)
    if kind == NAMED:
        return named.load(what, split.validation if split else None)
    check_shape(image_shape)
    where = str(Path(what).expanduser())
    if kind == FOLDER:
        return folders.load(Path(where), image_shape, split, skip_unreadable)
    return records.load(where, image_shape, split, skip_unreadable)


def check_shape(image_shape: tuple[int, int, int]) -> None:
    """Raises InvalidArgumentError for a height, width and channels that pictures cannot be brought to."""
    height, width, channels = image_shape
    if channels not in CHANNELS or height < 1 or width < 1:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Pictures of {height}x{width}x{channels} are wanted. Expected a height, a width and 1 or 3 channels. "
            "Choose a model for pictures.",
        )
