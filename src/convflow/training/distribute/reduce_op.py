"""How the values of replicas become one (API: tf.distribute.ReduceOp)."""

from __future__ import annotations

import enum
from typing import Any


class ReduceOp(enum.Enum):
    """The sum of the replicas' values, or their mean (API: tf.distribute.ReduceOp)."""

    SUM = "SUM"
    MEAN = "MEAN"


def as_reduce_op(value: Any) -> ReduceOp:
    """A `ReduceOp`, also from its name in any case.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, ReduceOp):
        return value
    if isinstance(value, str) and value.upper() in ReduceOp.__members__:
        return ReduceOp[value.upper()]
    raise ValueError(f"reduce_op is {value!r}, expected a tf.distribute.ReduceOp: pass ReduceOp.SUM or ReduceOp.MEAN.")
