from __future__ import annotations

import ctypes
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from llvmlite import ir

from convflow.ops import team
from convflow.ops.compiled.machine_code import FLOAT, I64, function_of


@pytest.fixture(params=[1, 2, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def halve() -> ctypes._FuncPointer:
    """A kernel that halves the float at an address and adds a number, after many arguments that it ignores."""
    signature = ir.FunctionType(ir.VoidType(), [FLOAT.as_pointer(), *[I64] * 17])

    def write(function: ir.Function) -> None:
        builder = ir.IRBuilder(function.append_basic_block("entry"))
        half = builder.fmul(builder.load(function.args[0]), FLOAT(0.5))
        more = builder.sitofp(function.args[17], FLOAT)
        builder.store(builder.fadd(half, more), function.args[0])
        builder.ret_void()

    kernel: ctypes._FuncPointer = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 18)(function_of(signature, write))
    return kernel


@pytest.mark.parametrize("openmp", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_every_call_is_made_once_and_in_its_shares_order(
    threads: int, count: int, openmp: bool, halve: ctypes._FuncPointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not openmp:
        monkeypatch.setattr(team, "_start_team", lambda: None)
    values = torch.arange(float(count))

    def call(place: int, more: int) -> team.Call:
        return halve, (values.data_ptr() + 4 * place, *[7] * 16, more)

    # The second call of a place takes what the first has left.
    team.run([[call(place, more) for place in share for more in (2, -3)] for share in team.shared_out(range(count))])
    np.testing.assert_array_equal(values, (np.arange(count) / 2 + 2) / 2 - 3)


def test_fewer_arguments_than_there_may_be(halve: ctypes._FuncPointer) -> None:
    values = torch.tensor([3.0, 5.0])
    team.run([[(halve, (values.data_ptr(),))], [], [(halve, (values.data_ptr() + 4,))]])
    assert values.tolist() == [1.5, 2.5]


def test_neighbours_stay_together(threads: int) -> None:
    shares = team.shared_out(range(7))
    assert len(shares) == threads
    assert [piece for share in shares for piece in share] == list(range(7))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert [len(share) for share in team.shared_out(range(7), least=4)] == [7]
    assert team.shared_out([]) == [[]]
