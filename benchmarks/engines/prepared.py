"""A work, built and ready to be stepped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Prepared:
    """Args:
    step: does the work once, to its end; returns the seconds it took where it measures itself, else None.
    parameters: how many values are trained: that peers build the same network shows here.
    versions: of the libraries that do the work.
    """

    step: Callable[[], float | None]
    parameters: int
    versions: dict[str, str]
