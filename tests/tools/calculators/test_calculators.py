"""The calculators against the API itself and against the worked examples of a book.

The book: I. Zafar et al., "Hands-On Convolutional Neural Networks with TensorFlow" (2018), chapters 2 and 5.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convflow as tf
from convflow.tools import calculators as calc

SMALL = st.integers(1, 5)


@given(st.integers(1, 24), SMALL, SMALL, st.integers(1, 3), st.sampled_from(("SAME", "VALID")))
def test_output_size_is_that_of_the_shape_rule(
    size: int, kernel: int, stride: int, dilation: int, padding: str
) -> None:
    span = (kernel - 1) * dilation + 1
    if padding == "VALID" and span > size:
        with pytest.raises(ValueError, match=f"A kernel that spans {span} does not fit into {size} elements"):
            calc.output_size(size, kernel, stride, padding, dilation)
        return
    with tf.Graph().as_default():
        images = tf.zeros([1, size, size, 1])
        filters = tf.zeros([kernel, kernel, 1, 1])
        made = tf.nn.conv2d(images, filters, [1, stride, stride, 1], padding, dilations=[1, dilation, dilation, 1])
        assert calc.output_size(size, kernel, stride, padding, dilation) == made.shape[1].value


@given(st.integers(1, 30), st.integers(1, 30))
def test_full_size_is_that_of_numpy(size: int, kernel: int) -> None:
    assert calc.output_size(size, kernel, padding="full") == len(np.convolve(np.ones(size), np.ones(kernel), "full"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((7, 3, 1, 1), 7), ((224, 7, 2, 3), 112), ((5, 2, 1, (0, 1)), 5), ((227, 11, 4, 0), 55), ((32, 5, 1, "FULL"), 36)],
)
def test_explicit_padding(arguments: tuple, expected: int) -> None:
    assert calc.output_size(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "size is 0. Expected a whole number of at least 1."),
        ((5, 3, 0), "stride is 0. Expected"),
        ((5, 3, 1, "SOME"), "padding is 'SOME'. Expected SAME, VALID, FULL, or the number of zeros on each side."),
        ((5, 3, 1, -1), "padding is -1. Expected no negative number of zeros."),
    ],
)
def test_refused_sizes(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        calc.output_size(*arguments)


def test_receptive_fields() -> None:
    three = calc.Window(3)
    # Two 3x3 see as much as 5x5, three as much as 7x7.
    assert calc.receptive_fields([three, three, three]) == [3, 5, 7]
    assert calc.receptive_field([]) == 1
    # The book's stack for a 14x14x3 image, by its formula.
    assert calc.receptive_fields([three, three, calc.Window(2, stride=2), three]) == [3, 5, 6, 10]
    assert calc.receptive_field([calc.Window(3, dilation=2), three]) == 7
    # VGG-16 up to its last pooling: 212 (A. Araujo et al., "Computing Receptive Fields of CNNs", 2019).
    pool = calc.Window(2, stride=2)
    vgg = [layer for count in (2, 2, 3, 3, 3) for layer in [three] * count + [pool]]
    assert calc.receptive_field(vgg) == 212
    with pytest.raises(ValueError, match=r"Window\(kernel=0.* Expected kernel, stride and dilation of at least 1."):
        calc.Window(0)


def test_book_parameters() -> None:
    assert calc.convolution_parameters(5, 3, 10) == 760
    assert calc.dense_parameters(32 * 32 * 3, 10) == 30_730
    assert calc.convolution_parameters(3, 3, 64) == 1_792
    # The book's formula for dense layers says "including biases" above 7 * 7 * 512 * 4096, which has none.
    assert calc.dense_parameters(7 * 7 * 512, 4096, bias=False) == 102_760_448
    assert calc.dense_parameters(7 * 7 * 512, 4096) == 102_764_544


def test_book_macs() -> None:
    # 224x224x3, 3x3, 64 filters, stride 1, pad 1. The book prints 9,462,528 for that, which is the count for stride 3
    # without padding; its formula H + 2P - FS + 1 is right for stride 1 only, and then gives 224 as the size.
    assert calc.convolution_macs(224, 3, 3, 64, stride=3, padding=0) == 9_462_528
    assert calc.convolution_macs(224, 3, 3, 64, stride=1, padding=1) == 86_704_128
    # As printed, with 3 * 1 run together as 31, the sum is a third number.
    assert 3 * 3 * (224 + 2 - 31 + 1) ** 2 * 3 * 64 == 66_382_848
    assert calc.dense_macs(224 * 224 * 3, 64) == 9_633_792


def test_book_inception_branch() -> None:
    branch = calc.squeezed(calc.Convolution(5, 192, 32, padding=2), 16)
    assert branch.macs(28) == (120_422_400, 12_443_648)
    assert [each.macs(28) for each in branch.replacement] == [2_408_448, 10_035_200]


@pytest.mark.parametrize("channels", [2, 64, 256])
def test_book_substitutions(channels: int) -> None:
    square = channels * channels
    assert calc.small_kernels(7, channels).parameters() == (49 * square, 27 * square)
    assert calc.small_kernels(5, channels).parameters() == (25 * square, 18 * square)
    assert calc.bottleneck(channels).parameters() == (9 * square, 3.25 * square)
    assert calc.small_kernels(5, channels).macs(14) == (25 * square * 196, 18 * square * 196)
    assert calc.bottleneck(channels).parameters(bias=True) == (9 * square + channels, 3.25 * square + 2 * channels)


def test_refused_substitutions() -> None:
    with pytest.raises(ValueError, match="No stack of 3x3 kernels has the receptive field of a 6x6 kernel"):
        calc.small_kernels(6, 8)


def test_groups_and_rectangles() -> None:
    # MobileNet v1's second layer: 3x3 depthwise on 112x112x32, then 1x1 to 64 channels.
    depthwise = calc.Convolution(3, 32, 32, groups=32)
    assert depthwise.parameters(bias=False) == 288 and depthwise.macs(112) == 3_612_672
    # Inception v3's pair of 1x7 and 7x1.
    assert calc.convolution_parameters((1, 7), 128, 192, bias=False) == 172_032
    assert calc.Convolution((1, 7), 1, 1, stride=(1, 2), padding="VALID").output_size((17, 17)) == (17, 6)
    assert calc.convolution_macs(8, 1, 4, 4, batch=3) == 3 * 64 * 16
    with pytest.raises(ValueError, match="3 channels and 4 filters do not fall into 2 groups"):
        calc.Convolution(3, 3, 4, groups=2)
    with pytest.raises(ValueError, match=r"is no convolution\. Expected sizes and counts of at least 1."):
        calc.Convolution(3, 0, 4)
