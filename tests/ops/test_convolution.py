"""tf.nn.convolution, atrous_conv2d and with_space_to_batch against NumPy; what they refuse."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.atrous import atrous_conv2d
from convflow.ops.convolution import convolution
from convflow.ops.pool import max_pool
from convflow.ops.with_space_to_batch import with_space_to_batch

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(19)
FORMATS = {1: "NCW", 2: "NCHW", 3: "NCDHW"}
CASES = [
    # axes, strides, rates, padding
    (1, [1], [1], "SAME"),
    (1, [2], [1], "VALID"),
    (1, [1], [3], "SAME"),
    (2, [1, 1], [1, 1], "VALID"),
    (2, [2, 3], [1, 1], "SAME"),
    (2, [1, 1], [2, 1], "SAME"),
    (2, [1, 1], [2, 2], "VALID"),
    (3, [1, 2, 1], [1, 1, 1], "SAME"),
    (3, [1, 1, 1], [2, 1, 3], "SAME"),
    (3, [1, 1, 1], [1, 2, 2], "VALID"),
]


def zeros(*shape):
    return constant(0.0, shape=shape)


def values(axes):
    return RANDOM.normal(size=(2, *[6, 5, 4][:axes], 2)), RANDOM.normal(size=(*[3, 2, 2][:axes], 2, 3))


@pytest.mark.parametrize(("axes", "strides", "rates", "padding"), CASES)
def test_values_in_both_formats_with_shapes_known_and_unknown(run, axes, strides, rates, padding):
    x, w = values(axes)
    expected = nd_windows.convolve(x, w, strides, padding, rates)
    known = convolution(x, w, padding, strides, rates)
    assert known.shape.as_list() == list(expected.shape)
    first = nd_windows.channels_second(x)
    known_first = convolution(first, w, padding, strides, rates, data_format=FORMATS[axes])
    fed = placeholder("float64", [None] * x.ndim), placeholder("float64", [None] * w.ndim)
    unknown = convolution(*fed, padding, strides, rates)
    found = run([known, known_first, unknown], dict(zip(fed, (x, w), strict=True)))
    np.testing.assert_allclose(found[0], expected, atol=1e-12)
    np.testing.assert_allclose(found[1], nd_windows.channels_second(expected), atol=1e-12)
    np.testing.assert_allclose(found[2], expected, atol=1e-12)


@pytest.mark.parametrize(("axes", "strides", "rates", "padding"), [case for case in CASES if case[0] < 3])
def test_derivatives(check_gradients, axes, strides, rates, padding):
    x, w = values(axes)
    check_gradients(lambda x, w: convolution(x, w, padding, strides, rates), x[:1, :, ..., :], w)


@pytest.mark.parametrize("rate", [1, 2, [1, 3]])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_atrous(run, rate, padding):
    x, w = RANDOM.normal(size=(1, 7, 8, 2)), RANDOM.normal(size=(3, 2, 2, 2))
    rates = [rate] * 2 if isinstance(rate, int) else rate
    expected = nd_windows.convolve(x, w, [1, 1], padding, rates)
    np.testing.assert_allclose(run(atrous_conv2d(x, w, rate, padding)), expected, atol=1e-12)


def test_explicit_padding_with_and_without_rates(run):
    x, w = values(2)
    pads = [[0, 0], [1, 2], [0, 1], [0, 0]]
    padded = np.pad(x, pads)
    for rates in ([1, 1], [2, 2]):
        expected = nd_windows.convolve(padded, w, [1, 1], "VALID", rates)
        np.testing.assert_allclose(run(convolution(x, w, pads, dilation_rate=rates)), expected, atol=1e-12)


@pytest.mark.parametrize("rates", [[1, 1], [2, 1]])
def test_several_batch_sizes(run, rates):
    x, w = values(2)
    many = np.stack([x, 2 * x, 3 * x])
    expected = nd_windows.convolve(x, w, [1, 1], "SAME", rates)
    y = convolution(many, w, "SAME", dilation_rate=rates)
    assert y.shape.as_list() == [3, *expected.shape]
    np.testing.assert_allclose(run(y), np.stack([expected, 2 * expected, 3 * expected]), atol=1e-11)


def test_spread_over_other_axes(run):
    x = RANDOM.normal(size=(1, 7, 3, 9, 2))
    seen = []

    def op(small, axes, padding):
        seen.append((small.shape.as_list(), axes, padding))
        return small

    y = with_space_to_batch(x, [2, 3], "VALID", op, spatial_dims=[1, 3])
    np.testing.assert_array_equal(run(y), x)
    assert seen == [([6, 4, 3, 3, 2], 2, "VALID")]


def test_spread_pooling_looks_at_every_nth(run):
    x = RANDOM.normal(size=(1, 8, 9, 1))
    rates = placeholder("int32", [2])
    y = with_space_to_batch(x, rates, "VALID", lambda small, _, padding: max_pool(small, 2, 1, padding))
    for steps in ([1, 1], [2, 3]):
        expected = nd_windows.pool(x, [2, 2], [1, 1], "VALID", np.max, steps)
        np.testing.assert_array_equal(run(y, {rates: steps}), expected)


def test_same_padding_from_the_filters_size(run):
    y = with_space_to_batch(zeros(1, 5, 5, 1), [2, 2], "SAME", lambda small, *_: small, filter_shape=[3, 2])
    assert run(y).shape == (1, 9, 7, 1)
    sizes = placeholder("int32", [2])
    y = with_space_to_batch(zeros(1, 5, 5, 1), [2, 2], "SAME", lambda small, *_: small, filter_shape=sizes)
    assert run(y, {sizes: [3, 2]}).shape == (1, 9, 7, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "x"}, "'x' is not in the list of allowed values of the op Conv2D"),
        ({"padding": "x", "dilation_rate": 2}, "one of 'SAME' or 'VALID'. Received: padding=x"),
        ({"strides": 2, "dilation_rate": 2}, "not supported in conjunction"),
        ({"data_format": "NWC"}, "'NWC' is not in the list"),
        ({"dilation_rate": [1, 2, 3]}, "dilations should be of length 1, 2 or 4"),
        ({"strides": [1, 2, 3]}, "strides should be of length 1, 2 or 4"),
        ({"dilation_rate": [0, 1]}, "all values of `dilation_rate` must be positive"),
        ({"filter": zeros, "filters": 1}, "both 'filter' and 'filters'"),
    ],
)
def test_convolution_refusals(arguments, message):
    given = {"filter": zeros(2, 2, 1, 1), "padding": "SAME", **arguments}
    with pytest.raises(ValueError, match=message):
        convolution(zeros(1, 5, 5, 1), **given)


@pytest.mark.parametrize(
    ("input", "filter", "message"),
    [
        ([1, 5, 5, 2], [2, 2, 3, 1], r"number of input channels.*\(1, 5, 5, 2\) with 2 channels.*\(2, 2, 3, 1\)"),
        ([1, 5, 5, 2], [2, 2, 2, 2, 2, 1], "`num_spatial_dims` must be 1, 2, or 3. Received: num_spatial_dims=4"),
        ([5, 5, 2], [2, 2, 2, 1], "Batch dims should be >= 1"),
        (None, None, "one of `input.shape.rank` or `filters.shape.rank` must be known"),
    ],
)
def test_shapes_refused(input, filter, message):
    with pytest.raises(ValueError, match=message):
        convolution(placeholder("float32", input), placeholder("float32", filter), "SAME", dilation_rate=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dilation_rate": [0, 2]}, "`dilation_rate` must be positive"),
        ({"dilation_rate": 2}, "`dilation_rate.shape.rank` must be 1"),
        ({"dilation_rate": "unknown"}, "`dilation_rate.shape` must be fully defined"),
        ({"spatial_dims": [2, 1]}, "monotonically increasing"),
        ({"spatial_dims": [0, 1]}, "monotonically increasing"),
        ({"spatial_dims": [1, 2, 3]}, "one for each of the 2 rates"),
        ({"spatial_dims": [3, 4]}, "rank` must be at least 5"),
        ({"padding": "SAME"}, "`filter_shape` must be specified"),
        ({"padding": [[0, 0]]}, "must be of size 4"),
    ],
)
def test_with_space_to_batch_refusals(arguments, message):
    given = {"dilation_rate": [2, 2], "padding": "VALID", **arguments}
    if given["dilation_rate"] == "unknown":
        given["dilation_rate"] = placeholder("int32")
    with pytest.raises(ValueError, match=message):
        with_space_to_batch(zeros(1, 4, 4, 1), op=lambda small, *_: small, **given)
