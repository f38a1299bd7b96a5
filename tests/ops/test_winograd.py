"""Winograd's algorithm computes what the sums of the definition do, forward and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import convflow as tf
from convflow.ops import winograd


def reference(x: torch.Tensor, filter: torch.Tensor, pads: tuple[int, int, int, int]) -> torch.Tensor:
    top, bottom, left, right = pads
    padded = torch.constant_pad_nd(x.permute(0, 3, 1, 2), (left, right, top, bottom))
    return torch.conv2d(padded, filter.permute(3, 2, 0, 1)).permute(0, 2, 3, 1)


CASES = [
    ((2, 8, 8, 5), 3, (1, 1, 1, 1)),
    ((1, 7, 9, 4), 6, (1, 1, 1, 1)),
    ((3, 6, 5, 2), 2, (0, 0, 0, 0)),
    ((2, 8, 7, 3), 4, (2, 2, 2, 2)),
    ((1, 5, 6, 3), 2, (0, 1, 2, 0)),
    ((1, 3, 3, 1), 1, (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("sizes", "filters", "pads"), CASES)
def test_equal_to_the_definition(sizes: tuple[int, ...], filters: int, pads: tuple[int, int, int, int]):
    x = torch.rand(sizes).requires_grad_()
    filter = torch.rand(3, 3, sizes[-1], filters).requires_grad_()
    expected: Any = reference(x, filter, pads)
    grad = torch.rand_like(expected)
    by_input, by_filter = torch.autograd.grad(expected, (x, filter), grad)
    grid = winograd.Grid(pads[0], pads[2], *expected.shape[1:3])
    with torch.inference_mode():
        np.testing.assert_allclose(winograd.convolve(x, filter, grid), expected, 1e-4, 1e-5)
        np.testing.assert_allclose(winograd.input_gradient(grad, filter, sizes, grid), by_input, 1e-4, 1e-5)
        np.testing.assert_allclose(winograd.filter_gradient(x, grad, grid), by_filter, 1e-4, 1e-5)


def test_errors_are_no_larger_than_those_of_the_usual_sum():
    x, filter = torch.rand(1, 28, 28, 256) - 0.5, torch.rand(3, 3, 256, 256) - 0.5
    exact = reference(x.double(), filter.double(), (1, 1, 1, 1))
    usual = (reference(x, filter, (1, 1, 1, 1)) - exact).abs().max()
    ours = (winograd.convolve(x, filter, winograd.Grid(1, 1, 28, 28)) - exact).abs().max()
    assert ours < 2 * usual


def test_it_pays_for_many_channels_only():
    large, small = winograd.Grid(1, 1, 56, 56), winograd.Grid(1, 1, 7, 7)
    assert winograd.pays(8, large, 256, 256)
    assert not winograd.pays(8, large, 3, 64)
    assert not winograd.pays(8, large, 64, 64)
    assert not winograd.pays(1, small, 512, 512)


def test_a_graph_takes_it_where_it_pays(monkeypatch: pytest.MonkeyPatch):
    taken: list[str] = []
    for name in ("convolve", "input_gradient", "filter_gradient"):
        monkeypatch.setattr(winograd, name, _noting(taken, getattr(winograd, name)))
    values = np.random.RandomState(0).rand(2, 28, 28, 256).astype(np.float32)
    image = tf.placeholder(tf.float32, [None, 28, 28, 256])
    filter = tf.constant(np.random.RandomState(1).rand(3, 3, 256, 256).astype(np.float32))
    output = tf.nn.conv2d(image, filter, [1, 1, 1, 1], "SAME")
    gradients = tf.gradients(tf.square(output), [image, filter])
    doubles = tf.nn.conv2d(tf.cast(image, tf.float64), tf.cast(filter, tf.float64), [1, 1, 1, 1], "SAME")
    with tf.Session() as session:
        found, expected, *_ = session.run([output, doubles, *gradients], {image: values})
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert sorted(taken) == ["convolve", "filter_gradient", "input_gradient"]


def _noting(taken: list[str], function: Any) -> Any:
    def call(*arguments: Any) -> Any:
        taken.append(function.__name__)
        return function(*arguments)

    return call
