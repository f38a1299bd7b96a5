"""The tables of a session: dictionaries from keys to values. Shared by threads."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from convflow.core import dtypes, errors


class TableResource:
    """A table.

    Args:
        name: what messages call it.
        key_dtype, value_dtype: types of keys and values.
        is_mutable: whether it takes keys at any time, or is filled once.
        value_shape: of each value.
        reserved: keys that no one may insert.
    """

    def __init__(
        self,
        name: str,
        key_dtype: dtypes.DType,
        value_dtype: dtypes.DType,
        is_mutable: bool,
        value_shape: tuple[int, ...] = (),
        reserved: tuple[Any, ...] = (),
    ) -> None:
        self.name = name
        self.key_dtype, self.value_dtype = key_dtype, value_dtype
        self.value_shape = value_shape
        self._is_mutable = is_mutable
        self._reserved = reserved
        self._values: dict[Any, Any] | None = {} if is_mutable else None
        self._lock = threading.Lock()

    def _filled(self) -> dict[Any, Any]:
        if self._values is None:
            raise errors.FailedPreconditionError(
                None, None, f"Table not initialized: {self.name}. Run tf.tables_initializer() first."
            )
        return self._values

    def find(self, keys: np.ndarray, default: np.ndarray) -> np.ndarray:
        """The values of keys of any shape; `default` where there is none."""
        with self._lock:
            known = self._filled()
            other = default.item() if default.ndim == 0 else default
            found = [known.get(key, other) for key in keys.ravel().tolist()]
        return self._array(found, (*keys.shape, *default.shape), self.value_dtype)

    @staticmethod
    def _array(items: list[Any], shape: tuple[int, ...], dtype: dtypes.DType) -> np.ndarray:
        # One by one: NumPy would cut strings into letters, and arrays of bytes lose their zeros.
        result = np.empty(shape, _numpy(dtype))
        rows = result.reshape((len(items), *np.shape(items[0]))) if items else result
        for place, item in enumerate(items):
            rows[place] = item
        return result

    def initialize(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Fill the table; once more with the same entries is no mistake.

        Raises:
            FailedPreconditionError: a key with two values, or another table than before.
        """
        entries = dict(_pairs(keys, values))
        for key, value in _pairs(keys, values):
            if entries[key] != value:
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    f"HashTable has different value for same key. Key {_shown(key)} has {_shown(value)} and trying to "
                    f"add value {_shown(entries[key])}. Give each key once.",
                )
        with self._lock:
            if self._values is not None and self._values != entries:
                raise errors.FailedPreconditionError(
                    None, None, f"Table {self.name} already initialized with other entries. Give it a name of its own."
                )
            self._values = entries

    def insert(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Give keys new values.

        Raises:
            InvalidArgumentError: a reserved key.
            UnimplementedError: a table that is filled once.
        """
        self._check_mutable("insert")
        self._check_keys(keys)
        with self._lock:
            self._filled().update(_pairs(keys, values))

    def replace(self, keys: np.ndarray, values: np.ndarray) -> None:
        """Forget all and take these; for tables that are filled once, `initialize`.

        TensorFlow exports of a dense table all places, a row for each; the keys that mark free ones are not taken.
        """
        if not self._is_mutable:
            return self.initialize(keys, values)
        if keys.ndim == 2 and keys.shape[1] == 1:
            keys, values = keys[:, 0], values.reshape(len(values), *self.value_shape)
        with self._lock:
            self._values = {key: value for key, value in _pairs(keys, values) if key not in self._reserved}
        return None

    def remove(self, keys: np.ndarray) -> None:
        """Forget keys; those that are not there are no mistake."""
        self._check_mutable("remove")
        self._check_keys(keys)
        with self._lock:
            for key in keys.ravel().tolist():
                self._filled().pop(key, None)

    def _check_mutable(self, what: str) -> None:
        if not self._is_mutable:
            raise errors.UnimplementedError(
                None, None, f"Table {self.name} is filled once and has no {what}: use a MutableHashTable."
            )

    def _check_keys(self, keys: np.ndarray) -> None:
        for key in keys.ravel().tolist():
            if key in self._reserved:
                raise errors.InvalidArgumentError(
                    None, None, f"Using the empty_key or deleted_key as a table key is not allowed: {_shown(key)}."
                )

    def size(self) -> int:
        """How many keys there are."""
        with self._lock:
            return len(self._filled())

    def export(self) -> tuple[np.ndarray, np.ndarray]:
        """All keys, and their values."""
        with self._lock:
            entries = list(self._filled().items())
        keys = self._array([key for key, _ in entries], (len(entries),), self.key_dtype)
        values = self._array([value for _, value in entries], (len(entries), *self.value_shape), self.value_dtype)
        return keys, values


def _numpy(dtype: dtypes.DType) -> Any:
    return object if dtype == dtypes.string else dtype.as_numpy_dtype


def _pairs(keys: np.ndarray, values: np.ndarray) -> list[tuple[Any, Any]]:
    flat = keys.ravel().tolist()
    if values.shape[: keys.ndim] != keys.shape:
        raise errors.InvalidArgumentError(
            None, None, f"Keys of shape {keys.shape} have values of shape {values.shape}: give each key a value."
        )
    rows = values.reshape((len(flat), *values.shape[keys.ndim :]))
    # Scalars as Python's own, so that entries can be compared; rows as arrays.
    return list(zip(flat, rows.tolist() if rows.ndim == 1 else [row.copy() for row in rows], strict=True))


def _shown(item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
