"""How much of the input one element of a layer's output depends on, along one axis.

Layer k adds (kernel - 1) x dilation times the product of the strides before it. Padding changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A convolution or pooling along one axis.

    Args:
        kernel: elements under the kernel or window.
        stride: how far it moves each time.
        dilation: distance of neighbouring elements of the kernel.

    Raises:
        ValueError: one of them is not positive.
    """

    kernel: int
    stride: int = 1
    dilation: int = 1

    def __post_init__(self) -> None:
        if min(self.kernel, self.stride, self.dilation) < 1:
            raise ValueError(f"{self} is no window. Expected kernel, stride and dilation of at least 1.")


def receptive_field(layers: Iterable[Window]) -> int:
    """Elements of the input that one element of the last layer's output depends on; 1 without layers."""
    return ([1] + receptive_fields(layers))[-1]


def receptive_fields(layers: Iterable[Window]) -> list[int]:
    """The receptive field of each layer of a stack, from the first to the last."""
    fields, field, step = [], 1, 1
    for layer in layers:
        field += (layer.kernel - 1) * layer.dilation * step
        step *= layer.stride
        fields.append(field)
    return fields
