"""Texts as numbers, as Keras offers them (API: tf.keras.datasets.imdb, reuters), and house prices (boston_housing).

The files are looked for where Keras keeps them and in the folders of `$CONVFLOW_DATA`; they are not downloaded.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.datasets import locate

_Pair = tuple[np.ndarray, np.ndarray]


def find_file(path: str, cache_dir: str | None = None) -> Path:
    """A file in `datasets` below `cache_dir`, in `~/.keras/datasets` or in a folder of `$CONVFLOW_DATA`.

    Raises:
        errors.UnavailableError: it is in none of them.
    """
    folders = [
        *([] if cache_dir is None else [Path(cache_dir) / "datasets"]),
        Path.home() / ".keras" / "datasets",
        *locate.data_folders(),
        *(f / "keras" for f in locate.data_folders()),
    ]
    for folder in folders:
        if (folder / path).is_file():
            return folder / path
    looked = ", ".join(str(folder) for folder in folders)
    raise errors.UnavailableError(
        None, None, f"{path} is not on this machine: looked in {looked}. Put the file of this name there."
    )


def _arrays(path: str, cache_dir: str | None, *names: str) -> list[np.ndarray]:
    place = find_file(path, cache_dir)
    if not zipfile.is_zipfile(place):
        raise errors.DataLossError(
            None, None, f"{place} cannot be read: it is no .npz file. Expected one with {', '.join(names)}."
        )
    try:
        # Lists of different lengths are stored as objects.
        with np.load(place, allow_pickle=True) as found:
            return [found[name] for name in names]
    except (KeyError, ValueError, OSError, EOFError) as reason:
        raise errors.DataLossError(
            None, None, f"{place} cannot be read: {reason}. Expected an .npz file with {', '.join(names)}."
        ) from reason


def _shuffled(pairs: list[_Pair], seed: int) -> list[_Pair]:
    rng = np.random.RandomState(seed)
    found = []
    for x, y in pairs:
        order = np.arange(len(x))
        rng.shuffle(order)
        found.append((x[order], y[order]))
    return found


def _prepared(
    x: Any, y: Any, num_words: int | None, skip_top: int, maxlen: int | None, start: int | None, oov: int | None,
    index_from: int,
) -> tuple[list[list[int]], np.ndarray]:  # fmt: skip
    if start is not None:
        rows = [[start, *(word + index_from for word in row)] for row in x]
    else:
        rows = [[word + index_from for word in row] for row in x] if index_from else [list(row) for row in x]
    if maxlen:
        kept = [index for index, row in enumerate(rows) if len(row) < maxlen]
        rows, y = [rows[index] for index in kept], np.asarray(y)[kept]
        if not rows:
            raise ValueError(f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept.")
    limit = num_words or max(max(row) for row in rows) + 1
    if oov is not None:
        return [[word if skip_top <= word < limit else oov for word in row] for row in rows], np.asarray(y)
    return [[word for word in row if skip_top <= word < limit] for row in rows], np.asarray(y)


def _lists(rows: list[list[int]]) -> np.ndarray:
    found = np.empty(len(rows), object)
    found[:] = rows
    return found


def load_imdb(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    cache_dir: str | None = None,
    **kwargs: Any,
) -> tuple[_Pair, _Pair]:
    """Film reviews as lists of words' numbers, and whether they are good (API: tf.keras.datasets.imdb.load_data).

    Args:
        path: the file `imdb.npz` with x_train, y_train, x_test and y_test.
        num_words, skip_top: words of larger numbers, and the first so many, become `oov_char`, or are left out if
            that is None.
        maxlen: longer reviews are left out.
        seed: of the order.
        cache_dir: a folder in whose `datasets` the file may be.
        start_char: begins each review. index_from: is added to words' numbers.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists, and of 0 and 1.

    Raises:
        errors.UnavailableError: the file is not on this machine; the message says where it is looked for.
        errors.DataLossError: the file cannot be read.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
    x_train, y_train, x_test, y_test = _arrays(path, cache_dir, "x_train", "y_train", "x_test", "y_test")
    train, test = _shuffled([(x_train, y_train), (x_test, y_test)], seed)
    xs = [*train[0], *test[0]]
    rows, labels = _prepared(
        xs, np.concatenate([train[1], test[1]]), num_words, skip_top, maxlen, start_char, oov_char, index_from
    )
    at = len(train[0])
    return (_lists(rows[:at]), labels[:at]), (_lists(rows[at:]), labels[at:])


def load_reuters(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    cache_dir: str | None = None,
    **kwargs: Any,
) -> tuple[_Pair, _Pair]:
    """News as lists of words' numbers, and their topics (API: tf.keras.datasets.reuters.load_data).

    Args:
        path: the file `reuters.npz` with x and y.
        test_split: the part of the data that is for testing.

    The other arguments, the result and errors are as for `load_imdb`.
    """
    num_words = kwargs.pop("nb_words", num_words)
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
    x, y = _arrays(path, cache_dir, "x", "y")
    [(x, y)] = _shuffled([(x, y)], seed)
    rows, labels = _prepared(x, y, num_words, skip_top, maxlen, start_char, oov_char, index_from)
    at = int(len(rows) * (1 - test_split))
    return (_lists(rows[:at]), labels[:at]), (_lists(rows[at:]), labels[at:])


def imdb_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The words' numbers (API: tf.keras.datasets.imdb.get_word_index).

    Args:
        path: the file's name in the folders for data sets.

    Returns:
        The number of each word, from 1 on.

    Raises:
        errors.UnavailableError: no folder has the file.
    """
    return json.loads(find_file(path).read_text())


def reuters_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The words' numbers (API: tf.keras.datasets.reuters.get_word_index).

    Args:
        path: the file's name in the folders for data sets.

    Returns:
        The number of each word, from 1 on.

    Raises:
        errors.UnavailableError: no folder has the file.
    """
    return json.loads(find_file(path).read_text())


def load_boston(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113, cache_dir: str | None = None
) -> tuple[_Pair, _Pair]:
    """House prices by 13 features (API: tf.keras.datasets.boston_housing.load_data).

    Args:
        path: the file `boston_housing.npz` with x and y.
        test_split: the part of the data that is for testing.
        seed: of the order.
        cache_dir: a folder in whose `datasets` the file may be.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays (houses, 13) and (houses,) of float64.

    Raises:
        errors.UnavailableError: the file is not on this machine. errors.DataLossError: it cannot be read.
    """
    x, y = _arrays(path, cache_dir, "x", "y")
    [(x, y)] = _shuffled([(x, y)], seed)
    at = int(len(x) * (1 - test_split))
    return (np.array(x[:at]), np.array(y[:at])), (np.array(x[at:]), np.array(y[at:]))
