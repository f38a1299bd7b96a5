from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.formats.record_file import TFRecordWriter
from convflow.slim.datasets import dataset_utils
from convflow.tools.classifier.data import measured, named

SHAPE = (8, 8, 3)
CLASSES = ("cats", "dogs", "emus")
Saved = Callable[..., Path]


@pytest.fixture
def shard(picture: Saved, tmp_path: Path) -> Callable[..., Path]:
    """Writes a record file: `shard("a.tfrecord", [0, 1])`."""
    contents = picture("one.png").read_bytes()

    def write(name: str, labels: Sequence[int]) -> Path:
        path = tmp_path / "shards" / name
        path.parent.mkdir(exist_ok=True)
        with TFRecordWriter(str(path)) as writer:
            for label in labels:
                writer.write(dataset_utils.image_to_tfexample(contents, b"png", 1, 1, label).SerializeToString())
        return path

    return write


def refused(what: Path | str, classes: Sequence[str] = CLASSES) -> str:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        measured.load(str(what), SHAPE, classes)
    return str(caught.value)


def test_all_pictures_of_a_folder(two_classes: Path) -> None:
    found = measured.load(str(two_classes), SHAPE, ("ants", "cats", "dogs"))
    assert np.bincount(found.examples.labels).tolist() == [0, 10, 10]
    assert found.examples.images(np.array([0, 19])).shape == (2, *SHAPE)
    assert found.notes == ()


def test_one_class_is_enough(picture: Saved, tmp_path: Path) -> None:
    picture("new/dogs/1.jpg")
    assert measured.load(str(tmp_path / "new"), SHAPE, CLASSES).examples.labels.tolist() == [1]


def test_the_test_folder_of_parts(picture: Saved, tmp_path: Path) -> None:
    for name in ("train/cats/1", "train/dogs/1", "test/dogs/1", "test/emus/1"):
        picture(f"set/{name}.jpg")
    assert measured.load(str(tmp_path / "set"), SHAPE, CLASSES).examples.labels.tolist() == [1, 2]


def test_unreadable_pictures_are_left_out_and_noted(two_classes: Path) -> None:
    (two_classes / "cats" / "0.jpg").write_bytes(b"")
    found = measured.load(str(two_classes), SHAPE, CLASSES, skip_unreadable=True)
    assert len(found.examples) == 19
    assert found.notes[0].startswith("1 picture that cannot be read was left out:")


def test_folders_that_cannot_be_measured(picture: Saved, tmp_path: Path) -> None:
    assert refused(tmp_path) == (
        f"{tmp_path} has no pictures of the classes 'cats', 'dogs', 'emus'. Expected a folder for each class, as in "
        f"{tmp_path}/cats/PICTURE.jpg. Check the path."
    )
    picture("new/frogs/1.jpg")
    assert f"{tmp_path}/new has the class 'frogs', which the trained classifier lacks." in refused(tmp_path / "new")
    picture("set/train/cats/1.jpg")
    assert f"{tmp_path}/set is divided and has no test folder. Expected one." in refused(tmp_path / "set")


def test_records(shard: Callable[..., Path], tmp_path: Path) -> None:
    path = shard("a.tfrecord", [2, 0, 2])
    assert measured.load(str(path), SHAPE, CLASSES).examples.labels.tolist() == [2, 0, 2]
    path.unlink()
    for part, labels in (("train", [0, 1]), ("validation", [1, 1]), ("test", [2])):
        shard(f"a_{part}.tfrecord", labels)
    folder = tmp_path / "shards"
    assert measured.load(str(folder), SHAPE, CLASSES).examples.labels.tolist() == [2]
    assert measured.load(f"{folder}/a_val*", SHAPE, CLASSES).examples.labels.tolist() == [1, 1]


def test_records_that_cannot_be_measured(shard: Callable[..., Path], tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    empty = shard("a_train.tfrecord", [])
    assert refused(empty) == f"{empty} has no examples. Expected pictures with their classes. Give other files."
    shard("a_train.tfrecord", [3])
    assert f"{folder} has the class 3. Expected classes below 3, as were learnt." in refused(folder)
    shard("a_train.tfrecord", [0])
    (folder / "labels.txt").write_text("0:dogs\n")
    assert refused(folder) == (
        f"The class 0 of {folder} is 'dogs'. Expected 'cats', as was learnt. Number the classes alike."
    )
    shard("a_val.tfrecord", [0])
    assert f"{folder} has files of train and validation examples. Expected files with test in" in refused(folder)


def test_the_test_examples_of_a_named_set(monkeypatch: pytest.MonkeyPatch) -> None:
    train = np.zeros((4, 28, 28), np.uint8), np.arange(4)
    test = np.zeros((2, 28, 28), np.uint8), np.arange(2)
    monkeypatch.setitem(named.SOURCES, "tiny", named.Source(lambda: (train, test), 1, tuple("abcd")))
    assert measured.load("tiny", SHAPE, tuple("abcd")).examples.labels.tolist() == [0, 1]
    assert refused("tiny") == (
        "tiny has the classes 'a', 'b', 'c', ... (4). Expected those that were learnt: 'cats', 'dogs', 'emus'. Give "
        "other data."
    )
