"""Nodes that compute what another one has computed before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import numpy as np

from convflow.graph.opdef import routed
from convflow.graph.operation import Operation
from convflow.runtime.draft import Draft, writes
from convflow.runtime.fused import Fused
from convflow.runtime.prune import has_effects
from convflow.runtime.variables import touched

# Larger constants are told apart by being other nodes.
_LARGEST_CONSTANT = 1024
_ALL = ""


def share_common(draft: Draft) -> None:
    """Take a node's outputs for those of an earlier one of the same type, attributes and inputs.

    A variable that is read twice is read once, if nobody writes it in between.
    """
    known: dict[Hashable, Operation] = {}
    writings: Counter[str] = Counter()
    for item in draft.items:
        if writes(item):
            names = touched(item)
            writings.update(names if names is not None else [_ALL])
        elif isinstance(item, Operation) and not isinstance(item, Fused):
            key = _key(draft, item, writings)
            if key is not None:
                first = known.setdefault(key, item)
                if first is not item:
                    draft.rename(item, first.outputs)


def _key(draft: Draft, op: Operation, writings: Counter[str]) -> Hashable | None:
    """What is equal for nodes of the same values; None for nodes whose values may differ all the same."""
    if op.type == "ReadVariableOp":
        names = touched(op)
        if not names:
            return None
        return "ReadVariableOp", names, draft.guards.of(op), writings[_ALL], *(writings[name] for name in names)
    if op.type == "Const":
        value = op.attrs["value"]
        return None if value.nbytes > _LARGEST_CONSTANT or value.dtype == object else ("Const", _hashable(value))
    if has_effects(op) or op.definition.takes_store or op.definition.kernel is routed or not op.inputs:
        return None
    attrs = tuple((name, _hashable(op.attrs[name])) for name in sorted(op.definition.attrs))
    return op.type, attrs, tuple(draft.inputs(op)), draft.guards.of(op)


def _hashable(value: Any) -> Hashable:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return tuple(map(_hashable, value))
    return value if isinstance(value, Hashable) else repr(value)
