from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.formats.record_file import TFRecordWriter
from convflow.slim.datasets import dataset_utils
from convflow.tools.classifier.data import named, sources
from convflow.tools.classifier.data.augmentation import parse
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.data.splitting import Split


@pytest.fixture
def shards(two_classes: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "shards"
    folder.mkdir()
    with TFRecordWriter(str(folder / "pets.tfrecord")) as writer:
        for label, name in enumerate(("cats", "dogs")):
            for path in sorted((two_classes / name).iterdir()):
                record = dataset_utils.image_to_tfexample(path.read_bytes(), b"jpg", 1, 1, label)
                writer.write(record.SerializeToString())
    dataset_utils.write_label_file({0: "cats", 1: "dogs"}, str(folder))
    return folder


def test_a_named_set_keeps_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    part = np.zeros((4, 28, 28), np.uint8), np.arange(4)
    monkeypatch.setitem(named.SOURCES, "tiny", named.Source(lambda: (part, part), 1, tuple("abcd")))
    assert sources.kind_of("tiny") == sources.NAMED
    assert sources.load("tiny", (224, 224, 3)).image_shape == (28, 28, 1)


def test_a_folder_and_its_records_are_the_same_data(two_classes: Path, shards: Path) -> None:
    assert (sources.kind_of(str(two_classes)), sources.kind_of(str(shards))) == (sources.FOLDER, sources.RECORDS)
    folder = sources.load(str(two_classes), (16, 16, 3), Split(seed=3))
    for what in (str(shards), f"{shards}/*.tfrecord", str(shards / "pets.tfrecord")):
        records = sources.load(what, (16, 16, 3), Split(seed=3))
        assert records.class_names == folder.class_names
        for ours, theirs in zip(
            (records.train, records.validation, records.test),
            (folder.train, folder.validation, folder.test),
            strict=True,
        ):
            numbers = np.arange(len(ours))
            np.testing.assert_array_equal(ours.labels, theirs.labels)
            np.testing.assert_array_equal(ours.images(numbers), theirs.images(numbers))


def test_from_a_folder_to_changed_batches(two_classes: Path) -> None:
    data = sources.load(str(two_classes), (16, 16, 3))
    order = np.random.default_rng(0).permutation(len(data.train))
    made = list(batches(data.train, 4, order, parse("flip,crop:2,hue"), seed=(1,)))
    assert [batch.images.shape for batch in made] == [(4, 16, 16, 3)] * 3 + [(2, 16, 16, 3)]
    np.testing.assert_array_equal(np.concatenate([batch.labels for batch in made]), data.train.labels[order])


def test_a_home_folder(two_classes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(two_classes.parent))
    assert sources.kind_of("~/pets") == sources.FOLDER
    assert len(sources.load("~/pets", (8, 8, 3)).train) == 14


def test_nothing_of_this_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.NotFoundError) as caught:
        sources.kind_of("minst")
    assert str(caught.value).startswith("There is no data set named 'minst'. Did you mean mnist")
    assert str(caught.value).endswith(
        "Nor is there a folder of pictures or a record file at minst. Give a name, or the path of a folder or file."
    )


def test_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "pets.zip"
    path.write_bytes(b"PK")
    with pytest.raises(errors.InvalidArgumentError) as caught:
        sources.load(str(path), (8, 8, 3))
    assert str(caught.value) == (
        f"{path} is an archive. Expected a folder of pictures or record files. Unpack it and give the folder."
    )


@pytest.mark.parametrize("shape", [(1, 1, 4), (0, 8, 3), (8, 8, 2)])
def test_pictures_of_no_use(two_classes: Path, shape: tuple[int, int, int]) -> None:
    with pytest.raises(
        errors.InvalidArgumentError, match=r"are wanted. Expected a height, a width and 1 or 3 channels"
    ):
        sources.load(str(two_classes), shape)
