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
    others = [pool(torch.get_num_threads()).submit(work, left) for _ in range(helpers)]
    mine = work(left)
    return [mine, *(other.result() for other in others)]


@functools.cache
def pool(threads: int) -> ThreadPoolExecutor:
    """So many threads, kept for good."""
    return ThreadPoolExecutor(threads, thread_name_prefix="convflow")
