import numpy as np
import pytest

import convflow as tf

L = tf.linalg
RANDOM = np.random.RandomState(0)


def _normal(*shape):
    return RANDOM.randn(*shape)


def _positive(n):
    root = _normal(n, n)
    return root @ root.T + n * np.eye(n)


def _tril(matrix):
    return np.tril(matrix)


def _circulant(column):
    return np.stack([np.roll(column, shift) for shift in range(len(column))], 1)


A, B, POSITIVE = _normal(3, 3), _normal(2, 3, 3), _positive(3)
D, D2 = _normal(3), np.abs(_normal(2, 3)) + 0.5
COMPLEX = _normal(3, 3) + 1j * _normal(3, 3)
COLUMN, ROW = np.array([4.0, 1.0, 2.0]), np.array([4.0, 7.0, 8.0])
SPECTRUM = np.array([3.0, 1.0, 2.0, 1.0])
U, V, K = _normal(3, 2), _normal(3, 2), np.array([0.5, 2.0])
BLOCK = np.block([[A, np.zeros((3, 2))], [np.zeros((2, 3)), np.diag([2.0, 5.0])]])
TORUS = np.abs(_normal(2, 3)) + 1


def _torus_matrix(spectrum):
    size = spectrum.size
    columns = [np.fft.ifftn(np.fft.fftn(unit.reshape(spectrum.shape)) * spectrum).reshape(-1) for unit in np.eye(size)]
    return np.stack(columns, 1)


# What each operator is made of, and its matrices by NumPy.
CASES = {
    "full": (lambda: L.LinearOperatorFullMatrix(A), A),
    "batch": (lambda: L.LinearOperatorFullMatrix(B), B),
    "complex": (lambda: L.LinearOperatorFullMatrix(COMPLEX), COMPLEX),
    "diagonal": (lambda: L.LinearOperatorDiag(D), np.diag(D)),
    "diagonals": (lambda: L.LinearOperatorDiag(D2), np.stack([np.diag(row) for row in D2])),
    "triangle": (lambda: L.LinearOperatorLowerTriangular(A), _tril(A)),
    "identity": (lambda: L.LinearOperatorIdentity(3, dtype=tf.float64), np.eye(3)),
    "identities": (lambda: L.LinearOperatorIdentity(3, [2], tf.float64), np.stack([np.eye(3)] * 2)),
    "scaled": (lambda: L.LinearOperatorScaledIdentity(3, tf.constant(2.5, tf.float64)), 2.5 * np.eye(3)),
    "reflection": (lambda: L.LinearOperatorHouseholder(D), np.eye(3) - 2 * np.outer(D, D) / (D @ D)),
    "toeplitz": (lambda: L.LinearOperatorToeplitz(COLUMN, ROW), np.array([[4, 7, 8], [1, 4, 7], [2, 1, 4.0]])),
    "circulant": (
        lambda: L.LinearOperatorCirculant(SPECTRUM, tf.float64),
        _circulant(np.fft.ifft(SPECTRUM).real),
    ),
    "torus": (lambda: L.LinearOperatorCirculant2D(TORUS, tf.complex128), _torus_matrix(TORUS)),
    "torus of three": (
        lambda: L.LinearOperatorCirculant3D(TORUS.reshape(2, 1, 3), tf.complex128),
        _torus_matrix(TORUS.reshape(2, 1, 3)),
    ),
    "product": (
        lambda: L.LinearOperatorComposition([L.LinearOperatorFullMatrix(A), L.LinearOperatorDiag(D2)]),
        A @ np.stack([np.diag(row) for row in D2]),
    ),
    "blocks": (
        lambda: L.LinearOperatorBlockDiag([L.LinearOperatorFullMatrix(A), L.LinearOperatorDiag(np.array([2.0, 5.0]))]),
        BLOCK,
    ),
    "kronecker": (
        lambda: L.LinearOperatorKronecker([L.LinearOperatorFullMatrix(A), L.LinearOperatorDiag(np.array([2.0, 5.0]))]),
        np.kron(A, np.diag([2.0, 5.0])),
    ),
    "adjoint": (lambda: L.LinearOperatorAdjoint(L.LinearOperatorFullMatrix(COMPLEX)), COMPLEX.conj().T),
    "inverse": (lambda: L.LinearOperatorInversion(L.LinearOperatorFullMatrix(A)), np.linalg.inv(A)),
    "update": (
        lambda: L.LinearOperatorLowRankUpdate(L.LinearOperatorFullMatrix(A), U, K, V),
        A + U @ np.diag(K) @ V.T,
    ),
    "positive update": (
        lambda: L.LinearOperatorLowRankUpdate(L.LinearOperatorFullMatrix(POSITIVE), U),
        POSITIVE + U @ U.T,
    ),
}


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _adjoint(matrix):
    return np.swapaxes(matrix.conj(), -1, -2)


