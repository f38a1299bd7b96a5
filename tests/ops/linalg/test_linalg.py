"""Decompositions and solutions of matrices: properties, derivatives, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.placeholder import placeholder
from convflow.ops.linalg.functions import matrix_exponential
from convflow.ops.linalg.triangular import cholesky_grad

RANDOM = np.random.default_rng(11)
SQUARE = RANDOM.normal(size=(3, 3)) + 2 * np.eye(3)
BATCH = RANDOM.normal(size=(2, 2, 2)) + 2 * np.eye(2)
POSITIVE = SQUARE @ SQUARE.T
DEEP, WIDE = RANDOM.normal(size=(4, 2)), RANDOM.normal(size=(2, 4))


def symmetric(x):
    return 0.5 * (x + tf.matrix_transpose(x))


@pytest.mark.parametrize("x", [SQUARE, BATCH], ids=["matrix", "batch"])
@pytest.mark.parametrize(
    "build",
    [
        tf.matrix_inverse,
        lambda x: tf.matrix_inverse(x, adjoint=True),
        tf.matrix_determinant,
        lambda x: tf.linalg.slogdet(x).log_abs_determinant,
        lambda x: tf.linalg.logdet(tf.matmul(x, x, transpose_b=True)),
        lambda x: tf.cholesky(tf.matmul(x, x, transpose_b=True)),
        lambda x: tf.self_adjoint_eigvals(tf.matmul(x, x, transpose_b=True)),
        lambda x: tf.self_adjoint_eig(symmetric(x)).v ** 2,
        lambda x: tf.svd(x, compute_uv=False),
        lambda x: tf.svd(x)[1] ** 2,
        lambda x: tf.matmul(*tf.svd(x)[1:]),
        lambda x: tf.qr(x).r ** 2,
        lambda x: tf.linalg.sqrtm(tf.matmul(x, x, transpose_b=True)),
        tf.trace,
        tf.linalg.adjoint,
    ],
)  # fmt: skip
def test_derivatives(check_gradients, build, x):
    check_gradients(build, x, order=1, tolerance=2e-5)


@pytest.mark.parametrize("build", [tf.matrix_inverse, tf.matrix_determinant, lambda x: tf.svd(x, compute_uv=False)])
def test_second_derivatives(check_gradients, build):
    check_gradients(build, SQUARE, tolerance=2e-5)


@pytest.mark.parametrize("x", [DEEP, WIDE], ids=["deep", "wide"])
def test_derivatives_of_decompositions_of_rectangles(check_gradients, x):
    check_gradients(lambda t: tf.svd(t, compute_uv=False), x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.svd(t)[1] ** 2, x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.svd(t)[2] ** 2, x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.qr(t).q ** 2, x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.qr(t).r ** 2, x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.linalg.pinv(t), x, order=1, tolerance=1e-5)


def test_derivatives_of_full_singular_vectors(check_gradients):
    check_gradients(
        lambda t: tf.svd(t, full_matrices=True)[2] ** 2, RANDOM.normal(size=(2, 3)), order=1, tolerance=1e-5
    )


@pytest.mark.parametrize("adjoint", [False, True])
def test_derivatives_of_solutions(check_gradients, adjoint):
    rhs = RANDOM.normal(size=(3, 2))
    check_gradients(lambda a, b: tf.matrix_solve(a, b, adjoint=adjoint), SQUARE, rhs)
    for lower in (True, False):
        check_gradients(
            lambda a, b, lower=lower: tf.matrix_triangular_solve(a, b, lower=lower, adjoint=adjoint), SQUARE, rhs
        )
    check_gradients(tf.cholesky_solve, SQUARE, rhs)
    check_gradients(tf.matrix_triangular_solve, BATCH, RANDOM.normal(size=(2, 1)))


@pytest.mark.parametrize("penalty", [0.0, 0.5])
@pytest.mark.parametrize("x", [DEEP, WIDE], ids=["deep", "wide"])
def test_least_squares(run, check_gradients, x, penalty):
    rhs = RANDOM.normal(size=(x.shape[0], 2))
    if penalty:
        expected = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ rhs)
    else:
        expected = np.linalg.lstsq(x, rhs, rcond=None)[0]
    np.testing.assert_allclose(run(tf.matrix_solve_ls(x, rhs, penalty)), expected, atol=1e-10)
    node = apply_op("MatrixSolveLs", matrix=x, rhs=rhs, l2_regularizer=penalty, fast=True)
    np.testing.assert_allclose(run(node), expected, atol=1e-10)
    check_gradients(lambda a, b: tf.matrix_solve_ls(a, b, penalty), x, rhs, order=1, tolerance=1e-5)

    def by_node(a, b):
        return apply_op("MatrixSolveLs", matrix=a, rhs=b, l2_regularizer=np.float64(penalty), fast=True)

    check_gradients(by_node, x, rhs, order=1, tolerance=1e-5)
    unknown = placeholder(dtypes.float64, [None, None])
    np.testing.assert_allclose(run(tf.matrix_solve_ls(unknown, rhs, penalty), {unknown: x}), expected, atol=1e-10)


def test_slow_least_squares_have_no_gradient(check_gradients):
    with pytest.raises(ValueError, match="Gradient not defined for fast=False"):
        tf.gradients(
            tf.matrix_solve_ls(tf.constant(DEEP), np.ones((4, 1)), fast=False),
            tf.get_default_graph().get_operations()[0].outputs[0],
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 2), (0, 3), (2, 0, 0)])
def test_decompositions_give_the_matrix_back(run, shape, dtype):
    x = RANDOM.normal(size=shape).astype(dtype)
    if x.dtype.kind == "c":
        x = x + 1j * RANDOM.normal(size=shape).astype(x.real.dtype)
    exact = {"rtol": 1e-4, "atol": 1e-5}
    for full in (False, True):
        s, u, v = run(tf.svd(x, full_matrices=full))
        count = s.shape[-1]
        assert (np.diff(s) <= 1e-6).all()
        np.testing.assert_allclose(
            (u[..., :count] * s[..., None, :]) @ np.swapaxes(v[..., :count].conj(), -1, -2), x, **exact
        )
        q, r = run(tf.qr(x, full_matrices=full))
        np.testing.assert_allclose(q @ r, x, **exact)
        np.testing.assert_allclose(np.tril(r, -1), 0, atol=1e-5)
        np.testing.assert_allclose(
            np.swapaxes(q.conj(), -1, -2) @ q,
            np.broadcast_to(np.eye(q.shape[-1]), (*shape[:-2], q.shape[-1], q.shape[-1])),
            **exact,
        )
    if shape[-1] == shape[-2]:
        whole = x @ np.swapaxes(x.conj(), -1, -2)
        e, v = run(tf.self_adjoint_eig(whole))
        np.testing.assert_allclose((v * e[..., None, :]) @ np.swapaxes(v.conj(), -1, -2), whole, **exact)


def test_factors_of_rows_in_order(run):
    lu, p = run(tf.linalg.lu(SQUARE))
    np.testing.assert_allclose((np.tril(lu, -1) + np.eye(3)) @ np.triu(lu), SQUARE[p])


def test_functions_of_matrices(run):
    root = run(tf.linalg.sqrtm(POSITIVE))
    np.testing.assert_allclose(root @ root, POSITIVE)
    defective = np.array([[4.0, 1, 0], [0, 4, 1], [0, 0, 4]])
    root = run(tf.linalg.sqrtm(defective))
    np.testing.assert_allclose(root @ root, defective, atol=1e-12)
    for matrix in (SQUARE.astype(np.complex128), defective.astype(np.complex128)):
        logarithm = run(tf.linalg.logm(matrix))
        np.testing.assert_allclose(run(matrix_exponential(logarithm)), matrix, atol=1e-9)
    assert np.isnan(run(tf.linalg.sqrtm([[-1.0, 0.0], [0.0, 1.0]]))).all()
    assert run(apply_op("MatrixExponential", input=np.zeros((0, 2, 2)))).shape == (0, 2, 2)


def test_exponentials(run, check_gradients):
    for size in (0.01, 0.2, 0.8, 2.0, 30.0):
        x = size * RANDOM.normal(size=(2, 3, 3)) / 3
        np.testing.assert_allclose(run(tf.linalg.expm(x)), run(matrix_exponential(x)), rtol=1e-11)
    check_gradients(tf.linalg.expm, RANDOM.normal(size=(2, 2)), order=1, tolerance=1e-5)
    check_gradients(tf.linalg.expm, 8 * RANDOM.normal(size=(2, 2)), order=1, tolerance=1e-4)
    with pytest.raises(ValueError, match="does not support matrices of type int32"):
        tf.linalg.expm(tf.constant([[1]]))


def test_not_positive_matrices_have_no_cholesky_decomposition(run):
    found = run(tf.cholesky([[1.0, 2.0], [2.0, 1.0]]))
    assert np.isnan(found[np.tril_indices(2)]).all() and found[0, 1] == 0


def test_the_gradient_node_of_cholesky(run):
    grad = np.tril(RANDOM.normal(size=(3, 3)))
    x = tf.constant(POSITIVE)
    factor = tf.cholesky(x)
    expected = run(tf.gradients(factor, x, grad_ys=grad))[0]
    np.testing.assert_allclose(run(cholesky_grad(factor, grad)), expected)
    assert cholesky_grad(factor, grad).op.type == "CholeskyGrad"


def test_derivatives_of_norms(check_gradients):
    x = RANDOM.normal(size=(2, 3))
    for ord, axis in (("euclidean", None), (1, 1), (2, [0, 1]), (3.0, 0), (np.inf, 1), ("fro", [0, 1]), (1, [0, 1])):
        check_gradients(lambda t, ord=ord, axis=axis: tf.norm(t, ord, axis), x, order=1, tolerance=1e-5)
    check_gradients(lambda t: tf.linalg.normalize(t, axis=1)[0], x)
    check_gradients(tf.cross, x, x[::-1].copy())


def test_derivatives_of_tridiagonal_matrices(check_gradients):
    diagonals = RANDOM.normal(size=(3, 4)) + np.array([[0.0], [4.0], [0.0]])
    rhs = RANDOM.normal(size=(4, 2))
    for pivot in (True, False):
        check_gradients(
            lambda d, b, pivot=pivot: tf.linalg.tridiagonal_solve(d, b, partial_pivoting=pivot), diagonals, rhs
        )
    check_gradients(lambda d, b: tf.linalg.tridiagonal_matmul(d, b), diagonals, rhs)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: tf.matrix_inverse(WIDE), "Dimensions must be equal, but are 2 and 4: input must be square"),
        (lambda: tf.cholesky([1.0]), "Shape of input must be at least rank 2 but is rank 1"),
        (lambda: tf.matrix_solve(SQUARE, np.zeros((2, 1))), "the rows of matrix, \\(3, 3\\), and rhs, \\(2, 1\\)"),
        (lambda: tf.matrix_solve(BATCH, np.zeros((3, 2, 1))), "The leading axes of matrix, \\(2, 2, 2\\), and rhs"),
        (lambda: tf.matrix_triangular_solve(BATCH, np.zeros((3, 2, 1))), "cannot be broadcast together"),
        (lambda: tf.cross(np.zeros((2, 4)), np.zeros((2, 4))), "cross products are of vectors of 3 elements"),
        (lambda: tf.norm(SQUARE, "nuc", 1), "'ord' must be a supported vector norm"),
        (lambda: tf.norm(SQUARE, 1, [0, 0]), "a tuple of 2 unique integers, got \\[0, 0\\]"),
        (lambda: tf.norm(SQUARE, 3, [0, 1]), "'ord' must be a supported matrix norm"),
        (lambda: tf.norm(SQUARE, keepdims=True, keep_dims=True), "Cannot specify both"),
        (lambda: tf.linalg.tridiagonal_solve(SQUARE, np.zeros((2, 1))), "the lengths of diagonals"),
        (lambda: tf.linalg.tridiagonal_solve(SQUARE, np.zeros((3, 1)), "band"), "Unrecognized diagonals_format"),
        (lambda: tf.linalg.pinv(SQUARE[0], validate_args=True), "must have at least 2 dimensions"),
        (lambda: tf.matrix_solve_ls(DEEP, np.zeros((3, 1))), "3|4"),
    ],
)  # fmt: skip
def test_refusals(build, text):
    with pytest.raises(ValueError, match=text):
        build()


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (tf.matrix_inverse, "Input is not invertible"),
        (lambda x: tf.matrix_solve(x, np.ones((2, 1), np.float32)), "Input matrix is not invertible"),
        (lambda x: tf.linalg.lu(x).lu, "Input is not invertible"),
    ],
)
def test_singular_matrices(run, function, text):
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(function(tf.constant([[1.0, 2.0], [2.0, 4.0]])))


def test_what_running_shows(run):
    x = placeholder(dtypes.float32)
    for function in (tf.matrix_inverse, tf.cholesky, tf.matrix_determinant, tf.self_adjoint_eigvals):
        with pytest.raises(errors.InvalidArgumentError, match="must be square"):
            run(function(x), {x: np.zeros((2, 3))})


def test_gradients_that_do_not_exist():
    unknown = placeholder(dtypes.float64, [None, None])
    with pytest.raises(NotImplementedError, match="unknown inner matrix shape"):
        tf.gradients(tf.svd(unknown)[1], unknown)
    with pytest.raises(NotImplementedError, match="abs\\(m - n\\) > 1 when full_matrices is True"):
        x = tf.constant(WIDE)
        tf.gradients(tf.svd(x, full_matrices=True)[2], x)
    with pytest.raises(NotImplementedError, match="nrows > ncols and full_matrices is true"):
        x = tf.constant(DEEP)
        tf.gradients(tf.qr(x, full_matrices=True).q, x)
