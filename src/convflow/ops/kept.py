"""What kernels compute of filters alone, kept from run to run while no variable changes.

Whoever may write into a variable says so (`variables_change`); what was kept until then is computed anew. Between
two such calls a tensor that is the same object has the same elements: variables, constants, and what is kept of them.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import torch

_ticks = itertools.count(1)
_now = 0


def variables_change() -> None:
    """Variables may have other values from here on: called before and after whatever writes into them."""
    global _now
    _now = next(_ticks)


class Keep(Protocol):
    """How a kernel asks for what it computes of tensors alone.

    Args:
        name: of the value within its node; one value is kept under it.
        condition: what the value depends on beside the tensors.
        make: computes it from the tensors.
    """

    def __call__(self, name: str, condition: Any, make: Callable[..., Any], *tensors: torch.Tensor | None) -> Any: ...


def at_once(name: str, condition: Any, make: Callable[..., Any], *tensors: torch.Tensor | None) -> Any:
    """Keeps nothing."""
    return make(*tensors)


class _Entry(NamedTuple):
    time: int
    condition: Any
    tensors: tuple[torch.Tensor | None, ...]
    value: Any

    def is_for(self, time: int, condition: Any, tensors: tuple[torch.Tensor | None, ...]) -> bool:
        same = len(tensors) == len(self.tensors) and all(map(operator.is_, tensors, self.tensors))
        return same and self.time == time and bool(self.condition == condition)


class Kept:
    """The kept values of one node, whose tensors are variables and constants. It is a `Keep`."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def __call__(self, name: str, condition: Any, make: Callable[..., Any], *tensors: torch.Tensor | None) -> Any:
        # Taken before computing: a change in the meantime must not go unnoticed.
        time = _now
        entry = self._entries.get(name)
        if entry is not None and entry.is_for(time, condition, tensors):
            return entry.value
        value = make(*tensors)
        self._entries[name] = _Entry(time, condition, tensors, value)
        return value
