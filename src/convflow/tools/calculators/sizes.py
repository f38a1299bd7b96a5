"""How large the output of a convolution or pooling is along one axis.

Source: the API's documentation of SAME and VALID (tf.nn.convolution); floor((n + 2p - m) / s) + 1 for explicit
padding (V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", 2016).
"""

from __future__ import annotations

Padding = str | int | tuple[int, int]


def output_size(size: int, kernel: int, stride: int = 1, padding: Padding = "VALID", dilation: int = 1) -> int:
    """How many elements come out along an axis.

    Args:
        size: elements that go in.
        kernel: elements under the kernel or window.
        stride: how far it moves each time.
        padding: "SAME", "VALID" or "FULL" (every place where kernel and input overlap), in any case; or zeros on
            each side; or zeros (before, after).
        dilation: distance of neighbouring elements of the kernel.

    Raises:
        ValueError: a size that is not positive, an unknown padding, or a kernel larger than the padded input.
    """
    before, after = pads(size, kernel, stride, padding, dilation)
    span = spanned(kernel, dilation)
    if size + before + after < span:
        raise ValueError(
            f"A kernel that spans {span} does not fit into {size} elements padded with {before} and {after}. Expected "
            "at least as many as it spans. Use a smaller kernel or dilation, or more padding."
        )
    return (size + before + after - span) // stride + 1


def pads(size: int, kernel: int, stride: int = 1, padding: Padding = "VALID", dilation: int = 1) -> tuple[int, int]:
    """The zeros before and after the input along an axis; arguments and errors as of `output_size`."""
    for name, value in (("size", size), ("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        if value < 1:
            raise ValueError(f"{name} is {value}. Expected a whole number of at least 1.")
    span = spanned(kernel, dilation)
    if not isinstance(padding, str):
        return _explicit(padding)
    match padding.upper():
        case "VALID":
            return 0, 0
        case "FULL":
            return span - 1, span - 1
        case "SAME":
            total = max((-(-size // stride) - 1) * stride + span - size, 0)
            # The odd one goes behind, as in TensorFlow.
            return total // 2, total - total // 2
    raise ValueError(f"padding is {padding!r}. Expected SAME, VALID, FULL, or the number of zeros on each side.")


def spanned(kernel: int, dilation: int = 1) -> int:
    """How many elements of the input a dilated kernel reaches across."""
    return (kernel - 1) * dilation + 1


def _explicit(padding: int | tuple[int, int]) -> tuple[int, int]:
    before, after = (padding, padding) if isinstance(padding, int) else padding
    if min(before, after) < 0:
        raise ValueError(f"padding is {padding}. Expected no negative number of zeros.")
    return before, after
