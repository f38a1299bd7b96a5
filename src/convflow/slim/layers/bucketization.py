"""Numbers as the intervals they lie in (API: slim.bucketize)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops.math import histogram


def bucketize(input_tensor: Any, boundaries: Any, name: str | None = None) -> Tensor:
    """How many of the boundaries are not above each element.

    Args:
        input_tensor: numbers, of any shape.
        boundaries: rising floats.
        name: of the node.

    Returns:
        int32, of the input's shape: 0 below the first boundary, their number from the last one on.
    """
    return histogram.bucketize(input_tensor, boundaries, name=name)
