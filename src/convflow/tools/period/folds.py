"""scikit-learn's splits as they were before 0.18: given the data's size or labels at once, and iterated over."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np

_Split = tuple[np.ndarray, np.ndarray]


class _Splits:
    """Iterates over (indices to train with, indices to test with)."""

    def __init__(self, name: str, labels: np.ndarray, **settings: Any) -> None:
        # By its name, at its use: scikit-learn is none of convflow's needs, only the program's.
        self._splitter = getattr(import_module("sklearn.model_selection"), name)(**settings)
        self._labels = labels

    def __iter__(self) -> Iterator[_Split]:
        return iter(self._splitter.split(self._labels, self._labels))

    def __len__(self) -> int:
        return int(self._splitter.get_n_splits())


class KFold(_Splits):
    """`n` samples in `n_folds` parts, each once the test."""

    def __init__(self, n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> None:
        super().__init__("KFold", np.zeros(n), n_splits=n_folds, shuffle=shuffle, random_state=random_state)


class StratifiedKFold(_Splits):
    """As `KFold`, with every label of `y` in the same share in each part."""

    def __init__(self, y: Any, n_folds: int = 3, shuffle: bool = False, random_state: Any = None) -> None:
        super().__init__("StratifiedKFold", np.asarray(y), n_splits=n_folds, shuffle=shuffle, random_state=random_state)


class ShuffleSplit(_Splits):
    """`n` samples drawn apart `n_iter` times."""

    def __init__(
        self, n: int, n_iter: int = 10, test_size: Any = 0.1, train_size: Any = None, random_state: Any = None
    ) -> None:
        settings = {"test_size": test_size, "train_size": train_size, "random_state": random_state}
        super().__init__("ShuffleSplit", np.zeros(n), n_splits=n_iter, **settings)
