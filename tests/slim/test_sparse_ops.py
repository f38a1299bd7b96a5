"""Dense tensors as sparse ones."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.slim.layers import bucketize, sparse_ops


def run(tensor):
    with tf.Session() as session:
        return session.run(tensor)


@pytest.mark.parametrize(
    ("dense", "ignore_value", "values"),
    [([0, 3, 0, 4], None, [3, 4]), (["", "a", ""], None, [b"a"]), ([1.0, 2.0, 1.0], 1.0, [2.0]), ([], None, [])],
)
def test_dense_to_sparse_tensor(dense, ignore_value, values):
    found = run(sparse_ops.dense_to_sparse_tensor(tf.constant(dense), ignore_value))
    assert found.values.tolist() == values
    assert found.dense_shape.tolist() == [len(dense)]


def test_indicators_to_sparse_ids():
    found = run(sparse_ops.indicators_to_sparse_ids([[[0, 0, 1, 0], [0, 0, 0, 0]], [[1, 0, 1, 1], [0, 0, 1, 0]]]))
    assert found.values.tolist() == [2, 0, 2, 3, 2]
    assert found.indices.tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 1], [1, 0, 2], [1, 1, 0]]
    assert found.dense_shape.tolist() == [2, 2, 3]


def test_ids_are_whole_numbers():
    with pytest.raises(ValueError, match="not integer: numbers of classes are whole"):
        sparse_ops.indicators_to_sparse_ids([1, 0], dtype=tf.float32)


def test_sparse_row_envelope():
    sparse = tf.SparseTensor([[0, 0], [2, 0], [2, 1], [2, 2]], [1, 1, 1, 1], [3, 3])
    assert run(sparse_ops.sparse_row_envelope(sparse)).tolist() == [1, 0, 3]


@pytest.mark.parametrize(("axes", "text"), [((0, 0), "can not be the same axis"), ((0, 0.5), "must be integers")])
def test_envelope_of_other_axes(axes, text):
    with pytest.raises(ValueError, match=text):
        sparse_ops.sparse_row_envelope(tf.SparseTensor([[0, 0]], [1], [1, 1]), *axes)


def test_bucketize():
    np.testing.assert_array_equal(run(bucketize(tf.constant([-5.0, 10.0, 99.0]), boundaries=[0.0, 10.0])), [0, 2, 2])
