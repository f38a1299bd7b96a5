"""Depthwise and separable convolution against NumPy, finite differences, unknown sizes, refusals."""

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.depthwise import (
    depthwise_conv2d,
    depthwise_conv2d_backprop_filter,
    depthwise_conv2d_backprop_input,
    depthwise_conv2d_native,
    separable_conv2d,
)

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(13)
UNIT = [1, 1, 1, 1]
CASES = [
    # input, filter, strides, padding, rate
    ((2, 5, 6, 3), (3, 2, 3, 1), (1, 1), "SAME", (1, 1)),
    ((2, 5, 6, 2), (2, 2, 2, 3), (2, 2), "SAME", (1, 1)),
    ((2, 6, 8, 2), (3, 3, 2, 1), (2, 2), "SAME", (1, 1)),
    ((1, 7, 6, 2), (4, 3, 2, 2), (1, 2), "SAME", (1, 1)),
    ((1, 5, 4, 2), (3, 3, 2, 2), (1, 1), "VALID", (1, 1)),
    ((1, 6, 5, 2), (2, 3, 2, 2), (1, 2), "VALID", (1, 1)),
    ((1, 7, 6, 2), (2, 2, 2, 2), (1, 1), "SAME", (2, 3)),
    ((1, 7, 6, 1), (3, 2, 1, 2), (1, 1), "VALID", (2, 2)),
]


def by_channel(x, w, strides, padding, rate):
    """Output channel c * multiplier + m is channel c under its m-th filter."""
    parts = [
        nd_windows.convolve(x[..., c : c + 1], w[:, :, c : c + 1, m : m + 1], strides, padding, rate)
        for c, m in np.ndindex(*w.shape[2:])
    ]
    return np.concatenate(parts, axis=-1)


def zeros(*shape):
    return constant(0.0, shape=shape)


@pytest.mark.parametrize("case", CASES)
def test_values(run, case):
    input, filter, strides, padding, rate = case
    x, w = RANDOM.normal(size=input), RANDOM.normal(size=filter)
    expected = by_channel(x, w, strides, padding, rate)
    first = nd_windows.channels_second(x)
    found = [
        depthwise_conv2d(x, w, [1, *strides, 1], padding, rate=list(rate)),
        depthwise_conv2d_native(x, w, [1, *strides, 1], padding, dilations=[1, *rate, 1]),
    ]
    found_first = [
        depthwise_conv2d(first, w, [1, 1, *strides], padding, rate=list(rate), data_format="NCHW"),
        depthwise_conv2d_native(first, w, [1, 1, *strides], padding, "NCHW", dilations=[1, 1, *rate]),
    ]
    for value in run(found):
        np.testing.assert_allclose(value, expected, atol=1e-12)
    for value in run(found_first):
        np.testing.assert_allclose(value, nd_windows.channels_second(expected), atol=1e-12)
    assert found[1].shape.as_list() == list(expected.shape)


@pytest.mark.parametrize("case", [case for case in CASES if np.prod(case[0]) < 100])
def test_first_and_second_derivatives(check_gradients, case):
    input, filter, strides, padding, rate = case
    check_gradients(
        lambda x, w: depthwise_conv2d(x, w, [1, *strides, 1], padding, rate=list(rate)),
        RANDOM.normal(size=input),
        RANDOM.normal(size=filter),
    )
    check_gradients(
        lambda x, w: depthwise_conv2d_native(x, w, [1, *strides, 1], padding, dilations=[1, *rate, 1]),
        RANDOM.normal(size=input),
        RANDOM.normal(size=filter),
    )


def test_backprops_are_the_adjoints(run):
    x, w, pads = RANDOM.normal(size=(2, 4, 5, 2)), RANDOM.normal(size=(2, 3, 2, 2)), [[0, 0], [1, 0], [0, 2], [0, 0]]
    y = depthwise_conv2d_native(x, w, [1, 2, 1, 1], pads)
    g = RANDOM.normal(size=y.shape.as_list())
    dx = depthwise_conv2d_backprop_input(x.shape, w, g, [1, 2, 1, 1], pads)
    dw = depthwise_conv2d_backprop_filter(x, w.shape, g, [1, 2, 1, 1], pads)
    assert dx.shape.as_list() == list(x.shape) and dw.shape.as_list() == list(w.shape)
    y, dx, dw = run([y, dx, dw])
    assert np.sum(dx * x) == pytest.approx(np.sum(y * g))
    assert np.sum(dw * w) == pytest.approx(np.sum(y * g))


