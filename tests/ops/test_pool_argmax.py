"""Maxima with their places against NumPy; where gradients go; refusals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.pool_argmax import max_pool_with_argmax

sys.path.append(str(Path(__file__).resolve().parent))

import nd_windows

RANDOM = np.random.default_rng(37)
CASES = [
    ((2, 5, 6, 3), (2, 2), (2, 2), "SAME"),
    ((2, 4, 5, 2), (3, 2), (1, 2), "SAME"),
    ((1, 5, 5, 1), (2, 3), (1, 1), "VALID"),
]


def expected_places(x, ksize, strides, padding, include_batch):
    places = nd_windows.pool(np.zeros_like(x), ksize, strides, padding, np.max).astype(np.int64)
    for output, values in nd_windows.covered(x, ksize, strides, padding).items():
        stacked = np.stack([value for _, value in values])
        for batch, channel in np.ndindex(x.shape[0], x.shape[3]):
            at, _ = values[int(stacked[:, batch, channel].argmax())]
            place = np.ravel_multi_index((batch, *at, channel), x.shape)
            places[(batch, *output, channel)] = place - (0 if include_batch else batch * x[0].size)
    return places


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8", "uint16", "int64"])
@pytest.mark.parametrize("include_batch", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients(run, case, include_batch, dtype):
    shape, ksize, strides, padding = case
    # Few different values: windows full of ties.
    x = constant(RANDOM.integers(0, 4, shape).astype(dtype))
    result = max_pool_with_argmax(x, [1, *ksize, 1], [1, *strides, 1], padding, include_batch_in_index=include_batch)
    assert result._fields == ("output", "argmax")
    assert result.argmax.dtype == dtypes.int64 and result.output.shape.as_list() == result.argmax.shape.as_list()
    g = RANDOM.integers(1, 5, result.output.shape.as_list()).astype(dtype)
    attrs = {name: result.output.op.attrs[name] for name in ("ksize", "strides", "padding", "include_batch_in_index")}
    back = apply_op("MaxPoolGradWithArgmax", input=x, grad=g, argmax=result.argmax, **attrs)
    forth = apply_op("MaxPoolGradGradWithArgmax", input=x, grad=back, argmax=result.argmax, **attrs)
    assert back.shape.as_list() == list(shape) and forth.shape.as_list() == list(g.shape)
    x, values, places, back, forth = run([x, *result, back, forth])
    np.testing.assert_array_equal(values, nd_windows.pool(x, ksize, strides, padding, np.max))
    np.testing.assert_array_equal(places, expected_places(x, ksize, strides, padding, include_batch))
    everywhere = expected_places(x, ksize, strides, padding, True).ravel()
    expected = np.zeros(x.size, dtype)
    np.add.at(expected, everywhere, g.ravel())
    np.testing.assert_array_equal(back, expected.reshape(x.shape))
    np.testing.assert_array_equal(forth.ravel(), expected[everywhere])


@pytest.mark.parametrize("case", CASES)
def test_derivatives(check_gradients, case):
    shape, ksize, strides, padding = case
    x = RANDOM.permutation(np.arange(np.prod(shape))).reshape(shape) / 7
    check_gradients(lambda x: max_pool_with_argmax(x, [1, *ksize, 1], [1, *strides, 1], padding).output, x, order=1)


def test_places_of_the_other_type(run):
    result = max_pool_with_argmax(
        constant(1.0, shape=[1, 2, 2, 1]), [1, 2, 2, 1], [1, 2, 2, 1], "SAME", Targmax="int32"
    )
    assert run(result.argmax).dtype == np.int32
    x = constant(1.0, shape=[0, 2, 2, 1])
    assert run(max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME").argmax).shape == (0, 1, 1, 1)


def test_there_is_no_second_derivative():
    x = constant(1.0, shape=[1, 2, 2, 1])
    y = max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME").output
    (first,) = gradients([y], [x])
    with pytest.raises(LookupError, match="MaxPoolGradWithArgmax"):
        gradients([first], [constant(1.0), x])


def test_unknown_sizes():
    result = max_pool_with_argmax(placeholder("float32", [None, None, 7, 3]), [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    assert [tensor.shape.as_list() for tensor in result] == [[None, None, 3, 3]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ksize": [1, 5, 2, 1]}, r"subtracting 5 from 4: the window \[5,2\].*\[1,4,4,2\]"),
        ({"data_format": "NCHW"}, "other than 'NHWC' are not supported. Received: NCHW"),
        ({"strides": [1, 0, 1, 1]}, "Stride must be > 0"),
        ({"padding": "EXPLICIT"}, "padding"),
        ({"Targmax": dtypes.int32, "output_dtype": dtypes.int32}, "both 'Targmax' and 'output_dtype'"),
    ],
)
def test_refused_while_building(arguments, message):
    given = {"ksize": [1, 2, 2, 1], "strides": [1, 1, 1, 1], "padding": "VALID", **arguments}
    with pytest.raises(ValueError, match=message):
        max_pool_with_argmax(constant(0.0, shape=[1, 4, 4, 2]), **given)


def test_refused_in_running(run):
    x = constant(0.0, shape=[1, 4, 4, 2])
    with pytest.raises(errors.UnimplementedError, match="not yet supported on the depth dimension"):
        run(max_pool_with_argmax(x, [1, 1, 1, 2], [1, 1, 1, 2], "SAME").output)
    with pytest.raises(TypeError, match="list for attribute 'ksize'"):
        max_pool_with_argmax(x, 2, 2, "SAME")
    with pytest.raises(ValueError, match=r"Expected argmax shape to be \(1, 2, 2, 2\), but got \(1, 4, 4, 2\)"):
        apply_op(
            "MaxPoolGradWithArgmax", input=x, grad=x, argmax=constant(0, "int64", [1, 4, 4, 2]),
            ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME",
        )  # fmt: skip
