"""Work in pieces, on as many threads as PyTorch uses."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def share_out(pieces: Sequence[Piece], work: Callable[[Iterator[Piece]], Result]) -> list[Result]:
    """Call `work` in several threads, each with an iterator over the pieces that no other thread has taken.

    It pays for work that lets other threads run, as NumPy, PyTorch and compiled kernels do.
    """
    left = iter(pieces)
    helpers = min(torch.get_num_threads(), len(pieces)) - 1
    others = [_pool(torch.get_num_threads()).submit(work, left) for _ in range(helpers)]
    mine = work(left)
    return [mine, *(other.result() for other in others)]


def share_evenly(pieces: Sequence[Piece], work: Callable[[Iterator[Piece]], Result]) -> list[Result]:
    """The same with pieces that are each thread's own from the start: sums over them are rounded alike in every run."""
    threads = max(1, min(torch.get_num_threads(), len(pieces)))
    others = [_pool(torch.get_num_threads()).submit(work, iter(pieces[first::threads])) for first in range(1, threads)]
    mine = work(iter(pieces[::threads]))
    return [mine, *(other.result() for other in others)]


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="convflow")
