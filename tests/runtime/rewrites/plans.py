"""How tests look at plans: as they are written, and against the same program without rewrites."""

from __future__ import annotations

from typing import Any

import numpy as np

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store

PLAIN = tf.ConfigProto()
PLAIN.graph_options.rewrite_options.disable_meta_optimizer = True


def titles(fetches: Any, fed: list[Any]) -> list[str]:
    """What the steps of a rewritten plan are, constants and renamings left out."""
    elements = fetches if isinstance(fetches, list) else [fetches]
    plan = Plan(elements, fed, Store(functions.compiled), PlanOptions())
    return plan.titles()


def run(fetches: Any, feeds: dict[Any, Any], setup: Any = None, config: Any = None, steps: int = 1) -> list[Any]:
    """What each of the steps returns, in a session of its own."""
    with tf.Session(config=config) as session:
        if setup is not None:
            session.run(setup)
        return [session.run(fetches, feeds) for _ in range(steps)]


def assert_equal_plans(
    fetches: Any, feeds: dict[Any, Any], setup: Any = None, steps: int = 1, rtol: float = 0.0, atol: float = 0.0
) -> None:
    """The rewritten plan returns what the plain one does."""
    plain = run(fetches, feeds, setup, PLAIN, steps)
    rewritten = run(fetches, feeds, setup, None, steps)
    for one, other in zip(plain, rewritten, strict=True):
        for a, b in zip(_leaves(one), _leaves(other), strict=True):
            np.testing.assert_allclose(b, a, rtol=rtol, atol=atol)


def assert_equal_runs(fetches: Any, feeds: list[dict[Any, Any]], setup: Any = None) -> None:
    """The runs of one session, one after the other, give what those of plain plans do."""
    results = []
    for config in (PLAIN, None):
        with tf.Session(config=config) as session:
            if setup is not None:
                session.run(setup)
            results.append([session.run(fetches, feed) for feed in feeds])
    for plain, shaped in zip(*results, strict=True):
        for one, other in zip(plain, shaped, strict=True):
            if one is not None:
                np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)


def _leaves(value: Any) -> list[Any]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items if item is not None]
