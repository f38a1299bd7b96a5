"""Small tables of numbers by name (API: tf.contrib.learn.datasets.load_dataset)."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.datasets.fetch import download
from convflow.datasets.input_data import load_mnist

Dataset = namedtuple("Dataset", ["data", "target"])
"""Features and targets of a table, as arrays (API: tf.contrib.learn.datasets.base.Dataset)."""


def load_iris(data_path: str | None = None) -> Dataset:
    """Fisher's Iris flowers in the UCI edition (API: tf.contrib.learn.datasets.base.load_iris).

    Args:
        data_path: a CSV file in TensorFlow's form instead: see `load_csv_with_header`.

    Returns:
        `data`: float64 of shape [150, 4]: sepal length, sepal width, petal length, petal width in cm;
        `target`: int64 of shape [150], 0 to 2.

    Raises:
        errors.NotFoundError: the package mlxtend, which carries the table, is not installed.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, np.int64, np.float64)
    return Dataset(*_mlxtend().iris_data())


def load_boston(data_path: str | None = None) -> Dataset:
    """The Boston housing table (API: tf.contrib.learn.datasets.base.load_boston).

    Args:
        data_path: a CSV file in TensorFlow's form instead: see `load_csv_with_header`.

    Returns:
        `data`: float64 of shape [506, 13]; `target`: float64 of shape [506], median prices in 1,000 dollars.

    Raises:
        errors.NotFoundError: as `load_iris`.
    """
    if data_path is not None:
        return load_csv_with_header(data_path, np.float64, np.float64)
    return Dataset(*_mlxtend().boston_housing_data())


def load_csv_with_header(filename: str, target_dtype: Any, features_dtype: Any, target_column: int = -1) -> Dataset:
    """A table whose first line begins with the numbers of rows and of features.

    Args:
        filename: the path of the CSV file, UTF-8.
        target_dtype: the NumPy type of the target column.
        features_dtype: the NumPy type of all other columns.
        target_column: which column is the target, the last by default.

    Returns:
        `data` [rows, features] and `target` [rows].

    Raises:
        errors.DataLossError: the file is not such a table.
    """
    lines = Path(filename).read_text(encoding="utf-8").splitlines()
    try:
        rows, features = (int(number) for number in lines[0].split(",")[:2])
        table = [line.split(",") for line in lines[1:] if line]
        target = np.array([row.pop(target_column) for row in table]).astype(target_dtype)
        data = np.array(table, dtype=features_dtype)
        if data.shape != (rows, features):
            raise ValueError(f"{data.shape} values where the first line says {(rows, features)}")
    except (ValueError, IndexError) as reason:
        raise errors.DataLossError(
            None,
            None,
            f"{filename} cannot be read as a table: {reason}. Expected a first line `rows,features,...` and then "
            "a line of numbers separated by commas for each row, the target among them.",
        ) from reason
    return Dataset(data, target)


def _mlxtend() -> Any:
    try:
        from mlxtend import data
    except ImportError as reason:
        raise errors.NotFoundError(
            None,
            None,
            "This table comes with the package mlxtend, which is not installed. "
            "Install it with: pip install 'convflow[demo]'",
        ) from reason
    return data


DATASETS: dict[str, Callable[..., Any]] = {"iris": load_iris, "boston": load_boston, "mnist": load_mnist}
"""The sets that `load_dataset` knows (API: tf.contrib.learn.datasets.DATASETS)."""


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """A data set by name (API: tf.contrib.learn.datasets.load_dataset).

    Args:
        name: one of `DATASETS`.
        size, test_with_fake_data: concern TensorFlow's text sets only, which are not here.

    Raises:
        ValueError: no set has this name.
    """
    if name not in DATASETS:
        raise ValueError(f"Name of dataset is not found: {name!r}. There are {', '.join(DATASETS)}.")
    return DATASETS[name]()


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """The path of `filename` in `work_directory`, downloaded from `source_url` when it is not there yet.

    Args:
        filename: the file's name.
        work_directory: the folder to keep it in.
        source_url: where to get it.

    Returns:
        The path, as text.

    Raises:
        errors.UnavailableError: the address cannot be reached.
    """
    path = Path(work_directory) / filename
    if path.exists():
        return str(path)
    try:
        download(source_url, path)
    except OSError as reason:
        raise errors.UnavailableError(
            None,
            None,
            f"{source_url} cannot be downloaded: {reason}. Put the file at {path} yourself and run again.",
        ) from reason
    return str(path)
