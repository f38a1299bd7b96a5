"""The likeliest labels of one sequence under CTC, by prefix beam search (Graves, 2012; Hannun and others, 2014)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_NEVER = float("-inf")
_ROOT = -1


class Path(NamedTuple):
    """A sequence of labels and the logarithm of its probability."""

    labels: list[int]
    log_probability: float


class _Prefixes:
    """All prefixes met, each with a number of its own: the one it continues, and its last label."""

    def __init__(self) -> None:
        self.parents = [_ROOT]
        self.last = [_ROOT]
        self._numbers: dict[tuple[int, int], int] = {}

    def number(self, parent: int, label: int) -> int:
        key = (parent, label)
        if key not in self._numbers:
            self._numbers[key] = len(self.parents)
            self.parents.append(parent)
            self.last.append(label)
        return self._numbers[key]

    def labels(self, number: int) -> list[int]:
        found = []
        while number != 0:
            found.append(self.last[number])
            number = self.parents[number]
        return found[::-1]


class _Beam(NamedTuple):
    """The prefixes kept, best first, with the probabilities of ending in blank and in their last label."""

    prefixes: list[int]
    blank: np.ndarray
    label: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return np.logaddexp(self.blank, self.label)


def beam_search(log_probs: np.ndarray, beam_width: int) -> list[Path]:
    """The paths in the beam at the end, best first.

    Args:
        log_probs: [steps, classes], normalized; the last class is the blank.
    """
    known = _Prefixes()
    beam = _Beam([0], np.zeros(1), np.full(1, _NEVER))
    for step in log_probs.astype(np.float64):
        beam = _advanced(beam, step, known, beam_width)
    pairs = zip(beam.prefixes, beam.total, strict=True)
    return [Path(known.labels(prefix), float(total)) for prefix, total in pairs]


def _advanced(beam: _Beam, step: np.ndarray, known: _Prefixes, beam_width: int) -> _Beam:
    total, count = beam.total, len(beam.prefixes)
    last = np.array([known.last[prefix] for prefix in beam.prefixes])
    rows = {prefix: row for row, prefix in enumerate(beam.prefixes)}
    grown = _grown(beam, total, last, step)
    label = np.full(count, _NEVER)
    for row, prefix in enumerate(beam.prefixes):
        if prefix == 0:
            continue
        arriving = _NEVER
        parent = rows.get(known.parents[prefix])
        if parent is not None:
            # This prefix is in the beam itself: what its parent adds is part of it.
            arriving = grown[parent, last[row]]
            grown[parent, last[row]] = _NEVER
        label[row] = np.logaddexp(beam.label[row] + step[last[row]], arriving)
    blank = total + step[-1]
    scores = np.concatenate([np.logaddexp(blank, label), grown.ravel()])
    chosen = _best(scores, beam_width)
    prefixes = [_prefix(place, beam, known, grown.shape[1]) for place in chosen.tolist()]
    is_old = chosen < count
    old = np.where(is_old, chosen, 0)
    return _Beam(prefixes, np.where(is_old, blank[old], _NEVER), np.where(is_old, label[old], scores[chosen]))


def _grown(beam: _Beam, total: np.ndarray, last: np.ndarray, step: np.ndarray) -> np.ndarray:
    """The probability of each prefix continued by each label: after the same label only a blank lets it count."""
    before = np.repeat(total[:, None], len(step) - 1, axis=1)
    has_last = last >= 0
    before[has_last, last[has_last]] = beam.blank[has_last]
    return before + step[:-1]


def _best(scores: np.ndarray, count: int) -> np.ndarray:
    possible = np.flatnonzero(scores > _NEVER)
    if len(possible) > count:
        bound = np.partition(scores[possible], len(possible) - count)[len(possible) - count]
        possible = possible[scores[possible] >= bound]
    return possible[np.argsort(-scores[possible], kind="stable")][:count]


def _prefix(place: int, beam: _Beam, known: _Prefixes, labels: int) -> int:
    count = len(beam.prefixes)
    if place < count:
        return beam.prefixes[place]
    row, label = divmod(place - count, labels)
    return known.number(beam.prefixes[row], label)
