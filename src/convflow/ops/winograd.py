"""Square convolutions of stride 1 with fewer multiplications: Winograd's F(m x m, r x r).

A tile of m x m outputs takes a patch of a x a inputs, a = m + r - 1. With the matrices of `winograd_matrices`,
outputs are `A'[(G g G') * (B' d B)]A` of filter g and patch d (Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", 2015, eq. 8): a * a products per tile and pair of channels where m * m * r * r are usual, summed over
channels by a * a matrix products. Both gradients follow from that formula, with the same saving.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from convflow.ops.border import with_border
from convflow.ops.compiled.tile_transforms import LANES, Matrix, Tiles, add_products, address, multiply, transform
from convflow.ops.threads import share_out
from convflow.ops.winograd_matrices import Matrices, matrices, transposed

# Outputs of a tile along one axis, for each size of filter: larger ones save more products and round worse.
_OUTPUTS = {3: 4, 5: 4}
TAPS = tuple(_OUTPUTS)
"""The sizes of filters that this can do."""

# Patches of so many bytes are worked on at a time by each thread: they stay in the processor's cache between their
# transformations and the matrix products. Where a transformed filter is larger, they are more: it is read for each.
_CHUNK_BYTES = 4 << 20
_CHUNK_OF_FILTER = 0.25

# What one float of a patch or tile, and one of a transformed filter, costs in multiplications and additions of a
# convolution; and how much faster a convolution does those than a matrix product.
_COST_OF_PATCH, _COST_OF_FILTER, _PRODUCT_SLOWNESS = 47.0, 110.0, 1.2


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


def is_enabled() -> bool:
    """Unless the environment says `TF_ENABLE_WINOGRAD_NONFUSED=0`, TensorFlow's own word for it: larger tiles round
    differently from the usual sum, by some units of the sixth digit."""
    return os.environ.get("TF_ENABLE_WINOGRAD_NONFUSED", "1") != "0"


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
    """The correlation of `x` [batch, height, width, channels] with `filter` [taps, taps, channels, filters].

    Computed in float32, whatever type `x` has.
    """
    return convolve_transformed(x, transformed_filter(filter, grid), grid)


def input_gradient(grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for an input of these `sizes`: a convolution with the filter turned by 180 degrees."""
    back = Grid(grid.taps, grid.taps - 1 - grid.top, grid.taps - 1 - grid.left, sizes[1], sizes[2])
    return convolve_transformed(grad, transformed_filter(filter.transpose(2, 3), back, is_turned=True), back)


