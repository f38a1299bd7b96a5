from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from convflow.core import errors
from convflow.formats.example import Example
from convflow.formats.record_file import TFRecordWriter
from convflow.slim.datasets import dataset_utils
from convflow.tools.classifier.data import records
from convflow.tools.classifier.data.splitting import Split

SHAPE = (6, 6, 3)
LABELS = (0, 1) * 6


def png(number: int, size: int = 8) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(number).integers(0, 256, (size, size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def example(encoded: bytes, label: int, **more: Any) -> bytes:
    made = dataset_utils.image_to_tfexample(encoded, b"png", 8, 8, label)
    for name, value in more.items():
        made.features.feature[name.replace("__", "/")].CopyFrom(value)
    return made.SerializeToString()


def write(path: Path, labels: Sequence[int] = LABELS, compression: str = "", **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with TFRecordWriter(str(path), compression) as writer:
        for number, label in enumerate(labels):
            writer.write(example(png(number), label, **more))
    return path


def refused(what: Path | str, kind: type[errors.OpError] = errors.InvalidArgumentError, **options: bool) -> str:
    with pytest.raises(kind) as caught:
        records.load(str(what), SHAPE, **options)
    return str(caught.value)


def test_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "pets.tfrecord")
    data = records.load(str(path), (8, 8, 3))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 2, 2]
    assert data.class_names == ("0", "1")
    assert data.train.labels.dtype == np.int32
    for part in (data.train, data.validation, data.test):
        for number in range(len(part)):
            offset = int(part.name(number).split()[3])
            assert part.name(number) == f"the record at {offset} of {path}"
    # Any order; the picture is the one that was written.
    everything = {image.tobytes() for image in data.train.images(np.arange(8)[::-1])}
    written = {np.asarray(Image.open(io.BytesIO(png(number)))).tobytes() for number in range(12)}
    assert everything < written


def test_labels_belong_to_their_pictures(tmp_path: Path) -> None:
    data = records.load(str(write(tmp_path / "pets.tfrecord")), (8, 8, 3))
    pixels = {np.asarray(Image.open(io.BytesIO(png(number)))).tobytes(): label for number, label in enumerate(LABELS)}
    images = data.train.images(np.arange(len(data.train)))
    assert [pixels[image.tobytes()] for image in images] == data.train.labels.tolist()


@pytest.mark.parametrize(
    "pattern", ["flowers_{}_{:05d}-of-00002.tfrecord", "{}-{:05d}-of-00002", "f-{}.{}.tfrecords", "{}_{}.record"]
)
@pytest.mark.parametrize("validation", ["validation", "val"])
def test_parts_by_their_names(tmp_path: Path, pattern: str, validation: str) -> None:
    for part, count in (("train", 4), (validation, 2), ("test", 2)):
        for shard in range(2):
            write(tmp_path / pattern.format(part, shard), LABELS[:count])
    data = records.load(str(tmp_path), SHAPE)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 4, 4]


def test_missing_parts_are_taken_from_the_training_examples(tmp_path: Path) -> None:
    write(tmp_path / "a_train.tfrecord")
    write(tmp_path / "a_validation.tfrecord", LABELS[:4])
    data = records.load(str(tmp_path), SHAPE, Split(test=0.5))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [6, 4, 6]


def test_a_pattern(tmp_path: Path) -> None:
    for name in ("a-00000-of-00003", "a-00001-of-00003", "b.tfrecord"):
        write(tmp_path / name)
    data = records.load(f"{tmp_path}/a-*", SHAPE)
    assert sum(map(len, (data.train, data.validation, data.test))) == 24


def test_names_of_classes(tmp_path: Path) -> None:
    write(tmp_path / "a.tfrecord")
    (tmp_path / "labels.txt").write_text("0:cat\n1:dog: small\n")
    assert records.load(str(tmp_path), SHAPE).class_names == ("cat", "dog: small")


