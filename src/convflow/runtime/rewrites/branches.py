"""Where a condition is known, a Switch hands on what it takes, and a Merge what comes from the side that runs."""

from __future__ import annotations

from convflow.ops.switch import MERGES, SWITCHES
from convflow.runtime.draft import Draft
from convflow.runtime.guards import NEVER, passes_on


def take_known_sides(draft: Draft) -> None:
    """Take what decided Switch and Merge nodes give for what they take. What never runs is not in the draft.

    What in a branch only tells others that it runs is not needed any more either, such as gradients that nobody takes.
    """
    for op in draft.nodes(*SWITCHES):
        if draft.guards.is_decided(op) and passes_on(op):
            draft.rename(op, [op.inputs[0]] * 2)
    for op in draft.nodes(*MERGES):
        live = [tensor for tensor in op.inputs if draft.guards.of_value(tensor) != NEVER]
        if len(live) == 1:
            draft.rename(op, [live[0], None])
    draft.sweep()
