"""What the networks' ends have in common."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops.array.reshape import squeeze
from convflow.ops.math.reduce import reduce_mean


def averaged(net: Any, name: str = "global_pool") -> Tensor:
    """The mean over all places, which stay as axes of size 1."""
    return reduce_mean(net, [1, 2], keepdims=True, name=name)


def squeezed(net: Any, name: str) -> Tensor:
    """Without the axes of the places, which must be of size 1."""
    return squeeze(net, [1, 2], name=name)