@pytest.mark.parametrize("case", CASES)
def test_what_an_operator_does(session, case):
    make, matrix = CASES[case]
    operator = make()
    size = matrix.shape[-1]
    x = _normal(size, 2).astype(operator.dtype.as_numpy_dtype)
    asked = {
        "dense": (operator.to_dense(), matrix),
        "shape": (operator.shape_tensor(), matrix.shape),
        "matmul": (operator.matmul(x), matrix @ x),
        "adjoint": (operator.matmul(x, adjoint=True), _adjoint(matrix) @ x),
        "adjoint of the argument": (operator.matmul(_adjoint(x), adjoint_arg=True), matrix @ x),
        "matvec": (operator.matvec(x[:, 0]), matrix @ x[:, 0]),
        "solve": (operator.solve(x), np.linalg.solve(matrix, np.broadcast_to(x, (*matrix.shape[:-2], *x.shape)))),
        "solve the adjoint": (
            operator.solve(x, adjoint=True),
            np.linalg.solve(_adjoint(matrix), np.broadcast_to(x, (*matrix.shape[:-2], *x.shape))),
        ),
        "solvevec": (operator.solvevec(x[:, 1]), (np.linalg.inv(matrix) @ x)[..., 1]),
        "determinant": (operator.determinant(), np.linalg.det(matrix)),
        "log": (operator.log_abs_determinant(), np.log(np.abs(np.linalg.det(matrix)))),
        "diagonal": (operator.diag_part(), np.diagonal(matrix, axis1=-2, axis2=-1)),
        "trace": (operator.trace(), np.trace(matrix, axis1=-2, axis2=-1)),
        "sum": (operator.add_to_tensor(np.ones((size, size), operator.dtype.as_numpy_dtype)), matrix + 1),
        "its adjoint": (operator.H.to_dense(), _adjoint(matrix)),
        "undone": (operator.inverse().matmul(operator.matmul(x)), np.broadcast_to(x, (*matrix.shape[:-2], *x.shape))),
        "twice": (operator.matmul(operator).to_dense(), matrix @ matrix),
    }
    found = session.run({key: tensor for key, (tensor, _) in asked.items()})
    for key, (_, expected) in asked.items():
        np.testing.assert_allclose(found[key], expected, rtol=1e-6, atol=1e-9, err_msg=key)
    assert operator.shape.as_list() == list(matrix.shape)
    assert (operator.tensor_rank, operator.domain_dimension, operator.is_square) == (matrix.ndim, size, True)


def test_sizes_that_are_open(session):
    diagonal, matrix = tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32)
    operator = L.LinearOperatorComposition([L.LinearOperatorFullMatrix(matrix), L.LinearOperatorDiag(diagonal)])
    assert operator.is_square is None
    fed = {diagonal: [[1.0, 2.0], [3.0, 4.0]], matrix: [[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]]}
    dense, shape, rank = session.run([operator.to_dense(), operator.shape_tensor(), operator.tensor_rank_tensor()], fed)
    np.testing.assert_array_equal(dense, [[[1, 2], [0, 2], [2, 0]], [[3, 4], [0, 4], [6, 0]]])
    assert (shape.tolist(), rank) == ([2, 3, 2], 3)
    assert session.run([operator.batch_shape_tensor(), operator.range_dimension_tensor()], fed)[1] == 3


def test_zeros(session):
    operator = L.LinearOperatorZeros(2, 3, is_square=False, is_self_adjoint=False)
    assert operator.shape.as_list() == [2, 3]
    product, adjoint, dense = session.run(
        [operator.matmul(np.ones((3, 4), np.float32)), operator.matmul(np.ones((2, 4), np.float32), adjoint=True),
         operator.add_to_tensor(np.ones((2, 3), np.float32))]
    )  # fmt: skip
    assert (product.shape, adjoint.shape, dense.tolist()) == ((2, 4), (3, 4), np.ones((2, 3)).tolist())
    assert session.run(L.LinearOperatorZeros(2).determinant()) == 0.0


