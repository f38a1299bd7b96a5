"""Arithmetic, comparisons, functions of one number, complex parts: derivatives, odd types, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math import arithmetic, comparison, complex, elementwise
from convflow.ops.math.cast import cast

X = np.array([[0.3, 0.7, 1.9], [2.2, 0.11, 0.6]])
Y = np.array([1.4, 0.8, 2.5])


@pytest.mark.parametrize(
    "name",
    ["exp", "log", "log1p", "sqrt", "rsqrt", "square", "reciprocal", "abs", "sigmoid", "tanh", "sin", "cos"],
)
def test_derivatives_of_one_number(check_gradients, name):
    check_gradients(getattr(elementwise, name), X, tolerance=1e-4 if name in ("rsqrt", "reciprocal", "log") else 1e-5)


@pytest.mark.parametrize(
    "name",
    [
        "add", "subtract", "multiply", "truediv", "div", "floormod", "pow", "maximum", "minimum",
        "squared_difference",
    ],
)  # fmt: skip
@pytest.mark.parametrize("shapes", ["row", "both"])
def test_derivatives_of_two_numbers(check_gradients, name, shapes):
    x, y = (X, Y) if shapes == "row" else (Y[None], X[:, :1])
    check_gradients(getattr(arithmetic, name), x, y, tolerance=1e-5)


def test_the_greater_of_two_equal_numbers_is_the_first(run):
    from convflow.autodiff.gradients import gradients

    x, y = constant([1.0]), constant([1.0])
    assert [grad.tolist() for grad in run(gradients(arithmetic.maximum(x, y), [x, y]))] == [[1], [0]]


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32, np.uint64])
@pytest.mark.parametrize("name", ["less", "less_equal", "greater", "greater_equal"])
def test_wide_unsigned_numbers_are_ordered(run, name, dtype):
    top = np.iinfo(dtype).max
    x, y = np.array([top, 1, 5], dtype), np.array([1, top, 5], dtype)
    assert run(getattr(comparison, name)(x, y)).tolist() == getattr(np, name)(x, y).tolist()


@pytest.mark.parametrize(
    ("function", "x", "y", "expected"),
    [
        (arithmetic.floordiv, [-7, -7, 7], [2, -2, -2], [-4, 3, -4]),
        (arithmetic.truncatediv, [-7, -7, 7], [2, -2, -2], [-3, 3, -3]),
        (arithmetic.floormod, [-7, -7, 7], [2, -2, -2], [1, -1, -1]),
        (arithmetic.truncatemod, [-7, -7, 7], [2, -2, -2], [-1, -1, 1]),
        (arithmetic.truediv, [-7, 1], [2, 4], [-3.5, 0.25]),
        (arithmetic.div, [-7, 1], [2, 4], [-4, 0]),
    ],
)
def test_divisions_of_integers(run, function, x, y, expected):
    assert run(function(x, y)).tolist() == expected


def test_strings_are_joined_and_compared(run):
    assert run(arithmetic.add(["a", "b"], "c")).tolist() == [b"ac", b"bc"]
    assert run(comparison.equal(["a", "b"], "b")).tolist() == [False, True]


@pytest.mark.parametrize(
    ("function", "x", "y", "text"),
    [
        (arithmetic.floordiv, [1, 2], [1, 0], "[Zz]ero"),
        (arithmetic.pow, [2], [-1], "Integers to negative integer powers are not allowed"),
        (arithmetic.realdiv, [2], [1], "RealDiv does not divide integers"),
    ],
)
def test_refusals_in_running(run, function, x, y, text):
    a, b = placeholder(dtypes.int32), placeholder(dtypes.int32)
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(function(a, b), {a: x, b: y})


def test_shapes_that_do_not_meet(run):
    with pytest.raises(ValueError, match=r"\(3,\) and \(4,\) cannot be broadcast together"):
        arithmetic.add(np.zeros(3), np.zeros(4))
    a, b = placeholder(dtypes.float32), placeholder(dtypes.float32)
    for function in (arithmetic.add, lambda x, y: arithmetic.add_n([x, y])):
        with pytest.raises(errors.InvalidArgumentError):
            run(function(a, b), {a: np.zeros((2, 3)), b: np.zeros(4)})
    with pytest.raises(errors.InvalidArgumentError, match="equal"):
        run(arithmetic.add_n([a, b]), {a: np.zeros((2, 3)), b: np.zeros(3)})


def test_types_that_do_not_meet():
    with pytest.raises(TypeError, match=r"Use tf\.cast"):
        arithmetic.add(constant([1.0]), constant([1]))


def test_halves_round_to_even(run):
    assert run(elementwise.round([0.5, 1.5, -2.5])).tolist() == [0, 2, -2]
    whole = constant([1, 2])
    assert elementwise.round(whole) is whole


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1.7, -1.7], "int32", [1, -1]),
        ([0.0, 0.5], "bool", [False, True]),
        ([True, False], "float32", [1, 0]),
        ([300, -1], "uint8", [44, 255]),
    ],
)
def test_casts(run, values, dtype, expected):
    assert run(cast(values, dtype)).tolist() == expected


def test_complex_numbers(run, check_gradients):
    z = complex.complex([3.0], [4.0])
    assert z.dtype is dtypes.complex64
    parts = [complex.real(z), complex.imag(z), elementwise.abs(z), complex.conj(z)]
    assert [part.tolist() for part in run(parts)] == [[3], [4], [5], [3 - 4j]]
    check_gradients(lambda x, y: elementwise.abs(complex.complex(x, y)), X, X + 1, order=1)
    check_gradients(
        lambda x, y: complex.real(elementwise.exp(complex.complex(x, y)) * complex.conj(complex.complex(y, x))),
        X,
        X + 1,
    )
    with pytest.raises(TypeError, match="must both be float32 or both float64, got float32 and int32"):
        complex.complex([1.0], constant([1]))
    with pytest.raises(TypeError, match="Expected numeric or variant tensor"):
        complex.conj(constant(True))
