"""`python -m benchmarks.strided`: convolutions of stride 2 and more, as they are computed here, against PyTorch's.

A transposed convolution is the gradient by input of the convolution in its row. Processor time of one thread, the least
of several calls in turn.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.winograd import least
from convflow.ops import conv_kernels
from convflow.ops.window import Window
from convflow.runtime.kept_memory import keep_freed_memory

# Where it stands; batch, height and width, channels, filters, taps, stride: layers of the networks in
# `benchmarks/works`, and of generators and discriminators of larger pictures.
LAYERS = [
    ("vae, first", 64, 28, 1, 16, 5, 2), ("vae, second", 64, 14, 16, 32, 5, 2), ("vae, up", 64, 14, 32, 32, 5, 2),
    ("vae, last", 64, 28, 1, 32, 5, 2), ("dcgan, up", 64, 14, 64, 128, 4, 2), ("dcgan, last", 64, 28, 1, 64, 4, 2),
    ("32 pixels", 32, 32, 64, 128, 5, 2), ("32 pixels", 32, 16, 128, 256, 5, 2), ("32 pixels", 32, 16, 128, 256, 4, 2),
    ("64 pixels", 8, 64, 64, 64, 4, 2), ("64 pixels", 8, 64, 64, 64, 5, 2),
    ("fcn, up", 4, 28, 21, 21, 4, 2), ("fcn, last", 4, 224, 21, 21, 16, 8), ("resnet", 8, 56, 64, 64, 3, 2),
    ("resnet", 8, 28, 128, 128, 3, 2), ("resnet", 8, 14, 256, 256, 3, 2), ("resnet, first", 8, 224, 3, 64, 7, 2),
    ("mobilenet, first", 8, 224, 3, 32, 3, 2),
]  # fmt: skip


def measure(layer: Any, turns: int) -> tuple[list[float], list[float]]:
    """PyTorch's and our seconds for the convolution, its gradient by input and by filter."""
    _, batch, side, channels, filters, taps, stride = layer
    window = Window((None, None), (stride, stride), (1, 1), "SAME", ((0, 0), (0, 0)), "NHWC")
    x, filter = torch.rand(batch, side, side, channels) - 0.5, torch.rand(taps, taps, channels, filters) - 0.5
    grad = conv_kernels.convolve(window, x, filter) - 0.5
    # PyTorch's padding is the same on both sides.
    pad = (taps - stride + 1) // 2
    image, back = x.permute(0, 3, 1, 2), grad.permute(0, 3, 1, 2)
    weight = filter.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)

    def gradients(wanted: list[bool]) -> object:
        return torch.ops.aten.convolution_backward.default(
            back, image, weight, None, [stride, stride], [pad, pad], [1, 1], False, [0, 0], 1, wanted
        )

    times = least(
        [
            lambda: torch.conv2d(image, weight, stride=stride, padding=pad),
            lambda: gradients([True, False, False]),
            lambda: gradients([False, True, False]),
            lambda: conv_kernels.convolve(window, x, filter),
            lambda: conv_kernels.input_gradient(window, tuple(x.shape), filter, grad),
            lambda: conv_kernels.filter_gradient(window, x, tuple(filter.shape), grad),
        ],
        turns,
    )
    return times[:3], times[3:]


def main() -> None:
    parser = argparse.ArgumentParser("benchmarks.strided", description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    torch.set_num_threads(1)
    keep_freed_memory()
    table = Table(title="ms here, and as a part of PyTorch's")
    for heading in ("batch, side, channels, filters, taps, stride", "forward", "by input", "by filter"):
        table.add_column(heading)
    with torch.inference_mode():
        for layer in LAYERS:
            theirs, ours = measure(layer, turns)
            ratios = [f"{1e3 * mine:.2f} {mine / usual:.2f}" for mine, usual in zip(ours, theirs, strict=True)]
            table.add_row(f"{layer[0]}: {layer[1:]}", *ratios)
    Console().print(table)


if __name__ == "__main__":
    main()
