"""Calls of compiled kernels, spread over the threads that PyTorch's own kernels run in.

Those threads wait for work with their eyes open for some milliseconds after each kernel. Others would have to be woken,
which takes longer than many kernels do, and would share processors with those that wait.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from convflow.core.lazy import LazyModule
from convflow.ops.threads import pool

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.call_table_code")

Call = tuple[Any, tuple[int, ...]]
"""A function as `ctypes` has it and its arguments: addresses and whole numbers."""

_MAPS = Path("/proc/self/maps")
_RUNTIME = "libgomp"

Piece = TypeVar("Piece")


def run(shares: Sequence[Sequence[Call]]) -> None:
    """Make all calls: those of a share one after the other in one thread, shares at the same time.

    Args:
        shares: the calls. What they write must not be what those of other shares read or write.
    """
    calls = [call for share in shares for call in share]
    unused = (0,) * _code.MOST_ARGUMENTS
    rows = [(_address(function), *arguments, *unused[len(arguments) :]) for function, arguments in calls]
    table = np.array(rows, np.int64)
    starts = np.zeros(len(shares) + 1, np.int64)
    np.cumsum([len(share) for share in shares], out=starts[1:])
    work = np.array([0, len(shares), starts.ctypes.data, table.ctypes.data], np.int64)
    _in_team(min(torch.get_num_threads(), len(shares)), work.ctypes.data)


def shared_out(pieces: Sequence[Piece], least: int = 1) -> list[Sequence[Piece]]:
    """The pieces in as many runs as PyTorch uses threads, each of `least` pieces or more if there are so many.

    Neighbours stay together: what PyTorch's kernels gave one thread to write, the same thread reads.
    """
    count = max(1, min(torch.get_num_threads(), len(pieces) // least))
    ends = [len(pieces) * share // count for share in range(count + 1)]
    return [pieces[first:after] for first, after in itertools.pairwise(ends)]


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _in_team(threads: int, work: int) -> None:
    """Let so many threads work off a table; the one that calls is one of them."""
    if threads < 2:
        _work_off()(work)
    elif _start_team() is not None:
        _start_team()(_code.work_off(), work, threads, 0)
    else:
        others = [pool(threads).submit(_work_off(), work) for _ in range(threads - 1)]
        _work_off()(work)
        for other in others:
            other.result()


@functools.cache
def _work_off() -> Callable[[int], None]:
    function: Callable[[int], None] = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(_code.work_off())
    return function


@functools.cache
def _start_team() -> Any:
    """GNU OpenMP's function that runs another in several threads, of the very library that PyTorch has loaded; None
    where it has another."""
    if not _MAPS.exists():
        return None
    loaded = {line.split()[-1] for line in _MAPS.read_text().splitlines() if _RUNTIME in line}
    # Other packages bring theirs.
    ours = sorted(loaded, key=lambda path: (Path(torch.__file__).parent.name not in Path(path).parts, path))
    if not ours or "OpenMP" not in torch.__config__.parallel_info():
        return None
    function = ctypes.CDLL(ours[0]).GOMP_parallel
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
    function.restype = None
    return function
