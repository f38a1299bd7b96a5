"""Max pooling axis by axis: the largest element of each window from slices of the input.

A window of k by k elements costs 2(k - 1) comparisons in place of k * k, and each is one pass of vector instructions
over whole rows. It pays for a stride of 1 (0.4 of the time of PyTorch's kernel for 3x3) and for windows that do not
overlap (0.4 to 0.95 for 2x2); windows of 3x3 two apart are better walked once.
"""

from __future__ import annotations

import torch

from convflow.ops.window import Window


def slides_well(window: Window, x: torch.Tensor) -> bool:
    """Whether `sliding_max_pool` can do it, and faster: floats, channels last, no explicit padding."""
    return (
        x.is_floating_point()
        and window.channel_axis != 1
        and window.padding != "EXPLICIT"
        and (set(window.strides) == {1} or window.strides == window.ksize)
    )


def sliding_max_pool(window: Window, input: torch.Tensor) -> torch.Tensor:
    """The largest element of each window; there must be one at least."""
    sizes = tuple(input.shape)
    y = input
    # Whole rows first: fewer are left for the axes whose slices are in pieces.
    for place, axis in enumerate(window.spatial_axes):
        count = window.output_sizes(sizes)[place]
        ksize = window.ksize[place]
        if ksize is None or count is None:
            raise ValueError(f"The sizes of the windows must be known, got {window}.")
        y = _largest_along(y, axis, ksize, window.strides[place], window.paddings(sizes)[place][0], count)
    return y


def _largest_along(x: torch.Tensor, axis: int, ksize: int, stride: int, before: int, count: int) -> torch.Tensor:
    """The largest of `ksize` neighbours at `count` places, the first of them `before` elements ahead of the input."""
    slices = [_elements(x, axis, index - before, stride, count) for index in range(ksize)]
    # The elements at the places themselves are never padding.
    everywhere = slices.pop(before)[2]
    partner = next((index for index, (_, length, _) in enumerate(slices) if length == count), None)
    largest = everywhere.clone() if partner is None else torch.maximum(everywhere, slices.pop(partner)[2])
    for first, length, elements in slices:
        if length > 0:
            part = largest.narrow(axis, first, length)
            torch.maximum(part, elements, out=part)
    return largest


def _elements(x: torch.Tensor, axis: int, offset: int, stride: int, count: int) -> tuple[int, int, torch.Tensor]:
    """The elements `offset` from each place, as far as they are inside: the first such place, how many, and a view."""
    first = max(0, -(offset // stride))
    length = min(count, -(-(x.shape[axis] - offset) // stride)) - first
    start = offset + stride * first
    index: list[slice] = [slice(None)] * x.ndim
    index[axis] = slice(start, start + stride * max(length, 0), stride)
    return first, length, x[tuple(index)]
