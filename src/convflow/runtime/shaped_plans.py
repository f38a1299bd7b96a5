"""The plans of one set of fetches and feeds: one that serves all, and some for shapes and flags that come again.

A program that leaves batch sizes open computes with shapes in each step: half the nodes of a small network's training
step. In a plan made for the shapes at hand all of that is known beforehand (`known_shapes.py`), and rewrites see
static shapes. One that is fed whether it trains has branches for both, which keep rewrites from what stands in them; a
plan made for a flag's value has none (`decided.py`). Making a plan takes time, so shapes and flags get theirs when they
come a second time; who feeds ever new ones, or has no use for them, stays with the general plan. That one also runs,
and words its error, where fed shapes do not fit the program.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation
from convflow.runtime.decided import is_flag
from convflow.runtime.known_shapes import ShapeConflict
from convflow.runtime.plan import Plan
from convflow.runtime.step_stats import members

# A training program feeds full batches, the rest of an epoch and a test set, with a flag or without.
_KEPT = 6
# Programs whose shapes differ from run to run would compile for ever.
_MOST_MADE = 16
_MOST_SEEN = 64
_ABOUT_SHAPES = frozenset({"Shape", "ShapeN", "Size"})


class _Kind(NamedTuple):
    """What a plan is made for.

    Attributes:
        shapes: those of all fed values.
        flags: the values of the fed flags.
    """

    shapes: tuple[tuple[int, ...], ...]
    flags: tuple[Any, ...]


class ShapedPlans:
    """Chooses the plan for the values of a run.

    Args:
        general: the plan for all shapes.
    """

    def __init__(self, general: Plan) -> None:
        self.general = general
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Kind, Plan] = OrderedDict()
        self._seen: set[_Kind] = set()
        self._made = 0
        self._flags = _deciding_flags(general)
        depends_on_shapes = _has_open_feeds(general) and _asks_for_shapes(general)
        self._is_open = general.is_rewritten and (bool(self._flags) or depends_on_shapes)

    def plan_for(self, fed_values: Sequence[Any]) -> Plan:
        """The plan made for values of these shapes and flags of these values, or the general one."""
        if not self._is_open and not self._kept:
            return self.general
        kind = self._kind(fed_values)
        with self._lock:
            plan = self._kept.get(kind)
            if plan is None:
                return self._first_or_second(kind)
            self._kept.move_to_end(kind)
            return plan

    def _kind(self, fed_values: Sequence[Any]) -> _Kind:
        flags = [fed_values[place] for place in self._flags]
        # A flag that is no scalar is an error, and the general plan's to tell.
        return _Kind(
            tuple(tuple(value.shape) for value in fed_values), tuple(bool(f) if f.ndim == 0 else None for f in flags)
        )

    def _first_or_second(self, kind: _Kind) -> Plan:
        if not self._is_open:
            return self.general
        if kind not in self._seen:
            self._seen.add(kind)
            self._is_open = len(self._seen) < _MOST_SEEN
            return self.general
        plan = self._made_for(kind)
        self._made += 1
        self._is_open = self._is_open and self._made < _MOST_MADE
        self._kept[kind] = plan
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return plan

    def _made_for(self, kind: _Kind) -> Plan:
        fed = self.general.fed
        pairs = zip(self._flags, kind.flags, strict=True)
        flags = {fed[place]: torch.tensor(value) for place, value in pairs if value is not None}
        try:
            plan = self.general.made_for([TensorShape(shape) for shape in kind.shapes], flags)
        except ShapeConflict:
            return self.general
        if len(plan.titles()) < len(self.general.titles()):
            return plan
        self._is_open = False  # its sizes do not come from its feeds
        return self.general


def _deciding_flags(plan: Plan) -> list[int]:
    """The places of fed flags, if conditions of the plan follow from them."""
    places = [place for place, tensor in enumerate(plan.fed) if is_flag(tensor)]
    return places if plan.depends_on(plan.fed[place] for place in places) else []


def _has_open_feeds(plan: Plan) -> bool:
    return not all(tensor.shape.is_fully_defined() for tensor in plan.fed)


def _asks_for_shapes(plan: Plan) -> bool:
    items = [item for item in plan.schedule if isinstance(item, Operation)]
    return any(op.type in _ABOUT_SHAPES for item in items for op in members(item))
