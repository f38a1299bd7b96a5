from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.datasets import input_data, mnist
from convflow.datasets.batches import DataSet
from convflow.graph.graph import Graph
from convflow.graph.seeds import set_random_seed


def numbered(count: int, seed: int | None = 1, **options: Any) -> DataSet:
    """A data set whose example n has the pixel n and the label n."""
    pixels = np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1)
    return DataSet(pixels, np.arange(count), dtype=dtypes.uint8, seed=seed, **options)


def labels_of(data: DataSet, size: int, **options: Any) -> list[int]:
    images, labels = data.next_batch(size, **options)
    np.testing.assert_array_equal(images[:, 0], labels)
    return labels.tolist()


def test_read_data_sets_gives_three_parts(tiny_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = input_data.read_data_sets(str(tiny_folder), validation_size=5)
    assert [part.num_examples for part in data] == [15, 5, 6]
    assert data._fields == ("train", "validation", "test")
    assert data.train.images.shape == (15, 12)
    assert data.train.images.dtype == np.float32
    assert data.validation.labels.tolist() == [0, 1, 2, 3, 4]
    assert data.train.labels.tolist() == [*range(5, 10), *range(10)]
    order = [mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS, mnist.TEST_IMAGES, mnist.TEST_LABELS]
    assert capsys.readouterr().out.splitlines() == [f"Extracting {tiny_folder / name}" for name in order]


def test_pixels_are_scaled_as_tensorflow_scales_them(tiny_folder: Path) -> None:
    part = input_data.read_data_sets(str(tiny_folder), validation_size=0).train
    pixels = np.arange(240, dtype=np.uint8).reshape(20, 12)
    np.testing.assert_array_equal(part.images, pixels.astype(np.float32) * np.float32(1 / 255))


@pytest.mark.parametrize("dtype", [dtypes.uint8, "uint8", np.uint8])
def test_uint8_keeps_the_pixels(tiny_folder: Path, dtype: Any) -> None:
    part = input_data.read_data_sets(str(tiny_folder), dtype=dtype, reshape=False, validation_size=1).train
    assert part.images.shape == (19, 4, 3, 1)
    assert part.images.dtype == np.uint8
    assert part.images[0, 0, :, 0].tolist() == [12, 13, 14]


def test_one_hot_labels(tiny_folder: Path) -> None:
    labels = input_data.read_data_sets(str(tiny_folder), one_hot=True, validation_size=0).test.labels
    np.testing.assert_array_equal(labels, np.eye(10)[:6])
    assert labels.dtype == np.float64


@pytest.mark.parametrize("size", [-1, 21])
def test_validation_size_out_of_range(tiny_folder: Path, size: int) -> None:
    with pytest.raises(ValueError, match=f"Validation size should be between 0 and 20. Received: {size}."):
        input_data.read_data_sets(str(tiny_folder), validation_size=size)


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(TypeError, match=r"Invalid image dtype tf.int32, expected uint8 or float32"):
        DataSet(np.zeros((2, 1, 1, 1)), np.zeros(2), dtype=dtypes.int32)


def test_labels_must_match_images() -> None:
    with pytest.raises(ValueError, match=r"images.shape: \(2, 1, 1, 1\) labels.shape: \(3,\)"):
        DataSet(np.zeros((2, 1, 1, 1)), np.zeros(3))


def test_reshape_needs_grey_images() -> None:
    with pytest.raises(ValueError, match=r"expected \[N, rows, columns, 1\]"):
        DataSet(np.zeros((2, 4, 4, 3)), np.zeros(2))


def test_batches_without_shuffle_run_over_the_end() -> None:
    data = numbered(5)
    taken = [labels_of(data, 2, shuffle=False) for _ in range(4)]
    assert taken == [[0, 1], [2, 3], [4, 0], [1, 2]]
    assert data.epochs_completed == 1


def test_a_batch_that_ends_with_the_epoch_does_not_begin_the_next() -> None:
    data = numbered(4)
    assert labels_of(data, 4, shuffle=False) == [0, 1, 2, 3]
    assert data.epochs_completed == 0
    assert labels_of(data, 4, shuffle=False) == [0, 1, 2, 3]
    assert data.epochs_completed == 1


def test_shuffling_draws_numpys_global_numbers_when_tensorflow_does() -> None:
    data = numbered(7, seed=11)
    taken = [labels_of(data, 3) for _ in range(5)]

    np.random.seed(11)
    first = np.arange(7)
    np.random.shuffle(first)
    order = np.arange(7)
    np.random.shuffle(order)
    second = first[order]
    np.random.shuffle(order := np.arange(7))
    third = second[order]
    expected = np.concatenate((first, second, third))[:15]
    assert np.concatenate(taken).tolist() == expected.tolist()
    assert data.epochs_completed == 2


def test_every_example_is_seen_once_an_epoch() -> None:
    data = numbered(10)
    assert sorted(labels_of(data, 5) + labels_of(data, 5)) == list(range(10))


# What TensorFlow 2.21's random_seed.get_seed returns for these, the part of it that reaches NumPy.
@pytest.mark.parametrize(
    ("graph_seed", "seed", "expected"),
    [
        (None, None, None),
        (None, 0, 0),
        (None, 7, 7),
        (None, 2**31 - 1, 0),
        (None, 2**33, 4),
        (0, None, 0),
        (0, 0, 2**31 - 1),
        (0, 2**31 - 1, 2**31 - 1),
        (5, None, 5),
        (5, 0, 0),
        (5, 7, 7),
        (2**40, None, 512),
    ],
)
def test_numpy_is_seeded_as_in_tensorflow(
    graph_seed: int | None, seed: int | None, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[int | None] = []
    monkeypatch.setattr(np.random, "seed", received.append)
    with Graph().as_default():
        set_random_seed(graph_seed)
        numbered(2, seed=seed)
    assert received == [expected]


def test_fake_data_needs_no_files() -> None:
    data = input_data.read_data_sets("nowhere", fake_data=True, one_hot=True)
    assert data.train.num_examples == 10000
    images, labels = data.train.next_batch(2, fake_data=True)
    assert images == [[1] * 784] * 2
    assert labels == [[1] + [0] * 9] * 2
    assert numbered(3).next_batch(2, fake_data=True)[1] == [0, 0]


def test_extract_from_open_files(tiny_folder: Path) -> None:
    with (tiny_folder / mnist.TEST_IMAGES).open("rb") as f:
        assert input_data.extract_images(f).shape == (6, 4, 3, 1)
    with (tiny_folder / mnist.TEST_LABELS).open("rb") as f:
        assert input_data.extract_labels(f).tolist() == [0, 1, 2, 3, 4, 5]
    with (tiny_folder / mnist.TEST_LABELS).open("rb") as f:
        assert input_data.extract_labels(f, one_hot=True, num_classes=6).tolist() == np.eye(6).tolist()


def test_labels_where_images_belong(tiny_folder: Path) -> None:
    (tiny_folder / mnist.TRAIN_IMAGES).write_bytes((tiny_folder / mnist.TRAIN_LABELS).read_bytes())
    with pytest.raises(errors.DataLossError, match=r"train-images.* has the magic number 2049"):
        input_data.read_data_sets(str(tiny_folder))


def test_dense_to_one_hot_refuses_labels_out_of_range() -> None:
    with pytest.raises(ValueError, match="Labels range from 0 to 3, expected 0 to 2"):
        input_data.dense_to_one_hot(np.array([0, 3]), 3)


def test_another_source_is_downloaded_into_the_given_folder(tmp_path: Path, tiny_folder: Path) -> None:
    target = tmp_path / "fashion"
    data = input_data.read_data_sets(str(target), validation_size=0, source_url=tiny_folder.as_uri() + "/")
    assert data.train.num_examples == 20
    assert len(list(target.iterdir())) == 4


def test_another_source_is_never_replaced_by_mnist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_folder: Path
) -> None:
    monkeypatch.setenv("CONVFLOW_DATA", str(tiny_folder))
    missing = (tmp_path / "gone").as_uri() + "/"
    with pytest.raises(errors.UnavailableError, match=r"put the file at .*train-images"):
        input_data.read_data_sets(str(tmp_path / "fashion"), source_url=missing)


def test_maybe_download_prefers_what_is_there(tiny_folder: Path) -> None:
    path = input_data.maybe_download(mnist.TEST_LABELS, str(tiny_folder), "file:///gone")
    assert path == str(tiny_folder / mnist.TEST_LABELS)
