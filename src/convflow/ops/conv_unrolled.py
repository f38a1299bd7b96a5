"""Convolutions of few places and many filters as one product with their windows written out.

Late in a network a batch has a few hundred places and a filter millions of numbers. oneDNN then spends its time on
bringing the filter, or its gradient, into an order of its own; written out as rows, the windows are smaller than the
filter, and TensorFlow's order of the filter is the other matrix as it lies in memory. On two threads, for the 3x3
convolution of 512 channels over 7x7 places of a batch of 8, the convolution takes 0.95 of oneDNN's time with its
reordering, and the gradient of the filter 0.5 to 0.8. A filter that is kept in oneDNN's order is faster still.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from convflow.ops.epilogue import Epilogue
from convflow.ops.matrix_kernels import product, product_of_transposed
from convflow.ops.window import Ints, Pair

# Of smaller filters the order costs little.
_LEAST_FILTER = 2**20


def pays(filter: Ints, output: Ints) -> bool:
    """Whether windows of these sizes should be written out, channels last: there are no more of them than filters."""
    places, filters = math.prod(output[:-1]), filter[-1]
    return len(filter) == 4 and 0 < places <= filters and math.prod(filter) >= _LEAST_FILTER


def convolve(
    x: torch.Tensor,
    filter: torch.Tensor,
    output: Ints,
    strides: Sequence[int],
    paddings: Sequence[Pair],
    epilogue: Epilogue,
) -> torch.Tensor:
    """The convolution of x [batch, height, width, channels] with filter [height, width, channels, filters]."""
    rows = _windows(x, tuple(filter.shape), output, strides, paddings)
    return product(rows, filter.reshape(-1, filter.shape[-1]), epilogue).view(output)


def filter_gradient(
    x: torch.Tensor, grad: torch.Tensor, sizes: Ints, strides: Sequence[int], paddings: Sequence[Pair]
) -> torch.Tensor:
    """Its gradient by a filter of these sizes, from that of the output [batch, height, width, filters]."""
    rows = _windows(x, sizes, tuple(grad.shape), strides, paddings)
    return product_of_transposed(rows, grad.reshape(-1, sizes[-1])).view(sizes)


def _windows(
    x: torch.Tensor, filter: Ints, output: Ints, strides: Sequence[int], paddings: Sequence[Pair]
) -> torch.Tensor:
    """What each window sees, [places, elements of a window]."""
    (top, bottom), (left, right) = paddings
    padded = torch.constant_pad_nd(x, (0, 0, left, right, top, bottom)).contiguous()
    batch, row, column, channel = padded.stride()
    seen = padded.as_strided(
        (*output[:-1], *filter[:-1]), (batch, strides[0] * row, strides[1] * column, row, column, channel)
    )
    return seen.reshape(math.prod(output[:-1]), math.prod(filter[:-1]))
