"""3x3 convolutions with fewer multiplications: Winograd's F(2x2, 3x3).

A tile of 2x2 outputs takes a patch of 4x4 inputs. With the matrices below, outputs are
`A'[(G g G') * (B' d B)]A` of filter g and patch d (Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks", 2015, eq. 8): 16 products per tile and pair of channels where 36 are usual, summed over channels by 16
matrix products. Both gradients are what follows from that formula, with the same saving. The rounding errors are no
larger than those of the usual sum, as the sums are shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

TILE, PATCH = 2, 4
_POSITIONS = PATCH * PATCH

Matrix = Sequence[Sequence[float]]
_OF_INPUT: Matrix = ((1, 0, -1, 0), (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, 0, -1))
_OF_FILTER: Matrix = ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1))
_TO_OUTPUT: Matrix = ((1, 1, 1, 0), (0, 1, -1, -1))
# Where the rows of a transformed filter are when the filter is turned.
_TURNED = [3, 1, 2, 0]

# Patches of so many bytes are worked on at a time: they stay in the processor's cache between their transformations
# and the matrix products.
_CHUNK_BYTES = 16 << 20

# What one pixel and channel, going into patches or coming out of tiles, and one pair of channels of a filter cost, in
# multiplications and additions of a convolution; and how much faster a convolution does those than a matrix product.
# Measured with float32 on AVX-512, one thread.
_COST_OF_PIXEL, _COST_OF_FILTER, _PRODUCT_SLOWNESS = 340.0, 1800.0, 1.2

_linear: Any = torch.ops.mkldnn._linear_pointwise.default if torch.backends.mkldnn.is_available() else None


class Grid(NamedTuple):
    """How tiles cover an output.

    Attributes:
        top, left: rows and columns of zeros before the input.
        height, width: of the output.
    """

    top: int
    left: int
    height: int
    width: int

    @property
    def rows(self) -> int:
        return -(-self.height // TILE)

    @property
    def columns(self) -> int:
        return -(-self.width // TILE)


def pays(batch: int, grid: Grid, channels: int, filters: int) -> bool:
    """Whether a float32 convolution of this size is done sooner in this way."""
    if _linear is None:
        return False
    pairs = channels * filters
    pixels = batch * grid.rows * grid.columns * TILE**2
    usual = 18.0 * batch * grid.height * grid.width * pairs
    products = 2.0 * _POSITIONS / TILE**2 * _PRODUCT_SLOWNESS * pixels * pairs
    return products + _COST_OF_PIXEL * pixels * (channels + filters) + _COST_OF_FILTER * pairs < 0.95 * usual


def convolve(x: torch.Tensor, filter: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The correlation of `x` [batch, height, width, channels] with `filter` [3, 3, channels, filters]."""
    return _convolve(x, _transformed(filter, _OF_FILTER).transpose(2, 3), grid)


