"""What it saves to put several small convolutions in the place of one.

Sources: 3x3 stacks, K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks" (2014), section 2.3; bottlenecks,
K. He et al., "Deep Residual Learning" (2015); 1x1 reductions, C. Szegedy et al., "Going Deeper with Convolutions"
(2014).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from convflow.tools.calculators.costs import Convolution, Pair


@dataclass(frozen=True)
class Substitution:
    """Convolutions in the place of one, all with stride 1 and SAME padding."""

    original: Convolution
    replacement: tuple[Convolution, ...]

    def parameters(self, bias: bool = False) -> tuple[int, int]:
        """Parameters of the original and of the replacement together; weights alone unless `bias`."""
        return self.original.parameters(bias), sum(each.parameters(bias) for each in self.replacement)

    def macs(self, size: Pair, batch: int = 1) -> tuple[int, int]:
        """Multiply-accumulates of the original and of the replacement together, on maps of `size`."""
        return self.original.macs(size, batch), sum(each.macs(size, batch) for each in self.replacement)


def small_kernels(kernel: int, channels: int, small: int = 3) -> Substitution:
    """A stack of small kernels with the receptive field of a large one: two 3x3 for 5x5, three for 7x7.

    Args:
        kernel: height and width of the large kernel.
        channels: what goes in and comes out of each.
        small: height and width of the small kernels.

    Raises:
        ValueError: no whole number of small kernels reaches as far.
    """
    if small < 2 or kernel <= small or (kernel - 1) % (small - 1):
        raise ValueError(
            f"No stack of {small}x{small} kernels has the receptive field of a {kernel}x{kernel} kernel. Expected a "
            f"kernel larger than {small} with kernel - 1 a multiple of {small - 1}."
        )
    count = (kernel - 1) // (small - 1)
    return Substitution(Convolution(kernel, channels, channels), (Convolution(small, channels, channels),) * count)


def bottleneck(channels: int, inner: int | None = None, kernel: int = 3) -> Substitution:
    """1x1 down to `inner` channels, the kernel, 1x1 back, in the place of the kernel on all channels.

    Args:
        channels: what goes in and comes out.
        inner: half of them by default.
        kernel: height and width.
    """
    inner = channels // 2 if inner is None else inner
    replacement = (
        Convolution(1, channels, inner),
        Convolution(kernel, inner, inner),
        Convolution(1, inner, channels),
    )
    return Substitution(Convolution(kernel, channels, channels), replacement)


def squeezed(convolution: Convolution, inner: int) -> Substitution:
    """A 1x1 convolution down to `inner` channels before the convolution, as in an inception module's branches."""
    replacement = (Convolution(1, convolution.in_channels, inner), replace(convolution, in_channels=inner))
    return Substitution(convolution, replacement)