def filter_gradient(x: torch.Tensor, grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for its filter, [taps, taps, channels, filters]."""
    dtype, x, grad = grad.dtype, x.float(), grad.float()
    channels, filters, numbers = x.shape[3], grad.shape[3], grid.patch**2
    padded, whole = _padded(x, grid), _rounded_up(grad, grid)
    chunks = _chunks(len(x), channels, filters, grid)
    most = max(chunk.tiles for chunk in chunks)

    def work(mine: Iterator[_Chunk]) -> torch.Tensor:
        sums = x.new_zeros((numbers, filters // LANES, channels, LANES))
        patches, tiles = (x.new_empty((numbers, size // LANES, most, LANES)) for size in (channels, filters))
        for chunk in mine:
            _take(padded, chunk, grid, grid.matrices.of_input, patches)
            _take(whole, chunk, grid, transposed(grid.matrices.to_output), tiles)
            add_products(patches, tiles, sums, chunk.tiles)
        return sums

    sums = functools.reduce(torch.Tensor.add_, share_out(chunks, work))
    result = x.new_empty((grid.taps, grid.taps, channels, filters))
    vectors = (channels, 1, 1, filters // LANES)
    source = _transformed_filters(sums, grid)
    transform(transposed(grid.matrices.of_filter), source, _filters(result, grid.taps), vectors)
    return result.to(dtype)


def convolve_transformed(x: torch.Tensor, weights: torch.Tensor, grid: Grid) -> torch.Tensor:
    """`convolve` with a transformed filter [patch * patch, filters / LANES, channels, LANES]."""
    dtype, x = x.dtype, x.float()
    channels, filters, numbers = x.shape[3], weights.shape[1] * LANES, grid.patch**2
    padded = _padded(x, grid)
    result = x.new_empty((len(x), grid.rows * grid.tile, grid.columns * grid.tile, filters))
    chunks = _chunks(len(x), channels, filters, grid)
    most = max(chunk.tiles for chunk in chunks)

    def work(mine: Iterator[_Chunk]) -> None:
        patches = x.new_empty((numbers, most, channels))
        products = x.new_empty((numbers, filters // LANES, most, LANES))
        for chunk in mine:
            _take(padded, chunk, grid, grid.matrices.of_input, patches)
            multiply(patches, weights, products, chunk.tiles)
            counts = (chunk.images, chunk.rows, grid.columns, filters // LANES)
            transform(grid.matrices.to_output, _numbers(products, chunk, grid), _pixels(result, chunk, grid), counts)

    share_out(chunks, work)
    return result[:, : grid.height, : grid.width].to(dtype).contiguous()


class _Chunk(NamedTuple):
    """What is worked on at a time: some images, or some rows of tiles of one."""

    image: int
    images: int
    row: int
    rows: int
    tiles: int


def _chunks(batch: int, channels: int, filters: int, grid: Grid) -> list[_Chunk]:
    """Chunks of at most the size that fits, about equal, and as many for each thread."""
    threads = torch.get_num_threads()
    size = max(_CHUNK_BYTES, _CHUNK_OF_FILTER * 4 * grid.patch**2 * channels * filters)
    of_row = 4 * (channels + filters) * grid.patch**2 * grid.columns
    # Images are cut apart, or the rows of tiles of each.
    whole = of_row * grid.rows * batch
    count = threads * -(-int(-(-whole // size)) // threads)
    step = -(-batch // min(count, batch))
    rows = -(-grid.rows // -(-count // batch)) if step == 1 else grid.rows
    return [
        _Chunk(image, images, row, here, images * here * grid.columns)
        for image in range(0, batch, step)
        for row in range(0, grid.rows, rows)
        for images, here in [(min(step, batch - image), min(rows, grid.rows - row))]
    ]


def transformed_filter(filter: torch.Tensor, grid: Grid, is_turned: bool = False) -> torch.Tensor:
    """The filter, or the one turned by 180 degrees: [patch * patch, filters / LANES, channels, LANES]."""
    channels, filters = filter.shape[2:]
    filter = filter.float()
    result = filter.new_empty((grid.patch**2, filters // LANES, channels, LANES))
    filter = filter.contiguous()
    vectors = (channels, 1, 1, filters // LANES)
    transform(
        grid.matrices.of_filter, _filters(filter, grid.taps, is_turned), _transformed_filters(result, grid), vectors
    )
    return result


def _padded(x: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The input with zeros around it, as far as patches reach."""
    more = grid.taps - 1
    return _placed(x, grid.top, grid.left, grid.rows * grid.tile + more, grid.columns * grid.tile + more)


def _rounded_up(grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """Whole tiles of the output's gradient."""
    return _placed(grad, 0, 0, grid.rows * grid.tile, grid.columns * grid.tile)


def _placed(x: torch.Tensor, top: int, left: int, height: int, width: int) -> torch.Tensor:
    """`x` with zeros before and after; what lies below or right of the size asked for, no output takes."""
    inner = x[:, : height - top, : width - left]
    below, right = height - top - inner.shape[1], width - left - inner.shape[2]
    return with_border(inner, {1: (top, below), 2: (left, right)}).contiguous()


def _take(images: torch.Tensor, chunk: _Chunk, grid: Grid, matrix: Matrix, result: torch.Tensor) -> None:
    """Transform the tiles of a chunk into the numbers that the products take."""
    vectors = images.shape[3] // LANES
    counts = (chunk.images, chunk.rows, grid.columns, vectors)
    transform(matrix, _pixels(images, chunk, grid), _numbers(result, chunk, grid), counts)


def _pixels(images: torch.Tensor, chunk: _Chunk, grid: Grid) -> Tiles:
    """Tiles of images [batch, height, width, channels], one at every `grid.tile` pixels."""
    image, row, pixel, _ = images.stride()
    first = address(images, (chunk.image, image), (chunk.row * grid.tile, row))
    return Tiles(first, (image, grid.tile * row, grid.tile * pixel, LANES, row, pixel))


def _numbers(values: torch.Tensor, chunk: _Chunk, grid: Grid) -> Tiles:
    """Tiles as products take them, each number of a tile in a matrix of its own: [patch * patch, tiles, channels] or
    [patch * patch, channels / LANES, tiles, LANES]."""
    number, tile = values.stride(0), values.stride(-2)
    vector = LANES if values.dim() == 3 else values.stride(1)
    row = grid.columns * tile
    return Tiles(values.data_ptr(), (chunk.rows * row, row, tile, vector, grid.patch * number, number))


def _filters(values: torch.Tensor, size: int, is_turned: bool = False) -> Tiles:
    """Filters [size, size, channels, filters] as tiles, one for each pair of channels; turned, from the last tap on."""
    row, tap, channel, _ = values.stride()
    first, sign = (address(values, (size - 1, row + tap)), -1) if is_turned else (values.data_ptr(), 1)
    return Tiles(first, (channel, 0, 0, LANES, sign * row, sign * tap))


def _transformed_filters(values: torch.Tensor, grid: Grid) -> Tiles:
    """Transformed filters [patch * patch, filters / LANES, channels, LANES], one for each pair of channels."""
    number, vector, channel, _ = values.stride()
    return Tiles(values.data_ptr(), (channel, 0, 0, vector, grid.patch * number, number))
