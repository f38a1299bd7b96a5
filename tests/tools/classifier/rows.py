"""A small data set that is learnt in seconds: pictures with a bright row that says the class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convflow.tools.classifier.data import named
from convflow.tools.classifier.data.named import Source

SIZE = 16
NAMES = ("top", "middle", "bottom")


def pictures(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 [count, 16, 16] and labels."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, len(NAMES), count).astype(np.uint8)
    images = random.integers(0, 100, (count, SIZE, SIZE), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[5 * label : 5 * label + 3] = 255
    return images, labels


@contextmanager
def named_rows(**others: Source) -> Iterator[None]:
    """There is a data set `rows`, and whatever others are given."""
    source = Source(lambda: (pictures(110, 1), pictures(60, 2)), num_validation=20, class_names=NAMES)
    with pytest.MonkeyPatch.context() as patch:
        for name, each in {"rows": source, **others}.items():
            patch.setitem(named.SOURCES, name, each)
        yield


def write_pictures(folder: Path, count: int = 6, seed: int = 5) -> list[tuple[Path, str]]:
    """Picture files without classes in their names, and what is on them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (image, label) in enumerate(zip(*pictures(count, seed), strict=True)):
        path = folder / f"picture_{number}.png"
        Image.fromarray(image).save(path)
        written.append((path, NAMES[label]))
    return written


def write_folder(folder: Path, names: Any = NAMES, count: int = 60) -> Path:
    """A folder for each class, called as `names` says."""
    for number, (image, label) in enumerate(zip(*pictures(count, 9), strict=True)):
        path = folder / names[label] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return folder
