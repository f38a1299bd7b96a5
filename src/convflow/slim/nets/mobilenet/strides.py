"""What the MobileNets of both versions do with places: strides, rates, padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.ops.array.pad import pad


class Strides:
    """Decides layer by layer whether to step or to widen filters.

    Args:
        output_stride: how much smaller than the pictures the output is at most; None for no bound.
    """

    def __init__(self, output_stride: int | None) -> None:
        self._bound = output_stride
        self._stride = 1
        self._rate = 1

    def of_layer(self, stride: int) -> tuple[int, int]:
        """The stride and the rate of the next layer, which would step by `stride`."""
        if self._bound is not None and self._stride == self._bound:
            rate = self._rate
            self._rate *= stride
            return 1, rate
        self._stride *= stride
        return stride, 1


def fixed_padding(inputs: Any, kernel_size: Sequence[int], rate: int = 1) -> Any:
    """Pictures with as many zeros around as filters of that size need, whatever the pictures' size is.

    Args:
        inputs: shape (batch, height, width, channels).
        kernel_size: height and width of the filters; the height counts for both.
        rate: steps between the elements of the filters.
    """
    total = (kernel_size[0] - 1) * rate
    around = [total // 2, total - total // 2]
    return pad(inputs, [[0, 0], around, around, [0, 0]])


def checked_rank(inputs: Any) -> None:
    """ValueError unless the pictures have four axes."""
    rank = inputs.get_shape().ndims
    if rank != 4:
        raise ValueError(
            f"Invalid input tensor rank, expected 4, was: {rank}. Pictures have the shape "
            f"(batch, height, width, channels), got {inputs.get_shape()}."
        )
