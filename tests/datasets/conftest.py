"""Tiny data sets in IDX form, and a machine where nothing is found but what a test puts there."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from convflow.datasets import mnist


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(">I", 0x0800 | array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_tiny_set(folder: Path, train: int = 20, test: int = 6, rows: int = 4, columns: int = 3) -> Path:
    """MNIST's four files with few, small images: pixel values count up, label n is n % 10."""
    folder.mkdir(parents=True, exist_ok=True)
    for count, images_name, labels_name in (
        (train, mnist.TRAIN_IMAGES, mnist.TRAIN_LABELS),
        (test, mnist.TEST_IMAGES, mnist.TEST_LABELS),
    ):
        images = np.arange(count * rows * columns).reshape(count, rows, columns) % 256
        (folder / images_name).write_bytes(gzip.compress(idx_bytes(images)))
        (folder / labels_name).write_bytes(gzip.compress(idx_bytes(np.arange(count) % 10)))
    return folder


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No data folders, an empty cache below `tmp_path`, an empty home."""
    monkeypatch.delenv("CONVFLOW_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    cache = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: cache / name)
    return cache / "convflow" / "datasets"


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    return write_tiny_set(tmp_path / "tiny")
