import numpy as np
import pytest

from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.bias import bias_add, relu_layer, xw_plus_b

RANDOM = np.random.default_rng(1)
SHAPES = [(2, 3), (2, 5, 3), (2, 4, 5, 3), (1, 2, 2, 4, 3)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "uint8", "uint16", "complex64"])
def test_values(run, shape, dtype):
    x, b = RANDOM.integers(0, 9, shape).astype(dtype), RANDOM.integers(0, 9, 3).astype(dtype)
    value = run(bias_add(x, b))
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, x + b)
    totals = run(apply_op("BiasAddGrad", out_backprop=x))
    assert totals.dtype == dtype
    np.testing.assert_array_equal(totals, x.reshape(-1, 3).sum(0, dtype=dtype))
    if len(shape) > 2:
        first = np.moveaxis(x, -1, 1)
        np.testing.assert_array_equal(run(bias_add(first, b, "NCHW")), np.moveaxis(x + b, -1, 1))
        np.testing.assert_array_equal(run(apply_op("BiasAddGrad", out_backprop=first, data_format="NCHW")), totals)


@pytest.mark.parametrize("shape", SHAPES)
def test_first_and_second_derivatives(check_gradients, shape):
    check_gradients(bias_add, RANDOM.normal(size=shape), RANDOM.normal(size=3))
    if len(shape) == 2:
        return
    check_gradients(
        lambda x, b: bias_add(x, b, "NCHW"),
        RANDOM.normal(size=(shape[0], 3, *shape[1:-1])),
        RANDOM.normal(size=3),
    )


def test_unknown_sizes():
    x, b = placeholder("float32", [None, None]), placeholder("float32", [4])
    assert bias_add(x, b).shape.as_list() == [None, 4]
    assert bias_add(placeholder("float32"), b).shape.rank is None
    assert bias_add(placeholder("float32", [2, None, 5]), placeholder("float32"), "NCW").shape.as_list() == [2, None, 5]
    assert apply_op("BiasAddGrad", out_backprop=placeholder("float32", [2, 5])).shape.as_list() == [5]
    assert apply_op("BiasAddGrad", out_backprop=placeholder("float32")).shape.as_list() == [None]


@pytest.mark.parametrize(
    ("value", "bias", "data_format", "text"),
    [
        (
            (2, 3),
            (4,),
            None,
            r"Dimensions must be equal, but are 3 and 4: .*value is \(2, 3\) \(NHWC\).*bias is \(4,\)",
        ),
        ((2, 3, 4), (4,), "NCHW", "Dimensions must be equal, but are 3 and 4"),
        ((3,), (3,), None, "Shape of value must be at least rank 2 but is rank 1"),
        ((2, 3), (3,), "NCHW", r"Shape of value must be at least rank 3 but is rank 2: \(2, 3\) \(NCHW\)"),
        ((2, 3), (3, 1), None, "Shape of bias must be rank 1 but is rank 2"),
        ((2, 3), (3,), "HWC", "must be of the form"),
        ((2, 3), (3,), "NHW", "must be of the form"),
    ],
)
def test_refused_while_building(value, bias, data_format, text):
    with pytest.raises(ValueError, match=text):
        bias_add(constant(0.0, shape=value), constant(0.0, shape=bias), data_format)


def test_a_bias_is_never_stretched(run):
    x, b = placeholder("float32"), placeholder("float32")
    with pytest.raises(errors.InvalidArgumentError, match="Dimensions must be equal, but are 3 and 1"):
        run(bias_add(x, b), {x: np.zeros((2, 3)), b: np.zeros(1)})


def test_products_with_a_bias(run, check_gradients):
    x, w, b = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4)
    np.testing.assert_allclose(run(xw_plus_b(constant(x), constant(w), constant(b))), x @ w + b)
    np.testing.assert_allclose(run(relu_layer(constant(x), constant(w), constant(b))), np.maximum(x @ w + b, 0))
    check_gradients(xw_plus_b, x, w, b)
