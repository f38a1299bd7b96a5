"""Square convolutions with fewer multiplications: Winograd's F(m x m, r x r).

A tile of m x m outputs takes a patch of a x a inputs, a = m + r - 1. With the matrices of `winograd_matrices`,
outputs are `A'[(G g G') * (B' d B)]A` of filter g and patch d (Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", 2015, eq. 8): a * a products per tile and pair of channels where m * m * r * r are usual, summed over
channels by a * a matrix products. Both gradients follow from that formula, with the same saving.

With a stride of s, each of the s * s phases of the input (every s-th row and column) meets the same phase of the
filter at stride 1: they are a convolution of s * s times the channels, whose filter has the s-th part of the taps.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from convflow.ops import team
from convflow.ops.border import with_border
from convflow.ops.compiled.tile_transforms import LANES, Matrix, Tiles, add_products, address, multiply, transform
from convflow.ops.team import Call
from convflow.ops.winograd_matrices import Matrices, matrices, transposed

# Outputs of a tile along one axis, for each size of filter: larger ones save more products and round worse.
_OUTPUTS = {2: 4, 3: 4, 5: 4}
SIZES = ((3, 1), (5, 1), (4, 2), (5, 2))
"""The taps of filters, with their strides, that this can do."""

# Patches of so many bytes are worked on at a time by each thread: they stay in the processor's cache between their
# transformations and the matrix products. Where a transformed filter is larger, they are more: it is read for each.
_CHUNK_BYTES = 4 << 20
_CHUNK_OF_FILTER = 0.25
# Pairs of channels whose filters a thread transforms at least.
_LEAST_FILTERS = 2**12

# What one float of a patch or tile, and one of a transformed filter, costs in multiplications and additions of a
# convolution; and how much faster a convolution does those than a matrix product.
_COST_OF_PATCH, _COST_OF_FILTER, _PRODUCT_SLOWNESS = 47.0, 110.0, 1.2
# What is to be saved at least; more with strides, whose phases lie scattered in memory.
_MOST_OF_USUAL, _MOST_OF_STRIDED = 0.9, 0.8
# The same where oneDNN computes in bfloat16, for a convolution or its gradient by input, and for the one by filter.
_MOST_IN_BFLOAT16 = (0.42, 0.5)


class Grid(NamedTuple):
    """How tiles cover an output.

    Attributes:
        taps: the filter's size along each axis.
        top, left: rows and columns of zeros before the input.
        height, width: of the output.
        stride: along each axis.
    """

    taps: int
    top: int
    left: int
    height: int
    width: int
    stride: int = 1

    @property
    def phases(self) -> int:
        """In how many parts, each with `phase_taps` taps at stride 1, input and filter fall."""
        return self.stride**2

    @property
    def phase_taps(self) -> int:
        return -(-self.taps // self.stride)

    @property
    def zeros(self) -> tuple[int, int]:
        """Rows and columns of zeros before the filter; others after it make it `stride * phase_taps` in size. Those
        before make the phases of the output's gradient begin together, if they can."""
        more = self.stride * self.phase_taps - self.taps
        return min(more, -self.top % self.stride), min(more, -self.left % self.stride)

    @property
    def tile(self) -> int:
        return _OUTPUTS[self.phase_taps]

    @property
    def patch(self) -> int:
        return self.tile + self.phase_taps - 1

    @property
    def rows(self) -> int:
        return -(-self.height // self.tile)

    @property
    def columns(self) -> int:
        return -(-self.width // self.tile)

    @property
    def matrices(self) -> Matrices:
        return matrices(self.tile, self.phase_taps)


def is_enabled() -> bool:
    """Unless the environment says `TF_ENABLE_WINOGRAD_NONFUSED=0`, TensorFlow's own word for it: larger tiles round
    differently from the usual sum, by some units of the sixth digit."""
    return os.environ.get("TF_ENABLE_WINOGRAD_NONFUSED", "1") != "0"


def pays(batch: int, grid: Grid, channels: int, filters: int) -> bool:
    """Whether a float32 convolution of this size is done sooner in this way."""
    if channels % LANES or filters % LANES:
        return False
    return _share(batch, grid, channels, filters) < (_MOST_OF_USUAL if grid.stride == 1 else _MOST_OF_STRIDED)


def pays_in_bfloat16(batch: int, grid: Grid, channels: int, filters: int, is_for_filter: bool = False) -> bool:
    """Whether one that pays in float32 does so in bfloat16: as a convolution or its gradient by input, or by filter.

    oneDNN multiplies bfloat16 twice as fast; here values are widened to float32 before and narrowed after.
    """
    return _share(batch, grid, channels, filters) < _MOST_IN_BFLOAT16[is_for_filter]


@functools.lru_cache(maxsize=1024)
def _share(batch: int, grid: Grid, channels: int, filters: int) -> float:
    """What part of the usual time a float32 convolution of this size takes, as far as costs explain it."""
    pairs, numbers = channels * filters, grid.patch**2
    tiles = batch * grid.rows * grid.columns
    usual = 2.0 * grid.taps**2 * batch * grid.height * grid.width * pairs
    products = 2.0 * numbers * _PRODUCT_SLOWNESS * tiles * grid.phases * pairs
    patches = _COST_OF_PATCH * numbers * tiles * (grid.phases * channels + filters)
    return (products + patches + _COST_OF_FILTER * numbers * grid.phases * pairs) / usual


def convolve(x: torch.Tensor, filter: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The correlation of `x` [batch, height, width, channels] with `filter` [taps, taps, channels, filters].

    Computed in float32, whatever type `x` has.
    """
    return convolve_transformed(x, transformed_filter(filter, grid), grid)


def convolve_transformed(x: torch.Tensor, weights: torch.Tensor, grid: Grid) -> torch.Tensor:
    """`convolve` with a filter as `transformed_filter` makes it."""
    dtype, x = x.dtype, x.float()
    result = x.new_empty((len(x), grid.rows * grid.tile, grid.columns * grid.tile, weights.shape[1] * LANES))
    _convolve([_Job(_phases(_padded(x, grid), grid.stride), weights, result)], grid)
    return result[:, : grid.height, : grid.width].to(dtype).contiguous()


def input_gradient(grad: torch.Tensor, filter: torch.Tensor, sizes: Sequence[int], grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for an input of these `sizes`: for each phase of the input a convolution of stride 1
    with one of the filter's phases, turned by 180 degrees."""
    stride, last = grid.stride, grid.phase_taps - 1
    top, left = grid.top + grid.zeros[0], grid.left + grid.zeros[1]
    height, width = -(-sizes[1] // stride), -(-sizes[2] // stride)
    back = Grid(grid.phase_taps, last - top // stride, last - left // stride, height, width)
    dtype, grad = grad.dtype, grad.float()
    # Some phases begin one element later.
    padded = _padded(grad, back, more=1)
    starts = [[(p + first) // stride - first // stride for p in range(stride)] for first in (top, left)]
    spatial = stride * back.rows * back.tile, stride * back.columns * back.tile
    whole = grad.new_empty((len(grad), *spatial, sizes[3]))
    phases = _filter_phases(filter.transpose(2, 3), grid)
    jobs = []
    for index, target in enumerate(_phases(whole, stride)):
        row, column = divmod(index, stride)
        phase = phases[(row + top) % stride * stride + (column + left) % stride]
        source = padded[:, starts[0][row] :, starts[1][column] :]
        jobs.append(_Job([source], _transformed([phase], grid, is_turned=True), target))
    _convolve(jobs, back)
    return whole[:, : sizes[1], : sizes[2]].to(dtype).contiguous()


class _Job(NamedTuple):
    """A convolution of stride 1.

    Attributes:
        sources: padded images, whose channels are the input's one after the other.
        weights: the transformed filter.
        target: the images to write, in whole tiles.
    """

    sources: Sequence[torch.Tensor]
    weights: torch.Tensor
    target: torch.Tensor


def _convolve(jobs: Sequence[_Job], grid: Grid) -> None:
    """Do jobs of the same sizes."""
    batch, weights, numbers = len(jobs[0].target), jobs[0].weights, grid.patch**2
    channels, vectors = weights.shape[2], weights.shape[1]
    chunks = _chunks(batch, channels, vectors * LANES, grid)
    most = max(chunk.tiles for chunk in chunks)

    shares = team.shared_out(chunks)
    # Each thread has its own: they stay in its cache.
    all_patches = weights.new_empty((len(shares), numbers, most, channels))
    all_products = weights.new_empty((len(shares), numbers, vectors, most, LANES))

    def calls(share: Sequence[_Chunk], patches: torch.Tensor, products: torch.Tensor) -> Iterator[Call]:
        for chunk in share:
            counts = (chunk.images, chunk.rows, grid.columns, vectors)
            for sources, filter, target in jobs:
                for source, part in zip(sources, patches.chunk(len(sources), 2), strict=True):
                    yield _take(source, chunk, grid, grid.matrices.of_input, part)
                yield from multiply(patches, filter, products, chunk.tiles)
                yield transform(
                    grid.matrices.to_output, _numbers(products, chunk, grid), _pixels(target, chunk, grid), counts
                )

    team.run([list(calls(*each)) for each in zip(shares, all_patches, all_products, strict=True)])


def filter_gradient(x: torch.Tensor, grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The gradient of `convolve` for its filter, [taps, taps, channels, filters]."""
    dtype, x, grad = grad.dtype, x.float(), grad.float()
    channels, filters, numbers = x.shape[3], grad.shape[3], grid.patch**2
    all_channels = grid.phases * channels
    sources, whole = _phases(_padded(x, grid), grid.stride), _rounded_up(grad, grid)
    chunks = _chunks(len(x), all_channels, filters, grid)
    most = max(chunk.tiles for chunk in chunks)

    shares = team.shared_out(chunks)
    # Each thread has its own, in the order of the chunks: the same numbers come together in every run.
    all_sums = x.new_zeros((len(shares), numbers, filters // LANES, all_channels, LANES))
    all_patches, all_tiles = (
        x.new_empty((len(shares), numbers, size // LANES, most, LANES)) for size in (all_channels, filters)
    )

    def calls(
        share: Sequence[_Chunk], sums: torch.Tensor, patches: torch.Tensor, tiles: torch.Tensor
    ) -> Iterator[Call]:
        for chunk in share:
            for source, part in zip(sources, patches.chunk(len(sources), 1), strict=True):
                yield _take(source, chunk, grid, grid.matrices.of_input, part)
            yield _take(whole, chunk, grid, transposed(grid.matrices.to_output), tiles)
            yield from add_products(patches, tiles, sums, chunk.tiles)

    team.run([list(calls(*each)) for each in zip(shares, all_sums, all_patches, all_tiles, strict=True)])
    sums = functools.reduce(torch.Tensor.add_, all_sums)
    taps = grid.stride * grid.phase_taps
    result = x.new_empty((taps, taps, channels, filters))
    for phase, part in zip(_phases(result, grid.stride, 0), sums.chunk(grid.phases, 2), strict=True):
        source, target = _transformed_filters(part, grid), _filters(phase, grid.phase_taps)
        _transform_all(transposed(grid.matrices.of_filter), source, target, channels, filters)
    top, left = grid.zeros
    return result[top : top + grid.taps, left : left + grid.taps].to(dtype).contiguous()


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


def transformed_filter(filter: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The filter [taps, taps, channels, filters] as products take it: [patch * patch, filters / LANES, phases *
    channels, LANES]."""
    return _transformed(_filter_phases(filter, grid), grid)


def _transformed(phases: Sequence[torch.Tensor], grid: Grid, is_turned: bool = False) -> torch.Tensor:
    """Filters of stride 1, or those turned by 180 degrees, as one whose channels are theirs one after the other."""
    channels, filters = phases[0].shape[2:]
    result = torch.empty((grid.patch**2, filters // LANES, len(phases) * channels, LANES))
    for phase, part in zip(phases, result.chunk(len(phases), 2), strict=True):
        source, target = _filters(phase, grid.phase_taps, is_turned), _transformed_filters(part, grid)
        _transform_all(grid.matrices.of_filter, source, target, channels, filters)
    return result


def _transform_all(matrix: Matrix, source: Tiles, target: Tiles, channels: int, filters: int) -> None:
    """Transform filters, one for each pair of channels."""
    calls = []
    for share in team.shared_out(range(channels), _LEAST_FILTERS // filters):
        counts = len(share), 1, 1, filters // LANES
        calls.append([transform(matrix, source.moved(share[0]), target.moved(share[0]), counts)])
    team.run(calls)


def _filter_phases(filter: torch.Tensor, grid: Grid) -> list[torch.Tensor]:
    """The phases of a filter, of the same size with zeros around it."""
    filter = filter.float()
    more = grid.stride * grid.phase_taps - grid.taps
    if more:
        top, left = grid.zeros
        filter = torch.constant_pad_nd(filter, [0, 0, 0, 0, left, more - left, top, more - top])
    return _phases(filter.contiguous(), grid.stride, 0)


def _phases(values: torch.Tensor, stride: int, axis: int = 1) -> list[torch.Tensor]:
    """Every `stride`-th row and column, from each of the first on; rows stand along `axis`, columns after it."""
    before = (slice(None),) * axis
    steps = [slice(first, None, stride) for first in range(stride)]
    return [values[(*before, rows, columns)] for rows in steps for columns in steps]


def _padded(x: torch.Tensor, grid: Grid, more: int = 0) -> torch.Tensor:
    """The input with zeros around it, as far as patches reach, and some more."""
    reach = grid.phase_taps - 1
    height, width = (grid.stride * (count * grid.tile + reach) + more for count in (grid.rows, grid.columns))
    return _placed(x, grid.top + grid.zeros[0], grid.left + grid.zeros[1], height, width)


def _rounded_up(grad: torch.Tensor, grid: Grid) -> torch.Tensor:
    """Whole tiles of the output's gradient."""
    return _placed(grad, 0, 0, grid.rows * grid.tile, grid.columns * grid.tile)


def _placed(x: torch.Tensor, top: int, left: int, height: int, width: int) -> torch.Tensor:
    """`x` with zeros before and after; what lies below or right of the size asked for, no output takes."""
    inner = x[:, : height - top, : width - left]
    below, right = height - top - inner.shape[1], width - left - inner.shape[2]
    return with_border(inner, {1: (top, below), 2: (left, right)}).contiguous()


def _take(images: torch.Tensor, chunk: _Chunk, grid: Grid, matrix: Matrix, result: torch.Tensor) -> Call:
    """Transform the tiles of a chunk into the numbers that the products take."""
    vectors = images.shape[3] // LANES
    counts = (chunk.images, chunk.rows, grid.columns, vectors)
    return transform(matrix, _pixels(images, chunk, grid), _numbers(result, chunk, grid), counts)


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