def test_combined_operators_stay_simple(session):
    diagonal = L.LinearOperatorDiag([1.0, 4.0], is_positive_definite=True)
    identity = L.LinearOperatorIdentity(2)
    assert diagonal.matmul(identity) is diagonal and identity @ diagonal is diagonal
    assert isinstance(diagonal @ diagonal, L.LinearOperatorDiag)
    assert isinstance(diagonal.inverse(), L.LinearOperatorDiag)
    np.testing.assert_array_equal(session.run(diagonal.cholesky().to_dense()), [[1, 0], [0, 2]])
    full = L.LinearOperatorFullMatrix(POSITIVE, is_self_adjoint=True, is_positive_definite=True)
    assert full.adjoint() is full
    factor = session.run(full.cholesky().to_dense())
    np.testing.assert_allclose(factor, np.linalg.cholesky(POSITIVE))
    other = L.LinearOperatorFullMatrix(A)
    assert other.inverse().inverse() is other and other.adjoint().adjoint() is other
    solved = session.run(full.solve(other).to_dense())
    np.testing.assert_allclose(solved, np.linalg.solve(POSITIVE, A))
    assert isinstance(full, tf.Module) and full.name == "LinearOperatorFullMatrix"


def test_gradients(session):
    tril = tf.constant(_tril(A) + 3 * np.eye(3))
    operator = L.LinearOperatorLowerTriangular(tril)
    total = tf.reduce_sum(operator.solvevec(tf.constant(D))) + operator.log_abs_determinant()
    (gradient,) = tf.gradients(total, tril)
    base = session.run(tril)

    def value(matrix):
        matrix = np.tril(matrix)
        return np.linalg.solve(matrix, D).sum() + np.log(np.abs(np.diag(matrix))).sum()

    step = 1e-6
    numeric = np.zeros((3, 3))
    for index in np.ndindex(3, 3):
        moved = np.zeros((3, 3))
        moved[index] = step
        numeric[index] = (value(base + moved) - value(base - moved)) / (2 * step)
    np.testing.assert_allclose(session.run(gradient), numeric, atol=1e-6)


def test_assertions(session):
    good = L.LinearOperatorFullMatrix(POSITIVE)
    session.run([good.assert_non_singular(), good.assert_positive_definite(), good.assert_self_adjoint()])
    bad = L.LinearOperatorFullMatrix(np.array([[1.0, 2.0], [2.0, 4.0]]))
    other = L.LinearOperatorFullMatrix(np.array([[1.0, 2.0], [3.0, 4.0]]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Singular matrix up to precision epsilon"):
        session.run(bad.assert_non_singular())
    with pytest.raises(tf.errors.InvalidArgumentError, match="Matrix was not equal to its adjoint"):
        session.run(other.assert_self_adjoint())
    with pytest.raises(tf.errors.InvalidArgumentError):
        session.run(L.LinearOperatorFullMatrix(-POSITIVE).assert_positive_definite())


def test_what_is_refused():
    with tf.Graph().as_default():
        wide = L.LinearOperatorFullMatrix(np.ones((2, 3)))
        square = L.LinearOperatorFullMatrix(np.ones((2, 2)), is_non_singular=False)
        with pytest.raises(
            NotImplementedError, match="Determinant not implemented for an operator that is expected to"
        ):
            wide.determinant()
        with pytest.raises(NotImplementedError, match=r"Exact solve not implemented .* expected to be singular"):
            square.solve(np.ones((2, 1)))
        with pytest.raises(ValueError, match="Cannot take the inverse: LinearOperatorFullMatrix is not square"):
            wide.inverse()
        with pytest.raises(ValueError, match="Cannot take the Cholesky decomposition"):
            square.cholesky()
        with pytest.raises(ValueError, match=r"takes x with 3 in dimension -2, got the shape \(2, 1\)"):
            wide.matmul(np.ones((2, 1)))
        with pytest.raises(ValueError, match=r"Operators are incompatible. Expected `x` to have dimension 3 but got 2"):
            wide.matmul(square)
        with pytest.raises(ValueError, match="Operators are not composable"):
            L.LinearOperatorComposition([wide, square])
        with pytest.raises(ValueError, match="Expected a non-empty list of operators"):
            L.LinearOperatorKronecker([])
        with pytest.raises(ValueError, match="Can only represent a block diagonal of square matrices"):
            L.LinearOperatorBlockDiag([wide])
        with pytest.raises(ValueError, match="A real diagonal operator is always self adjoint"):
            L.LinearOperatorDiag([1.0], is_self_adjoint=False)
        with pytest.raises(ValueError, match="Argument matrix must have at least 2 dimensions"):
            L.LinearOperatorFullMatrix([1.0])
        with pytest.raises(TypeError, match="Argument diag must have a floating or complex type, got int32"):
            L.LinearOperatorDiag([1])
        with pytest.raises(ValueError, match=r"Argument num_rows must be non-negative. Found: -1"):
            L.LinearOperatorIdentity(-1)
        with pytest.raises(ValueError, match="A positive definite matrix is always non-singular"):
            L.LinearOperatorFullMatrix(A, is_positive_definite=True, is_non_singular=False)
