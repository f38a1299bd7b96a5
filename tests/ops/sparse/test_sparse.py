"""Sparse functions beside the recorded cases: derivatives, operators, refusals at once and in a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors

PLACES = [[0, 1], [1, 0], [1, 2], [3, 3]]
OTHER = [[0, 1], [1, 1], [3, 3]]


def sparse(values: Any, indices: Any = None, shape: Any = (4, 4)) -> tf.SparseTensor:
    return tf.SparseTensor(PLACES if indices is None else indices, values, list(shape))


VALUES = np.array([1.5, -0.5, 2.0, 0.7])
DENSE = np.linspace(0.5, 2.0, 16).reshape(4, 4)


@pytest.mark.parametrize(
    ("build", "arrays"),
    [
        (lambda v: tf.sparse_tensor_to_dense(sparse(v)), [VALUES]),
        (lambda v, d: tf.sparse_to_dense(PLACES, [4, 4], v, d), [VALUES, np.array(0.3)]),
        (lambda v: tf.sparse_reorder(sparse(v, PLACES[::-1])).values, [VALUES]),
        (lambda v: tf.sparse_reshape(sparse(v), [2, 8]).values, [VALUES]),
        (lambda v: tf.sparse_transpose(sparse(v)).values, [VALUES]),
        (lambda v: tf.sparse_retain(sparse(v), [True, False, True, True]).values, [VALUES]),
        (lambda v: tf.sparse_slice(sparse(v), [1, 0], [2, 3]).values, [VALUES]),
        (lambda v, w: tf.sparse_add(sparse(v), sparse(w, OTHER)).values, [VALUES, VALUES[:3]]),
        (lambda v, d: tf.sparse_add(sparse(v), d), [VALUES, DENSE]),
        (lambda v, d: (sparse(v) * d).values, [VALUES, DENSE]),
        (lambda v, d: (sparse(v) * d).values, [VALUES, DENSE[:1]]),
        (lambda v, d: (sparse(v) / d).values, [VALUES, DENSE[0]]),
        (lambda v, d: (d * sparse(v)).values, [VALUES, DENSE[:, :1]]),
        (lambda v: tf.sparse_reduce_sum(sparse(v), 1), [VALUES]),
        (lambda v: tf.sparse_reduce_sum(sparse(v), [0, -1], keepdims=True), [VALUES]),
        (lambda v: tf.sparse_softmax(sparse(v)).values, [VALUES]),
        (lambda v: tf.sparse_fill_empty_rows(sparse(v), tf.constant(0.0, tf.float64))[0].values, [VALUES]),
        (lambda v, d: tf.sparse_fill_empty_rows(sparse(v, shape=(6, 4)), d)[0].values, [VALUES, np.array(0.3)]),
    ],
)
def test_derivatives(build: Callable[..., Any], arrays: list[np.ndarray], check_gradients: Any) -> None:
    # TensorFlow has no second derivative of cutting and filling: the first one's ops have no gradient.
    check_gradients(build, *arrays, order=1)


@pytest.mark.parametrize("adjoint_a", [False, True])
@pytest.mark.parametrize("adjoint_b", [False, True])
def test_derivatives_of_products(adjoint_a: bool, adjoint_b: bool, check_gradients: Any) -> None:
    b = np.random.RandomState(1).randn(*((2, 4) if adjoint_b else (4, 2)))
    check_gradients(lambda v, b: tf.sparse_tensor_dense_matmul(sparse(v), b, adjoint_a, adjoint_b), VALUES, b, order=2)


@pytest.mark.parametrize("shape", [(4, 4), (4,), (4, 1), (1, 1)])
def test_dense_gradients_of_products_are_sums(shape: tuple[int, ...], run: Any) -> None:
    dense = tf.placeholder(tf.float64, shape)
    slope = tf.gradients((sparse(VALUES) * dense).values, dense)[0]
    full = np.zeros((4, 4))
    full[tuple(np.transpose(PLACES))] = VALUES
    axes = tuple(axis for axis in range(2) if axis - 2 + len(shape) < 0 or shape[axis - 2 + len(shape)] == 1)
    expected = full.sum(axes).reshape(shape) if axes else full
    np.testing.assert_allclose(run(slope, {dense: np.ones(shape)}), expected)


def test_complex_products(run: Any) -> None:
    rng = np.random.RandomState(2)
    values, b = (rng.randn(*shape) + 1j * rng.randn(*shape) for shape in ((4,), (3, 4)))
    full = np.zeros((4, 4), complex)
    full[tuple(np.transpose(PLACES))] = values
    found = run(tf.sparse_tensor_dense_matmul(sparse(values), tf.constant(b), adjoint_a=True, adjoint_b=True))
    np.testing.assert_allclose(found, full.conj().T @ b.conj().T)


def test_sums_below_the_threshold_have_no_gradient(run: Any) -> None:
    x = tf.placeholder(tf.float64, [4])
    total = tf.sparse_add(sparse(x), sparse(-VALUES), 0.1)
    slope = tf.gradients(total.values, x)[0]
    fed = {x: VALUES + [0, 1, 0, 1]}
    assert run(total, fed).indices.tolist() == [PLACES[1], PLACES[3]]
    np.testing.assert_array_equal(run(slope, fed), [0, 1, 0, 1])


def test_mask(run: Any) -> None:
    slices = tf.IndexedSlices(tf.constant([[1.0], [2.0], [3.0]]), tf.constant([4, 0, 7]), tf.constant([9, 1]))
    kept = tf.sparse_mask(slices, [0, 3])
    values, indices = run([kept.values, kept.indices])
    assert values.tolist() == [[1], [3]] and indices.tolist() == [4, 7] and kept.dense_shape is slices.dense_shape


def test_through_a_branch(run: Any) -> None:
    chosen = tf.placeholder(tf.bool, [])
    a, b = sparse([1.0, 2, 3, 4]), sparse([5.0, 6, 7], OTHER)
    result = tf.cond(chosen, lambda: a, lambda: tf.sparse_reorder(b))
    assert run(result, {chosen: True}).values.tolist() == [1, 2, 3, 4]
    assert run(result, {chosen: False}).indices.tolist() == OTHER
    with pytest.raises(ValueError, match="one returns a sparse tensor where the other does not"):
        tf.cond(chosen, lambda: (a, 1.0, 2.0), lambda: (1.0, 2.0, a))


def test_maxima_have_no_gradient() -> None:
    x = tf.placeholder(tf.float32, [4])
    with pytest.raises(NotImplementedError, match="SparseSparseMaximum"):
        tf.gradients(tf.sparse_maximum(sparse(x), sparse([1.0, 2, 3, 4])).values, x)
    with pytest.raises(LookupError, match="SparseReduceMax"):
        tf.gradients(tf.sparse_reduce_max(sparse(x)), x)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: tf.sparse_to_dense([[0, 1]], [5], [1.0]), "one column of indices per size, got sparse_indices"),
        (lambda: tf.sparse_to_dense([[[0]]], [5], 1.0), "sparse_indices must be a scalar, vector or matrix"),
        (lambda: tf.sparse_to_dense([0, 1], [5], [1.0, 2, 3]), "one value per row of indices"),
        (lambda: tf.sparse_reshape(sparse(VALUES), [5, 3]), "Cannot reshape a tensor with 16 elements"),
        (lambda: tf.sparse_reshape(sparse(VALUES), [-1, -1]), "At most one dimension can be inferred"),
        (lambda: tf.sparse_slice(sparse(VALUES), [0], [2, 2]), "start needs one number per dimension"),
        (lambda: tf.sparse_split(sp_input=sparse(VALUES), axis=0), "num_split is required"),
        (lambda: tf.sparse_split(sparse(VALUES), 2, 0), "Keyword arguments are required"),
        (
            lambda: tf.sparse_concat(0, [sparse(VALUES), sparse(VALUES[:1], [[0, 0, 0]], (1, 1, 1))]),
            "need the same rank",
        ),
        (lambda: tf.sparse_concat(None, [sparse(VALUES)] * 2), "axis is required"),
        (
            lambda: tf.sparse_add(sparse(VALUES), sparse(VALUES, shape=(4, 5))),
            r"must have the same shape, got \[4, 4\] and \[4, 5\]",
        ),
        (lambda: tf.sparse_add(sparse(VALUES), DENSE[:2]), r"must have the same shape, got \[4, 4\] and \(2, 4\)"),
        (lambda: sparse(VALUES) * np.ones((2, 4, 4)), "only dense can be stretched"),
        (
            lambda: tf.sparse_tensor_dense_matmul(sparse(VALUES), np.ones((3, 2))),
            r"the inner sizes of the matrices a \(4, 4\) and b \(3, 2\)",
        ),
        (lambda: tf.sparse_reduce_sum(sparse(VALUES), 2), "Invalid reduction dimension 2, for input with 2"),
        (lambda: tf.sparse_reduce_sum(sparse(VALUES), 1, reduction_axes=1), "'reduction_axes' and 'axis'"),
        (lambda: tf.sparse_softmax(tf.SparseTensor([[0]], [1.0], [3])), "must have rank 2 or more, got rank 1"),
        (lambda: tf.sparse_retain(sparse(VALUES), [True]), "to_retain needs one bool per element"),
        (lambda: tf.sparse_reset_shape(sparse(VALUES), [3, 9]), "should have dimension sizes >= sp_input.shape"),
        (lambda: tf.sparse.expand_dims(tf.sparse_placeholder(tf.float32)), "its rank is not known"),
        (lambda: tf.sparse_merge([sparse([1, 2, 3, 0])], sparse(VALUES), [5, 6]), "1 sp_ids need as many"),
    ],
)
def test_refusals(build: Callable[[], Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build()


@pytest.mark.parametrize("function", [tf.sparse_reorder, tf.sparse_tensor_to_dense, tf.sparse_softmax])
def test_dense_tensors_are_refused(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="Input must be a SparseTensor"):
        function(tf.constant([1.0]))


@pytest.mark.parametrize(
    ("build", "indices", "text"),
    [
        (
            tf.sparse_tensor_to_dense,
            [[1, 0], [0, 1]],
            r"indices\[1\] = \[0, 1\] is out of order. Use tf.sparse_reorder",
        ),
        (tf.sparse_tensor_to_dense, [[1, 0], [1, 0]], r"indices\[1\] = \[1, 0\] is repeated"),
        (tf.sparse_tensor_to_dense, [[0, 0], [0, 4]], r"indices\[1\] = \[0, 4\] is out of bounds: need 0 <= index"),
        (lambda s: tf.sparse_reshape(s, [5, -1]), [[0, 0], [0, 1]], "Cannot reshape a tensor with 16 elements"),
        (lambda s: tf.sparse_reduce_sum(s, 5), [[0, 0], [0, 1]], "Invalid reduction dimension 5"),
        (lambda s: s * np.ones(3, np.float32), [[0, 0], [0, 1]], r"dense of shape \[3\] cannot be stretched"),
        (
            lambda s: tf.sparse_split(sp_input=s, num_split=9, axis=0),
            [[0, 0], [0, 1]],
            r"num_split should be between 1 and the splitting dimension size \(4\), got 9",
        ),
        (
            lambda s: tf.sparse_concat(1, [s, tf.sparse_reshape(s, [2, 8])]),
            [[0, 0], [0, 1]],
            r"Input shapes must match in all dimensions but 1: expected \[4, 4\], got \[2, 8\]",
        ),
    ],
)
def test_refusals_in_a_run(build: Callable[..., Any], indices: Any, text: str, run: Any) -> None:
    x = tf.sparse_placeholder(tf.float32)
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(build(x), {x: (indices, [1.0, 2.0], [4, 4])})


def test_sets_in_a_run(run: Any) -> None:
    a, b = tf.placeholder(tf.int64), tf.placeholder(tf.int64)
    both = tf.sets.intersection(a, b)
    assert run(both, {a: [[1, 2, 2]], b: [[2, 3]]}).values.tolist() == [2]
    with pytest.raises(errors.InvalidArgumentError, match="All dimensions of set1 and set2 but the last"):
        run(both, {a: [[1, 2]], b: [[2], [3]]})
    with pytest.raises(TypeError, match="Sets of different sizes can only be sparse"):
        tf.sets.size(a)
    with pytest.raises(TypeError, match="sets hold one of int8"):
        tf.sets.union([[1.0]], [[2.0]])


def test_empty(run: Any) -> None:
    nothing = tf.SparseTensor(np.zeros((0, 2), np.int64), np.zeros(0, np.float32), [2, 3])
    assert run(tf.sparse_reduce_sum(nothing, 0)).tolist() == [0, 0, 0]
    assert run(tf.sparse_softmax(nothing)).values.tolist() == []
    assert run(tf.sparse_tensor_dense_matmul(nothing, np.ones((3, 1), np.float32))).tolist() == [[0], [0]]
    assert run(tf.sparse_concat(0, [nothing, nothing])).dense_shape.tolist() == [4, 3]
    assert run(tf.sparse_reset_shape(nothing)).dense_shape.tolist() == [0, 0]
