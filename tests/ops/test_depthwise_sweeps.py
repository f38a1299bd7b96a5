"""Compiled convolutions with a filter for each channel: values and derivatives against PyTorch's in float64."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from convflow.ops import conv_kernels, depthwise_sweeps
from convflow.ops.depthwise_sweeps import convolve, filter_gradient, input_gradient, pays
from convflow.ops.window import Window

# Pictures, taps, strides and the padding before and after: of both axes.
CASES = [
    ((2, 9, 7, 64), (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((2, 8, 8, 33), (3, 3), (2, 2), ((0, 1), (0, 1))),
    ((1, 5, 11, 16), (3, 3), (2, 1), ((1, 1), (0, 0))),
    ((3, 6, 4, 17), (2, 4), (1, 3), ((0, 0), (2, 1))),
    ((1, 1, 1, 20), (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((2, 7, 3, 8), (1, 3), (3, 1), ((0, 0), (1, 1))),
    ((1, 4, 4, 5), (3, 3), (1, 1), ((2, 2), (2, 2))),
]


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize(("shape", "taps", "strides", "paddings"), CASES)
def test_values_and_derivatives(
    shape: tuple[int, ...], taps: tuple[int, int], strides: tuple[int, int], paddings: tuple[tuple[int, int], ...]
):
    x, filter = drawn(*shape), drawn(*taps, 1, shape[-1])
    wide, taps_wide = x.double().requires_grad_(), filter.double().requires_grad_()
    (top, bottom), (left, right) = paddings
    padded = torch.nn.functional.pad(wide.permute(0, 3, 1, 2), (left, right, top, bottom))
    wanted = torch.nn.functional.conv2d(padded, taps_wide.permute(3, 2, 0, 1), stride=strides, groups=shape[-1])
    wanted = wanted.permute(0, 2, 3, 1)
    grad = drawn(*wanted.shape)
    by_input, by_filter = torch.autograd.grad(wanted, [wide, taps_wide], grad.double())
    found = convolve(x, filter, tuple(wanted.shape), strides, paddings)
    torch.testing.assert_close(found, wanted.detach().float(), rtol=1e-5, atol=1e-5)
    found = input_gradient(grad, filter, shape, strides, paddings)
    torch.testing.assert_close(found, by_input.float(), rtol=1e-5, atol=1e-5)
    found = filter_gradient(x, grad, tuple(filter.shape), strides, paddings)
    torch.testing.assert_close(found, by_filter.float(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
def test_the_ops_kernels(strides: tuple[int, int], monkeypatch: pytest.MonkeyPatch):
    """The same as PyTorch's, which compute it where the sweeps do not."""
    monkeypatch.setattr(depthwise_sweeps, "_LEAST_UNSTRIDED", 0)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    window = Window((3, 3), strides, (1, 1), "SAME", ((0, 0), (0, 0)), "NHWC")
    x, filter = drawn(4, 40, 38, 64), drawn(3, 3, 1, 64)

    def results() -> list[torch.Tensor]:
        y = conv_kernels.convolve(window, x, filter)
        grad = torch.sin(torch.arange(y.numel()).float()).view(y.shape)
        back = conv_kernels.input_gradient(window, tuple(x.shape), filter, grad)
        return [y, back, conv_kernels.filter_gradient(window, x, tuple(filter.shape), grad)]

    assert pays(window, tuple(x.shape), tuple(filter.shape), x)
    compiled = results()
    monkeypatch.setattr(depthwise_sweeps, "pays", lambda *_: False)
    for ours, other in zip(compiled, results(), strict=True):
        torch.testing.assert_close(ours, other, rtol=1e-4, atol=1e-4)


def test_what_pytorch_does():
    plain = Window((3, 3), (2, 2), (1, 1), "SAME", ((0, 0), (0, 0)), "NHWC")
    x = torch.zeros(8, 16, 16, 64)
    assert pays(plain, (8, 16, 16, 64), (3, 3, 1, 64), x)
    assert not pays(plain, (8, 16, 16, 64), (3, 3, 1, 128), x)
    assert not pays(plain, (8, 16, 16, 64), (3, 3, 64, 64), x)
    assert not pays(plain, (8, 16, 16, 64), (5, 5, 1, 64), x)
    assert not pays(plain, (1, 8, 8, 64), (3, 3, 1, 64), torch.zeros(1, 8, 8, 64))
    assert not pays(plain, (8, 16, 16, 64), (3, 3, 1, 64), x.double())
    assert not pays(replace(plain, strides=(1, 1)), (8, 16, 16, 64), (3, 3, 1, 64), x)
    assert not pays(replace(plain, dilations=(2, 2)), (8, 16, 16, 64), (3, 3, 1, 64), x)
    assert not pays(replace(plain, data_format="NCHW"), (8, 64, 16, 16), (3, 3, 1, 64), x)
