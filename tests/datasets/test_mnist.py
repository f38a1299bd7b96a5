from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.datasets import input_data, keras_mnist, mnist

_LISTED = os.environ.get("CONVFLOW_DATA", "")
_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "data"
_TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


@pytest.fixture
def real_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [folder for folder in (_LISTED, str(_BESIDE_THE_REPOSITORY)) if folder]
    monkeypatch.setenv("CONVFLOW_DATA", os.pathsep.join(folders))
    offline = mnist.NamedSet("mnist", (), mnist.MNIST.files)
    try:
        for file in offline.files:
            mnist.fetch(offline, file.name)
    except errors.UnavailableError:
        pytest.skip("MNIST is neither in $CONVFLOW_DATA nor in ../shared/data")


def test_load_from_a_folder(tiny_folder: Path) -> None:
    (x_train, y_train), (x_test, y_test) = mnist.load(tiny_folder)
    assert (x_train.shape, y_train.shape) == ((20, 4, 3), (20,))
    assert (x_test.shape, y_test.shape) == ((6, 4, 3), (6,))
    assert x_train.dtype == y_train.dtype == np.uint8
    x_train[0] = 1  # the arrays belong to the caller


def test_images_and_labels_that_do_not_belong_together(tiny_folder: Path) -> None:
    (tiny_folder / mnist.TRAIN_LABELS).write_bytes((tiny_folder / mnist.TEST_LABELS).read_bytes())
    with pytest.raises(errors.DataLossError, match=r"has 20 images and .* 6 labels"):
        mnist.load(tiny_folder)


def test_keras_reads_an_npz(tmp_path: Path) -> None:
    arrays = {name: np.full(3, n) for n, name in enumerate(("x_train", "y_train", "x_test", "y_test"))}
    np.savez(tmp_path / "mine.npz", **arrays)
    (x_train, _), (_, y_test) = keras_mnist.load_data(str(tmp_path / "mine.npz"))
    assert (x_train.tolist(), y_test.tolist()) == ([0, 0, 0], [3, 3, 3])


def test_keras_names_a_damaged_npz(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=np.zeros(3))
    with pytest.raises(errors.DataLossError, match=r"mnist.npz cannot be read: .*y_train"):
        keras_mnist.load_data(str(path))
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(errors.DataLossError, match=r"mnist.npz cannot be read"):
        keras_mnist.load_data(str(path))


@pytest.mark.usefixtures("real_mnist")
def test_the_real_mnist() -> None:
    (x_train, y_train), (x_test, y_test) = keras_mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert np.bincount(y_train).tolist() == _TRAIN_COUNTS
    assert len(y_test) == 10000
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=1e-4)


@pytest.mark.usefixtures("real_mnist")
def test_the_real_mnist_in_batches() -> None:
    data = input_data.read_data_sets("MNIST_data/", one_hot=True)
    assert [part.num_examples for part in data] == [55000, 5000, 10000]
    images, labels = data.train.next_batch(50)
    assert (images.shape, labels.shape) == ((50, 784), (50, 10))
    assert 0.0 <= images.min() <= images.max() <= 1.0
