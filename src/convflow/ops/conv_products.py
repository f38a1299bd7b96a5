"""Convolutions that are products of matrices: windows of one element, and windows that cover the whole input.

Their filters, in the order TensorFlow keeps them, are the matrices as they lie in memory, and so are their gradients.
"""

from __future__ import annotations

import math

import torch

from convflow.ops.epilogue import Epilogue
from convflow.ops.matrix_kernels import product, product_of_transposed, product_with_transposed
from convflow.ops.window import Ints, Pair, Window

_TYPES = (torch.bfloat16, torch.float32, torch.float64)


def is_product(window: Window, input: Ints, filter: Ints, paddings: tuple[Pair, ...], output: Ints) -> bool:
    """Whether a convolution of these sizes is a product: channels last, no padding, no groups."""
    if window.channel_axis == 1 or input[-1] != filter[-2] or any(before or after for before, after in paddings):
        return False
    spatial = filter[:-2]
    return all(size == 1 for size in spatial) or (spatial == input[1:-1] and set(output[1:-1]) == {1})


def computes(x: torch.Tensor) -> bool:
    """Whether products pay for this type: PyTorch's convolutions of others have means of their own."""
    return x.dtype in _TYPES


def _seen(window: Window, input: torch.Tensor, covers_all: bool) -> torch.Tensor:
    """The elements that windows see."""
    if covers_all or set(window.strides) == {1}:
        return input
    return input[(slice(None), *(slice(None, None, stride) for stride in window.strides))]


def _covers_all(filter: Ints) -> bool:
    return any(size != 1 for size in filter[:-2])


def _rows(input: torch.Tensor, filter: Ints) -> torch.Tensor:
    return input.reshape(-1, math.prod(filter[:-1]))


def forward(
    window: Window, input: torch.Tensor, filter: torch.Tensor, output: Ints, epilogue: Epilogue
) -> torch.Tensor:
    """The convolution, and what follows."""
    sizes = tuple(filter.shape)
    seen = _seen(window, input, _covers_all(sizes))
    return product(_rows(seen, sizes), filter.reshape(-1, sizes[-1]), epilogue).view(output)


def by_input(window: Window, sizes: Ints, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    """Its gradient with respect to the input, which had these `sizes`."""
    filters = filter.shape[-1]
    result = product_with_transposed(out_backprop.reshape(-1, filters), filter.reshape(-1, filters))
    covers_all = _covers_all(tuple(filter.shape))
    if covers_all or set(window.strides) == {1}:
        return result.view(sizes)
    whole = out_backprop.new_zeros(sizes)
    _seen(window, whole, covers_all).copy_(result.view(*out_backprop.shape[:-1], sizes[-1]))
    return whole


def by_filter(window: Window, input: torch.Tensor, sizes: Ints, out_backprop: torch.Tensor) -> torch.Tensor:
    """Its gradient with respect to the filter, which had these `sizes`."""
    seen = _seen(window, input, _covers_all(sizes))
    return product_of_transposed(_rows(seen, sizes), out_backprop.reshape(-1, sizes[-1])).view(sizes)
