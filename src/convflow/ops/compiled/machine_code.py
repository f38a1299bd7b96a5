"""What small kernels written as LLVM code share: compiling for this processor, loops, addresses."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

I64, FLOAT = ir.IntType(64), ir.FloatType()

_compiling = threading.Lock()
_numbers = itertools.count()


def function_of(signature: ir.FunctionType, write: Callable[[ir.Function], None]) -> int:
    """The address of a function whose code `write` makes. It lives as long as the process."""
    name = f"kernel_{next(_numbers)}"
    module = ir.Module(name)
    write(ir.Function(module, signature, name))
    with _compiling:
        engine, machine = _engine()
        parsed = llvm.parse_assembly(str(module))
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
        builder.getModulePassManager().run(parsed, builder)
        engine.add_module(parsed)
        engine.finalize_object()
        address: int = engine.get_function_address(name)
    return address


@functools.cache
def _engine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3
    )
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine), machine


@contextmanager
def loop(builder: ir.IRBuilder, count: Any) -> Iterator[Any]:
    """What is built inside runs `count` times, at least once, with an index from 0."""
    before = builder.block
    body, after = builder.append_basic_block("body"), builder.append_basic_block("after")
    builder.branch(body)
    builder.position_at_end(body)
    index = builder.phi(I64)
    index.add_incoming(I64(0), before)
    yield index
    following = builder.add(index, I64(1))
    index.add_incoming(following, builder.block)
    builder.cbranch(builder.icmp_signed("<", following, count), body, after)
    builder.position_at_end(after)


def advanced(builder: ir.IRBuilder, base: Any, *steps: tuple[Any, Any]) -> Any:
    """The address that many (index, stride) elements after `base`."""
    for index, stride in steps:
        base = builder.gep(base, [builder.mul(index, stride)])
    return base


def load_vector(builder: ir.IRBuilder, place: Any, lanes: int) -> Any:
    """`lanes` floats that stand side by side."""
    return builder.load(builder.bitcast(place, ir.VectorType(FLOAT, lanes).as_pointer()), align=4)


def store_vector(builder: ir.IRBuilder, value: Any, place: Any) -> None:
    """Write floats side by side."""
    builder.store(value, builder.bitcast(place, value.type.as_pointer()), align=4)
