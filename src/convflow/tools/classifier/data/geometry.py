"""Augmentation by moving pixels: mirrored, cut out, turned, partly covered."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from convflow.tools.classifier.data.augmentation_step import Step, refused

# Up to this side a picture is moved by a few pixels; of a larger one, a part is enlarged.
_SMALL_SIDE = 64
_MOVED = 8
_LEAST_AREA = 0.35
# Width by height of a part, before it is given the picture's own form.
_FORMS = (3 / 4, 4 / 3)


def mirror(images: np.ndarray) -> np.ndarray:
    """Pictures [n, height, width, channels] with left and right exchanged."""
    return images[:, :, ::-1].copy()


@dataclass(frozen=True)
class Flip(Step):
    """Mirrors pictures left to right, each with the probability `strength`."""

    strength: float = 0.5
    name: ClassVar[str] = "flip"
    meaning: ClassVar[str] = "the probability, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = rng.random(len(images)) < self.strength
        flipped = images.copy()
        flipped[chosen] = mirror(images[chosen])
        return flipped


@dataclass(frozen=True)
class Crop(Step):
    """Takes a random window of each picture.

    A whole number moves it by up to so many pixels in each direction; what comes in from outside is black. A fraction
    takes a window of at least this part of the picture's area and about its form, and enlarges it to the whole size.
    Without a strength, pictures with a side of up to 64 pixels move by an eighth of it; of larger ones at least 0.35 is
    taken.

    Source of the two: He et al. 2015 (4 pixels, for CIFAR-10); Szegedy et al. 2014, "Going deeper with convolutions".
    """

    strength: float = 0.0
    name: ClassVar[str] = "crop"
    meaning: ClassVar[str] = "a whole number of pixels, or a fraction of the area below 1"

    def __str__(self) -> str:
        return super().__str__() if self.strength else self.name

    def allows(self, strength: float) -> bool:
        # 0 stands for none given.
        return (0 <= strength < 1) or (math.isfinite(strength) and strength == int(strength) and strength > 0)

    def check(self, height: int, width: int, channels: int) -> None:
        if self.strength >= min(height, width):
            raise refused(
                f"{self} was asked for pictures of {height}x{width} pixels",
                "fewer pixels than a side has",
                f"Choose a lower number, such as {max(min(height, width) // _MOVED, 1)}",
            )

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        side = min(images.shape[1:3])
        if not self.strength:
            if side <= _SMALL_SIDE:
                return _moved(images, max(side // _MOVED, 1), rng)
            return _enlarged(images, _LEAST_AREA, rng)
        return _moved(images, int(self.strength), rng) if self.strength >= 1 else _enlarged(images, self.strength, rng)


@dataclass(frozen=True)
class Rotate(Step):
    """Turns each picture about its middle by a random angle, up to `strength` degrees each way; corners are black."""

    strength: float = 15.0
    name: ClassVar[str] = "rotate"
    meaning: ClassVar[str] = "degrees, above 0 and up to 180"

    def allows(self, strength: float) -> bool:
        return 0 < strength <= 180

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        angles = rng.uniform(-self.strength, self.strength, len(images))

        def turn(picture: Any, number: int) -> Any:
            return picture.rotate(float(angles[number]), Image.Resampling.BILINEAR)

        return _each(images, turn)


@dataclass(frozen=True)
class Cutout(Step):
    """Covers a square of each picture with the picture's mean colour, at a random place wholly within it.

    `strength` is the square's side in pixels; a fraction is one of the picture's shorter side.

    Source: DeVries and Taylor 2017, "Improved regularization of convolutional neural networks with cutout".
    """

    strength: float = 0.25
    name: ClassVar[str] = "cutout"
    meaning: ClassVar[str] = (
        "the side of the square, a whole number of pixels or a fraction of the picture's side below 1"
    )

    def allows(self, strength: float) -> bool:
        return (0 < strength < 1) or (math.isfinite(strength) and strength == int(strength) and strength > 0)

    def check(self, height: int, width: int, channels: int) -> None:
        if self.strength >= 1 and self.strength > min(height, width):
            raise refused(
                f"{self} was asked for pictures of {height}x{width} pixels",
                "a square within the picture",
                f"Choose a lower number, such as {max(min(height, width) // 4, 1)}",
            )

    def side(self, height: int, width: int) -> int:
        """The square's side in pixels, for pictures of this size."""
        return int(self.strength) if self.strength >= 1 else max(round(self.strength * min(height, width)), 1)

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        count, height, width = images.shape[:3]
        side = self.side(height, width)
        tops = rng.integers(0, height - side + 1, count)
        lefts = rng.integers(0, width - side + 1, count)
        # Rows first: the channels by themselves are too short to be summed quickly.
        totals = images.sum(axis=1, dtype=np.uint32).sum(axis=1)
        means = np.rint(totals / (height * width)).astype(np.uint8)
        covered = images.copy()
        for picture, top, left, mean in zip(covered, tops, lefts, means, strict=True):
            picture[top : top + side, left : left + side] = mean
        return covered


def _moved(images: np.ndarray, pixels: int, rng: np.random.Generator) -> np.ndarray:
    count, height, width, channels = images.shape
    padded = np.zeros((count, height + 2 * pixels, (width + 2 * pixels) * channels), np.uint8)
    padded[:, pixels : pixels + height, pixels * channels : (pixels + width) * channels] = images.reshape(
        count, height, width * channels
    )
    tops, lefts = rng.integers(0, 2 * pixels + 1, (2, count))
    # A row with its channels is one run of bytes.
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width * channels), (1, 2))
    return windows[np.arange(count), tops, lefts * channels].reshape(images.shape)


def _enlarged(images: np.ndarray, least_area: float, rng: np.random.Generator) -> np.ndarray:
    count, height, width = images.shape[:3]
    area = rng.uniform(least_area, 1, count)
    form = np.exp(rng.uniform(math.log(_FORMS[0]), math.log(_FORMS[1]), count))
    # Neither side longer than the picture's.
    tall = np.clip(np.sqrt(area / form), area, 1)
    rows, columns = tall * height, area / tall * width
    tops, lefts = rng.random((2, count)) * (height - rows, width - columns)

    def enlarge(picture: Any, number: int) -> Any:
        top, left = float(tops[number]), float(lefts[number])
        window = (left, top, min(left + float(columns[number]), width), min(top + float(rows[number]), height))
        return picture.resize((width, height), Image.Resampling.BILINEAR, window)

    return _each(images, enlarge)


def _each(images: np.ndarray, change: Callable[[Any, int], Any]) -> np.ndarray:
    """Each picture changed by Pillow, which knows pictures of one and of three channels."""
    changed = np.empty_like(images)
    if images.shape[3] == 3:
        for number, image in enumerate(images):
            changed[number] = np.asarray(change(Image.fromarray(image), number))
        return changed
    for channel in range(images.shape[3]):
        for number, image in enumerate(images):
            changed[number, ..., channel] = np.asarray(change(Image.fromarray(image[..., channel]), number))
    return changed
