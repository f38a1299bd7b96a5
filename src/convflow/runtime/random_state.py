"""Where the random ops of a session stand, so that a training that was cut off draws what an unbroken one does.

TensorFlow's checkpoints do not have it: a session that restores one begins every random op anew.
"""

from __future__ import annotations

from typing import Any

from convflow.ops.philox import PhiloxGenerator
from convflow.runtime.session import BaseSession

_KIND = "random"


def random_state(session: BaseSession) -> list[dict[str, Any]]:
    """The place of every random op that has run, as JSON can hold it: node, functions around it, three integers."""
    return [
        {"within": list(path), "node": key[1], "place": list(resource.place)}
        for (path, key), resource in session._store.resources().items()
        if isinstance(resource, PhiloxGenerator)
    ]


def set_random_state(session: BaseSession, state: list[dict[str, Any]]) -> None:
    """Lets the random ops of a session of the same graph go on from where `random_state` saw them.

    Args:
        session: no random op that the state names has run in it.
        state: from `random_state`.

    Raises:
        ValueError: one has.
    """
    for entry in state:
        session._store.put(tuple(entry["within"]), (_KIND, entry["node"]), PhiloxGenerator.at(*entry["place"]))
