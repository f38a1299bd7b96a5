"""Changes to training pictures that leave their class as it is, written as text: `flip,crop:4,rotate:10`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convflow.tools.classifier.data import colours, geometry
from convflow.tools.classifier.data.augmentation_step import Step, bad_strength, refused

STEPS: dict[str, Callable[..., Step]] = {
    "flip": geometry.Flip,
    "crop": geometry.Crop,
    "rotate": geometry.Rotate,
    "cutout": geometry.Cutout,
    "noise": colours.Noise,
    "brightness": colours.Brightness,
    "contrast": colours.Contrast,
    "saturation": colours.Saturation,
    "hue": colours.Hue,
    "swap": colours.Swap,
}
_NONE = ("", "none")


@dataclass(frozen=True)
class Augmentation:
    """Steps that are applied one after the other; its text gives it back (`parse`).

    Args:
        steps: the steps.
    """

    steps: tuple[Step, ...]

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Changed pictures; those given stay as they are.

        Args:
            images: uint8 [n, height, width, channels].
            rng: where all random numbers come from.

        Raises:
            errors.InvalidArgumentError: they are no pictures, or a step cannot work on such ones.
        """
        self.check(images.shape[1:], images.dtype)
        for step in self.steps:
            images = step(images, rng)
        return images

    def check(self, image_shape: tuple[int, ...], dtype: np.dtype) -> None:
        """Refuses what cannot be augmented so, before the training begins.

        Args:
            image_shape: height, width, channels.
            dtype: of the pictures.

        Raises:
            errors.InvalidArgumentError: rows of a table; colours asked of grey pictures; pictures too small for a step.
        """
        height, width, channels = image_shape
        if dtype != np.uint8:
            raise refused(f"{self} was asked for examples of {np.dtype(dtype).name}", "pictures", "Leave it out.")
        for step in self.steps:
            step.check(height, width, channels)

    def __str__(self) -> str:
        return ",".join(map(str, self.steps))


def parse(text: str) -> Augmentation | None:
    """The augmentation that a text describes: names of steps, each with `:STRENGTH` or without, joined by commas.

    Args:
        text: such as `flip,crop:4,rotate:10,brightness:0.2,cutout:8`; None is returned for `none` or nothing.

    Raises:
        errors.InvalidArgumentError: there is no such step, a strength that cannot be, or a step twice.
    """
    if text.strip().lower() in _NONE:
        return None
    steps: list[Step] = []
    for part in text.split(","):
        step = _step(part.strip(), text)
        if any(step.name == other.name for other in steps):
            raise refused(f"{step.name} stands twice in {text!r}", "each step once", "Leave one out.")
        steps.append(step)
    return Augmentation(tuple(steps))


def _step(part: str, text: str) -> Step:
    name, colon, strength = (piece.strip() for piece in part.partition(":"))
    if name not in STEPS:
        close = difflib.get_close_matches(name, STEPS, n=1)
        meant = f"Did you mean {close[0]}?" if close else "Correct the name."
        raise refused(
            f"There is no augmentation named {name!r}, as in {text!r}", f"one of these: {', '.join(STEPS)}", meant
        )
    if not colon:
        return STEPS[name]()
    number = _number(strength)
    if not number:
        raise bad_strength(name, repr(strength), STEPS[name]().meaning)
    return STEPS[name](number)


def _number(text: str) -> float:
    """The number that a text stands for; 0, which is no step's strength, if it stands for none."""
    try:
        return float(text)
    except ValueError:
        return 0.0
