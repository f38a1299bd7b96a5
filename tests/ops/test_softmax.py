import ml_dtypes
import numpy as np
import pytest

from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.softmax import log_softmax, softmax

RANDOM = np.random.default_rng(2)


def numpy_softmax(x, axis=-1):
    x = x.astype(np.float64)
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float64", 1e-13), ("float32", 2e-6), ("float16", 2e-3), ("bfloat16", 2e-2)]
)
@pytest.mark.parametrize(
    ("shape", "axis"), [((5,), None), ((2, 3), -1), ((2, 3), 0), ((2, 3, 4), 1), ((2, 3, 4), -3), ((2, 3, 4), 2)]
)
def test_values(run, shape, axis, dtype, tolerance):
    dtype = np.dtype(getattr(ml_dtypes, dtype, dtype))
    x = RANDOM.normal(size=shape, scale=4).astype(dtype)
    expected = numpy_softmax(x, -1 if axis is None else axis)
    probabilities, logs = softmax(x, axis), log_softmax(x, dim=axis)
    assert probabilities.shape.as_list() == logs.shape.as_list() == list(shape)
    value, log_value = run([probabilities, logs])
    assert value.dtype == log_value.dtype == dtype
    np.testing.assert_allclose(value.astype(np.float64), expected, rtol=0, atol=tolerance)
    np.testing.assert_allclose(log_value.astype(np.float64), np.log(expected), rtol=tolerance, atol=tolerance)


def test_large_logits_do_not_overflow(run):
    x = np.array([[1e4, 0.0, -1e4]], np.float32)
    np.testing.assert_array_equal(run(softmax(x)), [[1, 0, 0]])
    np.testing.assert_array_equal(run(log_softmax(x)), [[0, -1e4, -2e4]])


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("axis", [-1, 0, -2])
def test_first_and_second_derivatives(check_gradients, function, axis):
    check_gradients(lambda x: function(x, axis), RANDOM.normal(size=(3, 4)))


def test_unknown_sizes(run):
    x = placeholder("float32", [None, 3, None])
    y = softmax(x, axis=1)
    assert y.shape.as_list() == [None, 3, None]
    value = RANDOM.normal(size=(2, 3, 4)).astype(np.float32)
    np.testing.assert_allclose(run(y, {x: value}), numpy_softmax(value, 1), rtol=1e-5)
    assert softmax(placeholder("float32")).shape.rank is None
    assert run(softmax(value, axis=constant(1))).shape == (2, 3, 4)


def test_refusals(run):
    x = constant(0.0, shape=[2, 3])
    with pytest.raises(errors.InvalidArgumentError, match=r"range \[-2, 2\).*dim=2, logits of shape \(2, 3\)"):
        softmax(x, axis=2)
    with pytest.raises(ValueError, match="needs a tensor of known rank"):
        softmax(placeholder("float32"), axis=1)
    with pytest.raises(ValueError, match="Cannot specify both 'dim' and 'axis'"):
        softmax(x, axis=1, dim=1)
    with pytest.raises(ValueError, match="at least rank 1 but is rank 0"):
        softmax(3.0)
    with pytest.raises(TypeError, match="int32"):
        softmax(np.array([1], np.int32))
    with pytest.raises(ValueError, match="must be known while the graph is built"):
        softmax(x, axis=placeholder("int32", []))
    unknown = placeholder("float32")
    with pytest.raises(errors.InvalidArgumentError, match="at least rank 1"):
        run(softmax(unknown), {unknown: 1.0})
