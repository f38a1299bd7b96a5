"""What the steps of an augmentation have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from convflow.core import errors


@dataclass(frozen=True)
class Step:
    """A change of pictures with a strength.

    A subclass gives `strength` its default and says what a strength means and which can be.

    Raises:
        errors.InvalidArgumentError: a strength that cannot be.
    """

    strength: float
    name: ClassVar[str]
    # What a strength is, for messages.
    meaning: ClassVar[str]

    def __post_init__(self) -> None:
        if not self.allows(self.strength):
            raise bad_strength(self.name, f"{self.strength:g}", self.meaning)

    def __str__(self) -> str:
        return f"{self.name}:{self.strength:g}"

    def allows(self, strength: float) -> bool:
        """Whether there is such a strength; by default, a fraction above 0 up to 1."""
        return 0 < strength <= 1

    def check(self, height: int, width: int, channels: int) -> None:
        """Raises InvalidArgumentError for pictures that the step cannot work on."""

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Changed copies of pictures uint8 [n, height, width, channels]."""
        raise NotImplementedError


class ColourStep(Step):
    """A step that needs colours: it refuses grey pictures, on which it would do nothing unseen."""

    def check(self, height: int, width: int, channels: int) -> None:
        if channels != 3:
            raise refused(
                f"{self} was asked for pictures of {channels} channel{'s' * (channels != 1)}",
                "pictures with the channels red, green and blue",
                f"Leave {self.name} out; brightness, contrast and noise work on all pictures",
            )


def refused(found: str, expected: str, advice: str) -> errors.InvalidArgumentError:
    """The error for what cannot be done: what was found, what was expected, what to do."""
    end = "" if advice.endswith(("?", ".")) else "."
    return errors.InvalidArgumentError(None, None, f"{found}. Expected {expected}. {advice}{end}")


def bad_strength(name: str, strength: str, meaning: str) -> errors.InvalidArgumentError:
    """The error for a strength that cannot be."""
    return refused(f"{name} has the strength {strength}", meaning, f"Correct it, or write {name} alone")