def test_names_of_classes_in_the_examples(tmp_path: Path) -> None:
    with TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        for number, label in enumerate(LABELS):
            text = dataset_utils.bytes_feature(("Käfer", "fly")[label].encode())
            writer.write(example(png(number), label, image__class__text=text))
    assert records.load(str(tmp_path), SHAPE).class_names == ("Käfer", "fly")


@pytest.mark.parametrize("labels_txt", ["", "0:background\n1:cat\n2:dog\n"])
def test_class_0_may_be_the_background(tmp_path: Path, labels_txt: str) -> None:
    write(tmp_path / "a.tfrecord", [1, 2] * 5)
    if labels_txt:
        (tmp_path / "labels.txt").write_text(labels_txt)
    names = records.load(str(tmp_path), SHAPE).class_names
    assert names == (("background", "cat", "dog") if labels_txt else ("background", "1", "2"))


@pytest.mark.parametrize(
    ("labels", "labels_txt", "message"),
    [
        ([1, 1, 1], "", "has one class only, 1. Expected pictures of at least two classes."),
        ([], "", "has no examples. Expected pictures of at least two classes."),
        ([0, 1, 3] * 3, "", "has no training examples of the class 2. Expected examples of every class from 0 on"),
        ([0, 2**40] * 3, "", "has no training examples of the class 1, 2. Expected"),
        ([0, 1] * 3, "0:a\n1:b\n2:c\n", "has no training examples of the class 2 ('c')."),
        ([1, 2] * 3, "0:a\n1:b\n2:c\n", "has no training examples of the class 0 ('a')."),
        ([0, 1] * 3, "a\nb\n", "labels.txt, line 1: expected 'number:name', got 'a'. Correct the line."),
        ([0, 0, 0, 1, 1], "", "The class '1' of {what} has 2 pictures to train on and to take validation and test"),
    ],
)
def test_classes_that_cannot_be_learnt(tmp_path: Path, labels: list[int], labels_txt: str, message: str) -> None:
    path = write(tmp_path / "a.tfrecord", labels)
    if labels_txt:
        (tmp_path / "labels.txt").write_text(labels_txt)
    assert message.format(what=path) in refused(path)


def test_a_class_missing_in_a_part(tmp_path: Path) -> None:
    write(tmp_path / "train.tfrecord")
    write(tmp_path / "test.tfrecord", [0, 0])
    assert f"The test examples of {tmp_path} have none of the class '1'" in refused(tmp_path)
    write(tmp_path / "test.tfrecord", [0, 1, 2])
    assert refused(tmp_path) == (
        f"The test examples of {tmp_path} have the class 2, which the training examples lack. Expected the classes "
        "that are trained on. Add training examples of it, or leave it out."
    )


def test_an_incomplete_set(tmp_path: Path) -> None:
    for shard in (0, 2):
        write(tmp_path / f"a_train_{shard:05d}-of-00003.tfrecord")
    assert refused(tmp_path, errors.NotFoundError) == (
        f"{tmp_path} has 2 of the 3 files a_train_*-of-00003.tfrecord; number 1 is missing. Expected all of them. Get "
        "the others, or give a pattern of those to use."
    )


def test_files_that_do_not_say_their_part(tmp_path: Path) -> None:
    write(tmp_path / "train.tfrecord")
    write(tmp_path / "more.tfrecord")
    assert f"The name of {tmp_path}/more.tfrecord does not say which part of the data it holds" in refused(tmp_path)


def test_no_training_files(tmp_path: Path) -> None:
    write(tmp_path / "a-test.tfrecord")
    assert "The record files hold test examples only, such as" in refused(tmp_path)


@pytest.mark.parametrize("what", ["none.tfrecord", "*.tfrecord", "."])
def test_no_files(tmp_path: Path, what: str) -> None:
    assert f"There are no record files at {tmp_path / what}." in refused(tmp_path / what, errors.NotFoundError)


def test_a_compressed_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfrecord", compression="GZIP")
    assert refused(path) == (
        f"{path} is compressed. Expected record files as they are, which can be read in any order. Decompress it, for "
        "example with gunzip."
    )


