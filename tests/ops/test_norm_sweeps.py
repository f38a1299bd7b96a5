"""Compiled batch normalization: values, statistics and derivatives against NumPy in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from convflow.ops import norm_sweeps
from convflow.ops.batch_norm_kernels import Settings, normalize, slopes
from convflow.ops.epilogue import NONE, RELU, RELU6, Activation
from convflow.ops.norm_sweeps import gradient, normalized, pays, statistics

EPSILON = 1e-3
# Channels that fill vectors and that do not, one channel, one place, more channels than a row of registers holds.
SHAPES = [(2, 9, 7, 64), (3, 5, 7, 17), (5, 40, 41, 3), (2, 33, 1), (1, 1, 1, 70), (4, 8, 8, 24), (2, 3, 5, 7, 1100)]
ACTIVATIONS = [NONE, RELU, RELU6]


def drawn(shape: tuple[int, ...], center: float = 0.0) -> tuple[torch.Tensor, ...]:
    """x, the derivative by the result, scale and offset."""
    random = torch.Generator().manual_seed(11)
    x, dy = (torch.randn(shape, generator=random) for _ in range(2))
    scale, offset = (torch.rand(shape[-1], generator=random) + 0.5 for _ in range(2))
    return x * 2 + center, dy, scale, offset


def expected(
    x: torch.Tensor, dy: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, activation: Activation
) -> dict[str, Any]:
    wide, slope, a, b = (value.double().numpy() for value in (x, dy, scale, offset))
    channels = wide.shape[-1]
    wide, slope = wide.reshape(-1, channels), slope.reshape(-1, channels)
    mean, variance = wide.mean(0), wide.var(0)
    root = 1 / np.sqrt(variance + EPSILON)
    unit = (wide - mean) * root
    before = unit * a + b
    low = -np.inf if activation.low is None else activation.low
    high = np.inf if activation.high is None else activation.high
    passed = np.where((before > low) & (before < high), slope, 0)
    by_scale, by_offset = (passed * unit).sum(0), passed.sum(0)
    by_x = a * root * (passed - by_offset / len(wide) - unit * by_scale / len(wide))
    return {
        "mean": mean, "variance": variance, "y": np.clip(before, low, high), "x": by_x, "scale": by_scale,
        "offset": by_offset,
    }  # fmt: skip


def assert_close(found: torch.Tensor, wanted: np.ndarray, tolerance: float = 2e-6) -> None:
    flat = found.numpy().reshape(wanted.shape)
    np.testing.assert_allclose(flat, wanted, rtol=1e-5, atol=tolerance * max(np.abs(wanted).max(), 1))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("in_place", [False, True])
def test_values_and_derivatives(shape: tuple[int, ...], activation: Activation, in_place: bool):
    x, dy, scale, offset = drawn(shape)
    wanted = expected(x, dy, scale, offset, activation)
    found = statistics(x, scale, offset, EPSILON)
    assert_close(found.mean, wanted["mean"])
    assert_close(found.variance, wanted["variance"])
    assert_close(normalized(x, found, activation), wanted["y"])
    given = dy.clone()
    by_x, by_scale, by_offset = gradient(
        given, x, scale, found, EPSILON, activation=activation, in_place=in_place
    )  # fmt: skip
    assert (by_x.data_ptr() == given.data_ptr()) == in_place
    assert in_place or torch.equal(given, dy)
    count = x.numel() // shape[-1]
    # Of a single row there is nothing left but rounding of slopes times 1 / sqrt(epsilon).
    assert_close(by_x, wanted["x"], 2e-5 if count == 1 else 2e-6)
    assert_close(by_scale, wanted["scale"], 2e-6 * count**0.5)
    assert_close(by_offset, wanted["offset"], 2e-6 * count**0.5)


@pytest.mark.parametrize("center", [1e3, -1e6])
def test_means_far_from_zero_cost_no_digits(center: float):
    x, dy, scale, offset = drawn((4, 9, 9, 20), center)
    wanted = expected(x, dy, scale, offset, NONE)
    found = statistics(x, scale, offset, EPSILON)
    np.testing.assert_allclose(found.variance.numpy(), wanted["variance"], rtol=1e-6)
    assert_close(normalized(x, found), wanted["y"])


@pytest.mark.parametrize("shape", [(2, 3, 3, 4), (8, 32, 32, 8)])
def test_means_far_from_zero_cost_no_digits_in_the_op(shape: tuple[int, ...]):
    """Small arrays, which PyTorch normalizes, and large ones."""
    x, dy, scale, offset = drawn(shape, 1e5)
    wanted = expected(x, dy, scale, offset, NONE)
    outputs = normalize(Settings("NHWC", EPSILON, True, 1.0), x, scale, offset, scale, scale)
    assert_close(outputs.y, wanted["y"], 1e-5)
    np.testing.assert_allclose(outputs.saved_mean.numpy(), wanted["mean"], rtol=1e-6)
    np.testing.assert_allclose(outputs.saved_variance.numpy(), wanted["variance"], rtol=1e-5)


def test_an_outlier_in_a_first_row_costs_few_digits():
    x, dy, scale, offset = drawn((2, 16, 16, 32))
    x[0, 0, 0] = 1e4
    wanted = expected(x, dy, scale, offset, NONE)
    found = statistics(x, scale, offset, EPSILON)
    np.testing.assert_allclose(found.variance.numpy(), wanted["variance"], rtol=1e-4)


def test_the_estimate_of_the_variance():
    x, _, scale, offset = drawn((2, 4, 4, 32))
    found = statistics(x, scale, offset, EPSILON)
    np.testing.assert_allclose(found.estimate.numpy(), x.reshape(-1, 32).var(0).numpy(), rtol=1e-5)


def test_what_is_added_before_the_activation():
    x, other, scale, offset = drawn((2, 5, 5, 33))
    found = statistics(x, scale, offset, EPSILON)
    wanted = torch.relu(normalized(x, found) + other)
    torch.testing.assert_close(normalized(x, found, RELU, other), wanted)


def test_several_threads_do_the_same(monkeypatch: pytest.MonkeyPatch):
    x, dy, scale, offset = drawn((8, 64, 64, 16))
    alone = statistics(x, scale, offset, EPSILON)
    y, back = normalized(x, alone, RELU), gradient(dy, x, scale, alone, EPSILON, activation=RELU)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    together = statistics(x, scale, offset, EPSILON)
    for one, other in zip(alone, together, strict=True):
        assert torch.equal(one, other)
    assert torch.equal(normalized(x, together, RELU), y)
    for one, other in zip(gradient(dy, x, scale, together, EPSILON, activation=RELU), back, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("training", [True, False])
def test_the_derivative_op_of_large_arrays(training: bool):
    """Compiled, against PyTorch's of float64."""
    x, dy, scale, _ = drawn((2, 32, 32, 24))
    mean, variance = x.reshape(-1, 24).mean(0), x.reshape(-1, 24).var(0, correction=0)
    found = slopes(Settings("NHWC", EPSILON, training, 1.0), dy, x, scale, mean, variance)
    wide = [value.double() for value in (dy.reshape(-1, 24), x.reshape(-1, 24), scale, mean, variance)]
    root = torch.rsqrt(wide[4] + EPSILON)
    wanted = torch.ops.aten.native_batch_norm_backward(
        *wide, wide[3], root, training, EPSILON, [True] * 3
    )  # fmt: skip
    for ours, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours.reshape(other.shape).numpy(), other.numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "x", [torch.zeros(1, 8, 8, 4), torch.zeros(1, 256, 256, 1).double(), torch.zeros(256, 256).t()]
)
def test_what_pytorch_does(x: torch.Tensor):
    assert not pays(x)


def test_what_is_no_number_stays():
    x, _, scale, offset = drawn((2, 8, 8, 32))
    x[0, 0, 0, 3] = torch.nan
    y = normalized(x, statistics(x, scale, offset, EPSILON), RELU6)
    assert torch.isnan(y[..., 3]).all()
    assert not torch.isnan(y[..., :3]).any()


def test_large_arrays_pay(monkeypatch: pytest.MonkeyPatch):
    assert pays(torch.zeros(8, 64, 64, 1))
    assert not pays(torch.zeros(8, 64, 64, 1), torch.zeros(1, dtype=torch.bfloat16))
    monkeypatch.setattr(norm_sweeps, "_LEAST_ELEMENTS", 2**20)
    assert not pays(torch.zeros(8, 64, 64, 1))
