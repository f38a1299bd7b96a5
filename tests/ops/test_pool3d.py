"""Pooling over volumes against NumPy, derivatives, unknown sizes, refusals."""

import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.pool3d import avg_pool3d, max_pool3d

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(29)
CASES = [
    # input, ksize, strides, padding
    ((2, 4, 5, 6, 3), (2, 2, 2), (2, 2, 2), "SAME"),
    ((1, 3, 4, 5, 2), (3, 2, 1), (1, 2, 1), "SAME"),
    ((1, 5, 3, 4, 1), (2, 3, 2), (1, 1, 1), "SAME"),
    ((2, 4, 3, 5, 2), (2, 1, 3), (1, 1, 2), "VALID"),
    ((1, 2, 2, 3, 1), (4, 3, 5), (1, 1, 1), "SAME"),
    ((1, 7, 7, 7, 1), (2, 2, 1), (3, 4, 3), "SAME"),
]


def zeros(*shape):
    return constant(0.0, shape=shape)


@pytest.mark.parametrize("case", CASES)
def test_values(run, case):
    shape, ksize, strides, padding = case
    x = RANDOM.normal(size=shape).astype("float32")
    for pool, combine, tolerance in ((max_pool3d, np.max, 0), (avg_pool3d, np.mean, 1e-6)):
        expected = nd_windows.pool(x, ksize, strides, padding, combine)
        y = pool(x, ksize, strides, padding)
        first = pool(nd_windows.channels_second(x), ksize, strides, padding, "NCDHW")
        assert y.shape.as_list() == list(expected.shape)
        value, other = run([y, first])
        assert value.flags.c_contiguous
        np.testing.assert_allclose(value, expected, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(other, nd_windows.channels_second(expected), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_narrow_types(run, dtype):
    x = RANDOM.integers(-4, 5, (1, 3, 4, 3, 2)).astype(dtype)
    largest, mean = run([max_pool3d(x, 2, 1, "SAME"), avg_pool3d(x, 2, 2, "VALID")])
    assert largest.dtype == mean.dtype == dtype
    np.testing.assert_array_equal(largest, nd_windows.pool(x, (2, 2, 2), (1, 1, 1), "SAME", np.max))
    expected = nd_windows.pool(x.astype(float), (2, 2, 2), (2, 2, 2), "VALID", np.mean)
    np.testing.assert_allclose(mean.astype(float), expected, rtol=1e-2, atol=1e-2)


def winners(x, ksize, strides, padding):
    """For each (batch, output place, channel): the place in the input of its first maximum."""
    for output, values in nd_windows.covered(x, ksize, strides, padding).items():
        stacked = np.stack([value for _, value in values])
        for batch, channel in np.ndindex(x.shape[0], x.shape[-1]):
            at, _ = values[int(stacked[:, batch, channel].argmax())]
            yield (batch, *output, channel), (batch, *at, channel)


@pytest.mark.parametrize("case", CASES)
def test_first_second_and_third_derivative_of_maxima(run, case):
    """MaxPool3D takes float32 only: no finite differences, but what goes where is exact."""
    shape, ksize, strides, padding = case
    # Few different values: windows full of ties.
    x = constant(RANDOM.integers(0, 3, shape).astype("float32"))
    y = max_pool3d(x, ksize, strides, padding)
    g = constant(RANDOM.integers(1, 9, y.shape.as_list()).astype("float32"))
    (first,) = gradients([y], [x], [g])
    h = constant(RANDOM.integers(1, 9, shape).astype("float32"))
    (second,) = gradients([first], [g], [h])
    (third,) = gradients([second], [h], [g])
    assert (first.op.type, second.op.type) == ("MaxPool3DGrad", "MaxPool3DGradGrad")
    x, g, h, *found = run([x, g, h, first, second, third])
    back, forth = np.zeros_like(x), np.zeros_like(g)
    for output, at in winners(x, ksize, strides, padding):
        back[at] += g[output]
        forth[output] = h[at]
    np.testing.assert_array_equal(found[0], back)
    np.testing.assert_array_equal(found[1], forth)
    np.testing.assert_array_equal(found[2], back)


@pytest.mark.parametrize("case", [case for case in CASES if np.prod(case[0]) < 150])
def test_derivatives_of_means(check_gradients, case):
    shape, ksize, strides, padding = case
    check_gradients(lambda x: avg_pool3d(x, ksize, strides, padding), RANDOM.normal(size=shape))
    first = RANDOM.normal(size=(shape[0], shape[4], *shape[1:4]))
    check_gradients(lambda x: avg_pool3d(x, ksize, strides, padding, "NCDHW"), first, order=1)


@pytest.mark.parametrize("pool", [max_pool3d, avg_pool3d])
def test_nothing_in_nothing_out(run, pool):
    x = zeros(0, 4, 4, 4, 2)
    y = pool(x, 2, 2, "SAME")
    value, gradient = run([y, gradients([y], [x])[0]])
    assert value.shape == (0, 2, 2, 2, 2) and gradient.shape == (0, 4, 4, 4, 2)


def test_unknown_sizes(run):
    assert max_pool3d(placeholder("float32"), 2, 2, "SAME").shape.as_list() == [None] * 5
    x = placeholder("float32", [None, None, 7, 6, 3])
    y = avg_pool3d(x, 2, [1, 2, 3], "VALID")
    assert y.shape.as_list() == [None, None, 3, 2, 3]
    assert run(gradients([y], [x])[0], {x: np.ones((1, 2, 7, 6, 3))}).shape == (1, 2, 7, 6, 3)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda x: max_pool3d(x, 4, 1, "VALID"), r"subtracting 4 from 3: the window \[4,4,4\].*\[1,3,3,3,2\]"),
        (lambda x: avg_pool3d(x, 2, 0, "SAME"), "Stride must be > 0, but got 0"),
        (lambda x: max_pool3d(x, 0, 1, "SAME"), "ksize must be > 0, but got 0"),
        (lambda x: avg_pool3d(x, [2, 2], 1, "SAME"), "ksize should be of length 1, 3 or 5"),
        (lambda x: max_pool3d(x, 2, 1, "same"), "padding"),
        (lambda x: max_pool3d(x, 2, 1, "SAME", "NHWC"), "'NHWC' is not in the list"),
        (lambda x: max_pool3d(zeros(3, 3, 3, 2), 2, 1, "SAME"), "rank 5 but is rank 4"),
        (
            lambda x: apply_op(
                "MaxPool3DGrad", orig_input=x, orig_output=x, grad=x, ksize=[1, 2, 2, 2, 1],
                strides=[1, 2, 2, 2, 1], padding="SAME",
            ),
            r"Expected orig_output shape to be \(1, 2, 2, 2, 2\), but got \(1, 3, 3, 3, 2\)",
        ),
        (
            lambda x: apply_op(
                "AvgPool3DGrad", orig_input_shape=[1, 3, 3, 3, 2], grad=x, ksize=[1, 2, 2, 2, 1],
                strides=[1, 2, 2, 2, 1], padding="SAME",
            ),
            r"Expected grad shape to be \(1, 2, 2, 2, 2\)",
        ),
    ],
)  # fmt: skip
def test_refused_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build(zeros(1, 3, 3, 3, 2))


def test_refused_in_running(run):
    x = placeholder("float32")
    with pytest.raises(errors.InvalidArgumentError, match=r"subtracting 4 from 3(?s:.*)pooled"):
        run(max_pool3d(x, 4, 1, "VALID", name="pooled"), {x: np.ones((1, 3, 3, 3, 2))})
    with pytest.raises(errors.UnimplementedError, match="not yet supported on the depth dimension"):
        run(avg_pool3d(zeros(1, 3, 3, 3, 2), [1, 1, 1, 1, 2], [1, 1, 1, 1, 2], "SAME"))
    with pytest.raises(TypeError, match="float64"):
        max_pool3d(constant(0.0, "float64", [1, 3, 3, 3, 2]), 2, 1, "SAME")
