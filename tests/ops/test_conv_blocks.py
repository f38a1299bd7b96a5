"""Gradients of convolutions of large strides, as products of blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import convflow as tf
from convflow.ops import conv_blocks


def _noting(taken: list[str], function: Any) -> Any:
    def call(*arguments: Any) -> Any:
        taken.append(function.__name__)
        return function(*arguments)

    return call


@pytest.mark.parametrize(("taps", "stride"), [(16, 8), (24, 8), (18, 9)])
@pytest.mark.parametrize(("height", "width"), [(40, 40), (31, 44), (17, 72)])
@pytest.mark.parametrize("padding", ["SAME", [[0, 0], [5, 11], [9, 3], [0, 0]]])
def test_gradients_are_those_of_the_definition(taps: int, stride: int, height: int, width: int, padding: Any):
    random = np.random.RandomState(0)
    picture, weights = random.rand(2, height, width, 3), random.rand(taps, taps, 3, 5)
    image, filter = tf.constant(picture), tf.constant(weights)
    output = tf.nn.conv2d(image, filter, [1, stride, stride, 1], padding)
    factors = random.rand(*output.shape.as_list())
    with tf.Session() as session:
        found = session.run(tf.gradients(tf.reduce_sum(output * factors), [image, filter]))
    top = left = 0
    before_after = padding[1:3] if padding != "SAME" else [_same(size, taps, stride) for size in (height, width)]
    (top, bottom), (left, right) = before_after
    x, w = (torch.tensor(each).requires_grad_() for each in (picture, weights))
    padded = torch.constant_pad_nd(x.permute(0, 3, 1, 2), (left, right, top, bottom))
    y = torch.conv2d(padded, w.permute(3, 2, 0, 1), stride=stride).permute(0, 2, 3, 1)
    expected = torch.autograd.grad(y, (x, w), torch.tensor(factors))
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-12)


def _same(size: int, taps: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + taps - size, 0)
    return total // 2, total - total // 2


def test_upsampling_takes_them(monkeypatch: pytest.MonkeyPatch):
    taken: list[str] = []
    for name in ("input_gradient", "filter_gradient"):
        monkeypatch.setattr(conv_blocks, name, _noting(taken, getattr(conv_blocks, name)))
    scores, filter = tf.ones([1, 4, 4, 5]), tf.ones([16, 16, 5, 5])
    output = tf.nn.conv2d_transpose(scores, filter, [1, 32, 32, 5], [1, 8, 8, 1], "SAME")
    with tf.Session() as session:
        values, *_ = session.run([output, tf.gradients(output, [filter])])
    assert taken == ["input_gradient", "filter_gradient"]
    # Inside, four windows overlap, with five channels each.
    assert values[0, 16, 16, 0] == 20.0
    assert values[0, 0, 0, 0] == 5.0


@pytest.mark.parametrize(
    ("input", "taps", "output", "stride"),
    [(64, 16, 32, 2), (64, 8, 8, 8), (64, 12, 8, 8), (20, 16, 1, 8)],
    ids=["small stride", "no overlap", "no whole blocks", "a rest that no window sees"],
)
def test_others_are_left(input: int, taps: int, output: int, stride: int):
    sizes = (1, input, input, 4), (taps, taps, 4, 4), (1, output, output, 4)
    assert conv_blocks.blocks(*sizes, (stride, stride), ((0, 0), (0, 0))) is None
