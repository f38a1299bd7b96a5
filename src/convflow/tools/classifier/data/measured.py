"""Examples that a trained classifier is measured on, with the classes it has learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convflow.core import errors
from convflow.tools.classifier.data import checking, folders, named, records, shards, sources
from convflow.tools.classifier.data.examples import Examples
from convflow.tools.classifier.data.record_classes import read_labels
from convflow.tools.classifier.data.splitting import TEST, TRAIN


@dataclass(frozen=True)
class Measured:
    """Examples to measure on, and what a person should know of how they were read."""

    examples: Examples
    notes: tuple[str, ...] = ()


def load(
    what: str, image_shape: tuple[int, int, int], class_names: Sequence[str], skip_unreadable: bool = False
) -> Measured:
    """The test examples of what is divided (a named set, folders or shards with `test`), else all there are.

    Nothing is divided here: the test examples of a run's own folder are those that `sources.load` gives with the run's
    seed. A class may be without examples.

    Args:
        what: a name, a folder of pictures or record files, as of `sources.load`.
        image_shape: the classifier's height, width and channels.
        class_names: the classes it has learnt, in their order.
        skip_unreadable: leave out pictures that cannot be decoded.

    Raises:
        errors.NotFoundError: there is no such set, folder or file.
        errors.DataLossError: a file or a picture is damaged.
        errors.InvalidArgumentError: there are no examples, no test examples of what is divided, or some of a class that
            was not learnt.
    """
    kind = sources.kind_of(what)
    if kind == sources.NAMED:
        return _of_named(what, class_names)
    sources.check_shape(image_shape)
    path = Path(what).expanduser()
    if kind == sources.FOLDER:
        return _of_folder(path, image_shape, class_names, skip_unreadable)
    return _of_records(str(path), image_shape, class_names, skip_unreadable)


def _of_named(name: str, class_names: Sequence[str]) -> Measured:
    own = named.get(name).class_names
    if own != tuple(class_names):
        raise _invalid(
            f"{name} has the classes {_some(own)}.",
            f"those that were learnt: {_some(class_names)}",
            "Give other data.",
        )
    return Measured(named.load(name).test)


def _of_folder(
    root: Path, image_shape: tuple[int, int, int], class_names: Sequence[str], skip_unreadable: bool
) -> Measured:
    parts = folders.part_folders(root)
    is_divided = parts[TRAIN] != root
    if is_divided and TEST not in parts:
        raise _invalid(
            f"{root} is divided and has no test folder.", "one", f"Give one of the others, such as {parts[TRAIN]}."
        )
    folder = parts[TEST] if is_divided else root
    files, lines = folders.readable(
        folders.pictures_of(folder, class_names, "the trained classifier"), skip_unreadable, root
    )
    if not files:
        raise _invalid(
            f"{folder} has no pictures of the classes {_some(class_names)}.",
            f"a folder for each class, as in {folder / class_names[0] / 'PICTURE.jpg'}",
            "Check the path.",
        )
    return Measured(folders.PictureFiles(files, image_shape), checking.skipped_note(lines))


def _of_records(
    what: str, image_shape: tuple[int, int, int], class_names: Sequence[str], skip_unreadable: bool
) -> Measured:
    files = shards.chosen(what)
    parts = shards.by_part(files)
    if TEST not in parts and len(parts) > 1:
        raise _invalid(
            f"{what} has files of {' and '.join(sorted(parts))} examples.",
            "files with test in their names, or of one part only",
            "Give a pattern of the files to use.",
        )
    part = TEST if TEST in parts else next(iter(parts))
    found = records.Found(what, skip_unreadable)
    found.read(part, parts[part])
    examples = found.parts[part]
    _check_labels({record.label for record in examples}, read_labels(files[0].parent), class_names, what)
    return Measured(records.Records(examples, image_shape), checking.skipped_note(found.unreadable))


def _check_labels(labels: set[int], names: dict[int, str], class_names: Sequence[str], what: str) -> None:
    if not labels:
        raise _invalid(f"{what} has no examples.", "pictures with their classes", "Give other files.")
    if max(labels) >= len(class_names):
        raise _invalid(
            f"{what} has the class {max(labels)}.",
            f"classes below {len(class_names)}, as were learnt",
            "Give other data.",
        )
    for label in sorted(labels & names.keys()):
        if names[label] != class_names[label]:
            raise _invalid(
                f"The class {label} of {what} is {names[label]!r}.",
                f"{class_names[label]!r}, as was learnt",
                "Number the classes alike.",
            )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:3]))
    return f"{shown}, ... ({len(names)})" if len(names) > 3 else shown


def _invalid(found: str, expected: str, advice: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"{found} Expected {expected}. {advice}")
