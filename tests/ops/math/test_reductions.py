"""Reductions, matrix products, positions of extrema, choice: values against NumPy, derivatives, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math import reduce
from convflow.ops.math.argmax import argmax, argmin
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.matmul import matmul
from convflow.ops.math.scan import cumprod, cumsum
from convflow.ops.math.select import where, where_v2
from convflow.ops.math.statistics import count_nonzero, reduce_std, reduce_variance

X = np.random.default_rng(2).normal(size=(2, 3, 4))
FUNCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
}
AXES = [None, 0, -1, [0, 2], [-1, 0], []]


@pytest.mark.parametrize("known", [[2, 3, 4], [None, 3, None], None], ids=["all", "some", "none"])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_reductions(run, name, axis, keepdims, known):
    x = placeholder(dtypes.float64, known)
    y = getattr(reduce, f"reduce_{name}")(x, axis, keepdims)
    expected = FUNCTIONS[name](X, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)
    assert y.shape.is_compatible_with(expected.shape)
    np.testing.assert_allclose(run(y, {x: X}), expected)


@pytest.mark.parametrize("axis", [None, 1, [0, 2]], ids=str)
@pytest.mark.parametrize("name", [*FUNCTIONS, "logsumexp"])
def test_derivatives(check_gradients, name, axis):
    check_gradients(lambda x: getattr(reduce, f"reduce_{name}")(x * x, axis), X[:, :, :2], tolerance=1e-5)


def test_product_with_zeros_has_a_derivative(check_gradients):
    check_gradients(lambda x: reduce.reduce_prod(x, 1), [[0.0, 2, 3], [0, 0, 1]], order=1)


def test_equal_extrema_share_the_gradient(run):
    from convflow.autodiff.gradients import gradients

    x = constant([[1.0, 3, 3]])
    assert run(gradients(reduce.reduce_max(x), x))[0].tolist() == [[0, 0.5, 0.5]]


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [
        ("max", np.float32, -np.inf),
        ("min", np.float32, np.inf),
        ("sum", np.float32, 0),
        ("prod", np.float32, 1),
        ("mean", np.float32, np.nan),
        ("max", np.int32, -(2**31)),
        ("mean", np.int32, 0),
    ],
)
def test_of_nothing(run, name, dtype, expected):
    y = getattr(reduce, f"reduce_{name}")(constant(np.zeros((0, 2), dtype)), 0)
    np.testing.assert_array_equal(run(y), [expected, expected])


def test_integers(run):
    assert run(reduce.reduce_mean(constant([-7, 0, 0]))) == -2
    assert run(reduce.reduce_mean(constant(np.array([250, 250], np.uint8)))) == 250
    assert run(reduce.reduce_sum(constant(np.array([250, 250], np.uint8)))) == 244
    assert run(reduce.reduce_sum(constant(np.array([60000, 10000], np.uint16)))) == 70000 % 65536


def test_logsumexp_of_infinities(run):
    assert run(reduce.reduce_logsumexp(constant([np.inf, 1.0]))) == np.inf
    assert run(reduce.reduce_logsumexp(constant([-np.inf, -np.inf]))) == -np.inf
    np.testing.assert_allclose(run(reduce.reduce_logsumexp(constant([1000.0, 1000.0]))), 1000 + np.log(2))


def test_logic(run):
    x = X > 0
    assert run(reduce.reduce_all(constant(x), [0, 2])).tolist() == x.all((0, 2)).tolist()
    assert run(reduce.reduce_any(constant(x), 1, keepdims=True)).tolist() == x.any(1, keepdims=True).tolist()


def test_former_argument_names(run):
    y = reduce.reduce_sum(constant(X), reduction_indices=1, keep_dims=True)
    np.testing.assert_allclose(run(y), X.sum(1, keepdims=True))
    with pytest.raises(ValueError, match="Cannot specify both 'reduction_indices' and 'axis'"):
        reduce.reduce_sum(X, 1, reduction_indices=1)
    with pytest.raises(ValueError, match="Cannot specify both 'keep_dims' and 'keepdims'"):
        reduce.reduce_sum(X, 1, True, keep_dims=True)


def test_axis_refusals(run):
    with pytest.raises(
        ValueError, match="Invalid reduction dimension 3 for input with 3 dimensions: expected one from"
    ):
        reduce.reduce_sum(constant(X), 3)
    with pytest.raises(errors.InvalidArgumentError, match="duplicate dimension"):
        run(reduce.reduce_sum(constant(X), [1, -2]))


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("batch", [(), (2,)], ids=["matrix", "batch"])
def test_matmul(run, check_gradients, transpose_a, transpose_b, batch):
    random = np.random.default_rng(3)
    a, b = random.normal(size=(*batch, 2, 3)), random.normal(size=(*batch, 3, 4))
    given = [x.swapaxes(-1, -2) if flag else x for x, flag in ((a, transpose_a), (b, transpose_b))]

    def product(x, y):
        return matmul(x, y, transpose_a=transpose_a, transpose_b=transpose_b)

    np.testing.assert_allclose(run(product(*map(constant, given))), a @ b)
    check_gradients(product, *given)


def test_matmul_stretches_batches(check_gradients):
    random = np.random.default_rng(4)
    check_gradients(matmul, random.normal(size=(1, 2, 3)), random.normal(size=(2, 1, 3, 2)), order=1)


def test_matmul_of_complex_adjoint(run):
    a, b = np.array([[1 + 1j, 2]]), np.array([[1 - 2j, 1j]])
    for batch in ((), (1,)):
        product = matmul(constant(a.reshape(*batch, 1, 2)), constant(b.reshape(*batch, 1, 2)), adjoint_a=True)
        np.testing.assert_allclose(run(product), (a.conj().T @ b).reshape(*batch, 2, 2))


def test_matmul_of_sparse_hints(run):
    product = matmul(np.ones((2, 3), np.float32), np.eye(3, dtype=np.float32), a_is_sparse=True)
    assert product.op.type == "SparseMatMul"
    assert run(product).tolist() == [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    ("shapes", "flags", "text"),
    [
        (((2, 3), (2, 3)), {}, "Dimensions must be equal, but are 3 and 2: the inner sizes of a product of"),
        (((3,), (3, 2)), {}, "Shape of a must be rank 2 but is rank 1"),
        (((2, 2, 3), (3, 3, 2)), {}, "cannot be broadcast together"),
        (((2, 2), (2, 2)), {"transpose_a": True, "adjoint_a": True}, "Only one of `transpose_a` and `adjoint_a`"),
    ],
)
def test_matmul_refusals(shapes, flags, text):
    a, b = (constant(np.zeros(shape)) for shape in shapes)
    with pytest.raises(ValueError, match=text):
        matmul(a, b, **flags)


def test_matmul_refuses_what_running_shows(run):
    a, b = placeholder(dtypes.float32, [None, None]), placeholder(dtypes.float32, [None, None])
    with pytest.raises(errors.InvalidArgumentError, match="inner sizes of a product of \\(2, 3\\) and \\(2, 3\\)"):
        run(matmul(a, b), {a: np.zeros((2, 3)), b: np.zeros((2, 3))})


@pytest.mark.parametrize(
    ("values", "largest", "smallest"),
    [
        ([1.0, 3.0, 3.0, 1.0], 1, 0),
        ([np.nan, 1.0, 2.0], 2, 1),
        ([1.0, np.nan, -np.inf], 0, 2),
        ([np.nan, np.nan], 0, 0),
    ],
)
def test_positions_of_extrema(run, values, largest, smallest):
    x = constant(values)
    assert run([argmax(x), argmin(x)]) == [largest, smallest]


def test_positions_along_axes(run):
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(run(argmax(constant(X), axis)), X.argmax(axis))
    assert run(argmin(constant(X), dimension=1, output_type=dtypes.int32)).dtype == np.int32
    with pytest.raises(ValueError, match=r"Dimension \(3\) must be in the range \[-3, 3\)"):
        argmax(constant(X), 3)


def test_where(run, check_gradients):
    condition = X > 0
    np.testing.assert_allclose(run(where(condition, X, -X)), abs(X))
    np.testing.assert_allclose(run(where([True, False], X, -X)), np.stack([X[0], -X[1]]))
    np.testing.assert_array_equal(run(where(condition)), np.argwhere(condition))
    check_gradients(lambda x, y: where(condition, x * x, y), X, X + 1)
    check_gradients(lambda x, y: where_v2(condition, x, y * y), X[0], X[:, :1])


@pytest.mark.parametrize(
    ("condition", "x", "y", "text"),
    [
        ([True], [1, 2], None, "x and y must both be non-None"),
        ([True] * 4, np.zeros((3, 3)), np.zeros((3, 3)), "Dimension 0 in both shapes must be equal, but are 4 and 3"),
        ([[True]], [1, 2], [3, 4], "The condition of Select has shape \\(1, 1\\)"),
        ([True, False], [1, 2], [3], "t and e of Select must have one shape"),
    ],
)
def test_where_refusals(condition, x, y, text):
    with pytest.raises(ValueError, match=text):
        where(condition, x, y)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_scans(run, check_gradients, exclusive, reverse):
    def expected(x, step, start):
        rows = x[::-1] if reverse else x
        total, result = start, []
        for row in rows:
            result.append(total if exclusive else step(total, row))
            total = step(total, row)
        return np.array(result[::-1] if reverse else result)

    x = X[0]
    sums, products = np.zeros(4), np.ones(4)
    np.testing.assert_allclose(run(cumsum(x, 0, exclusive, reverse)), expected(x, np.add, sums))
    np.testing.assert_allclose(run(cumprod(x, 0, exclusive, reverse)), expected(x, np.multiply, products))
    check_gradients(lambda t: cumsum(t * t, 0, exclusive, reverse), x)
    check_gradients(lambda t: cumprod(t, 0, exclusive, reverse), x + np.sign(x), order=1, tolerance=1e-5)


def test_counts_and_spreads(run):
    assert run(count_nonzero([[0, 1], [2, 3]], 0)).tolist() == [1, 2]
    assert run(count_nonzero(["", "a"])) == 1
    np.testing.assert_allclose(run(reduce_variance(constant(X), 1)), X.var(1))
    np.testing.assert_allclose(run(reduce_std(constant(X), keepdims=True)), X.std(keepdims=True))
    with pytest.raises(TypeError, match="must be either real or complex, got int32"):
        reduce_variance([1, 2])


def test_clip_by_value(run, check_gradients):
    np.testing.assert_allclose(run(clip_by_value(constant(X), -0.5, 0.25)), X.clip(-0.5, 0.25))
    check_gradients(lambda x: clip_by_value(x, -0.5, 0.25), X, order=1)
    with pytest.raises(ValueError, match="incompatible"):
        clip_by_value(constant([1.0]), [0.0, 0.0], 1.0)
