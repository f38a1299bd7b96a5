"""Parameters and multiply-accumulates (MACs) of convolutions and dense layers.

A MAC is a multiplication and the addition after it. Biases count as parameters and not as MACs.
"""

from __future__ import annotations

from dataclasses import dataclass

from convflow.tools.calculators.sizes import Padding, output_size

Pair = int | tuple[int, int]


@dataclass(frozen=True)
class Convolution:
    """A two-dimensional convolution.

    Args:
        kernel: height and width of the kernel, or one number for both.
        in_channels: channels that go in.
        filters: channels that come out.
        stride, dilation: along height and width, or one number for both.
        padding: as of `output_size`, the same along both axes.
        groups: how many parts the channels fall into that do not mix: `in_channels` for a depthwise convolution.

    Raises:
        ValueError: a number is not positive, or channels or filters are no multiple of the groups.
    """

    kernel: Pair
    in_channels: int
    filters: int
    stride: Pair = 1
    padding: Padding = "SAME"
    dilation: Pair = 1
    groups: int = 1

    def __post_init__(self) -> None:
        numbers = (*pair(self.kernel), self.in_channels, self.filters, *pair(self.stride), *pair(self.dilation))
        if min(*numbers, self.groups) < 1:
            raise ValueError(f"{self} is no convolution. Expected sizes and counts of at least 1.")
        if self.in_channels % self.groups or self.filters % self.groups:
            raise ValueError(
                f"{self.in_channels} channels and {self.filters} filters do not fall into {self.groups} groups. "
                "Expected multiples of the number of groups."
            )

    def parameters(self, bias: bool = True) -> int:
        """The weights, and one bias for each filter unless `bias` is false."""
        height, width = pair(self.kernel)
        return (height * width * (self.in_channels // self.groups) + bias) * self.filters

    def output_size(self, size: Pair) -> tuple[int, int]:
        """Height and width that come out for `size`, height and width that go in."""
        axes = zip(pair(size), pair(self.kernel), pair(self.stride), pair(self.dilation), strict=True)
        height, width = (output_size(n, m, s, self.padding, d) for n, m, s, d in axes)
        return height, width

    def macs(self, size: Pair, batch: int = 1) -> int:
        """Multiply-accumulates for `batch` inputs of `size`, height and width."""
        height, width = self.output_size(size)
        return self.parameters(bias=False) * height * width * batch


def convolution_parameters(kernel: Pair, in_channels: int, filters: int, bias: bool = True, groups: int = 1) -> int:
    """(kernel height x kernel width x channels of a group + 1) x filters; without the 1 if there is no bias.

    Raises:
        ValueError: as of `Convolution`.
    """
    return Convolution(kernel, in_channels, filters, groups=groups).parameters(bias)


def convolution_macs(
    size: Pair,
    kernel: Pair,
    in_channels: int,
    filters: int,
    stride: Pair = 1,
    padding: Padding = "SAME",
    dilation: Pair = 1,
    groups: int = 1,
    batch: int = 1,
) -> int:
    """Places of the output x filters x kernel height x kernel width x channels of a group x batch.

    Args:
        size: height and width that go in, or one number for both. The rest: see `Convolution`.

    Raises:
        ValueError: as of `Convolution` and `output_size`.
    """
    return Convolution(kernel, in_channels, filters, stride, padding, dilation, groups).macs(size, batch)


def dense_parameters(inputs: int, units: int, bias: bool = True) -> int:
    """(inputs + 1) x units; inputs x units if there is no bias."""
    return (inputs + bias) * units


def dense_macs(inputs: int, units: int, batch: int = 1) -> int:
    """inputs x units x batch."""
    return inputs * units * batch


def pair(value: Pair) -> tuple[int, int]:
    """Height and width from one number for both, or from the two."""
    return (value, value) if isinstance(value, int) else value
