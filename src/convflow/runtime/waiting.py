"""Letting go of who waits in a session for something that will not come."""

from __future__ import annotations

from typing import Any

from convflow.ops.accumulator_resource import AccumulatorResource


def release_accumulators(session: Any) -> None:
    """Those who wait for gradients in this session get a CancelledError.

    Args:
        session: a `tf.Session`.
    """
    for resource in session._store.resources().values():
        if isinstance(resource, AccumulatorResource):
            resource.cancel()
