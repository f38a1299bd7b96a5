"""Max pooling by windows of two by two that do not overlap, compiled: what training with such windows runs.

PyTorch keeps an int64 for each maximum, fills the gradient with zeros and adds to it element by element. Compiled
(`pool_code.py`), a byte is kept, and each element of the gradient is written once, which takes a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from convflow.core.lazy import LazyModule
from convflow.ops import team
from convflow.ops.team import Call
from convflow.ops.window import Ints, Window

# It brings a compiler, which most programs' start need not wait for.
_code: Any = LazyModule("convflow.ops.compiled.pool_code")

# Below, compiling would take longer than a thousand steps save.
_LEAST_ELEMENTS = 2**15


def in_fours(window: Window, x: torch.Tensor) -> bool:
    """Whether `fours_max_pool` can do it, and it pays: float32, channels last, even sizes, not small."""
    return (
        window.ksize == window.strides == (2, 2)
        and window.channel_axis == 3
        and window.padding != "EXPLICIT"
        and x.dtype == torch.float32
        and x.is_cpu
        and x.is_contiguous()
        and x.shape[1] % 2 == x.shape[2] % 2 == 0
        and x.numel() >= _LEAST_ELEMENTS
    )


def fours_max_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest of each four elements, and which of them it is: uint8, 0 to 3 in row-major order.

    Args:
        x: float32, shape (batch, height, width, channels), even sizes, contiguous.
    """
    batch, height, width, channels = x.shape
    y = x.new_empty((batch, height // 2, width // 2, channels))
    places = torch.empty(y.shape, dtype=torch.uint8)
    _run(_code.largest_of_four(), x, y, places)
    return y, places


def fours_gradient(sizes: Ints, places: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
    """`grad` of the maxima at their places in an input of these `sizes`, zero elsewhere."""
    result = grad.new_empty(sizes)
    _run(_code.back_to_four(), result, grad.contiguous(), places)
    return result


def _run(kernel: Callable[..., None], whole: torch.Tensor, maxima: torch.Tensor, places: torch.Tensor) -> None:
    """Call a kernel of `pool_code.py` for all pairs of rows."""
    batch, rows, windows, channels = maxima.shape
    size = windows * channels

    def call(pairs: Sequence[int]) -> Call:
        addresses = whole.data_ptr() + 16 * pairs[0] * size, maxima.data_ptr() + 4 * pairs[0] * size
        return kernel, (*addresses, places.data_ptr() + pairs[0] * size, len(pairs), windows, channels)

    team.run([[call(share)] for share in team.shared_out(range(batch * rows))])
