"""Winograd's algorithm computes what the sums of the definition do, forward and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import convflow as tf
from convflow.ops import conv_kernels, winograd
from convflow.ops.winograd_matrices import matrices


def reference(x: torch.Tensor, filter: torch.Tensor, pads: tuple[int, int, int, int], stride: int = 1) -> torch.Tensor:
    top, bottom, left, right = pads
    padded = torch.constant_pad_nd(x.permute(0, 3, 1, 2), (left, right, top, bottom))
    return torch.conv2d(padded, filter.permute(3, 2, 0, 1), stride=stride).permute(0, 2, 3, 1)


CASES = [
    ((2, 8, 8, 16), 32, 1),
    ((1, 7, 9, 32), 16, 1),
    ((3, 6, 5, 16), 16, 0),
    ((2, 8, 7, 32), 48, 2),
    ((1, 5, 6, 16), 16, 0),
]


@pytest.mark.parametrize(("taps", "stride"), winograd.SIZES)
@pytest.mark.parametrize(("sizes", "filters", "pad"), CASES)
@pytest.mark.parametrize("threads", [1, 2])
def test_equal_to_the_definition(taps: int, stride: int, sizes: tuple[int, ...], filters: int, pad: int, threads: int):
    x = torch.rand(sizes).requires_grad_()
    filter = torch.rand(taps, taps, sizes[-1], filters).requires_grad_()
    pads = (pad, taps // 2, taps - 1 - pad, pad)
    expected: Any = reference(x, filter, pads, stride)
    grad = torch.rand_like(expected)
    by_input, by_filter = torch.autograd.grad(expected, (x, filter), grad)
    height, width = expected.shape[1:3]
    grid = winograd.Grid(taps, pads[0], pads[2], height, width, stride)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            np.testing.assert_allclose(winograd.convolve(x, filter, grid), expected.detach(), 1e-4, 1e-4)
            np.testing.assert_allclose(winograd.input_gradient(grad, filter, sizes, grid), by_input, 1e-4, 1e-4)
            np.testing.assert_allclose(winograd.filter_gradient(x, grad, grid), by_filter, 1e-4, 1e-4)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("taps", "stride"), winograd.SIZES)
def test_it_rounds_like_the_usual_sum(taps: int, stride: int):
    x, filter = torch.randn(1, 28, 28, 256), torch.randn(taps, taps, 256, 256)
    pad = taps // 2
    exact = reference(x.double(), filter.double(), (pad,) * 4, stride)
    largest = exact.abs().max()
    height, width = exact.shape[1:3]
    error = (winograd.convolve(x, filter, winograd.Grid(taps, pad, pad, height, width, stride)) - exact).abs().max()
    assert error / largest < {(3, 1): 6e-6, (5, 1): 2e-5, (4, 2): 1e-5, (5, 2): 1e-5}[taps, stride]


@pytest.mark.parametrize(("outputs", "taps"), [(4, 2), (2, 3), (4, 3), (2, 5), (4, 5)])
def test_the_matrices_make_a_correlation(outputs: int, taps: int):
    of_input, of_filter, to_output = map(np.array, matrices(outputs, taps))
    random = np.random.RandomState(0)
    signal, filter = random.rand(outputs + taps - 1), random.rand(taps)
    found = to_output @ ((of_filter @ filter) * (of_input @ signal))
    np.testing.assert_allclose(found, np.correlate(signal, filter, "valid"), rtol=1e-12)


def test_it_pays_for_many_channels_only():
    large, small = winograd.Grid(3, 1, 1, 56, 56), winograd.Grid(3, 1, 1, 7, 7)
    assert winograd.pays(8, large, 256, 256)
    assert not winograd.pays(8, large, 3, 64)
    assert not winograd.pays(8, large, 100, 100)
    assert not winograd.pays(1, small, 512, 512)
    assert winograd.pays(32, winograd.Grid(5, 1, 1, 16, 16, stride=2), 64, 128)
    assert not winograd.pays(64, winograd.Grid(5, 1, 1, 7, 7, stride=2), 32, 32)


@pytest.mark.parametrize(
    ("batch", "side", "channels", "forward", "by_filter"),
    [(2, 56, 256, True, True), (2, 28, 512, False, True), (8, 14, 256, False, False)],
)
def test_in_bfloat16_it_pays_less_often(batch: int, side: int, channels: int, forward: bool, by_filter: bool):
    grid = winograd.Grid(3, 1, 1, side, side)
    assert winograd.pays(batch, grid, channels, channels)
    assert winograd.pays_in_bfloat16(batch, grid, channels, channels) == forward
    assert winograd.pays_in_bfloat16(batch, grid, channels, channels, is_for_filter=True) == by_filter


@pytest.mark.parametrize("is_paying", [True, False])
def test_a_convolution_in_bfloat16_asks(is_paying: bool, monkeypatch: pytest.MonkeyPatch):
    taken: list[str] = []
    for name in ("convolve_transformed", "input_gradient", "filter_gradient"):
        monkeypatch.setattr(winograd, name, _noting(taken, getattr(winograd, name)))
    monkeypatch.setattr(winograd, "pays_in_bfloat16", lambda *sizes, **more: is_paying)
    image = tf.ones([2, 28, 28, 64], tf.bfloat16)
    filter = tf.ones([3, 3, 64, 64], tf.bfloat16)
    output = tf.nn.conv2d(image, filter, [1, 1, 1, 1], "SAME")
    with tf.Session() as session:
        values, *_ = session.run([output, *tf.gradients(output, [image, filter])])
    assert values[0, 14, 14, 0] == 9 * 64
    assert sorted(taken) == (["convolve_transformed", "filter_gradient", "input_gradient"] if is_paying else [])


def test_a_graph_takes_it_where_it_pays(monkeypatch: pytest.MonkeyPatch):
    taken: list[str] = []
    for name in ("convolve_transformed", "input_gradient", "filter_gradient"):
        monkeypatch.setattr(winograd, name, _noting(taken, getattr(winograd, name)))
    values = np.random.RandomState(0).rand(2, 28, 28, 64).astype(np.float32)
    image = tf.placeholder(tf.float32, [None, 28, 28, 64])
    filter = tf.constant(np.random.RandomState(1).rand(3, 3, 64, 64).astype(np.float32))
    output = tf.nn.conv2d(image, filter, [1, 1, 1, 1], "SAME")
    gradients = tf.gradients(tf.square(output), [image, filter])
    doubles = tf.nn.conv2d(tf.cast(image, tf.float64), tf.cast(filter, tf.float64), [1, 1, 1, 1], "SAME")
    with tf.Session() as session:
        found, expected, *_ = session.run([output, doubles, *gradients], {image: values})
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert sorted(set(taken)) == ["convolve_transformed", "filter_gradient", "input_gradient"]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small convolutions take it, too."""
    monkeypatch.setattr(winograd, "pays", lambda batch, grid, channels, filters: True)
    conv_kernels._geometry.cache_clear()
    yield
    conv_kernels._geometry.cache_clear()


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("size", [8, 13])
@pytest.mark.parametrize("taps", [4, 5])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_strided_and_transposed_convolutions_take_it(
    size: int, taps: int, padding: str, monkeypatch: pytest.MonkeyPatch
):
    """Against the same convolutions in float64, which do not."""
    taken: list[str] = []
    for name in ("convolve_transformed", "input_gradient", "filter_gradient"):
        monkeypatch.setattr(winograd, name, _noting(taken, getattr(winograd, name)))
    random = np.random.RandomState(0)
    picture = random.rand(2, size, size + 1, 16).astype(np.float32) - 0.5
    weights = random.rand(taps, taps, 16, 32).astype(np.float32) - 0.5
    found = []
    for dtype in (tf.float32, tf.float64):
        image, filter = tf.constant(picture, dtype), tf.constant(weights, dtype)
        output = tf.nn.conv2d(image, filter, [1, 2, 2, 1], padding)
        back = tf.nn.conv2d_transpose(output, filter, tf.shape(image), [1, 2, 2, 1], padding)
        loss = tf.reduce_sum(output**2) + tf.reduce_sum(tf.tanh(back))
        found.append([output, back, *tf.gradients(loss, [image, filter])])
    with tf.Session() as session:
        for mine, exact in zip(*session.run(found), strict=True):
            np.testing.assert_allclose(mine, exact, atol=3e-5 * np.abs(exact).max(), rtol=0)
    assert sorted(set(taken)) == ["convolve_transformed", "filter_gradient", "input_gradient"]


def test_tensorflows_switch_turns_it_off(monkeypatch: pytest.MonkeyPatch):
    taken: list[str] = []
    monkeypatch.setattr(winograd, "convolve_transformed", _noting(taken, winograd.convolve_transformed))
    monkeypatch.setenv("TF_ENABLE_WINOGRAD_NONFUSED", "0")
    output = tf.nn.conv2d(tf.ones([2, 28, 28, 64]), tf.ones([3, 3, 64, 64]), [1, 1, 1, 1], "SAME")
    with tf.Session() as session:
        session.run(output)
    assert taken == []


def test_bfloat16_is_computed_in_float32():
    x, filter = torch.randn(2, 28, 28, 64, dtype=torch.bfloat16), torch.randn(3, 3, 64, 64, dtype=torch.bfloat16)
    found = winograd.convolve(x, filter, winograd.Grid(3, 1, 1, 28, 28))
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), reference(x.float(), filter.float(), (1, 1, 1, 1)), rtol=0.01, atol=0.1)


def _noting(taken: list[str], function: Any) -> Any:
    def call(*arguments: Any) -> Any:
        taken.append(function.__name__)
        return function(*arguments)

    return call
