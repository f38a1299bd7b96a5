"""Convolution of volumes and sequences against NumPy, finite differences, unknown sizes, refusals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.conv1d import conv1d
from convflow.ops.conv3d import conv3d, conv3d_backprop_filter, conv3d_backprop_input_v2

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(11)
CASES = [
    # input, filter, strides, padding, dilations
    ((2, 3, 4, 5, 2), (2, 2, 3, 2, 3), (1, 1, 1), "SAME", (1, 1, 1)),
    ((1, 4, 4, 3, 1), (2, 3, 1, 1, 2), (2, 1, 2), "SAME", (1, 1, 1)),
    ((2, 3, 4, 3, 2), (2, 2, 2, 2, 2), (1, 2, 1), "VALID", (1, 1, 1)),
    ((1, 5, 3, 5, 1), (2, 2, 2, 1, 2), (1, 1, 1), "SAME", (2, 1, 3)),
    ((1, 5, 3, 5, 2), (2, 1, 2, 2, 1), (1, 1, 1), "VALID", (3, 1, 2)),
    ((1, 2, 2, 2, 1), (3, 3, 3, 1, 1), (1, 1, 1), "SAME", (1, 1, 1)),
]


def zeros(*shape):
    return constant(0.0, shape=shape)


@pytest.mark.parametrize("case", CASES)
def test_volumes(run, case):
    input, filter, strides, padding, dilations = case
    x, w = RANDOM.normal(size=input), RANDOM.normal(size=filter)
    expected = nd_windows.convolve(x, w, strides, padding, dilations)
    y = conv3d(x, w, [1, *strides, 1], padding, dilations=[1, *dilations, 1])
    first = conv3d(nd_windows.channels_second(x), w, [1, 1, *strides], padding, "NCDHW", dilations=[1, 1, *dilations])
    assert y.shape.as_list() == list(expected.shape)
    value, other = run([y, first])
    assert value.flags.c_contiguous
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(other, nd_windows.channels_second(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if np.prod(case[0]) < 100])
def test_first_and_second_derivatives(check_gradients, case):
    input, filter, strides, padding, dilations = case
    check_gradients(
        lambda x, w: conv3d(x, w, [1, *strides, 1], padding, dilations=[1, *dilations, 1]),
        RANDOM.normal(size=input),
        RANDOM.normal(size=filter),
    )


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("case", CASES)
def test_backprops_are_the_adjoints(run, case, dtype):
    input, filter, strides, padding, dilations = case
    x, w = RANDOM.normal(size=input).astype(dtype), RANDOM.normal(size=filter).astype(dtype)
    y = nd_windows.convolve(x.astype(float), w.astype(float), strides, padding, dilations)
    g = RANDOM.normal(size=y.shape).astype(dtype)
    options = {"strides": [1, *strides, 1], "padding": padding, "dilations": [1, *dilations, 1]}
    dx = conv3d_backprop_input_v2(np.array(input, np.int64), w, g, **options)
    dw = conv3d_backprop_filter(x, filter, g, **options)
    assert dx.shape.as_list() == list(input) and dw.shape.as_list() == list(filter)
    dx, dw = run([dx, dw])
    scale = np.abs(y).sum() * (1e-5 if dtype == "float32" else 2e-2)
    assert np.sum(dx.astype(float) * x.astype(float)) == pytest.approx(np.sum(y * g.astype(float)), abs=scale)
    assert np.sum(dw.astype(float) * w.astype(float)) == pytest.approx(np.sum(y * g.astype(float)), abs=scale)


def test_no_volumes(run):
    assert run(conv3d(np.zeros((0, 3, 3, 3, 2)), np.zeros((2, 2, 2, 2, 5)), [1] * 5, "SAME")).shape == (0, 3, 3, 3, 5)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, "SAME", 1), (2, "VALID", 1), (1, "SAME", 3)])
def test_sequences(run, check_gradients, stride, padding, dilation):
    x, w = RANDOM.normal(size=(2, 8, 2)), RANDOM.normal(size=(3, 2, 4))
    expected = nd_windows.convolve(x, w, [stride], padding, [dilation])
    last = conv1d(x, w, stride, padding, dilations=dilation)
    first = conv1d(nd_windows.channels_second(x), w, stride, padding, data_format="NCW", dilations=dilation)
    value, other = run([last, first])
    np.testing.assert_allclose(value, expected, atol=1e-12)
    np.testing.assert_allclose(other, nd_windows.channels_second(expected), atol=1e-12)
    check_gradients(lambda x, w: conv1d(x, w, stride, padding, dilations=dilation), x, w)


def test_several_batch_sizes(run):
    x, w = RANDOM.normal(size=(2, 3, 6, 2)), RANDOM.normal(size=(3, 2, 4))
    given = placeholder("float64", [None, 3, None, 2])
    y = conv1d(given, w, 1, "SAME")
    assert y.shape.as_list() == [None, 3, None, 4]
    expected = nd_windows.convolve(x.reshape(6, 6, 2), w, [1], "SAME").reshape(2, 3, 6, 4)
    np.testing.assert_allclose(run(y, {given: x}), expected, atol=1e-12)


def test_unknown_sizes():
    assert conv3d(placeholder("float32"), placeholder("float32"), [1] * 5, "SAME").shape.as_list() == [None] * 5
    x, w = placeholder("float32", [None, 4, None, 6, 3]), placeholder("float32", [2, 2, None, 3, 8])
    assert conv3d(x, w, [1, 2, 1, 2, 1], "VALID").shape.as_list() == [None, 2, None, None, 8]
    assert conv3d(x, w, [1, 2, 1, 2, 1], "SAME").shape.as_list() == [None, 2, None, 3, 8]
    sizes = placeholder("int32", [5])
    g = placeholder("float32", [2, None, None, None, 8])
    assert conv3d_backprop_input_v2(sizes, w, g, [1] * 5, "SAME").shape.as_list() == [None] * 5


UNIT = [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 3, 1), UNIT, "SAME"),
            r"Depth of input \(2\) is not a multiple of input depth of filter \(3\): input \[1,3,3,3,2\] \(NDHWC\), "
            r"filter \[2,2,2,3,1\]",
        ),
        (
            lambda: conv3d(zeros(1, 1, 3, 3, 2), zeros(2, 2, 2, 2, 1), UNIT, "VALID"),
            r"subtracting 2 from 1: the window \[2,2,2\].*\[1,1,3,3,2\]",
        ),
        (lambda: conv3d(zeros(1, 3, 3, 2), zeros(2, 2, 2, 2, 1), UNIT, "SAME"), "input must be rank 5 but is rank 4"),
        (lambda: conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2), UNIT, "SAME"), "filter must be rank 5"),
        (lambda: conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2, 1), [1, 1, 0, 1, 1], "SAME"), "Stride must be > 0"),
        (lambda: conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2, 1), [1] * 6, "SAME"), "to contain 5 values"),
        (lambda: conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2, 1), UNIT, "same"), "padding"),
        (
            lambda: conv3d_backprop_filter(zeros(1, 3, 3, 3, 2), [2, 2, 2, 2, 1], zeros(1, 3, 3, 2, 1), UNIT, "SAME"),
            r"out_backprop is \[1,3,3,2,1\].*gives \[1,3,3,3,1\]",
        ),
        (
            lambda: conv3d_backprop_input_v2([3, 3, 3], zeros(2, 2, 2, 2, 1), zeros(1, 3, 3, 3, 1), UNIT, "SAME"),
            "input_sizes to contain 5 values, but got: 3",
        ),
        (lambda: conv1d(zeros(2, 5, 3), zeros(3, 3, 4), 1, "SAME", data_format="NWHC"), "'NWC' or 'NCW'.*NWHC"),
        (lambda: conv1d(zeros(2, 5, 3), zeros(3, 3, 4), [1, 2], "SAME"), "length 1, 1 or 3"),
        (lambda: conv1d(zeros(2, 2, 3), zeros(3, 3, 4), 1, "VALID"), "subtracting 3 from 2"),
        (lambda: conv1d(zeros(2, 5, 3), zeros(3, 3, 4), 1, "SAME", input=zeros(1)), "both 'value' and 'input'"),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


def test_arguments_of_another_type():
    with pytest.raises(TypeError, match="list for attribute 'strides'"):
        conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2, 1), 1, "SAME")
    with pytest.raises(TypeError, match="strides"):
        conv3d(zeros(1, 3, 3, 3, 2), zeros(2, 2, 2, 2, 1))


def test_refused_when_run_by_the_same_words(run):
    x, w = placeholder("float32"), placeholder("float32")
    y = conv3d(x, w, UNIT, "VALID", name="features")
    with pytest.raises(errors.InvalidArgumentError, match=r"Depth of input \(2\).*(?s:.*)features"):
        run(y, {x: np.ones((1, 3, 3, 3, 2)), w: np.ones((2, 2, 2, 3, 1))})
    with pytest.raises(errors.InvalidArgumentError, match="rank 5 but is rank 4"):
        run(y, {x: np.ones((3, 3, 3, 2)), w: np.ones((2, 2, 2, 2, 1))})
    with pytest.raises(errors.UnimplementedError, match="batch and depth dimensions"):
        run(conv3d(np.ones((2, 3, 3, 3, 2)), np.ones((2, 2, 2, 2, 1)), [2, 1, 1, 1, 1], "SAME"))
