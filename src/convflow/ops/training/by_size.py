"""PyTorch's fused optimizers, told how many threads a variable is worth.

They wake all threads for every tensor, however small: for a bias of 64 numbers that takes fifty times as long as the
step itself, and much longer where another program uses the processors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

# Up to this many numbers one thread is faster than two (measured for Adam and momentum).
_SMALL = 16384
Columns = Sequence[Sequence[torch.Tensor]]


def step_by_size(step: Callable[..., None], columns: Columns) -> None:
    """Call `step` once for the small variables and once for the large ones.

    Args:
        step: takes a list of tensors for each column.
        columns: the variables, and their gradients and slots in the same order.
    """
    is_small = [tensor.numel() <= _SMALL for tensor in columns[0]]
    if any(is_small):
        with _one_thread():
            step(*_chosen(columns, is_small))
    if not all(is_small):
        step(*_chosen(columns, [not small for small in is_small]))


def _chosen(columns: Columns, chosen: list[bool]) -> list[list[torch.Tensor]]:
    return [[tensor for tensor, wanted in zip(column, chosen, strict=True) if wanted] for column in columns]


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
