"""Functions of a graph, compiled for a session."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.graph.function import FuncGraph
from convflow.ops.kept import variables_change
from convflow.runtime import emit, failures, prune, schedule
from convflow.runtime.draft import writes
from convflow.runtime.guards import Guards
from convflow.runtime.store import Function, Store


def compiled(body: FuncGraph, store: Store) -> Function:
    """The body as a function of the values of its inputs and captures. It may run in any thread."""
    fed = [*body.inputs, *body.captures.values()]
    # What a function does beside its value, such as an assertion, it does although nobody fetches it.
    effects = [op for op in body.get_operations() if op.definition.stateful]
    needed = prune.needed_operations([*body.outputs, *effects], fed)
    items = schedule.order(needed, set(fed))
    step = emit.emit(items, Guards(items, fed), fed, body.outputs, store.within(body.name))

    changes = any(map(writes, items))

    def run(*values: Any) -> tuple[Any, ...]:
        if changes:
            variables_change()
        try:
            # Per thread, hence here and not only around the plan that calls.
            with torch.inference_mode():
                return step.run(*values)
        except Exception as error:
            explained = failures.explain(error, step)
            raise explained from None if isinstance(error, errors.OpError) else error
        finally:
            if changes:
                variables_change()

    return run
