"""Dilation and erosion against NumPy, finite differences, refusals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.dilation import dilation2d, erosion2d

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(23)
UNIT = [1, 1, 1, 1]
CASES = [
    # input, filter, strides, rates, padding
    ((2, 5, 6, 2), (3, 2, 2), [1, 1], [1, 1], "SAME"),
    ((1, 5, 6, 2), (2, 2, 2), [2, 1], [1, 2], "SAME"),
    ((1, 6, 6, 1), (3, 3, 1), [1, 2], [2, 1], "VALID"),
    ((1, 3, 3, 2), (5, 4, 2), [1, 1], [1, 1], "SAME"),
]


def zeros(*shape):
    return constant(0.0, shape=shape)


def dilated(x, w, strides, rates, padding):
    y = np.full((x.shape[0], *nd_windows.output_sizes(x.shape[1:3], w.shape[:2], strides, rates, padding), w.shape[2]),
                -np.inf)  # fmt: skip
    for (row, column), element, at in nd_windows.walk(x.shape[1:3], w.shape[:2], strides, rates, padding):
        y[:, row, column] = np.maximum(y[:, row, column], x[(slice(None), *at)] + w[element])
    return y


@pytest.mark.parametrize("case", CASES)
def test_values(run, case):
    input, filter, strides, rates, padding = case
    x, w = RANDOM.normal(size=input), RANDOM.normal(size=filter)
    expected = dilated(x, w, strides, rates, padding)
    y = dilation2d(x, w, [1, *strides, 1], [1, *rates, 1], padding)
    assert y.shape.as_list() == list(expected.shape)
    turned = w[::-1, ::-1]
    smallest = erosion2d(x, w, [1, *strides, 1], [1, *rates, 1], padding)
    largest, smallest = run([y, smallest])
    np.testing.assert_array_equal(largest, expected)
    np.testing.assert_array_equal(smallest, -dilated(-x, turned, strides, rates, padding))


@pytest.mark.parametrize("dtype", ["int32", "uint8", "int64", "uint16", "float16"])
def test_other_types(run, dtype):
    x, w = RANDOM.integers(0, 50, (1, 4, 5, 2)).astype(dtype), RANDOM.integers(0, 9, (2, 2, 2)).astype(dtype)
    value = run(dilation2d(x, w, UNIT, UNIT, "SAME"))
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, dilated(x.astype(float), w.astype(float), [1, 1], [1, 1], "SAME"))


@pytest.mark.parametrize("function", [dilation2d, erosion2d])
@pytest.mark.parametrize("case", CASES)
def test_derivatives(check_gradients, function, case):
    input, filter, strides, rates, padding = case
    # Steps of the differences stay below the gaps between sums: the filter's fractions all differ.
    x = RANDOM.permutation(np.arange(np.prod(input))).reshape(input) * 1.0
    w = RANDOM.permutation(np.arange(np.prod(filter))).reshape(filter) / 41
    check_gradients(lambda x, w: function(x, w, [1, *strides, 1], [1, *rates, 1], padding), x, w, order=1)


def test_there_is_no_second_derivative():
    x, w = zeros(1, 4, 4, 1), zeros(2, 2, 1)
    (first,) = gradients([dilation2d(x, w, UNIT, UNIT, "SAME")], [x])
    assert first.op.type == "Dilation2DBackpropInput"
    with pytest.raises(LookupError, match="Dilation2DBackpropInput"):
        gradients([first], [x])


def test_the_first_of_equal_sums_gets_the_gradient(run):
    x, w = zeros(1, 3, 3, 1), zeros(2, 2, 1)
    by_input, by_filter = run(gradients([dilation2d(x, w, UNIT, UNIT, "SAME")], [x, w]))
    np.testing.assert_array_equal(by_input, np.ones((1, 3, 3, 1)))
    np.testing.assert_array_equal(by_filter.ravel(), [9, 0, 0, 0])


def test_nan_never_wins_and_minus_infinity_shows_as_the_lowest_number(run):
    x = np.array([np.nan, 1, -np.inf, -np.inf], np.float32).reshape(1, 1, 4, 1)
    value = run(dilation2d(x, np.zeros((1, 2, 1), np.float32), UNIT, UNIT, "VALID"))
    np.testing.assert_array_equal(value.ravel(), [1, 1, np.finfo(np.float32).min])


def test_nothing_in_nothing_out(run):
    x, w = zeros(0, 3, 3, 2), zeros(2, 2, 2)
    y = dilation2d(x, w, UNIT, UNIT, "SAME")
    value, by_input, by_filter = run([y, *gradients([y], [x, w])])
    assert value.shape == (0, 3, 3, 2) and by_input.shape == (0, 3, 3, 2)
    np.testing.assert_array_equal(by_filter, np.zeros((2, 2, 2)))


def test_unknown_sizes():
    y = dilation2d(placeholder("float32", [None, None, 8, 3]), placeholder("float32", [3, 3, None]), UNIT, UNIT, "SAME")
    assert y.shape.as_list() == [None, None, 8, 3]
    assert dilation2d(placeholder("float32"), placeholder("float32"), UNIT, UNIT, "VALID").shape.as_list() == [None] * 4


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 3), UNIT, UNIT, "SAME"),
            r"but are 2 and 3: the channels of the input \[1,4,4,2\] and the last size of the filter \[2,2,3\]",
        ),
        (
            lambda: dilation2d(zeros(1, 4, 4, 2), zeros(3, 2, 2), UNIT, [1, 2, 1, 1], "VALID"),
            r"subtracting 5 from 4: the window \[3,2\] with dilations \[2, 1\]",
        ),
        (lambda: dilation2d(zeros(4, 4, 2), zeros(2, 2, 2), UNIT, UNIT, "SAME"), "input must be rank 4"),
        (lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2, 1), UNIT, UNIT, "SAME"), "filter must be rank 3"),
        (lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2), [1, 0, 1, 1], UNIT, "SAME"), "Stride must be > 0"),
        (lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2), UNIT, [1, 0, 1, 1], "SAME"), "rate must be >= 1"),
        (lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2), [1, 1], UNIT, "SAME"), "strides.*needs 4 values"),
        (lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2), UNIT, UNIT, "same"), "padding"),
        (lambda: erosion2d(zeros(1, 4, 4, 2), zeros(2, 2, 3), UNIT, UNIT, "SAME"), "but are 2 and 3"),
        (
            lambda: dilation2d(zeros(1, 4, 4, 2), zeros(2, 2, 2), UNIT, UNIT, "SAME", dilations=UNIT),
            "both 'rates' and 'dilations'",
        ),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


def test_refused_when_run_by_the_same_words(run):
    x, w = placeholder("float32"), placeholder("float32")
    y = dilation2d(x, w, UNIT, UNIT, "SAME", name="grown")
    with pytest.raises(errors.InvalidArgumentError, match=r"but are 2 and 3(?s:.*)grown"):
        run(y, {x: np.ones((1, 4, 4, 2)), w: np.ones((2, 2, 3))})
    with pytest.raises(errors.UnimplementedError, match=r"strides=\[2, 1, 1, 1\]"):
        run(dilation2d(zeros(2, 4, 4, 2), zeros(2, 2, 2), [2, 1, 1, 1], UNIT, "SAME"))
