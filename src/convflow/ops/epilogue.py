"""What often follows a convolution or a product, done before the result leaves the processor's cache."""

from __future__ import annotations

from typing import NamedTuple

import torch


class Activation(NamedTuple):
    """An activation that oneDNN knows.

    As in TensorFlow's fused kernels, which are oneDNN's too, an element that is not a number comes out of a Relu
    or Relu6 as 0.

    Attributes:
        name, scalars: what oneDNN's functions of PyTorch call it.
        low, high: what it clips to.
        slope: what it multiplies negative elements by, if it does.
    """

    name: str = "none"
    scalars: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    slope: float | None = None


NONE = Activation()
RELU = Activation("relu", low=0.0)
RELU6 = Activation("hardtanh", (0.0, 6.0), low=0.0, high=6.0)


def leaky_relu(slope: float) -> Activation:
    """max(x, slope * x) for slopes up to 1."""
    return Activation("leaky_relu", (slope,), slope=slope)


class Epilogue(NamedTuple):
    """Attributes:
    bias: [channels], to be added to the last axis.
    activation: of the sum.
    """

    bias: torch.Tensor | None = None
    activation: Activation = NONE


NOTHING = Epilogue()


def checked(epilogue: Epilogue, channels: int) -> Epilogue:
    """The same; ValueError if the bias is not one number per channel, which PyTorch would stretch."""
    bias = epilogue.bias
    if bias is not None and tuple(bias.shape) != (channels,):
        raise ValueError(f"A bias of shape {list(bias.shape)} is not one number for each of {channels} channels.")
    return epilogue


def apply_in_place(value: torch.Tensor, epilogue: Epilogue) -> torch.Tensor:
    """Write what follows over a value whose channels are last, and return it."""
    bias, activation = epilogue
    if bias is not None:
        value.add_(bias)
    if activation.slope is not None:
        torch.ops.aten.leaky_relu_(value, activation.slope)
    elif activation.low is not None:
        value.clamp_(activation.low, activation.high)
    return value
