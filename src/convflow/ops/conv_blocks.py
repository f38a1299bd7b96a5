"""Gradients of convolutions whose stride is large and a divisor of their window, as upsampling by 8 at once has them.

The input falls into blocks of stride by stride elements, and a window covers whole blocks, `around` along each axis. So
one matrix product makes the gradients of all blocks from those of the outputs around them, and one that of the filter.
oneDNN takes up to 2.5 times as long where stride and window are 8 and 16. The convolution itself it does as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from convflow.ops.matrix_kernels import product_of_transposed, product_with_transposed
from convflow.ops.window import Ints, Pair

# With a smaller one less is won than is lost by copying the input into blocks.
_LEAST_STRIDE = 8


class Blocks(NamedTuple):
    """How blocks cover an input.

    Attributes:
        stride: elements of a block along each axis.
        around: blocks of a window along each axis.
        top, left: rows and columns of zeros before the input.
        height, width: of the output.
    """

    stride: int
    around: int
    top: int
    left: int
    height: int
    width: int

    @property
    def rows(self) -> int:
        return self.height + self.around - 1

    @property
    def columns(self) -> int:
        return self.width + self.around - 1


def blocks(input: Ints, filter: Ints, output: Ints, strides: Ints, paddings: Sequence[Pair]) -> Blocks | None:
    """How a convolution of these sizes, channels last, falls into blocks; None if it does not, or it would not pay."""
    taps, stride = filter[0], strides[0]
    if filter[:2] != (taps, taps) or strides != (stride, stride):
        return None
    if stride < _LEAST_STRIDE or taps == stride or taps % stride:
        return None
    found = Blocks(stride, taps // stride, paddings[0][0], paddings[1][0], *output[1:3])
    covered = found.rows * stride - found.top, found.columns * stride - found.left
    return found if covered[0] >= input[1] and covered[1] >= input[2] else None


def input_gradient(grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], blocks: Blocks) -> torch.Tensor:
    """The gradient for an input of these `sizes` [batch, height, width, channels].

    Args:
        grad: of the output, [batch, height, width, filters].
        filter: [taps, taps, channels, filters].
    """
    products = product_with_transposed(_sent(grad, blocks), _as_matrix(filter, blocks))
    batch, height, width, channels = sizes
    stride, top, left = blocks.stride, blocks.top, blocks.left
    lines = products.view(batch * blocks.rows, blocks.columns, stride, stride * channels).transpose(1, 2)
    whole = lines.reshape(batch, blocks.rows * stride, blocks.columns * stride, channels)
    return whole[:, top : top + height, left : left + width].contiguous()


def filter_gradient(x: torch.Tensor, grad: torch.Tensor, blocks: Blocks) -> torch.Tensor:
    """The gradient for the filter, [taps, taps, channels, filters], of input and output's gradient as above."""
    products = product_of_transposed(_in_blocks(x, blocks), _sent(grad, blocks))
    stride, around, channels, filters = blocks.stride, blocks.around, x.shape[3], grad.shape[3]
    parts = products.view(stride, stride, channels, around, around, filters).permute(3, 0, 4, 1, 2, 5)
    return parts.reshape(around * stride, around * stride, channels, filters)


def _in_blocks(x: torch.Tensor, blocks: Blocks) -> torch.Tensor:
    """A row of stride * stride * channels numbers for each block."""
    batch, _, _, channels = x.shape
    stride, top, left = blocks.stride, blocks.top, blocks.left
    bottom, right = blocks.rows * stride - top - x.shape[1], blocks.columns * stride - left - x.shape[2]
    padded = torch.constant_pad_nd(x, [0, 0, left, right, top, bottom])
    lines = padded.view(batch * blocks.rows, stride, blocks.columns, stride * channels)
    return lines.transpose(1, 2).reshape(-1, stride * stride * channels)


def _sent(grad: torch.Tensor, blocks: Blocks) -> torch.Tensor:
    """For each block the gradients of the outputs whose windows have it, in the order of the matrix's columns."""
    batch, height, width, filters = grad.shape
    around = blocks.around
    result = grad.new_zeros((batch, blocks.rows, blocks.columns, around, around, filters))
    for row in range(around):
        for column in range(around):
            result[:, row : row + height, column : column + width, row, column] = grad
    return result.view(-1, around * around * filters)


def _as_matrix(filter: torch.Tensor, blocks: Blocks) -> torch.Tensor:
    """A row for each element of a block, columns for the block's places in a window, and the filters of each."""
    stride, around = blocks.stride, blocks.around
    channels, filters = filter.shape[2:]
    parts = filter.reshape(around, stride, around, stride, channels, filters).permute(1, 3, 4, 0, 2, 5)
    return parts.reshape(stride * stride * channels, -1)
