"""`python -m benchmarks.winograd`: convolutions by Winograd's algorithm against PyTorch's, forward and both gradients.

Processor time of one thread, the least of several calls in turn: it says what the kernels take even on a busy machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import torch
from rich.console import Console
from rich.table import Table

from convflow.ops import winograd
from convflow.runtime.kept_memory import keep_freed_memory

# Taps, batch, height and width, channels, filters: layers of the networks in `benchmarks/works`.
SIZES = [
    (5, 128, 16, 64, 64), (5, 128, 8, 64, 32), (5, 64, 14, 32, 64),
    (3, 2, 224, 64, 64), (3, 2, 112, 128, 128), (3, 2, 56, 256, 256), (3, 4, 28, 512, 512), (3, 8, 14, 512, 512),
    (3, 8, 56, 64, 64), (3, 8, 28, 128, 128), (3, 8, 14, 256, 256), (3, 8, 28, 96, 128),
]  # fmt: skip


def least(functions: Sequence[Callable[[], object]], turns: int) -> list[float]:
    """Seconds of processor time of each function, in turn."""
    best = [float("inf")] * len(functions)
    for _ in range(turns + 1):
        for index, function in enumerate(functions):
            start = time.process_time()
            function()
            best[index] = min(best[index], time.process_time() - start)
    return best


def measure(size: tuple[int, int, int, int, int], turns: int) -> tuple[list[float], list[float], float]:
    """PyTorch's and Winograd's seconds for the convolution, its gradient by input and by filter; and the largest error
    of the convolution as a part of the largest value."""
    taps, batch, side, channels, filters = size
    x, grad = torch.rand(batch, side, side, channels) - 0.5, torch.rand(batch, side, side, filters) - 0.5
    filter = torch.rand(taps, taps, channels, filters) - 0.5
    pad = taps // 2
    grid = winograd.Grid(taps, pad, pad, side, side)
    image, back = x.permute(0, 3, 1, 2), grad.permute(0, 3, 1, 2)
    weight = filter.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)

    def gradients(wanted: list[bool]) -> object:
        return torch.ops.aten.convolution_backward.default(
            back, image, weight, None, [1, 1], [pad, pad], [1, 1], False, [0, 0], 1, wanted
        )

    times = least(
        [
            lambda: torch.conv2d(image, weight, padding=pad),
            lambda: gradients([True, False, False]),
            lambda: gradients([False, True, False]),
            lambda: winograd.convolve(x, filter, grid),
            lambda: winograd.input_gradient(grad, filter, x.shape, grid),
            lambda: winograd.filter_gradient(x, grad, grid),
        ],
        turns,
    )
    exact = torch.conv2d(image[:1].double(), weight.double(), padding=pad)
    error = (winograd.convolve(x, filter, grid)[:1].permute(0, 3, 1, 2) - exact).abs().max() / exact.abs().max()
    return times[:3], times[3:], float(error)


def main() -> None:
    parser = argparse.ArgumentParser("benchmarks.winograd", description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    torch.set_num_threads(1)
    keep_freed_memory()
    table = Table(title="Winograd's time, as a part of PyTorch's")
    for heading in ("taps, batch, side, channels, filters", "forward", "by input", "by filter", "error", "chosen"):
        table.add_column(heading)
    with torch.inference_mode():
        for size in SIZES:
            usual, ours, error = measure(size, turns)
            ratios = [f"{mine / theirs:.2f}" for mine, theirs in zip(ours, usual, strict=True)]
            taps, batch, side, channels, filters = size
            grid = winograd.Grid(taps, taps // 2, taps // 2, side, side)
            chosen = "yes" if winograd.pays(batch, grid, channels, filters) else "no"
            table.add_row(str(size), *ratios, f"{error:.1e}", chosen)
    Console().print(table)


if __name__ == "__main__":
    main()
