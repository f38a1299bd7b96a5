"""Square convolutions of stride 1 with fewer multiplications: Winograd's F(m x m, r x r).

A tile of m x m outputs takes a patch of a x a inputs, a = m + r - 1. With the matrices of `winograd_matrices`,
outputs are `A'[(G g G') * (B' d B)]A` of filter g and patch d (Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", 2015, eq. 8): a * a products per tile and pair of channels where m * m * r * r are usual, summed over
channels by a * a matrix products. Both gradients follow from that formula, with the same saving.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from convflow.ops.tile_transforms import LANES, Tiles, transform
from convflow.ops.winograd_matrices import Matrices, matrices, transposed

# Outputs of a tile along one axis, for each size of filter: larger ones save more products and round worse.
_OUTPUTS = {3: 4, 5: 4}
TAPS = tuple(_OUTPUTS)
"""The sizes of filters that this can do."""

# Patches of so many bytes are worked on at a time: they stay in the processor's cache between their transformations
# and the matrix products.
_CHUNK_BYTES = 8 << 20

# What one float of a patch or tile, and one of a transformed filter, costs in multiplications and additions of a
# convolution; and how much faster a convolution does those than a matrix product.
_COST_OF_PATCH, _COST_OF_FILTER, _PRODUCT_SLOWNESS = 55.0, 70.0, 1.35


class Grid(NamedTuple):
    """How tiles cover an output.

    Attributes:
        taps: the filter's size along each axis.
        top, left: rows and columns of zeros before the input.
        height, width: of the output.
    """

    taps: int
    top: int
    left: int
    height: int
    width: int

    @property
    def tile(self) -> int:
        return _OUTPUTS[self.taps]

    @property
    def patch(self) -> int:
        return self.tile + self.taps - 1

    @property
    def rows(self) -> int:
        return -(-self.height // self.tile)

    @property
    def columns(self) -> int:
        return -(-self.width // self.tile)

    @property
    def matrices(self) -> Matrices:
        return matrices(self.tile, self.taps)


def pays(batch: int, grid: Grid, channels: int, filters: int) -> bool:
    """Whether a float32 convolution of this size is done sooner in this way."""
    if channels % LANES or filters % LANES:
        return False
    pairs, numbers = channels * filters, grid.patch**2
    tiles = batch * grid.rows * grid.columns
    usual = 2.0 * grid.taps**2 * batch * grid.height * grid.width * pairs
    products = 2.0 * numbers * _PRODUCT_SLOWNESS * tiles * pairs
    moved = _COST_OF_PATCH * numbers * tiles * (channels + filters) + _COST_OF_FILTER * numbers * pairs
    return products + moved < 0.9 * usual


def convolve(x: torch.Tensor, filter: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The correlation of `x` [batch, height, width, channels] with `filter` [taps, taps, channels, filters]."""
    return _convolve(x, _transformed_filter(filter, grid), grid)


