"""Machine code that works off a table of calls: what a thread of a team runs."""

from __future__ import annotations

import functools

from llvmlite import ir

from convflow.ops.compiled.machine_code import I64, function_of

MOST_ARGUMENTS = 18
"""Of a call. A function that takes fewer does not look at the others: calling conventions leave them to the caller."""

_VOID, _WORDS = ir.VoidType(), I64.as_pointer()


@functools.cache
def work_off() -> int:
    """The address of the C function that takes shares of a table until none is left, and makes their calls.

    Its argument is the address of four words: the number of shares that are taken, which threads count up; of all
    shares; the address of the table's first row of each share, and of the one after the last; the address of the table,
    whose rows are the address of a function and `MOST_ARGUMENTS` words, its arguments.
    """
    return function_of(ir.FunctionType(_VOID, [_WORDS]), _write)


def _write(function: ir.Function) -> None:
    blocks = {name: function.append_basic_block(name) for name in ("entry", "take", "share", "call", "end")}
    builder = ir.IRBuilder(blocks["entry"])
    work = function.args[0]
    shares, starts, table = (builder.load(builder.gep(work, [I64(word)])) for word in (1, 2, 3))
    starts, table = (builder.inttoptr(address, _WORDS) for address in (starts, table))
    builder.branch(blocks["take"])

    builder.position_at_end(blocks["take"])
    share = builder.atomic_rmw("add", work, I64(1), "seq_cst")
    builder.cbranch(builder.icmp_signed("<", share, shares), blocks["share"], blocks["end"])

    builder.position_at_end(blocks["share"])
    first = builder.load(builder.gep(starts, [share]))
    after = builder.load(builder.gep(starts, [builder.add(share, I64(1))]))
    builder.cbranch(builder.icmp_signed("<", first, after), blocks["call"], blocks["take"])

    builder.position_at_end(blocks["call"])
    row = builder.phi(I64)
    row.add_incoming(first, blocks["share"])
    _call(builder, builder.gep(table, [builder.mul(row, I64(1 + MOST_ARGUMENTS))]))
    following = builder.add(row, I64(1))
    row.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, after), blocks["call"], blocks["take"])

    ir.IRBuilder(blocks["end"]).ret_void()


def _call(builder: ir.IRBuilder, row: ir.Value) -> None:
    address, *arguments = (builder.load(builder.gep(row, [I64(word)])) for word in range(1 + MOST_ARGUMENTS))
    signature = ir.FunctionType(_VOID, [I64] * MOST_ARGUMENTS)
    builder.call(builder.inttoptr(address, signature.as_pointer()), arguments)
