"""Which record files a person means, and which part of a data set each of them holds."""

from __future__ import annotations

import glob
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from convflow.core import errors
from convflow.tools.classifier.data.splitting import TEST, TRAIN, VALIDATION

_ENDINGS = (".tfrecord", ".tfrecords", ".tfrec", ".record", ".records")
# NAME-00000-of-00005, with or without an ending.
_SHARD = re.compile(r"^(?P<base>.*[-_])(?P<number>\d{2,6})-of-(?P<count>\d{2,6})(?P<ending>(\.[A-Za-z]+)?)$")
# A word of its own within a name: flowers_train_00000, train-00000.
_PART = re.compile(r"(?:^|[-_.])(train|training|validation|valid|val|test|testing)(?=$|[-_.])", re.IGNORECASE)
_PARTS = {"tr": TRAIN, "va": VALIDATION, "te": TEST}


def is_pattern(what: str) -> bool:
    """Whether a path is a pattern for the names of files."""
    return any(sign in what for sign in "*?[")


def in_folder(folder: Path) -> list[Path]:
    """The record files that stand in a folder, sorted."""
    return sorted(path for path in folder.iterdir() if path.is_file() and _is_record_file(path.name))


def chosen(what: str) -> list[Path]:
    """The record files that are meant by a pattern, a folder or a file, sorted.

    Raises:
        errors.NotFoundError: there are none, or a folder lacks some shards of a set.
    """
    path = Path(what)
    if is_pattern(what) and not path.exists():
        files = sorted(Path(name) for name in glob.glob(what, recursive=True))
        files = [file for file in files if file.is_file()]
    elif path.is_dir():
        files = in_folder(path)
        _check_complete(files)
    else:
        files = [path] if path.exists() else []
    if not files:
        raise errors.NotFoundError(
            None,
            None,
            f"There are no record files at {what}. Expected a file, a folder with files such as "
            "flowers_train_00000-of-00005.tfrecord, or a pattern in quotes such as 'flowers/*.tfrecord'. "
            "Check the path.",
        )
    return files


def by_part(files: Sequence[Path]) -> dict[str, list[Path]]:
    """The files of each part of the data set, by the words train, validation or test in their names.

    Files without such words are all training examples, to be divided.

    Raises:
        errors.InvalidArgumentError: some names have such a word and some have none.
    """
    parts: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        parts[_part(file.name)].append(file)
    unnamed = parts.pop("", [])
    if not parts:
        return {TRAIN: list(unnamed)}
    if unnamed:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The name of {unnamed[0]} does not say which part of the data it holds, as others beside it do. Expected "
            "train, validation or test in the name of each file, or of none. Rename or leave out that file.",
        )
    return dict(parts)


def with_training(parts: dict[str, list[Path]]) -> dict[str, list[Path]]:
    """`parts`, if there are training examples among them.

    Raises:
        errors.InvalidArgumentError: there are none.
    """
    if TRAIN not in parts:
        some = next(iter(parts.values()))[0]
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The record files hold {' and '.join(sorted(parts))} examples only, such as {some}. Expected files "
            "with train in their names too. Add them, or give the whole folder.",
        )
    return parts


def _part(name: str) -> str:
    words = _PART.findall(name)
    # The last word: a set may be called test_flowers_train.
    return _PARTS[words[-1][:2].lower()] if words else ""


def _is_record_file(name: str) -> bool:
    return not name.startswith(".") and (name.lower().endswith(_ENDINGS) or _SHARD.match(name) is not None)


def _check_complete(files: Sequence[Path]) -> None:
    sets: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for file in files:
        if shard := _SHARD.match(file.name):
            sets[shard["base"], int(shard["count"]), shard["ending"]].add(int(shard["number"]))
    for (base, count, ending), numbers in sets.items():
        missing = sorted(set(range(count)) - numbers)
        if missing:
            raise errors.NotFoundError(
                None,
                None,
                f"{files[0].parent} has {len(numbers)} of the {count} files {base}*-of-{count:05d}{ending}; number "
                f"{missing[0]} is missing. Expected all of them. Get the others, or give a pattern of those to use.",
            )