def input_gradient(grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for an input of these `sizes`: a convolution with the filter turned by 180 degrees."""
    back = Grid(grid.taps, grid.taps - 1 - grid.top, grid.taps - 1 - grid.left, sizes[1], sizes[2])
    turned = _transformed_filter(filter.flip(0, 1), back)
    return _convolve(grad, turned.transpose(1, 2), back)


def filter_gradient(x: torch.Tensor, grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for its filter, [taps, taps, channels, filters]."""
    channels, filters = x.shape[-1], grad.shape[-1]
    sums = x.new_zeros((grid.patch**2, channels, filters))
    for images in _chunks(x, grid):
        patches, tiles = _patches(x[images], grid), _spread(grad[images], grid)
        torch.baddbmm(sums, patches.transpose(1, 2), tiles, out=sums)
    result = x.new_empty((grid.taps, grid.taps, channels, filters))
    back = transposed(grid.matrices.of_filter)
    transform(back, _filters(sums, grid.patch), _filters(result, grid.taps), (channels, 1, 1), filters)
    return result


def _convolve(x: torch.Tensor, weights: torch.Tensor, grid: Grid) -> torch.Tensor:
    """With a transformed filter [patch * patch, channels, filters]."""
    tile, filters = grid.tile, weights.shape[2]
    result = x.new_empty((x.shape[0], grid.rows * tile, grid.columns * tile, filters))
    for images in _chunks(x, grid):
        products = torch.bmm(_patches(x[images], grid), weights)
        target = result[images]
        counts = (len(target), grid.rows, grid.columns)
        source = _numbers(products, counts, grid.patch)
        transform(grid.matrices.to_output, source, _pixels(target, tile), counts, filters)
    return result[:, : grid.height, : grid.width].contiguous()


def _chunks(x: torch.Tensor, grid: Grid) -> Iterator[slice]:
    """As many images at a time as make `_CHUNK_BYTES` of patches, at least one."""
    of_image = grid.patch**2 * grid.rows * grid.columns * x.shape[-1] * x.element_size()
    step = max(1, _CHUNK_BYTES // of_image)
    for first in range(0, x.shape[0], step):
        yield slice(first, first + step)


def _transformed_filter(filter: torch.Tensor, grid: Grid) -> torch.Tensor:
    """[patch * patch, channels, filters]."""
    channels, filters = filter.shape[2:]
    result = filter.new_empty((grid.patch**2, channels, filters))
    filter = filter.contiguous()
    matrix = grid.matrices.of_filter
    transform(matrix, _filters(filter, grid.taps), _filters(result, grid.patch), (channels, 1, 1), filters)
    return result


def _patches(x: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The transformed patches of images: [patch * patch, patches, channels]."""
    images, height, width, channels = x.shape
    more = grid.taps - 1
    padded = x.new_zeros((images, grid.rows * grid.tile + more, grid.columns * grid.tile + more, channels))
    # Below and right of the last window there may be input that no output takes.
    height, width = min(height, padded.shape[1] - grid.top), min(width, padded.shape[2] - grid.left)
    padded[:, grid.top : grid.top + height, grid.left : grid.left + width] = x[:, :height, :width]
    return _taken_apart(padded, grid.matrices.of_input, grid)


def _spread(grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """What goes back from tiles of outputs to the products: [patch * patch, tiles, filters]."""
    whole = (grid.rows * grid.tile, grid.columns * grid.tile)
    if (grid.height, grid.width) != whole:
        bordered = grad.new_zeros((grad.shape[0], *whole, grad.shape[3]))
        bordered[:, : grid.height, : grid.width] = grad
        grad = bordered
    return _taken_apart(grad.contiguous(), transposed(grid.matrices.to_output), grid)


def _taken_apart(images: torch.Tensor, matrix: tuple[tuple[float, ...], ...], grid: Grid) -> torch.Tensor:
    counts, channels = (len(images), grid.rows, grid.columns), images.shape[3]
    result = images.new_empty((grid.patch**2, counts[0] * counts[1] * counts[2], channels))
    transform(matrix, _pixels(images, grid.tile), _numbers(result, counts, grid.patch), counts, channels)
    return result


def _pixels(images: torch.Tensor, step: int) -> Tiles:
    """Tiles at every `step` pixels of images [batch, height, width, channels]."""
    _, height, width, channels = images.shape
    row = width * channels
    return Tiles(images, (height * row, step * row, step * channels, row, channels))


def _numbers(values: torch.Tensor, counts: tuple[int, int, int], patch: int) -> Tiles:
    """Tiles as products take them, each number of a tile in a matrix of its own: [patch * patch, tiles, channels]."""
    _, tiles, channels = values.shape
    row = counts[2] * channels
    return Tiles(values, (counts[1] * row, row, channels, patch * tiles * channels, tiles * channels))


def _filters(values: torch.Tensor, size: int) -> Tiles:
    """Filters [size * size, channels, filters] as tiles, one for each pair of channels."""
    *_, channels, filters = values.shape
    return Tiles(values, (filters, 0, 0, size * channels * filters, channels * filters))
