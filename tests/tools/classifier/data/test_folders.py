from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.tools.classifier.data import decoding, folders
from convflow.tools.classifier.data.splitting import Split

SHAPE = (8, 8, 3)
Saved = Callable[..., Path]


def names(examples: folders.PictureFiles) -> list[str]:
    return [examples.name(number) for number in range(len(examples))]


def refused(root: Path, kind: type[errors.OpError] = errors.InvalidArgumentError, **options: bool) -> str:
    with pytest.raises(kind) as caught:
        folders.load(root, SHAPE, **options)
    return str(caught.value)


def test_each_class_is_divided_by_the_fractions(two_classes: Path) -> None:
    data = folders.load(two_classes, SHAPE)
    assert data.class_names == ("cats", "dogs")
    assert [Counter(part.labels.tolist()) for part in (data.train, data.validation, data.test)] == [
        {0: 7, 1: 7}, {0: 1, 1: 1}, {0: 2, 1: 2},
    ]  # fmt: skip
    together = [*names(data.train), *names(data.validation), *names(data.test)]
    assert sorted(together) == sorted(str(path) for path in two_classes.glob("*/*"))
    assert data.notes == ()
    assert data.has_pictures


def test_the_seed_decides_the_division(two_classes: Path) -> None:
    def left_to_test(seed: int) -> list[str]:
        return names(folders.load(two_classes, SHAPE, Split(seed=seed)).test)

    assert left_to_test(1) == left_to_test(1)
    assert any(left_to_test(1) != left_to_test(seed) for seed in (2, 3, 4))


def test_pictures_are_what_decoding_gives(two_classes: Path) -> None:
    train = folders.load(two_classes, (9, 7, 1)).train
    assert train.image_shape == (9, 7, 1)
    images = train.images(np.array([3, 0]))
    assert images.dtype == train.dtype == np.uint8
    for image, number in zip(images, (3, 0), strict=True):
        np.testing.assert_array_equal(image, decoding.read(Path(train.name(number)), (9, 7, 1)))


def test_statistics_are_those_of_the_training_pictures(two_classes: Path) -> None:
    data = folders.load(two_classes, SHAPE)
    images = data.train.images(np.arange(len(data.train)))
    mean, deviation = data.statistics
    np.testing.assert_allclose(mean, images.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(deviation, images.std(), rtol=1e-6)
    assert (mean.dtype, deviation.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize("validation", ["validation", "val", "valid", "Val"])
def test_parts_in_folders(picture: Saved, tmp_path: Path, validation: str) -> None:
    for part, count in (("train", 4), (validation, 2), ("test", 3)):
        for number in range(count):
            picture(f"set/{part}/b/{number}.jpg")
            picture(f"set/{part}/a/deeper/{number}.png")
    data = folders.load(tmp_path / "set", SHAPE)
    assert data.class_names == ("a", "b")
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 4, 6]
    assert all("/test/" in name for name in names(data.test))


def test_a_missing_part_is_taken_from_the_training_pictures(picture: Saved, tmp_path: Path) -> None:
    for number in range(6):
        for name in "ab":
            picture(f"set/train/{name}/{number}.jpg")
            picture(f"set/test/{name}/{number}.jpg")
    data = folders.load(tmp_path / "set", SHAPE, Split(validation=0.4))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8, 4, 12]
    assert all("/train/" in name for name in names(data.validation))


def test_a_class_may_be_called_train(picture: Saved, tmp_path: Path) -> None:
    for name in ("car", "train"):
        for number in range(3):
            picture(f"set/{name}/{number}.jpg")
    assert folders.load(tmp_path / "set", SHAPE).class_names == ("car", "train")


def test_what_is_hidden_or_no_picture_is_left_alone(two_classes: Path, picture: Saved) -> None:
    (two_classes / "cats" / "notes.txt").write_text("text")
    (two_classes / ".git").mkdir()
    picture("pets/cats/.hidden.jpg")
    data = folders.load(two_classes, SHAPE)
    assert sum(map(len, (data.train, data.validation, data.test))) == 20


def test_pictures_outside_of_classes_are_noted(two_classes: Path, picture: Saved) -> None:
    picture("pets/cover.jpg")
    assert folders.load(two_classes, SHAPE).notes == (
        f"1 of the pictures in {two_classes} lie in no class's folder and are not used.",
    )


@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "bmp"])
def test_a_truncated_picture_is_named(two_classes: Path, ending: str) -> None:
    path = sorted((two_classes / "dogs").glob(f"*.{ending}"))[0]
    path.write_bytes(path.read_bytes()[:-80])
    text = refused(two_classes, errors.DataLossError)
    assert text.startswith(f"A picture cannot be read. {path}: it is damaged (")
    assert text.endswith(
        "Expected whole pictures, such as JPEG or PNG files. Repair or remove what is damaged, or leave it out with "
        "--skip-bad."
    )


def test_several_unreadable_pictures_are_counted(two_classes: Path) -> None:
    for name in ("cats", "dogs"):
        (two_classes / name / "none.jpg").write_bytes(b"")
    assert f"none.jpg: its 0 bytes are no picture of a known format. 1 more of {two_classes} cannot either." in refused(
        two_classes, errors.DataLossError
    )


def test_unreadable_pictures_are_left_out_and_noted(two_classes: Path) -> None:
    path = two_classes / "dogs" / "0.jpg"
    contents = path.read_bytes()
    # Whole at both ends: only decoding tells.
    path.write_bytes(contents[:-60] + b"\xff\xd9" * 30)
    (two_classes / "cats" / "empty.png").touch()
    data = folders.load(two_classes, SHAPE, skip_unreadable=True)
    assert sum(map(len, (data.train, data.validation, data.test))) == 19
    (note,) = data.notes
    first, *lines = note.split("\n")
    assert first == "2 unreadable pictures were left out:"
    assert lines[0] == f"  {two_classes}/cats/empty.png: its 0 bytes are no picture of a known format"
    assert lines[1].startswith(f"  {path}: it is damaged (")


