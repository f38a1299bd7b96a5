"""Examples divided into those that are learnt from, those that decide, and those that are measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from convflow.core import errors

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATION, TEST)
_FRACTIONS = {VALIDATION: 0.1, TEST: 0.2}


class Labelled(Protocol):
    @property
    def label(self) -> int: ...


T = TypeVar("T", bound=Labelled)


@dataclass(frozen=True)
class Split:
    """How examples are divided that come undivided.

    Args:
        validation: the fraction of each class that is kept for validation; None for a tenth.
        test: the fraction of each class that is kept for testing; None for a fifth.
        seed: decides which.

    Raises:
        errors.InvalidArgumentError: the fractions leave nothing for one of the parts.
    """

    validation: float | None = None
    test: float | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        validation, test = self.fraction(VALIDATION), self.fraction(TEST)
        if not (validation > 0 and test > 0 and validation + test < 1):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{validation:g} of the examples would be kept for validation and {test:g} for testing. "
                "Expected fractions above 0 that are less than 1 together, such as 0.1 and 0.2. Choose others.",
            )

    def fraction(self, part: str) -> float:
        chosen = self.validation if part == VALIDATION else self.test
        return _FRACTIONS[part] if chosen is None else chosen


def divided(
    parts: Mapping[str, Sequence[T]], class_names: Sequence[str], split: Split, where: str
) -> dict[str, list[T]]:
    """All three parts; those that are missing are taken from the training examples, the same fraction of each class.

    Args:
        parts: the examples of the parts that there are, `train` among them.
        class_names: what the labels stand for.
        split: the fractions.
        where: what the examples come from.

    Raises:
        errors.InvalidArgumentError: a part has no example of some class, or a class is too small to divide.
    """
    missing = [part for part in PARTS if part not in parts]
    whole = {part: list(examples) for part, examples in parts.items()}
    labels = np.array([example.label for example in whole[TRAIN]])
    taken = _taken(labels, {part: split.fraction(part) for part in missing}, split.seed, class_names, where)
    for part, numbers in taken.items():
        whole[part] = [parts[TRAIN][number] for number in numbers]
    for part in parts:
        _check_classes(part, whole[part], labels, class_names, where)
    return {part: whole[part] for part in PARTS}


def _taken(
    labels: np.ndarray, fractions: Mapping[str, float], seed: int, class_names: Sequence[str], where: str
) -> dict[str, np.ndarray]:
    """The numbers of the examples of each part that is taken, and of those left to train on, in rising order."""
    kept: dict[str, list[np.ndarray]] = {part: [] for part in (*fractions, TRAIN)}
    for label in np.unique(labels):
        numbers = np.flatnonzero(labels == label)
        if len(numbers) <= len(fractions):
            raise _too_small(class_names[label], len(numbers), list(fractions), where)
        # Each class has a seed of its own: more pictures of one do not move those of another.
        left = np.random.default_rng((seed, int(label))).permutation(numbers)
        for place, (part, fraction) in enumerate(fractions.items()):
            others = len(fractions) - place
            count = min(max(int(fraction * len(numbers)), 1), len(left) - others)
            kept[part].append(left[:count])
            left = left[count:]
        kept[TRAIN].append(left)
    return {part: np.sort(np.concatenate(chosen)) for part, chosen in kept.items()}


def _too_small(name: str, count: int, parts: list[str], where: str) -> errors.InvalidArgumentError:
    have = "1 picture" if count == 1 else f"{count} pictures"
    return errors.InvalidArgumentError(
        None,
        None,
        f"The class {name!r} of {where} has {have} to train on and to take {' and '.join(parts)} examples from. "
        f"Expected at least {len(parts) + 1}, one for each. Add pictures to the class, or take it away.",
    )


def _check_classes(
    part: str, examples: Sequence[Labelled], labels: np.ndarray, class_names: Sequence[str], where: str
) -> None:
    """Every class that is learnt must be measured."""
    absent = set(np.unique(labels).tolist()) - {example.label for example in examples}
    if not absent:
        return
    names = ", ".join(repr(class_names[label]) for label in sorted(absent))
    raise errors.InvalidArgumentError(
        None,
        None,
        f"The {part} examples of {where} have none of the class {names}, which the training examples have. Expected "
        f"each class in each part. Add examples of it, or remove the {part} examples: they are then taken from the "
        "training examples.",
    )