def input_gradient(grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for an input of these `sizes`: a convolution with the filter turned by 180 degrees."""
    turned = _transformed(filter, _OF_FILTER)[_TURNED][:, _TURNED]
    return _convolve(grad, turned, Grid(2 - grid.top, 2 - grid.left, sizes[1], sizes[2]))


def filter_gradient(x: torch.Tensor, grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for its filter, [3, 3, channels, filters]."""
    channels, filters = x.shape[-1], grad.shape[-1]
    sums = x.new_zeros((PATCH, PATCH, channels, filters))
    for images in _chunks(x, grid):
        patches = _patches(x[images], grid).view(_POSITIONS, -1, channels)
        tiles = _spread(grad[images], grid).view(_POSITIONS, -1, filters)
        for position, total in enumerate(sums.view(_POSITIONS, channels, filters)):
            total.addmm_(patches[position].t(), tiles[position])
    return _transformed(sums, _transposed(_OF_FILTER))


def _convolve(x: torch.Tensor, weights: torch.Tensor, grid: Grid) -> torch.Tensor:
    """With a transformed filter [4, 4, filters, channels]."""
    result = x.new_empty((x.shape[0], grid.rows * TILE, grid.columns * TILE, weights.shape[2]))
    for images in _chunks(x, grid):
        _write_tiles(result[images], _patches(x[images], grid), weights)
    return result[:, : grid.height, : grid.width].contiguous()


def _chunks(x: torch.Tensor, grid: Grid) -> Iterator[slice]:
    """As many images at a time as make `_CHUNK_BYTES` of patches, at least one."""
    of_image = _POSITIONS * grid.rows * grid.columns * x.shape[-1] * x.element_size()
    step = max(1, _CHUNK_BYTES // of_image)
    for first in range(0, x.shape[0], step):
        yield slice(first, first + step)


def _patches(x: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The transformed patches of images: [4, 4, images, rows, columns, channels]."""
    images, height, width, channels = x.shape
    rows, columns = grid.rows, grid.columns
    padded = x.new_zeros((images, rows * TILE + 2, columns * TILE + 2, channels))
    # Below and right of the last window there may be input that no output takes.
    height, width = min(height, padded.shape[1] - grid.top), min(width, padded.shape[2] - grid.left)
    padded[:, grid.top : grid.top + height, grid.left : grid.left + width] = x[:, :height, :width]
    across = x.new_empty((PATCH, images, rows, columns * TILE + 2, channels))
    _combine(across, _OF_INPUT, lambda k: padded[:, k : k + TILE * rows - 1 : TILE])
    result = x.new_empty((PATCH, PATCH, images, rows, columns, channels))
    _combine(result.transpose(0, 1), _OF_INPUT, lambda k: across[:, :, :, k : k + TILE * columns - 1 : TILE])
    return result


def _spread(grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """What goes back from tiles of outputs to the 16 products: [4, 4, images, rows, columns, filters]."""
    images, _, _, filters = grad.shape
    rows, columns = grid.rows, grid.columns
    if (grid.height, grid.width) != (rows * TILE, columns * TILE):
        whole = grad.new_zeros((images, rows * TILE, columns * TILE, filters))
        whole[:, : grid.height, : grid.width] = grad
        grad = whole
    tiles = grad.reshape(images, rows, TILE, columns, TILE, filters)
    across = grad.new_empty((PATCH, images, rows, columns, TILE, filters))
    _combine(across, _transposed(_TO_OUTPUT), lambda k: tiles[:, :, k])
    result = grad.new_empty((PATCH, PATCH, images, rows, columns, filters))
    _combine(result.transpose(0, 1), _transposed(_TO_OUTPUT), lambda k: across[:, :, :, :, k])
    return result


def _write_tiles(result: torch.Tensor, patches: torch.Tensor, weights: torch.Tensor) -> None:
    """The sums over channels, brought together to tiles of `result` [images, height, width, filters]."""
    images, height, width, filters = result.shape
    rows, columns, channels = height // TILE, width // TILE, patches.shape[-1]
    across = result.new_empty((TILE, PATCH, images, rows, columns, filters))
    for j in range(PATCH):
        products = [
            _linear(patches[i, j].view(-1, channels), weights[i, j], None, "none", [], "").view(across.shape[2:])
            for i in range(PATCH)
        ]
        _combine(across[:, j], _TO_OUTPUT, products.__getitem__)
    tiles = result.view(images, rows, TILE, columns, TILE, filters)
    _combine(tiles.permute(4, 2, 0, 1, 3, 5), _TO_OUTPUT, lambda k: across[:, k])


def _transformed(square: torch.Tensor, matrix: Matrix) -> torch.Tensor:
    """`matrix @ square @ matrix'` over the first two axes."""
    size, rest = len(matrix), square.shape[2:]
    down = square.new_empty((size, square.shape[1], *rest))
    _combine(down, matrix, square.__getitem__)
    result = square.new_empty((size, size, *rest))
    _combine(result.transpose(0, 1), matrix, lambda k: down[:, k])
    return result


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _combine(out: torch.Tensor, matrix: Matrix, term: Callable[[int], torch.Tensor]) -> None:
    """Write the sums of terms that the rows of a matrix say along the first axis of `out`."""
    for target, row in zip(out, matrix, strict=True):
        (first, factor), *others = sorted(((k, c) for k, c in enumerate(row) if c), key=lambda each: each[1] != 1)
        if factor != 1:
            torch.mul(term(first), factor, out=target)
        elif others:
            second, factor = others.pop(0)
            torch.add(term(first), term(second), alpha=factor, out=target)
        else:
            target.copy_(term(first))
        for k, factor in others:
            target.add_(term(k), alpha=factor)
