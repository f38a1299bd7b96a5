"""Machine code for many small float32 matrix products in a row, by LLVM.

A block of rows by a few vectors of columns is kept in registers while the inner sum runs: one broadcast per row and
one load per vector feed their product's worth of multiply-adds. Libraries' batched products reach half of that speed
where the matrices have 32 or 64 columns.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from llvmlite import ir

from convflow.ops.compiled.machine_code import FLOAT, I64, advanced, function_of, load_vector, loop, store_vector


@functools.cache
def compiled(rows: int, vectors: int, lanes: int, left_term: int, accumulates: bool) -> Any:
    """The C function that computes a block of columns, `vectors` times `lanes`, of many products.

    Its arguments are the addresses of left, right and result; how many products there are, groups of blocks and blocks
    of `rows` rows in each, and terms in each sum; and strides in elements: of left from product to product, group to
    group and row to row (from term to term it is `left_term`), of right from product to product and vector to vector
    (the vectors of neighbouring terms stand side by side), of result from product to product, group to group, row to
    row and vector to vector.
    """
    numbers = 4 + 9
    signature = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer()] * 3 + [I64] * numbers)
    address = function_of(signature, lambda function: _write(function, rows, vectors, lanes, left_term, accumulates))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_int64] * numbers)(address)


def _write(function: ir.Function, rows: int, vectors: int, lanes: int, left_term: int, accumulates: bool) -> None:
    left, right, result, products, groups, blocks, terms, *strides = function.args
    left_product, left_group, left_row, right_product, right_vector, *of_result = strides
    result_product, result_group, result_row, result_vector = of_result
    result.add_attribute("noalias")
    build = ir.IRBuilder(function.append_basic_block("entry"))
    block_of_left, block_of_result = (build.mul(row, I64(rows)) for row in (left_row, result_row))
    with loop(build, products) as product, loop(build, groups) as group, loop(build, blocks) as block:
        from_left = advanced(build, left, (product, left_product), (group, left_group), (block, block_of_left))
        from_right = advanced(build, right, (product, right_product))
        target = advanced(build, result, (product, result_product), (group, result_group), (block, block_of_result))
        lefts = [advanced(build, from_left, (I64(row), left_row)) for row in range(rows)]
        targets = [advanced(build, target, (I64(row), result_row)) for row in range(rows)]
        places = [[advanced(build, each, (I64(v), result_vector)) for v in range(vectors)] for each in targets]
        rights = [advanced(build, from_right, (I64(v), right_vector)) for v in range(vectors)]
        starts = [[load_vector(build, place, lanes) for place in row] for row in places] if accumulates else None
        sums = _summed(build, lefts, left_term, rights, terms, starts, lanes)
        for row, values in zip(places, sums, strict=True):
            for place, value in zip(row, values, strict=True):
                store_vector(build, value, place)
    build.ret_void()


def _summed(
    build: ir.IRBuilder, lefts: list[Any], left_term: int, rights: list[Any], terms: Any,
    starts: list[list[Any]] | None, lanes: int,
) -> list[list[Any]]:  # fmt: skip
    """For each row and vector the sum of left times right over the terms."""
    vector = ir.VectorType(FLOAT, lanes)
    zero = ir.Constant(vector, [0.0] * lanes)
    signature = ir.FunctionType(vector, [vector] * 3)
    multiply_add = ir.Function(build.module, signature, f"llvm.fmuladd.v{lanes}f32")
    before = build.block
    body, after = build.append_basic_block("terms"), build.append_basic_block("summed")
    build.branch(body)
    build.position_at_end(body)
    term = build.phi(I64)
    sums = [[build.phi(vector) for _ in rights] for _ in lefts]
    columns = [load_vector(build, advanced(build, right, (term, I64(lanes))), lanes) for right in rights]
    results = []
    for left, row in zip(lefts, sums, strict=True):
        factor = _broadcast(build, build.load(advanced(build, left, (term, I64(left_term))), align=4), vector)
        results.append([build.call(multiply_add, [factor, c, s]) for c, s in zip(columns, row, strict=True)])
    following = build.add(term, I64(1))
    build.cbranch(build.icmp_signed("<", following, terms), body, after)
    term.add_incoming(I64(0), before)
    term.add_incoming(following, body)
    for i, row in enumerate(sums):
        for j, phi in enumerate(row):
            phi.add_incoming(starts[i][j] if starts else zero, before)
            phi.add_incoming(results[i][j], body)
    build.position_at_end(after)
    return results


def _broadcast(build: ir.IRBuilder, value: Any, vector: Any) -> Any:
    undefined = ir.Constant(vector, ir.Undefined)
    one = build.insert_element(undefined, value, ir.IntType(32)(0))
    return build.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None))
