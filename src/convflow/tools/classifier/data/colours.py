"""Augmentation by changing values: noise, brightness, contrast, colours."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convflow.tools.classifier.data.augmentation_step import ColourStep, Step

_WHITE = 255
# The brightness of red, green and blue (ITU-R BT.601), and the two colour axes of television's YIQ.
_TO_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]], np.float64
)
_FROM_YIQ = np.linalg.inv(_TO_YIQ)
_ORDERS = [order for order in itertools.permutations(range(3)) if order != (0, 1, 2)]


@dataclass(frozen=True)
class Noise(Step):
    """Adds to each value a normal random number whose deviation is the fraction `strength` of white."""

    strength: float = 0.05
    name: ClassVar[str] = "noise"
    meaning: ClassVar[str] = "a fraction of white, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        noise = rng.standard_normal(images.shape, np.float32)
        noise *= np.float32(self.strength * _WHITE)
        noise += images
        return _as_pixels(noise)


@dataclass(frozen=True)
class Brightness(Step):
    """Makes each picture brighter or darker: adds up to the fraction `strength` of white, or takes it away."""

    strength: float = 0.2
    name: ClassVar[str] = "brightness"
    meaning: ClassVar[str] = "a fraction of white, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        added = np.rint(rng.uniform(-self.strength, self.strength, len(images)) * _WHITE).astype(np.int16)
        return np.clip(images + added[:, None, None, None], 0, _WHITE).astype(np.uint8)


@dataclass(frozen=True)
class Contrast(Step):
    """Stretches or shrinks each picture's distances from its mean value, by up to the fraction `strength`."""

    strength: float = 0.2
    name: ClassVar[str] = "contrast"
    meaning: ClassVar[str] = "a fraction, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        factors = _factors(self.strength, len(images), rng)
        means = images.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float32)
        return _as_pixels((images - means) * factors + means)


@dataclass(frozen=True)
class Saturation(ColourStep):
    """Makes each picture's colours stronger or weaker, by up to the fraction `strength`; grey stays grey."""

    strength: float = 0.3
    name: ClassVar[str] = "saturation"
    meaning: ClassVar[str] = "a fraction, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        factors = _factors(self.strength, len(images), rng).reshape(-1)
        scaled = np.zeros((len(images), 3, 3))
        scaled[:, 0, 0] = 1
        scaled[:, 1, 1] = scaled[:, 2, 2] = factors
        return _recoloured(images, scaled)


@dataclass(frozen=True)
class Hue(ColourStep):
    """Turns each picture's colours about the grey axis by up to the fraction `strength` of a circle.

    Grey stays grey, and brightness (the Y of YIQ) stays unless a colour leaves what red, green and blue can show.
    """

    strength: float = 0.05
    name: ClassVar[str] = "hue"
    meaning: ClassVar[str] = "a fraction of the colour circle, above 0 and up to 0.5"

    def allows(self, strength: float) -> bool:
        return 0 < strength <= 0.5

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        angles = rng.uniform(-self.strength, self.strength, len(images)) * 2 * np.pi
        turned = np.zeros((len(images), 3, 3))
        turned[:, 0, 0] = 1
        turned[:, 1, 1] = turned[:, 2, 2] = np.cos(angles)
        turned[:, 2, 1] = np.sin(angles)
        turned[:, 1, 2] = -turned[:, 2, 1]
        return _recoloured(images, turned)


@dataclass(frozen=True)
class Swap(ColourStep):
    """Puts the channels of a picture into another order, each picture with the probability `strength`."""

    strength: float = 0.5
    name: ClassVar[str] = "swap"
    meaning: ClassVar[str] = "the probability, above 0 and up to 1"

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        chosen = rng.random(len(images)) < self.strength
        orders = np.where(chosen, rng.integers(0, len(_ORDERS), len(images)), -1)
        swapped = images.copy()
        for number, order in enumerate(_ORDERS):
            these = orders == number
            swapped[these] = images[these][..., order]
        return swapped


def _factors(strength: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """A factor for each picture, float32 [count, 1, 1, 1]."""
    return rng.uniform(1 - strength, 1 + strength, (count, 1, 1, 1)).astype(np.float32)


def _recoloured(images: np.ndarray, in_yiq: np.ndarray) -> np.ndarray:
    """Each picture's colours times its matrix [3, 3], which is one of YIQ's axes."""
    matrices = (_FROM_YIQ @ in_yiq @ _TO_YIQ).astype(np.float32)
    count, height, width, _ = images.shape
    pixels = images.reshape(count, height * width, 3).astype(np.float32) @ matrices.transpose(0, 2, 1)
    return _as_pixels(pixels).reshape(images.shape)


def _as_pixels(values: np.ndarray) -> np.ndarray:
    np.rint(values, out=values)
    return np.clip(values, 0, _WHITE, out=values).astype(np.uint8)
