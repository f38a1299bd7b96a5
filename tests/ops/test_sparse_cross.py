"""SparseCross: all combinations of the values of each row."""

import itertools

import numpy as np
import pytest

import convflow as tf


def sparse(values, dtype=None):
    """A sparse matrix whose rows are lists."""
    places = [[row, column] for row, items in enumerate(values) for column in range(len(items))]
    flat = list(itertools.chain(*values))
    array = np.array(flat, dtype) if dtype else flat
    return tf.SparseTensor(np.array(places, np.int64).reshape(-1, 2), array, [len(values), 5])


def run(node):
    with tf.Session() as session:
        return session.run(node)


def test_strings_are_joined_and_the_last_input_changes_fastest():
    words, numbers = sparse([["a", "b"], [], ["c"]]), tf.constant([[1, 2], [3, 4], [5, 6]])
    found = run(tf.sparse.cross([words, numbers]))
    assert found.values.tolist() == [b"a_X_1", b"a_X_2", b"b_X_1", b"b_X_2", b"c_X_5", b"c_X_6"]
    assert found.indices.tolist() == [[0, 0], [0, 1], [0, 2], [0, 3], [2, 0], [2, 1]]
    assert found.dense_shape.tolist() == [3, 4]


@pytest.mark.parametrize(
    "arguments, wanted",
    [
        # Recorded with TensorFlow 2.21.
        ({}, [9216350530976061679, 3936525779610793492, 8514253617038100568, 2848993524216589344]),
        ({"num_buckets": 100}, [86, 99, 75, 51]),
        ({"num_buckets": 100, "hash_key": 7}, [79, 22, 44, 87]),
    ],
)
def test_hashes_are_tensorflows(arguments, wanted):
    inputs = [sparse([["a", "bb"], ["a long string of words"]]), sparse([[3], [-4, 2]], np.int64)]
    assert run(tf.sparse.cross_hashed(inputs, **arguments)).values.tolist() == wanted


def test_no_inputs_of_a_row_make_no_combinations():
    found = run(tf.sparse.cross_hashed([sparse([[], []], object), sparse([["a"], ["b"]])]))
    assert found.values.shape == (0,) and found.dense_shape.tolist() == [2, 0]


def test_other_inputs_are_refused():
    with pytest.raises(TypeError, match="Inputs must be a list"):
        tf.sparse.cross(tf.constant(["a"]))
    with pytest.raises(TypeError, match="All inputs must be SparseTensors or tensors"):
        tf.sparse.cross([["a"]])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"have \[2, 1\] rows: they need as many as each other"):
        run(tf.sparse.cross([sparse([["a"], ["b"]]), tf.constant([["a"]])]))
