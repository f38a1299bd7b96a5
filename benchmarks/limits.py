"""What the machine can do at best: the kernels a network's time is held against, and a network's operations."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from math import prod
from typing import Any

from benchmarks.catalogue import Work

_SIDE = 2048
_BATCH, _PIXELS, _CHANNELS, _KERNEL = 8, 56, 128, 3
_COPIED = 1 << 28


def kernels() -> dict[str, tuple[Callable[[], object], float]]:
    """Name to (the kernel, what one call does in operations, or bytes read and written)."""
    import torch

    matrix = torch.rand(_SIDE, _SIDE)
    images = torch.rand(_BATCH, _CHANNELS, _PIXELS, _PIXELS).to(memory_format=torch.channels_last)
    weights = torch.rand(_CHANNELS, _CHANNELS, _KERNEL, _KERNEL).to(memory_format=torch.channels_last)
    half_images, half_weights = images.bfloat16(), weights.bfloat16()
    source = torch.zeros(_COPIED // 4)
    target = torch.empty_like(source)
    product = 2.0 * _SIDE**3
    convolution = 2.0 * _BATCH * _PIXELS**2 * _CHANNELS**2 * _KERNEL**2
    return {
        "matrix product": (lambda: matrix @ matrix, product),
        "convolution": (lambda: torch.conv2d(images, weights, padding=_KERNEL // 2), convolution),
        "convolution in bfloat16": (
            lambda: torch.conv2d(half_images, half_weights, padding=_KERNEL // 2),
            convolution,
        ),
        "memory copy": (lambda: target.copy_(source), 2.0 * _COPIED),
    }


def measure(seconds: float) -> dict[str, float]:
    """The best rate per second of each kernel, each called for `seconds` and at least three times."""
    import torch

    best: dict[str, float] = {}
    with torch.inference_mode():
        for name, (kernel, amount) in kernels().items():
            kernel()
            times: list[float] = []
            end = time.perf_counter() + seconds
            while len(times) < 3 or time.perf_counter() < end:
                start = time.perf_counter()
                kernel()
                times.append(time.perf_counter() - start)
            best[name] = amount / min(times)
    return best


def _convolution_gradients(
    gradient: Sequence[int],
    inputs: Sequence[int],
    weights: Sequence[int],
    _bias: object,
    _stride: object,
    _padding: object,
    _dilation: object,
    transposed: bool,
    _output_padding: object,
    _groups: int,
    wanted: Sequence[bool],
    **_: object,
) -> int:
    """Shapes to operations. PyTorch's own count of a grouped convolution's gradients leaves the groups out.

    Each of the gradients, for inputs and for weights, has as many operations as the convolution itself.
    """
    pixels = prod(inputs[2:] if transposed else gradient[2:])
    return 2 * inputs[0] * pixels * prod(weights) * sum(wanted[:2])


def operations(work: Work) -> float:
    """Floating-point operations of a step in convolutions and matrix products, counted in the twin, not run."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        twin = import_module(f"benchmarks.twins.{work.module}").build(work.batch)
    twin.module.train(work.training)
    inputs: list[Any] = [torch.from_numpy(each).to("meta") for each in twin.inputs]
    mapping = {torch.ops.aten.convolution_backward: _convolution_gradients}
    with FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        if not work.training:
            with torch.no_grad():
                twin.forward(*inputs)
        for phase in twin.phases if work.training else ():
            phase.loss(*inputs).backward(inputs=phase.parameters)
    return float(counter.get_total_flops())
