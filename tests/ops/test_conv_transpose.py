"""Transposed convolutions are the adjoints of convolutions; conv_transpose chooses; what they refuse."""

import numpy as np
import pytest

from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.atrous import atrous_conv2d, atrous_conv2d_transpose
from convflow.ops.conv import conv2d
from convflow.ops.conv1d import conv1d
from convflow.ops.conv3d import conv3d
from convflow.ops.conv_transpose import conv1d_transpose, conv2d_transpose, conv3d_transpose, conv_transpose

RANDOM = np.random.default_rng(17)
BY_AXES = {
    1: (conv1d, conv1d_transpose),
    2: (conv2d, conv2d_transpose),
    3: (lambda x, w, strides, padding: conv3d(x, w, [1, *[strides] * 3, 1], padding), conv3d_transpose),
}


def zeros(*shape):
    return constant(0.0, shape=shape)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(("stride", "padding"), [(1, "SAME"), (2, "SAME"), (2, "VALID"), (3, "SAME")])
def test_adjoint_of_the_convolution(run, axes, stride, padding):
    convolve, transpose = BY_AXES[axes]
    x, w = RANDOM.normal(size=(2, *[5, 6, 4][:axes], 2)), RANDOM.normal(size=(*[2, 3, 2][:axes], 2, 3))
    y = convolve(x, w, stride, padding)
    g = RANDOM.normal(size=y.shape.as_list())
    own = transpose(g, w, x.shape, stride, padding)
    chosen = conv_transpose(g, w, list(x.shape), stride, padding)
    assert own.shape.as_list() == chosen.shape.as_list() == list(x.shape)
    y, own, chosen = run([y, own, chosen])
    np.testing.assert_array_equal(own, chosen)
    assert np.sum(own * x) == pytest.approx(np.sum(y * g))


@pytest.mark.parametrize(("rate", "padding"), [(1, "SAME"), (2, "SAME"), (3, "SAME"), (2, "VALID")])
def test_adjoint_of_the_atrous_convolution(run, check_gradients, rate, padding):
    x, w = RANDOM.normal(size=(2, 7, 6, 2)), RANDOM.normal(size=(3, 2, 2, 3))
    y = atrous_conv2d(x, w, rate, padding)
    g = RANDOM.normal(size=y.shape.as_list())
    back = atrous_conv2d_transpose(g, w, x.shape, rate, padding)
    assert back.shape.as_list() == list(x.shape)
    y, back = run([y, back])
    assert np.sum(back * x) == pytest.approx(np.sum(y * g))
    check_gradients(lambda g, w: atrous_conv2d_transpose(g, w, [1, *x.shape[1:]], rate, padding), g[:1], w, order=1)


def test_first_and_second_derivatives(check_gradients):
    check_gradients(
        lambda g, w: conv2d_transpose(g, w, [1, 5, 4, 2], [2, 1], dilations=None),
        RANDOM.normal(size=(1, 3, 4, 1)),
        RANDOM.normal(size=(2, 3, 2, 1)),
    )
    check_gradients(
        lambda g, w: conv1d_transpose(g, w, [2, 1, 6], 2, data_format="NCW"),
        RANDOM.normal(size=(2, 2, 3)),
        RANDOM.normal(size=(3, 1, 2)),
    )
    check_gradients(
        lambda g, w: conv3d_transpose(g, w, [1, 2, 3, 4, 1], [1, 1, 2]),
        RANDOM.normal(size=(1, 2, 3, 2, 2)),
        RANDOM.normal(size=(2, 1, 3, 1, 2)),
    )


def test_explicit_padding(run):
    pads = [[0, 0], [1, 0], [0, 2], [0, 0]]
    x, w = RANDOM.normal(size=(1, 5, 4, 2)), RANDOM.normal(size=(2, 2, 2, 3))
    y = conv2d(x, w, 2, pads)
    g = RANDOM.normal(size=y.shape.as_list())
    y, back = run([y, conv2d_transpose(g, w, x.shape, 2, pads)])
    assert np.sum(back * x) == pytest.approx(np.sum(y * g))


def test_sizes_known_in_running_only(run):
    g, w, sizes = placeholder("float32"), placeholder("float32"), placeholder("int32", [4])
    y = conv_transpose(g, w, sizes, 2)
    assert y.shape.as_list() == [None] * 4
    feed = {g: np.ones((1, 2, 2, 3)), w: np.ones((3, 3, 2, 3)), sizes: [1, 4, 3, 2]}
    assert run(y, feed).shape == (1, 4, 3, 2)
    with pytest.raises(errors.InvalidArgumentError, match=r"out_backprop is \[1,2,2,3\].*gives \[1,3,2,3\]"):
        run(y, {**feed, sizes: [1, 5, 3, 2]})


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: conv2d_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 3), [1, 5, 4, 2], 2),
            r"out_backprop is \[1,2,2,3\].*gives \[1,3,2,3\]",
        ),
        (
            lambda: conv2d_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 4), [1, 4, 4, 2], 2),
            r"out_backprop is \[1,2,2,3\].*gives \[1,2,2,4\]",
        ),
        (lambda: conv2d_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 3), [1, 4, 4, 2], [2, 2, 2]), "length 1, 2 or 4"),
        (lambda: conv1d_transpose(zeros(1, 2, 3), zeros(3, 2, 3), [1, 5, 2], 2), "out_backprop is"),
        (lambda: conv1d_transpose(zeros(1, 2, 3), zeros(3, 2, 3), [1, 4, 2], 2, data_format="NHC"), "'NWC' or 'NCW'"),
        (lambda: conv3d_transpose(zeros(1, 2, 2, 2, 1), zeros(3, 3, 3, 1, 1), [1, 4, 4], 2), "but got: 3"),
        (lambda: conv_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 3), [4, 4], 2), "length 3, 4 or 5.*of length 2"),
        (
            lambda: conv_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 3), placeholder("int32"), 2),
            "length 3, 4 or 5.*of length None",
        ),
        (lambda: conv_transpose(zeros(1, 2, 2, 3), zeros(3, 3, 2, 3), 4, 2), "tensor or sized collection"),
        (
            lambda: atrous_conv2d_transpose(zeros(1, 5, 5, 3), zeros(2, 2, 2, 4), [1, 5, 5, 2], 2, "SAME"),
            r"channel count.*\(1, 5, 5, 3\).*\(2, 2, 2, 4\)",
        ),
        (
            lambda: atrous_conv2d_transpose(zeros(1, 5, 5, 3), zeros(2, 2, 2, 3), [1, 5, 5, 4], 2, "SAME"),
            r"output_shape=\[1, 5, 5, 4\].*\(2, 2, 2, 3\)",
        ),
        (
            lambda: atrous_conv2d_transpose(zeros(1, 5, 5, 3), zeros(2, 2, 2, 3), [1, 5, 5, 2], 0, "SAME"),
            "`rate` cannot be less than one. Received: rate=0",
        ),
        (
            lambda: atrous_conv2d_transpose(zeros(1, 5, 5, 3), zeros(2, 2, 2, 3), [1, 5, 5, 2], 2, "same"),
            "'VALID' or 'SAME'. Received: padding=same",
        ),
        (
            lambda: atrous_conv2d_transpose(zeros(1, 5, 5, 3), zeros(2, 2, 2, 3), [5, 5, 2], 2, "SAME"),
            r"must have shape \(4,\)",
        ),
        (lambda: atrous_conv2d_transpose(zeros(5, 5, 3), zeros(2, 2, 2, 3), [1, 5, 5, 2], 2, "SAME"), "rank 4"),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()
