"""Record files (TFRecord shards) of `tf.train.Example` with a picture and its class.

The features are those of the research models: `image/encoded` (the bytes of a picture file) and `image/class/label`;
the classes' names stand in `labels.txt` beside the files, else in `image/class/text`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from convflow.core import errors
from convflow.formats import tfrecord
from convflow.formats.files import os_errors
from convflow.formats.record_file import read_file
from convflow.tools.classifier.data import checking, decoding, shards
from convflow.tools.classifier.data.examples import Data
from convflow.tools.classifier.data.picture_record import Fields, fields_of, size_on_disk
from convflow.tools.classifier.data.record_classes import class_names
from convflow.tools.classifier.data.splitting import Split, divided

_GZIP = b"\x1f\x8b\x08"


@dataclass(frozen=True)
class Record:
    """Where an example stands in a file (bytes), and its class."""

    path: str
    offset: int
    size: int
    label: int

    @property
    def name(self) -> str:
        return f"the record at {self.offset} of {self.path}"


class Records:
    """Examples that stand in record files, read and decoded when they are asked for.

    Args:
        records: where.
        image_shape: height, width and channels that pictures are brought to (`decoding.decode` says how).
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, records: Sequence[Record], image_shape: tuple[int, int, int]) -> None:
        self._records = list(records)
        self.image_shape = image_shape
        self.labels = np.array([record.label for record in records], np.int32)

    def __len__(self) -> int:
        return len(self._records)

    def images(self, numbers: np.ndarray) -> np.ndarray:
        pictures = np.empty((len(numbers), *self.image_shape), np.uint8)
        for place, number in enumerate(numbers):
            pictures[place] = self._picture(self._records[number])
        return pictures

    def name(self, number: int) -> str:
        return self._records[number].name

    def _picture(self, record: Record) -> np.ndarray:
        try:
            return decoding.decode(_read(record).encoded, self.image_shape)
        except decoding.Unreadable as reason:
            raise errors.DataLossError(
                None,
                None,
                f"{record.name} cannot be read: {reason}. Expected the bytes of a picture file in image/encoded. Make "
                "the file anew, or have what cannot be read left out with --skip-bad.",
            ) from reason


def load(
    what: str, image_shape: tuple[int, int, int], split: Split | None = None, skip_unreadable: bool = False
) -> Data:
    """The pictures of record files.

    All files are read once: their checksums are compared and it is noted where each example stands. Files are told
    apart by the words train, validation and test in their names; a part without files is taken from the training
    examples.

    Args:
        what: a file, a folder, or a pattern.
        image_shape: height, width and channels (1 or 3) that the pictures are brought to.
        split: how to divide what comes undivided.
        skip_unreadable: leave out pictures that cannot be decoded, each of which is tried; the data's notes name them.

    Raises:
        errors.NotFoundError: there are no such files.
        errors.DataLossError: a file or a picture is damaged.
        errors.InvalidArgumentError: the examples are no pictures with classes, there is one class only, or a class
            is missing in some part.
    """
    files = shards.chosen(what)
    found = Found(what, skip_unreadable)
    for part, paths in shards.with_training(shards.by_part(files)).items():
        found.read(part, paths)
    names = class_names(files[0].parent, found.parts, found.texts, what)
    whole = divided(found.parts, names, split or Split(), what)
    train, validation, test = (Records(records, image_shape) for records in whole.values())
    return Data(what, train, validation, test, names, checking.skipped_note(found.unreadable))


class Found:
    """What stands in record files: the records of each part, the classes in words, lines about what is unreadable."""

    def __init__(self, what: str, skip_unreadable: bool) -> None:
        self.parts: dict[str, list[Record]] = {}
        self.texts: dict[int, str] = {}
        self.unreadable: list[str] = []
        self._what = what
        self._skip = skip_unreadable

    def read(self, part: str, paths: Sequence[Path]) -> None:
        self.parts[part] = []
        for path in paths:
            for record, fields in indexed(str(path)):
                if problem := _problem(fields.encoded, self._skip):
                    self._note(f"{record.name}: {problem}")
                    continue
                self.parts[part].append(record)
                self.texts.setdefault(record.label, fields.text)

    def _note(self, line: str) -> None:
        if not self._skip:
            raise checking.unreadable([line], self._what)
        self.unreadable.append(line)


def indexed(path: str) -> Iterator[tuple[Record, Fields]]:
    """The examples of a file and where they stand.

    Raises:
        errors.DataLossError: the file is damaged, or no record file.
        errors.InvalidArgumentError: it is compressed, or its records are not what is expected.
    """
    offset = 0
    for contents in _contents(path):
        fields = fields_of(contents, f"the record at {offset} of {path}")
        size = size_on_disk(contents)
        yield Record(path, offset, size, fields.label), fields
        offset += size


def _contents(path: str) -> Iterator[bytes]:
    try:
        yield from read_file(path)
    except errors.DataLossError as reason:
        with open(path, "rb") as file:
            if file.read(len(_GZIP)) != _GZIP:
                raise
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{path} is compressed. Expected record files as they are, which can be read in any order. Decompress it, "
            "for example with gunzip.",
        ) from reason


def _problem(encoded: bytes, thorough: bool) -> str | None:
    if not thorough and checking.looks_whole(encoded, encoded[-checking.TAIL :]):
        return None
    return checking.problem_in(encoded)


def _read(record: Record) -> Fields:
    with os_errors("read the record file", record.path), open(record.path, "rb", buffering=0) as file:
        file.seek(record.offset)
        data = file.read(record.size)
    name = f"{record.path} (offsets from {record.offset} on)"
    for contents in tfrecord.read_records(io.BytesIO(data), name):
        return fields_of(contents, record.name)
    raise errors.DataLossError(
        None,
        None,
        f"{record.name} is gone: the file ends before it. Expected the file as it was when the run began. Restore it.",
    )
