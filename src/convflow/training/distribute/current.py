"""Which strategy is in force (API: tf.distribute.get_strategy and its kin)."""

from __future__ import annotations

from convflow.training.distribute import frames
from convflow.training.distribute.replica import ReplicaContext
from convflow.training.distribute.strategy import DefaultStrategy, Strategy

_DEFAULT = DefaultStrategy()
_DEFAULT_REPLICA = ReplicaContext(_DEFAULT, 0)


def get_strategy() -> Strategy:
    """The strategy in force, the default one outside of all scopes (API: tf.distribute.get_strategy)."""
    frame = frames.current()
    return _DEFAULT if frame is None else frame.strategy


def has_strategy() -> bool:
    """Whether another strategy than the default one is in force (API: tf.distribute.has_strategy)."""
    return get_strategy() is not _DEFAULT


def get_replica_context() -> ReplicaContext | None:
    """The context of the replica that runs, None across replicas (API: tf.distribute.get_replica_context).

    Outside of all strategies it is that of the default one, which has one replica.
    """
    frame = frames.current()
    return _DEFAULT_REPLICA if frame is None else frame.replica_context


def in_cross_replica_context() -> bool:
    """Whether a strategy is in force and no replica runs (API: tf.distribute.in_cross_replica_context)."""
    frame = frames.current()
    return frame is not None and frame.replica_context is None
