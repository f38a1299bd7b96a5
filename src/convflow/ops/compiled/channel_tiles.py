"""Loops of machine code that sum over rows of channels, for some channels at a time, in registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, loop

DOUBLE = ir.DoubleType()

_I32 = ir.IntType(32)
_ROWS_OF_A_BLOCK = 64
_LANES = 16
_SIZES = {FLOAT: 4, DOUBLE: 8}


class Tile(NamedTuple):
    """Some channels: vectors side by side.

    Attributes:
        first: the first channel.
        vectors, lanes: how many vectors, and numbers in each.
    """

    builder: ir.IRBuilder
    first: Any
    vectors: int
    lanes: int

    def loaded(self, base: Any, element: Any = FLOAT) -> list[Any]:
        """The vectors of an array of all channels."""
        return [self.builder.load(place, align=_SIZES[element]) for place in self._places(base, element)]

    def store(self, values: Sequence[Any], base: Any, element: Any = DOUBLE) -> None:
        """Write vectors into an array of all channels."""
        for value, place in zip(values, self._places(base, element), strict=True):
            self.builder.store(value, place, align=_SIZES[element])

    def zeros(self) -> list[Any]:
        return [ir.Constant(self._type(FLOAT), [0.0] * self.lanes)] * self.vectors

    def wide(self, values: Sequence[Any]) -> list[Any]:
        """Vectors of float32 as float64."""
        return [self.builder.fpext(value, self._type(DOUBLE)) for value in values]

    def filled(self, number: Any) -> Any:
        """A vector of one number."""
        undefined = ir.Constant(self._type(number.type), ir.Undefined)
        one = self.builder.insert_element(undefined, number, _I32(0))
        return self.builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(_I32, self.lanes), None))

    def _type(self, element: Any) -> Any:
        return ir.VectorType(element, self.lanes)

    def _places(self, base: Any, element: Any) -> Iterator[Any]:
        for index in range(self.vectors):
            place = self.builder.gep(base, [self.builder.add(self.first, I64(index * self.lanes))])
            yield self.builder.bitcast(place, self._type(element).as_pointer())


def over_tiles(builder: ir.IRBuilder, channels: Any, vectors: int, body: Callable[[Tile], None]) -> None:
    """`body` for all channels: in tiles of so many vectors, then of one, then of one number."""
    done: Any = I64(0)
    for count, lanes in ((vectors, _LANES), (1, _LANES), (1, 1)):
        size = I64(count * lanes)
        tiles = builder.sdiv(builder.sub(channels, done), size)
        with builder.if_then(builder.icmp_signed(">", tiles, I64(0))), loop(builder, tiles) as tile:
            body(Tile(builder, builder.add(done, builder.mul(tile, size)), count, lanes))
        done = builder.add(done, builder.mul(tiles, size))


def over_blocks(builder: ir.IRBuilder, rows: Any, body: Callable[[Any, Any], None]) -> None:
    """`body` of the first row and the number of rows of each block: few enough for sums in float32."""
    size = I64(_ROWS_OF_A_BLOCK)
    with loop(builder, builder.sdiv(builder.add(rows, I64(_ROWS_OF_A_BLOCK - 1)), size)) as block:
        first = builder.mul(block, size)
        left = builder.sub(rows, first)
        body(first, builder.select(builder.icmp_signed("<", left, size), left, size))


def summed(
    builder: ir.IRBuilder, rows: Any, starts: Sequence[Any], body: Callable[[Any, Sequence[Any]], Sequence[Any]]
) -> Sequence[Any]:
    """The last of the sums that `body` makes, row by row, of a row's index and the sums so far."""
    before = builder.block
    inside, after = builder.append_basic_block("rows"), builder.append_basic_block("summed")
    builder.branch(inside)
    builder.position_at_end(inside)
    row = builder.phi(I64)
    sums = [builder.phi(start.type) for start in starts]
    results = body(row, sums)
    following = builder.add(row, I64(1))
    builder.cbranch(builder.icmp_signed("<", following, rows), inside, after)
    for phi, start, result in zip([row, *sums], [I64(0), *starts], [following, *results], strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(result, inside)
    builder.position_at_end(after)
    return results


def multiply_add(builder: ir.IRBuilder, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once where the processor can."""
    return builder.call(intrinsic(builder, "fmuladd", a.type, 3), [a, b, c])


def intrinsic(builder: ir.IRBuilder, name: str, kind: Any, arguments: int) -> Any:
    """LLVM's own function of numbers or vectors of this type."""
    is_vector = isinstance(kind, ir.VectorType)
    element = kind.element if is_vector else kind
    full = f"llvm.{name}.{f'v{kind.count}' if is_vector else ''}{'f64' if element == DOUBLE else 'f32'}"
    return builder.module.globals.get(full) or ir.Function(
        builder.module, ir.FunctionType(kind, [kind] * arguments), full
    )
