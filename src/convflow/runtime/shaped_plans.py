"""The plans of one set of fetches and feeds: one that serves all shapes, and some for the shapes that come again.

A program that leaves batch sizes open computes with shapes in each step: half the nodes of a small network's training
step. In a plan made for the shapes at hand all of that is known beforehand (`known_shapes.py`), and rewrites see
static shapes. Making a plan takes time, so shapes get theirs when they come a second time; who feeds ever new shapes,
or computes nothing with shapes, stays with the general plan. That one also runs, and words its error, where fed
shapes do not fit the program.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation
from convflow.runtime.known_shapes import ShapeConflict
from convflow.runtime.plan import Plan
from convflow.runtime.step_stats import members

# A training program feeds full batches, the rest of an epoch and a test set.
_KEPT = 4
# Programs whose shapes differ from run to run would compile for ever.
_MOST_MADE = 16
_MOST_SEEN = 64
_ABOUT_SHAPES = frozenset({"Shape", "ShapeN", "Size"})

_Shapes = tuple[tuple[int, ...], ...]


class ShapedPlans:
    """Chooses the plan for the values of a run.

    Args:
        general: the plan for all shapes.
    """

    def __init__(self, general: Plan) -> None:
        self.general = general
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Shapes, Plan] = OrderedDict()
        self._seen: set[_Shapes] = set()
        self._made = 0
        self._is_open = general.is_rewritten and _has_open_feeds(general) and _asks_for_shapes(general)

    def plan_for(self, fed_values: Sequence[Any]) -> Plan:
        """The plan made for values of these shapes, or the general one."""
        if not self._is_open and not self._kept:
            return self.general
        shapes = tuple(tuple(value.shape) for value in fed_values)
        with self._lock:
            plan = self._kept.get(shapes)
            if plan is None:
                return self._first_or_second(shapes)
            self._kept.move_to_end(shapes)
            return plan

    def _first_or_second(self, shapes: _Shapes) -> Plan:
        if not self._is_open:
            return self.general
        if shapes not in self._seen:
            self._seen.add(shapes)
            self._is_open = len(self._seen) < _MOST_SEEN
            return self.general
        plan = self._made_for(shapes)
        self._made += 1
        self._is_open = self._is_open and self._made < _MOST_MADE
        self._kept[shapes] = plan
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return plan

    def _made_for(self, shapes: _Shapes) -> Plan:
        try:
            plan = self.general.for_shapes([TensorShape(shape) for shape in shapes])
        except ShapeConflict:
            return self.general
        if len(plan.titles()) < len(self.general.titles()):
            return plan
        self._is_open = False  # its sizes do not come from its feeds
        return self.general


def _has_open_feeds(plan: Plan) -> bool:
    return not all(tensor.shape.is_fully_defined() for tensor in plan.fed)


def _asks_for_shapes(plan: Plan) -> bool:
    items = [item for item in plan.schedule if isinstance(item, Operation)]
    return any(op.type in _ABOUT_SHAPES for item in items for op in members(item))
