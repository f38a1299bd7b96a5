"""What Winograd's convolutions do before and after their matrix products, and those products, as compiled kernels.

A tile transformed by PyTorch would go through memory once for every term of the matrix; compiled, it is loaded,
transformed in registers and stored, which takes a seventh of the time. The functions here say which kernels are to be
called, for a team to share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch

from convflow.core.lazy import LazyModule
from convflow.ops.team import Call

Matrix = tuple[tuple[float, ...], ...]

LANES = 16
"""How many floats are worked on at once; channels and filters must be multiples of it."""

# They bring a compiler, which most programs' start need not wait for.
_tile_code: Any = LazyModule("convflow.ops.compiled.tile_code")
_product_code: Any = LazyModule("convflow.ops.compiled.product_code")

# Rows and vectors of columns whose sums stay in registers together: AVX-512 has 32, of which a vector of each column
# and a number of each row need one.
_ROWS, _VECTORS = 5, 4
_ROWS_OF_SUM, _VECTORS_OF_SUM = 8, 2


class Tiles(NamedTuple):
    """Where tiles are in memory.

    Attributes:
        memory: the address of the first element.
        strides: in elements: along the three outer axes and from one vector of `LANES` floats to the next, and along
            the two axes of a tile.
    """

    memory: int
    strides: tuple[int, int, int, int, int, int]

    def moved(self, count: int) -> Tiles:
        """Without the first tiles along the outermost axis."""
        return Tiles(self.memory + 4 * count * self.strides[0], self.strides)


def address(values: torch.Tensor, *steps: tuple[int, int]) -> int:
    """Of the element that many (index, stride) steps from the first."""
    return values.data_ptr() + values.element_size() * sum(index * stride for index, stride in steps)


def transform(matrix: Matrix, source: Tiles, target: Tiles, counts: tuple[int, int, int, int]) -> Call:
    """Writes `matrix @ tile @ matrix'` of every tile of `source` to `target`; `counts` tiles along the outer axes and
    vectors."""
    kernel = _tile_code.compiled(matrix, LANES)
    return kernel, (source.memory, target.memory, *counts, *source.strides, *target.strides)


def multiply(left: torch.Tensor, right: torch.Tensor, result: torch.Tensor, rows: int) -> Iterator[Call]:
    """Write `left @ right` of many matrices to `result`.

    Args:
        left: [products, at least rows, terms].
        right: [products, columns / LANES, terms, LANES].
        result: [products, columns / LANES, at least rows, LANES].
        rows: how many rows of `left` are there.
    """
    products, _, terms = left.shape
    vectors, row = right.shape[1], left.stride(1)
    strides = (left.stride(0), 0, row, *right.stride()[:2], result.stride(0), 0, LANES, result.stride(1))
    for vector in range(0, vectors, _VECTORS):
        count = min(_VECTORS, vectors - vector)
        from_right = address(right, (vector, right.stride(1)))
        for size, first, blocks in ((_ROWS, 0, rows // _ROWS), (rows % _ROWS, rows - rows % _ROWS, 1)):
            if size and blocks:
                kernel = _product_code.compiled(size, count, LANES, 1, False)
                target = address(result, (vector, result.stride(1)), (first, LANES))
                from_left = address(left, (first, row))
                yield kernel, (from_left, from_right, target, products, 1, blocks, terms, *strides)


def add_products(left: torch.Tensor, right: torch.Tensor, sums: torch.Tensor, terms: int) -> Iterator[Call]:
    """Add `left' @ right` of many matrices to `sums`.

    Args:
        left: [products, rows / LANES, at least terms, LANES].
        right: [products, columns / LANES, at least terms, LANES].
        sums: [products, columns / LANES, rows, LANES].
        terms: how many rows of `left` and `right` are there.
    """
    products, groups = left.shape[:2]
    vectors = right.shape[1]
    strides = (*left.stride()[:2], 1, *right.stride()[:2], sums.stride(0), LANES * LANES, LANES, sums.stride(1))
    for vector in range(0, vectors, _VECTORS_OF_SUM):
        count = min(_VECTORS_OF_SUM, vectors - vector)
        kernel = _product_code.compiled(_ROWS_OF_SUM, count, LANES, LANES, True)
        from_right, target = (address(each, (vector, each.stride(1))) for each in (right, sums))
        sizes = products, groups, LANES // _ROWS_OF_SUM, terms
        yield kernel, (left.data_ptr(), from_right, target, *sizes, *strides)