def test_separable(run, check_gradients):
    x, w, mix = RANDOM.normal(size=(2, 5, 4, 2)), RANDOM.normal(size=(2, 2, 2, 2)), RANDOM.normal(size=(1, 1, 4, 3))
    y = separable_conv2d(x, w, mix, [1, 2, 2, 1], "SAME")
    np.testing.assert_allclose(run(y), by_channel(x, w, (2, 2), "SAME", (1, 1)) @ mix[0, 0], atol=1e-12)
    check_gradients(lambda *inputs: separable_conv2d(*inputs, UNIT, "VALID"), x[:1], w, mix)
    check_gradients(lambda *inputs: separable_conv2d(*inputs, UNIT, "SAME", rate=[2, 1]), x[:1], w, mix, order=1)


def test_rates_of_filters_known_in_running_only(run):
    x, w = RANDOM.normal(size=(1, 7, 6, 2)), RANDOM.normal(size=(3, 2, 2, 1))
    fed = placeholder("float64"), placeholder("float64")
    y = depthwise_conv2d(*fed, UNIT, "SAME", rate=[2, 1], data_format=None)
    expected = by_channel(x, w, (1, 1), "SAME", (2, 1))
    np.testing.assert_allclose(run(y, dict(zip(fed, (x, w), strict=True))), expected, atol=1e-12)


def test_unknown_sizes():
    x, w = placeholder("float32", [None, None, 8, 3]), placeholder("float32", [3, 3, None, 2])
    assert depthwise_conv2d_native(x, w, [1, 2, 2, 1], "VALID").shape.as_list() == [None, None, 3, 6]
    assert depthwise_conv2d_native(placeholder("float32"), w, UNIT, "SAME").shape.as_list() == [None] * 4


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: depthwise_conv2d(zeros(1, 4, 4, 3), zeros(2, 2, 2, 1), UNIT, "SAME"),
            r"but are 3 and 2: the channels of the input \[1,4,4,3\] \(NHWC\).*filter \[2,2,2,1\]",
        ),
        (lambda: depthwise_conv2d(zeros(1, 1, 4, 2), zeros(2, 2, 2, 1), UNIT, "VALID"), "subtracting 2 from 1"),
        (lambda: depthwise_conv2d_native(zeros(1, 4, 2), zeros(2, 2, 2, 1), UNIT, "SAME"), "input must be rank 4"),
        (lambda: depthwise_conv2d_native(zeros(1, 4, 4, 2), zeros(2, 2, 2, 0), UNIT, "SAME"), "size of the filter"),
        (lambda: depthwise_conv2d_native(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), [1, 1], "SAME"), "4 values, but got: 2"),
        (lambda: depthwise_conv2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), UNIT, "?", rate=[2, 2]), "'SAME' or 'VALID'"),
        (lambda: depthwise_conv2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), UNIT, "SAME", rate=[0, 1]), "positive"),
        (
            lambda: depthwise_conv2d_backprop_input([1, 4, 4, 2], zeros(2, 2, 2, 2), zeros(1, 4, 4, 3), UNIT, "SAME"),
            r"out_backprop is \[1,4,4,3\].*gives \[1,4,4,4\]",
        ),
        (
            lambda: separable_conv2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), zeros(1, 1, 3, 1), UNIT, "SAME"),
            r"Depth of input \(2\).*\(3\)",
        ),
        (
            lambda: separable_conv2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), zeros(2, 1, 2, 1), UNIT, "SAME"),
            r"pointwise filter must have shape \(1, 1,.*\(2, 1, 2, 1\)",
        ),
        (
            lambda: depthwise_conv2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), UNIT, "SAME", rate=[1, 1], dilations=[1, 1]),
            "both 'rate' and 'dilations'",
        ),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


def test_strides_with_rates_warn():
    with pytest.warns(UserWarning, match="values of strides must be 1"):
        depthwise_conv2d(zeros(1, 6, 6, 2), zeros(2, 2, 2, 1), [1, 2, 2, 1], "SAME", rate=[2, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        depthwise_conv2d(zeros(1, 6, 6, 2), zeros(2, 2, 2, 1), UNIT, "SAME", rate=[2, 2])


def test_refused_when_run_by_the_same_words(run):
    x, w = placeholder("float32"), placeholder("float32")
    y = depthwise_conv2d_native(x, w, UNIT, "VALID", name="features")
    with pytest.raises(errors.InvalidArgumentError, match=r"but are 4 and 2(?s:.*)features"):
        run(y, {x: np.ones((1, 5, 5, 4)), w: np.ones((3, 3, 2, 1))})
    dx = depthwise_conv2d_backprop_input(placeholder("int32", name="sizes"), w, x, UNIT, "SAME")
    with pytest.raises(errors.InvalidArgumentError, match="but are 4 and 2"):
        run(dx, {"sizes:0": [1, 5, 5, 4], w: np.ones((3, 3, 2, 1)), x: np.ones((1, 5, 5, 4))})
    with pytest.raises(errors.UnimplementedError, match="batch and depth dimensions"):
        run(depthwise_conv2d_native(zeros(2, 4, 4, 2), zeros(2, 2, 2, 1), [2, 1, 1, 1], "SAME"))
