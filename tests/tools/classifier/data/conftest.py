"""Small folders of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Saved = Callable[..., Path]


@pytest.fixture
def picture(tmp_path: Path) -> Saved:
    """Saves a picture of random blocks under a name in the test's folder: `picture("cats/1.jpg", size=(8, 6))`."""

    def save(name: str, size: tuple[int, int] = (12, 10), mode: str = "RGB", seed: int = 0, **options: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        height, width = size
        blocks = np.random.default_rng((seed, len(name), *name.encode())).integers(0, 256, (2, 2, 3), dtype=np.uint8)
        image = Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC).convert(mode)
        image.save(path, **options)
        return path

    return save


@pytest.fixture
def two_classes(picture: Saved, tmp_path: Path) -> Path:
    """A folder with ten pictures of cats and ten of dogs, of different sizes and formats."""
    for name in ("cats", "dogs"):
        for number in range(10):
            ending = ("jpg", "png", "jpg", "bmp", "gif")[number % 5]
            picture(f"pets/{name}/{number}.{ending}", size=(20 + number, 30 - number))
    return tmp_path / "pets"
