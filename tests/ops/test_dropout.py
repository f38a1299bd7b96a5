import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.array.shape_ops import shape
from convflow.ops.dropout import dropout


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("arguments", [{"keep_prob": 0.25}, {"rate": 0.75}])
def test_kept_elements_are_scaled(run, dtype, arguments):
    x = np.random.default_rng(0).normal(size=(100, 100)).astype(dtype)
    value = run(dropout(x, seed=1, **arguments))
    kept = value != 0
    assert value.dtype == dtype
    np.testing.assert_array_equal(value[kept], (x * np.array(4, dtype))[kept])
    assert kept.mean() == pytest.approx(0.25, abs=0.02)


def test_both_styles_draw_the_same_choices(run):
    x = np.ones((5, 6), np.float32)
    keep = placeholder("float32", name="keep_prob")
    same = [dropout(x, 0.7, seed=3), dropout(x, rate=0.3, seed=3), dropout(x, keep, seed=3)]
    first, second, third = run(same, {keep: 0.7})
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, third, rtol=1e-6)


def test_a_placeholder_switches_it_off(run):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    keep = placeholder("float32")
    y = dropout(x, keep_prob=keep)
    np.testing.assert_array_equal(run(y, {keep: 1.0}), x)
    assert run(y, {keep: 0.5}).shape == (3, 4)


def test_rate_0_is_the_tensor_itself():
    x = constant(1.0, shape=[2, 2])
    assert dropout(x, 1.0) is x
    assert dropout(x, rate=0) is x


def test_noise_shape_ties_elements_together(run):
    x = placeholder("float32", [None, 50, 3])
    y = dropout(x, 0.5, noise_shape=[shape(x)[0], 50, 1], seed=2)
    assert y.shape.as_list() == [None, 50, 3]
    value = run(y, {x: np.ones((4, 50, 3))})
    assert set(value.sum(2).ravel().tolist()) == {0.0, 6.0}
    rows = run(dropout(np.ones((40, 3), np.float32), 0.5, noise_shape=[None, 1], seed=2))
    assert set(rows.sum(1).tolist()) == {0.0, 6.0}


def test_gradient_flows_through_kept_elements(run):
    x = placeholder("float32", [4, 5])
    y = dropout(x, 0.5, seed=4)
    grad = gradients(y, [x])[0]
    value, slope = run([y, grad], {x: np.ones((4, 5))})
    np.testing.assert_array_equal(value, slope)


def test_every_run_chooses_anew(run):
    y = dropout(np.ones((10, 10), np.float32), 0.5, seed=4)
    assert not np.array_equal(run(y), run(y))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"rate": 1.0}, r"float in the range \[0, 1\). Received: rate=1.0"),
        ({"rate": -0.1}, r"range \[0, 1\)"),
        ({"keep_prob": 0.0}, "Received: rate=1.0.*1 - keep_prob"),
        ({"keep_prob": 1.5}, "Received: rate=-0.5"),
        ({}, "`rate` must be provided"),
        ({"keep_prob": 0.5, "rate": 0.5}, "Cannot specify both 'keep_prob' and 'rate'"),
        ({"keep_prob": "half"}, "floating point number or Tensor. Received: keep_prob=half"),
        ({"rate": "half"}, "scalar or scalar tensor. Received: rate=half"),
        ({"rate": np.array([0.5, 0.5])}, "scalar or scalar tensor"),
    ],
)
def test_refusals(arguments, text):
    with pytest.raises(ValueError, match=text):
        dropout(constant(1.0, shape=[2, 2]), **arguments)


def test_refusals_of_tensors(run):
    x = constant(1.0, shape=[2, 2])
    with pytest.raises(ValueError, match=r"must be a scalar, got shape \(2,\)"):
        dropout(x, rate=constant([0.1, 0.2]))
    with pytest.raises(
        ValueError, match=r"compatible with `rate.dtype`. Received: x.dtype=float32 and rate.dtype=float64"
    ):
        dropout(x, rate=constant(0.1, "float64"))
    with pytest.raises(ValueError, match=r"must be a floating point tensor.*int32"):
        dropout(constant([1, 2]), 0.5)
    y = placeholder("float32", [None, 3])
    with pytest.raises(ValueError, match="partially known TensorShape"):
        dropout(y, 0.5, noise_shape=[None, 1])
    with pytest.raises(errors.InvalidArgumentError, match="broadcast"):
        run(dropout(y, 0.5, noise_shape=placeholder("int32", name="noise")), {"noise:0": [5, 2], y: np.ones((4, 3))})
