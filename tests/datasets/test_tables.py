from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors


def test_iris() -> None:
    data, labels = tf.contrib.learn.datasets.load_dataset("iris")
    assert (data.shape, data.dtype) == ((150, 4), np.float64)
    assert np.bincount(labels).tolist() == [50, 50, 50]
    assert data[0].tolist() == [5.1, 3.5, 1.4, 0.2]


def test_boston() -> None:
    table = tf.contrib.learn.datasets.load_dataset("boston")
    assert (table.data.shape, table.target[0]) == ((506, 13), 24.0)


def test_unknown_name() -> None:
    with pytest.raises(ValueError, match=r"not found: 'irish'. There are iris, boston, mnist"):
        tf.contrib.learn.datasets.load_dataset("irish")


def test_own_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("2,2,first,second\n0.5,1.5,1\n2.5,3.5,0\n")
    table = tf.contrib.learn.datasets.base.load_csv_with_header(str(path), np.int64, np.float32)
    assert (table.data.tolist(), table.target.tolist()) == ([[0.5, 1.5], [2.5, 3.5]], [1, 0])
    path.write_text("3,2,first,second\n0.5,1.5,1\n")
    with pytest.raises(errors.DataLossError, match=r"table.csv cannot be read as a table: \(1, 2\)"):
        tf.contrib.learn.datasets.base.load_csv_with_header(str(path), np.int64, np.float32)


def test_maybe_download_keeps_what_is_there(tmp_path: Path) -> None:
    maybe_download = tf.contrib.learn.python.learn.datasets.base.maybe_download
    (tmp_path / "there").write_text("mine")
    assert Path(maybe_download("there", str(tmp_path), "file:///nowhere")).read_text() == "mine"
    with pytest.raises(errors.UnavailableError, match=r"cannot be downloaded.*Put the file at .*absent"):
        maybe_download("absent", str(tmp_path), "file:///nowhere/absent")


@pytest.mark.parametrize(
    ("labels", "classes", "rows"),
    [
        ([0, 2], None, [[1, 0, 0], [0, 0, 1]]),
        ([[1], [0]], 2, [[0, 1], [1, 0]]),
        ([[0, 1], [1, 1]], None, [[[1, 0], [0, 1]], [[0, 1], [0, 1]]]),
    ],
)
def test_to_categorical(labels: list, classes: int | None, rows: list) -> None:
    found = tf.keras.utils.to_categorical(labels, classes)
    assert (found.dtype, found.tolist()) == (np.float32, rows)


def test_to_categorical_names_the_class() -> None:
    with pytest.raises(IndexError, match=r"holds the class 3, expected 0 to 2 for num_classes=3"):
        tf.keras.utils.to_categorical([0, 3], 3)


def test_normalize() -> None:
    np.testing.assert_allclose(tf.keras.utils.normalize(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0, 0]])
