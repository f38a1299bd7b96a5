"""Folders of pictures: `CLASS/PICTURE`, or `train/CLASS/PICTURE` with `validation` and `test` beside it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convflow.core import errors
from convflow.formats.files import os_errors
from convflow.tools.classifier.data import checking, decoding
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.data.splitting import TEST, TRAIN, VALIDATION, Split, divided

# What Pillow reads and people keep pictures in.
ENDINGS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".avif",
    ".jp2", ".j2k", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".pcx", ".ico", ".sgi", ".qoi",
)  # fmt: skip
_PARTS = {
    "train": TRAIN, "training": TRAIN,
    "validation": VALIDATION, "valid": VALIDATION, "val": VALIDATION,
    "test": TEST, "testing": TEST,
}  # fmt: skip


@dataclass(frozen=True)
class PictureFile:
    """A picture's file and the number of its class."""

    path: str
    label: int


class PictureFiles:
    """Examples whose pictures are files, decoded when they are asked for.

    Args:
        files: the pictures.
        image_shape: height, width and channels that they are brought to (`decoding.decode` says how).
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, files: Sequence[PictureFile], image_shape: tuple[int, int, int]) -> None:
        self._files = list(files)
        self.image_shape = image_shape
        self.labels = np.array([file.label for file in files], np.int32)

    def __len__(self) -> int:
        return len(self._files)

    def images(self, numbers: np.ndarray) -> np.ndarray:
        pictures = np.empty((len(numbers), *self.image_shape), np.uint8)
        for place, number in enumerate(numbers):
            pictures[place] = self._picture(self._files[number].path)
        return pictures

    def name(self, number: int) -> str:
        return self._files[number].path

    def _picture(self, path: str) -> np.ndarray:
        with os_errors("read the picture", path), open(path, "rb") as file:
            contents = file.read()
        try:
            return decoding.decode(contents, self.image_shape)
        except decoding.Unreadable as reason:
            raise errors.DataLossError(
                None,
                None,
                f"{path} cannot be read: {reason}. Expected a whole picture. Repair or remove it, or have what cannot "
                "be read left out with --skip-bad.",
            ) from reason


def load(
    root: Path, image_shape: tuple[int, int, int], split: Split | None = None, skip_unreadable: bool = False
) -> Data:
    """The pictures of a folder.

    The folder has a folder for each class, or `train`, `test` and `validation` (also `training`, `testing`, `valid`,
    `val`) with folders for the classes in each; a part that is not there is taken from the training pictures. Classes
    are numbered in the order of their names as text. Pictures may lie in further folders within a class.

    Every picture is looked at: JPEG and PNG files at their beginning and end, others by decoding them.

    Args:
        root: the folder.
        image_shape: height, width and channels (1 or 3) that the pictures are brought to.
        split: how to divide what comes undivided.
        skip_unreadable: leave out pictures that cannot be decoded, each of which is tried; the data's notes name them.

    Raises:
        errors.NotFoundError: there is no such folder.
        errors.InvalidArgumentError: its layout is none of the two; there is one class only; a class has no pictures,
            or none in some part.
        errors.DataLossError: a picture cannot be read.
    """
    folders = part_folders(root)
    class_names = _class_names(folders[TRAIN])
    parts = {part: pictures_of(folder, class_names, str(folders[TRAIN])) for part, folder in folders.items()}
    lines: list[str] = []
    for part, files in parts.items():
        parts[part], unreadable = readable(files, skip_unreadable, root)
        lines += unreadable
    _check_nonempty(parts[TRAIN], class_names, folders[TRAIN])
    whole = divided(parts, class_names, split or Split(), str(root))
    train, validation, test = (PictureFiles(files, image_shape) for files in whole.values())
    notes = (*checking.skipped_note(lines), *_loose_notes(folders.values()))
    return Data(str(root), train, validation, test, class_names, notes)


def readable(files: list[PictureFile], skip_unreadable: bool, root: Path) -> tuple[list[PictureFile], list[str]]:
    """The files that can be read, and a line about each of the others; `checking.without_unreadable` says how."""
    problem = checking.thorough_problem if skip_unreadable else checking.quick_problem
    return checking.without_unreadable(
        files, lambda file: problem(file.path), lambda file: file.path, skip_unreadable, str(root)
    )


def has_parts(root: Path) -> bool:
    """Whether a folder is divided into `train` and others.

    A class may be called train too, beside classes with other names: it holds pictures itself, not folders.
    """
    parts = {folder: _PARTS.get(folder.name.lower()) for folder in _subfolders(root)}
    training = [folder for folder, part in parts.items() if part == TRAIN]
    return bool(training) and (all(parts.values()) or any(map(_subfolders, training)))


def part_folders(root: Path) -> dict[str, Path]:
    """The folders of the parts that a folder is divided into, `train` among them; itself as `train` if it is not."""
    if not has_parts(root):
        return {TRAIN: root}
    folders: dict[str, Path] = {}
    for folder in _subfolders(root):
        part = _PARTS.get(folder.name.lower())
        if part is None:
            raise _invalid(
                f"{root} is divided into train and others, and has a folder {folder.name!r} beside them.",
                "train, validation and test only",
                "Move that folder elsewhere, or into one of the parts if it is a class.",
            )
        if part in folders:
            raise _invalid(
                f"{root} has both {folders[part].name!r} and {folder.name!r}.",
                f"one folder of {part} pictures",
                "Put them together.",
            )
        folders[part] = folder
    return folders


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(sorted(subfolder.name for subfolder in _subfolders(folder)))
    if len(names) > 1:
        return names
    loose = _num_loose(folder)
    layout = f"a folder for each class, as in {folder / 'CLASS' / 'PICTURE.jpg'}, and at least two classes"
    if names:
        inner = [subfolder.name for subfolder in _subfolders(folder / names[0])]
        hint = f" Or name {folder / names[0]} itself, which has folders in it." if inner else ""
        raise _invalid(
            f"{folder} has one class only, {names[0]!r}.", layout, f"Add a folder with what is not {names[0]!r}.{hint}"
        )
    if loose:
        raise _invalid(
            f"{folder} has {loose} pictures and no folders for classes.", layout, "Sort the pictures into such folders."
        )
    raise _invalid(f"{folder} has no pictures.", layout, "Check the path.")


def pictures_of(folder: Path, class_names: Sequence[str], learnt: str) -> list[PictureFile]:
    """The pictures of all classes; a class that this folder lacks has none here.

    Args:
        folder: has a folder for each class.
        class_names: the classes that are known.
        learnt: what they are known from, for the error.

    Raises:
        errors.InvalidArgumentError: there is a folder with another name.
    """
    unknown = [subfolder.name for subfolder in _subfolders(folder) if subfolder.name not in class_names]
    if unknown:
        raise _invalid(
            f"{folder} has the class {unknown[0]!r}, which {learnt} lacks.",
            "the classes that are trained on",
            "Add training pictures of it, or take it away. Upper and lower case must agree.",
        )
    return [
        PictureFile(path, label)
        for label, name in enumerate(class_names)
        for path in _pictures_under(folder / name)
    ]  # fmt: skip


def _pictures_under(folder: Path) -> list[str]:
    found = []
    for inner, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(inner, name) for name in sorted(names) if _is_picture(name)]
    return found


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in ENDINGS


def _num_loose(folder: Path) -> int:
    """How many pictures lie in a folder itself."""
    return sum(map(_is_picture, _listed(folder)[1]))


def _loose_notes(folders: Iterable[Path]) -> list[str]:
    counts = {folder: _num_loose(folder) for folder in folders}
    return [
        f"{count} of the pictures in {folder} lie in no class's folder and are not used."
        for folder, count in counts.items()
        if count
    ]


def _check_nonempty(files: list[PictureFile], class_names: tuple[str, ...], folder: Path) -> None:
    present = {file.label for file in files}
    empty = [name for label, name in enumerate(class_names) if label not in present]
    if empty:
        names = ", ".join(map(repr, empty))
        raise _invalid(
            f"The class {names} of {folder} has no pictures that can be read.",
            f"pictures in each class folder, with an ending such as {', '.join(('.jpg', '.png'))}",
            "Put some there, or take the folder away.",
        )


def _subfolders(folder: Path) -> list[Path]:
    return [folder / name for name in _listed(folder)[0]]


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files in a folder, sorted, without hidden ones."""
    with os_errors("read the folder", str(folder)), os.scandir(folder) as entries:
        seen = sorted((entry.name, entry.is_dir()) for entry in entries if not entry.name.startswith((".", "__MACOSX")))
    return [name for name, is_folder in seen if is_folder], [name for name, is_folder in seen if not is_folder]


def _invalid(found: str, expected: str, advice: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"{found} Expected {expected}. {advice}")
