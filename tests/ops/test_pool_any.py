"""Pooling over sequences and over any number of axes against NumPy; derivatives; what is refused."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.pool_any import avg_pool1d, avg_pool_v2, max_pool1d, max_pool_v2, pool

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(31)
FORMATS = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def zeros(*shape):
    return constant(0.0, shape=shape)


def distinct(*shape):
    # Steps of finite differences stay below the gaps between elements.
    return RANDOM.permutation(np.arange(np.prod(shape))).reshape(shape) / 7


@pytest.mark.parametrize(
    ("size", "stride", "padding"), [(2, 2, "SAME"), (3, 1, "SAME"), (3, 2, "VALID"), (1, 2, "SAME")]
)
def test_sequences(run, check_gradients, size, stride, padding):
    x = distinct(2, 7, 3)
    for function, combine in ((max_pool1d, np.max), (avg_pool1d, np.mean)):
        expected = nd_windows.pool(x, [size], [stride], padding, combine)
        last = function(x, size, stride, padding)
        first = function(nd_windows.channels_second(x), size, stride, padding, data_format="NCW")
        assert last.shape.as_list() == list(expected.shape)
        last, first = run([last, first])
        np.testing.assert_allclose(last, expected, atol=1e-12)
        np.testing.assert_allclose(first, nd_windows.channels_second(expected), atol=1e-12)
        check_gradients(lambda x, function=function: function(x, size, stride, padding), x[:1])


def test_sequences_with_explicit_padding(run):
    x = -np.ones((1, 4, 1), np.float32)
    y = max_pool1d(x, 3, 2, [[0, 0], [2, 1], [0, 0]])
    np.testing.assert_array_equal(run(y), -np.ones((1, 3, 1)))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(("kind", "combine"), [("MAX", np.max), ("AVG", np.mean)])
@pytest.mark.parametrize(
    ("stride", "rate", "padding"), [(1, 1, "SAME"), (2, 1, "SAME"), (2, 1, "VALID"), (1, 2, "VALID")]
)
def test_any_number_of_axes(run, axes, kind, combine, stride, rate, padding):
    x = RANDOM.normal(size=(2, *[7, 6, 5][:axes], 2)).astype("float32")
    window, strides, rates = [2, 3, 2][:axes], [stride] * axes, [rate] * axes
    expected = nd_windows.pool(x, window, strides, padding, combine, rates)
    last = pool(x, window, kind, padding, rates, strides)
    first = pool(nd_windows.channels_second(x), window, kind, padding, rates, strides, data_format=FORMATS[axes])
    assert last.shape.as_list() == list(expected.shape)
    fed = placeholder("float32")
    found = run([last, first, pool(fed, window, kind, padding, rates, strides)], {fed: x})
    np.testing.assert_allclose(found[0], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found[1], nd_windows.channels_second(expected), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found[2], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ["MAX", "AVG"])
@pytest.mark.parametrize(("shape", "window", "rates"), [((1, 7, 2), [2], [3]), ((1, 5, 4, 1), [2, 2], [2, 1])])
def test_derivatives_with_gaps(check_gradients, kind, shape, window, rates):
    check_gradients(lambda x: pool(x, window, kind, "VALID", rates), distinct(*shape))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_by_the_inputs_rank(run, axes):
    x = RANDOM.normal(size=(2, *[4, 5, 3][:axes], 2)).astype("float32")
    for function, combine in ((max_pool_v2, np.max), (avg_pool_v2, np.mean)):
        expected = nd_windows.pool(x, [2] * axes, [2] * axes, "SAME", combine)
        last, first = function(x, 2, 2, "SAME"), nd_windows.channels_second(x)
        found = run([last, function(first, 2, 2, "SAME", data_format=FORMATS[axes])])
        np.testing.assert_allclose(found[0], expected, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(found[1], nd_windows.channels_second(expected), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pooling_type": "MIN"}, "2-D MIN pooling is not supported: the types are 'MAX' and 'AVG'"),
        ({"window_shape": [2, 2, 2, 2]}, "must be 1, 2, or 3.*of length 4"),
        ({"window_shape": [2]}, r"shape \(1, 6, 6, 2\) must have rank 3 for window_shape=\[2\]"),
        ({"strides": [3, 1]}, r"strides=\[3, 1\] and window_shape=\[2, 2\]"),
        ({"strides": [2]}, r"`len\(strides\)` should be 2"),
        ({"strides": [0, 1]}, "all values of `strides` must be positive"),
        ({"dilation_rate": [0, 1]}, "all values of `dilation_rate` must be positive"),
        ({"dilation_rate": [2, 1], "strides": [1, 2]}, "in conjunction"),
        ({"dilation_rate": [2, 1], "padding": "SAME"}, "'SAME' padding is not implemented"),
        ({"dilation_rate": [1, 1], "dilations": [1, 1]}, "both 'dilation_rate' and 'dilations'"),
        ({"window_shape": [7, 2]}, "subtracting 7 from 6"),
    ],
)
def test_refusals(arguments, message):
    given = {"window_shape": [2, 2], "pooling_type": "MAX", "padding": "VALID", **arguments}
    with pytest.raises(ValueError, match=message):
        pool(zeros(1, 6, 6, 2), **given)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: pool(zeros(1, 6, 2), [2], "MAX", "SAME", data_format="NCHW"), "either 'NWC' or 'NCW'"),
        (lambda: max_pool1d(zeros(1, 6, 2), 2, 1, "SAME", data_format="NWHC"), "'NWC' or 'NCW'. Received"),
        (lambda: max_pool1d(zeros(1, 6, 2), [2, 2], 1, "SAME"), "ksize should be of length 1, 1 or 3"),
        (lambda: max_pool1d(zeros(1, 6, 2), 2, 1, [[0, 0]]), "must be of size 3"),
        (lambda: avg_pool1d(zeros(1, 2, 2), 3, 1, "VALID"), "subtracting 3 from 2"),
        (lambda: max_pool_v2(zeros(6, 2), 2, 1, "SAME"), r"must be 3, 4 or 5.*\(6, 2\) of rank 2"),
        (lambda: avg_pool_v2(placeholder("float32"), 2, 1, "SAME"), "must be 3, 4 or 5.*of rank None"),
        (lambda: max_pool_v2(zeros(1, 3, 3, 3, 1), 2, 1, [[0, 0]] * 5), "not supported with an input tensor of rank 5"),
    ],
)
def test_other_refusals(build, message):
    with pytest.raises(ValueError, match=message):
        build()
