"""The gradient of a convolution for an input of few channels, as transposed convolutions to pictures need it.

oneDNN sums over the filters for each of so few channels alone. One matrix product gives what each output sends back to
each element of its window; PyTorch's `fold` adds those where windows overlap.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional

from convflow.ops.window import Pair

MOST_CHANNELS = 3


def input_gradient(
    grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], strides: Sequence[int], paddings: Sequence[Pair]
) -> torch.Tensor:
    """The gradient for an input of these sizes [batch, height, width, channels].

    Args:
        grad: of the output, [batch, height, width, filters].
        filter: [height, width, channels, filters].
        strides, paddings: along height and width.
    """
    batch, height, width = sizes[:3]
    window = tuple(filter.shape[:2])
    (top, bottom), (left, right) = paddings
    outputs = grad.reshape(batch, -1, grad.shape[3])
    rows = filter.permute(2, 0, 1, 3).reshape(-1, filter.shape[3])
    sent = torch.matmul(rows, outputs.transpose(1, 2))
    whole = functional.fold(sent, (height + top + bottom, width + left + right), window, stride=tuple(strides))
    return whole[:, :, top : top + height, left : left + width].permute(0, 2, 3, 1).contiguous()
