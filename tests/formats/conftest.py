"""The files that golden/record_formats.py recorded, and the values it put into them."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import numpy as np
import pytest

from convflow.core import dtypes

NUMBERS = [
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]
TEXTS = [b"", b"a", "größe".encode(), b"\x00\xff", b"x" * 200]


def values_of(name: str) -> np.ndarray:
    values = np.array([0, 1, 2, 3, 100, 1]).astype(dtypes.as_dtype(name).as_numpy_dtype)
    return values.reshape(2, 3)


@pytest.fixture(scope="session")
def golden_folder() -> pathlib.Path:
    return pathlib.Path(__file__).parent.parent / "golden" / "formats"


@pytest.fixture(scope="session")
def numbers() -> Callable[[str], np.ndarray]:
    """Makes the six values of a type, shape (2, 3)."""
    return values_of


@pytest.fixture(scope="session")
def texts() -> np.ndarray:
    return np.array(TEXTS, object)


@pytest.fixture(scope="session")
def all_types(texts: np.ndarray) -> dict[str, np.ndarray]:
    """The tensors of the checkpoint `all_types`, in the order they were written."""
    tensors = {f"dtypes/{name}": values_of(name) for name in NUMBERS}
    tensors |= {"scalar": np.array(3.5, np.float32), "empty": np.zeros((0, 3), np.float32)}
    return tensors | {"texts": texts, "text": np.array(b"hello", object)}