@pytest.mark.parametrize(
    ("contents", "kind", "message"),
    [
        (Example().SerializeToString(), errors.InvalidArgumentError, "has no image/encoded; its features are: none."),
        (b"\xff\xff", errors.DataLossError, "is no tf.train.Example"),
        (example(png(0), -1), errors.InvalidArgumentError, "has the class -1. Expected 0 or above."),
        (
            example(png(0), 0, image__format=dataset_utils.bytes_feature(b"raw")),
            errors.InvalidArgumentError,
            "holds pixels as they are (image/format is raw). Expected the bytes of a picture file.",
        ),
        (
            example(png(0), 0, image__class__label=dataset_utils.int64_feature([1, 2])),
            errors.InvalidArgumentError,
            "has 2 values of int64_list in image/class/label. Expected one.",
        ),
        (
            example(png(0), 0, image__class__label=dataset_utils.float_feature(1.0)),
            errors.InvalidArgumentError,
            "has 0 values of int64_list in image/class/label. Expected one.",
        ),
        (
            example(png(0)[:-30], 0),
            errors.DataLossError,
            "it is damaged (",
        ),
        (example(b"text", 0), errors.DataLossError, "its 4 bytes are no picture of a known format."),
    ],
)  # fmt: skip
def test_records_of_something_else(tmp_path: Path, contents: bytes, kind: type[errors.OpError], message: str) -> None:
    with TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        writer.write(contents)
    text = refused(tmp_path, kind)
    assert f"the record at 0 of {tmp_path}/a.tfrecord" in text
    assert message in text


def test_unreadable_pictures_are_left_out_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.tfrecord"
    with TFRecordWriter(str(path)) as writer:
        for number, label in enumerate(LABELS):
            writer.write(example(png(number) if number else b"text", label))
    assert "A picture cannot be read. the record at 0 of" in refused(path, errors.DataLossError)
    data = records.load(str(path), SHAPE, skip_unreadable=True)
    assert sum(map(len, (data.train, data.validation, data.test))) == 11
    assert data.notes == (
        "1 picture that cannot be read was left out:\n"
        f"  the record at 0 of {path}: its 4 bytes are no picture of a known format",
    )


def test_damage_names_the_file_and_the_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfrecord")
    contents = bytearray(path.read_bytes())
    (length,) = np.frombuffer(contents[:8], np.uint64)
    second = int(length) + 16
    contents[second + 40] ^= 1
    path.write_bytes(contents)
    text = refused(path, errors.DataLossError)
    assert f"corrupted record at {second} of {path}: the checksum of its data is" in text


def test_damage_during_a_run_names_the_file_and_the_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tfrecord")
    data = records.load(str(path), SHAPE)
    path.write_bytes(path.read_bytes()[:-100])
    broken = []
    for part in (data.train, data.validation, data.test):
        for number in range(len(part)):
            try:
                part.images(np.array([number]))
            except errors.DataLossError as reason:
                offset = part.name(number).split()[3]
                broken.append(str(reason))
                assert f"truncated record at 0 of {path} (offsets from {offset} on)" in broken[0]
    assert len(broken) == 1
    path.write_bytes(b"")
    with pytest.raises(errors.DataLossError, match=r"is gone: the file ends before it"):
        data.train.images(np.array([0]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_is_found(tmp_path: Path, data: st.DataObject) -> None:
    path = write(tmp_path / "a.tfrecord", LABELS[:8])
    contents = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(contents) - 1))
    contents[bit // 8] ^= 1 << bit % 8
    path.write_bytes(contents)
    assert f"of {path}" in refused(path, errors.DataLossError)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_cut_file_is_found_unless_it_ends_between_records(tmp_path: Path, data: st.DataObject) -> None:
    path = write(tmp_path / "a.tfrecord", LABELS)
    contents = path.read_bytes()
    ends = {record.offset + record.size for record, _ in records.indexed(str(path))}
    cut = data.draw(st.integers(1, len(contents) - 1))
    path.write_bytes(contents[:cut])
    if cut not in ends:
        assert f"of {path}" in refused(path, errors.DataLossError)
