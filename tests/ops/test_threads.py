from __future__ import annotations

import pytest
import torch

from convflow.ops.threads import share_out


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_every_piece_is_worked_on_once(threads: int, count: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        taken = share_out(range(count), list)
    finally:
        torch.set_num_threads(before)
    assert sorted(piece for part in taken for piece in part) == list(range(count))
