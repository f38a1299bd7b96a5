import ml_dtypes
import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.ops import activation
from convflow.ops.array.placeholder import placeholder

POINTS = np.array([-30.0, -6.5, -1.25, -0.5, 0.0, 0.5, 2.0, 5.75, 6.0, 7.5, 30.0])
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805

FUNCTIONS = {
    "relu": lambda x: np.where(x > 0, x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, float(np.float32(0.2)) * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "crelu": lambda x: np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], -1),
    "log_sigmoid": lambda x: -np.logaddexp(-x, 0),
    "swish": lambda x: x / (1 + np.exp(-x)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(run, name, dtype):
    dtype = np.dtype(getattr(ml_dtypes, dtype, dtype))
    x = POINTS.astype(dtype).reshape(1, -1)
    value = run(getattr(activation, name)(x))
    expected = FUNCTIONS[name](x.astype(np.float64))
    assert value.dtype == dtype and value.shape == expected.shape
    tolerance = {8: 1e-14, 4: 1e-6}.get(dtype.itemsize, 1e-2 if dtype.kind == "V" else 2e-3)
    np.testing.assert_allclose(value.astype(np.float64), expected, rtol=tolerance, atol=tolerance * 1e-2)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "int16", "int8", "int64", "uint16", "uint32", "uint64"])
def test_integers(run, dtype):
    x = np.array([0, 3, 6, 9], dtype) if dtype.startswith("u") else np.array([-4, 0, 6, 9], dtype)
    g = np.array([1, 2, 3, 4], dtype)
    for name, inside in (("Relu", x > 0), ("Relu6", (x > 0) & (x < 6))):
        value, slope = run([apply_op(name, features=x), apply_op(f"{name}Grad", gradients=g, features=x)])
        assert value.dtype == slope.dtype == dtype
        np.testing.assert_array_equal(value, FUNCTIONS[name.lower()](x))
        np.testing.assert_array_equal(slope, g * inside)
    leaky = run(activation.leaky_relu(x))
    assert leaky.dtype == np.float32
    np.testing.assert_allclose(leaky, FUNCTIONS["leaky_relu"](x.astype(float)), rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "softsign"])
def test_first_and_second_derivatives(check_gradients, name):
    x = POINTS[np.isin(POINTS, [0.0, 6.0], invert=True) & (np.abs(POINTS) < 20)].reshape(7, 1)
    check_gradients(getattr(activation, name), x)


def test_softsign_has_one_derivative(check_gradients):
    check_gradients(activation.softsign, np.array([-3.0, -0.5, 0.25, 2.0]), order=1)
    g = placeholder("float64", [2])
    with pytest.raises(LookupError, match="SoftsignGrad"):
        gradients(apply_op("SoftsignGrad", gradients=g, features=np.ones(2)), [g])


def test_imported_softplus_grad_has_its_derivatives(check_gradients):
    check_gradients(
        lambda g, x: apply_op("SoftplusGrad", gradients=g, features=x),
        np.array([1.0, 2.0, -1.5]),
        np.array([-2.0, 0.5, 3.0]),
    )


@pytest.mark.parametrize("name", ["Elu", "Selu"])
def test_slope_at_zero_is_that_of_the_right_side(run, name):
    slope = run(apply_op(f"{name}Grad", gradients=[1.0], outputs=[0.0]))
    assert slope == pytest.approx(1 if name == "Elu" else SCALE)


def test_relu_passes_nan_on_but_no_gradient(run):
    x = np.array([np.nan, 1.0], np.float32)
    np.testing.assert_array_equal(run(activation.relu(x)), x)
    np.testing.assert_array_equal(run(apply_op("ReluGrad", gradients=[2.0, 3.0], features=x)), [0, 3])


def test_leaky_slope(run):
    assert run(activation.leaky_relu([-2.0], alpha=0.5)) == [-1.0]
    assert run(activation.leaky_relu([-2.0], alpha=np.array(0.25))) == [-0.5]


def test_swish_has_a_trainable_factor(check_gradients):
    check_gradients(activation.swish, np.array([-3.0, -0.5, 0.25, 2.0]), np.array(1.5))


def test_crelu_joins_along_an_axis(run, check_gradients):
    np.testing.assert_array_equal(run(activation.crelu([[1.0, -2.0]], axis=0)), [[1, 0], [0, 2]])
    check_gradients(lambda x: activation.crelu(x, axis=0), np.array([[1.0, -2.0], [3.0, -4.0]]))
    with pytest.raises(ValueError, match=r"-3"):
        activation.crelu([[1.0]], axis=-3)


def test_unknown_shapes_pass_through():
    assert activation.relu(placeholder("float32", [None, 3])).shape.as_list() == [None, 3]
    assert activation.selu(placeholder("float32")).shape.rank is None


def test_shapes_must_agree(run):
    g, x = placeholder("float32"), placeholder("float32")
    with pytest.raises(ValueError, match=r"must be equal, but input 0 is \(2,\) and input 1 is \(3,\)"):
        apply_op("ReluGrad", gradients=[1.0, 2.0], features=[1.0, 2.0, 3.0])
    with pytest.raises(errors.InvalidArgumentError, match=r"input 0 is \(1,\) and input 1 is \(3,\)"):
        run(apply_op("ReluGrad", gradients=g, features=x), {g: [1.0], x: [1.0, 2.0, 3.0]})


def test_types():
    with pytest.raises(TypeError, match="int32 not in list of allowed values"):
        activation.elu(np.array([1], np.int32))
    with pytest.raises(TypeError, match="string"):
        activation.relu("text")
