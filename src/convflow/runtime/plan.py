"""A compiled run: what to compute for one set of fetches and feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from convflow.core import values
from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.ops.kept import variables_change
from convflow.runtime import emit, failures, memory, prune, schedule
from convflow.runtime.decided import decided
from convflow.runtime.draft import Draft, writes
from convflow.runtime.fused import Folded, Renamed
from convflow.runtime.ledger import Entry, account
from convflow.runtime.loops import Item
from convflow.runtime.options import PlanOptions
from convflow.runtime.rewrites import rewrite
from convflow.runtime.step_stats import Labels
from convflow.runtime.store import Store
from convflow.runtime.trace import Trace, Watcher


class Plan:
    """One schedule, compiled.

    Args:
        elements: the fetched tensors and operations.
        fed: the fed tensors, in the order their values will come.
        store: the session's state, bound into stateful kernels.
        options: whether and how it is rewritten.
        shapes, flags: those of the fed values and the values of fed flags, where it is a plan for these alone.
        order: the nodes it runs in their order, where that is known.

    Raises:
        ShapeConflict: the program refuses values of these shapes.
    """

    def __init__(
        self,
        elements: list[Tensor | Operation],
        fed: list[Tensor],
        store: Store,
        options: PlanOptions,
        shapes: Sequence[TensorShape] | None = None,
        flags: Mapping[Tensor, Any] | None = None,
        order: list[Item] | None = None,
    ) -> None:
        self._elements = elements
        self._fetched = [element for element in elements if isinstance(element, Tensor)]
        self._store = store
        self._options = options
        self._order = order or schedule.order(prune.needed_operations(elements, fed), set(fed))
        self.fed = fed
        known = decided(self._order, fed, flags or {}) if options.rewrites else None
        draft = Draft(self._order, fed, elements, dict(zip(fed, shapes, strict=True)) if shapes else None, known)
        self.rewrites = rewrite(draft, options) if options.rewrites else {}
        self.schedule = draft.items
        self.guards = draft.guards
        self._writes = any(map(writes, self.schedule))
        self._step = emit.emit(self.schedule, draft.guards, fed, self._fetched, store)

    @property
    def is_rewritten(self) -> bool:
        """Whether it may differ from the graph as it stands."""
        return self._options.rewrites

    def made_for(self, shapes: Sequence[TensorShape], flags: Mapping[Tensor, Any]) -> Plan:
        """The same for fed values of these shapes and flags of these values alone; ShapeConflict if the program refuses
        the shapes."""
        return Plan(self._elements, self.fed, self._store, self._options, shapes, flags, self._order)

    def depends_on(self, flags: Iterable[Tensor]) -> bool:
        """Whether fed flags settle a condition that is open in this plan."""
        known = decided(self._order, self.fed, dict.fromkeys(flags, torch.tensor(True)))
        return not known.keys().isdisjoint(self.guards.predicates)

    @property
    def source(self) -> str:
        """The Python text of the plan."""
        return self._step.source

    def titles(self) -> list[str]:
        """What its steps are, in order; constants and new names take no time and are left out."""
        return [
            item.type if isinstance(item, Operation) else "Loop"
            for item in self.schedule
            if not isinstance(item, (Folded, Renamed)) and not (isinstance(item, Operation) and item.type == "Const")
        ]

    def releases(self) -> list[list[Tensor]]:
        """For each item of the schedule, the values that nobody reads after it."""
        return memory.last_uses(self.schedule, self._fetched, self.guards.source)

    def account(self, trace: Trace) -> list[Entry]:
        """The memory of a traced run, step by step."""
        pairs = zip(self.schedule, self.releases(), strict=True)
        return account(trace.events, {item: gone for item, gone in pairs if isinstance(item, Operation)})

    def labels(self) -> Labels:
        """How its steps are called."""
        return Labels(self.schedule, self.guards.source)

    def constants(self) -> dict[Tensor, Any]:
        """The values that are known before it runs."""
        known = self._step.constants
        return {tensor: known[name] for tensor, name in self._step.names.items() if name in known}

    def run(self, fed_values: list[Any], watcher: Watcher | None = None) -> list[Any]:
        """The values of the fetched elements as NumPy arrays; None for operations.

        Args:
            watcher: looks at each step, if there is one, such as a `Trace`; without one that costs nothing.
        """
        step = self._step if watcher is None else self._step.watched(watcher.watched)
        if self._writes:
            variables_change()
        try:
            with torch.inference_mode():
                results = iter(step.run(*fed_values))
        except Exception as error:
            raise failures.explain(error, step) from _cause(error)
        finally:
            if self._writes:
                variables_change()
        return [_owned(next(results)) if isinstance(element, Tensor) else None for element in self._elements]


def _cause(error: Exception) -> Exception | None:
    return error if not hasattr(error, "node_def") else None


def _owned(value: Any) -> Any:
    """A fetched value as NumPy, in memory of its own: kernels' values may be those of variables, constants, feeds
    or data sets, and programs write into what they fetch."""
    if isinstance(value, torch.Tensor):
        array = values.to_numpy(value.clone(memory_format=torch.contiguous_format))
        return array[()] if array.ndim == 0 else array
    if isinstance(value, np.ndarray):
        return value.item() if value.ndim == 0 else value.copy()
    return value