def test_damage_that_shows_in_decoding_only_is_found_then(two_classes: Path) -> None:
    for path in two_classes.glob("*/*.jpg"):
        path.write_bytes(path.read_bytes()[:-60] + b"\xff\xd9" * 30)
    data = folders.load(two_classes, SHAPE)
    numbers = [number for number in range(len(data.train)) if data.train.name(number).endswith("jpg")]
    with pytest.raises(errors.DataLossError) as caught:
        data.train.images(np.array(numbers[:1]))
    assert str(caught.value).startswith(f"{data.train.name(numbers[0])} cannot be read: it is damaged (")
    assert str(caught.value).endswith("Repair or remove it, or have what cannot be read left out with --skip-bad.")


def test_one_class_only(picture: Saved, tmp_path: Path) -> None:
    picture("set/images/1.jpg")
    assert refused(tmp_path / "set") == (
        f"{tmp_path}/set has one class only, 'images'. Expected a folder for each class, as in "
        f"{tmp_path}/set/CLASS/PICTURE.jpg, and at least two classes. Add a folder with what is not 'images'."
    )
    picture("set/images/cats/1.jpg")
    assert refused(tmp_path / "set").endswith(f" Or name {tmp_path}/set/images itself, which has folders in it.")


def test_an_empty_class_is_named(two_classes: Path) -> None:
    (two_classes / "emus").mkdir()
    (two_classes / "emus" / "readme.txt").touch()
    assert refused(two_classes) == (
        f"The class 'emus' of {two_classes} has no pictures that can be read. Expected pictures in each class folder, "
        "with an ending such as .jpg, .png. Put some there, or take the folder away."
    )


def test_a_class_too_small_to_divide(two_classes: Path, picture: Saved) -> None:
    picture("pets/emus/1.jpg")
    picture("pets/emus/2.jpg")
    assert refused(two_classes) == (
        f"The class 'emus' of {two_classes} has 2 pictures to train on and to take validation and test examples from. "
        "Expected at least 3, one for each. Add pictures to the class, or take it away."
    )


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_class_missing_in_a_part_is_named(picture: Saved, tmp_path: Path, part: str) -> None:
    for name in "ab":
        for number in range(3):
            picture(f"set/train/{name}/{number}.jpg")
    picture(f"set/{part}/a/0.jpg")
    assert refused(tmp_path / "set") == (
        f"The {part} examples of {tmp_path}/set have none of the class 'b', which the training examples have. Expected "
        f"each class in each part. Add examples of it, or remove the {part} examples: they are then taken from the "
        "training examples."
    )


def test_a_class_that_only_a_test_has(picture: Saved, tmp_path: Path) -> None:
    for part, classes in (("train", "ab"), ("test", "abC")):
        for name in classes:
            picture(f"set/{part}/{name}/0.jpg")
    assert refused(tmp_path / "set") == (
        f"{tmp_path}/set/test has the class 'C', which {tmp_path}/set/train lacks. Expected the classes that are "
        "trained on. Add training pictures of it, or take it away. Upper and lower case must agree."
    )


def test_pictures_without_folders(picture: Saved, tmp_path: Path) -> None:
    picture("set/1.jpg")
    picture("set/2.jpg")
    assert refused(tmp_path / "set") == (
        f"{tmp_path}/set has 2 pictures and no folders for classes. Expected a folder for each class, as in "
        f"{tmp_path}/set/CLASS/PICTURE.jpg, and at least two classes. Sort the pictures into such folders."
    )


def test_parts_without_class_folders_are_no_classes(picture: Saved, tmp_path: Path) -> None:
    picture("set/train/1.jpg")
    picture("set/test/1.jpg")
    assert f"{tmp_path}/set/train has 1 pictures and no folders for classes." in refused(tmp_path / "set")


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    assert f"{tmp_path} has no pictures. Expected a folder for each class" in refused(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert f"The class 'a', 'b' of {tmp_path} has no pictures that can be read." in refused(tmp_path)


def test_folders_beside_the_parts(picture: Saved, tmp_path: Path) -> None:
    for name in "ab":
        picture(f"set/train/{name}/0.jpg")
    picture("set/extra/0.jpg")
    assert refused(tmp_path / "set") == (
        f"{tmp_path}/set is divided into train and others, and has a folder 'extra' beside them. Expected train, "
        "validation and test only. Move that folder elsewhere, or into one of the parts if it is a class."
    )


def test_a_part_twice(picture: Saved, tmp_path: Path) -> None:
    for part in ("train", "val", "valid"):
        for name in "ab":
            picture(f"set/{part}/{name}/0.jpg")
    assert refused(tmp_path / "set") == (
        f"{tmp_path}/set has both 'val' and 'valid'. Expected one folder of validation pictures. Put them together."
    )


def test_no_such_folder(tmp_path: Path) -> None:
    assert "Could not read the folder" in refused(tmp_path / "none", errors.NotFoundError)


def test_a_file_that_goes_away_is_named(two_classes: Path) -> None:
    data = folders.load(two_classes, SHAPE)
    shutil.rmtree(two_classes)
    with pytest.raises(errors.NotFoundError, match="Could not read the picture"):
        data.train.images(np.array([0]))


@pytest.mark.parametrize(("validation", "test"), [(0, 0.2), (0.1, 0), (0.5, 0.5), (-0.1, 0.2), (float("nan"), 0.2)])
def test_fractions_that_leave_nothing(validation: float, test: float) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=r"Expected fractions above 0 that are less than 1 together"):
        Split(validation, test)
