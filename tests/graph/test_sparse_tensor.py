"""Sparse tensors and their values: parts, feeds, fetches, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    with tf.Graph().as_default() as new:
        yield new


def sparse() -> tf.SparseTensor:
    return tf.SparseTensor([[0, 1], [1, 2]], [1.0, 2.0], [2, 3])


def same(value: Any, indices: Any, values: Any, shape: Any) -> None:
    assert isinstance(value, tf.SparseTensorValue)
    for part, wanted in zip(value, (indices, values, shape), strict=True):
        np.testing.assert_array_equal(part, wanted)


def test_parts() -> None:
    x = sparse()
    assert [part.dtype for part in (x.indices, x.values, x.dense_shape)] == [tf.int64, tf.float32, tf.int64]
    assert x.dtype is tf.float32 and x.op is x.values.op and x.graph is tf.get_default_graph()
    assert x.shape.as_list() == x.get_shape().as_list() == [2, 3]
    assert repr(x).startswith('SparseTensor(indices=Tensor("SparseTensor/indices:0", shape=(2, 2), dtype=int64)')
    doubled = x.with_values(x.values * 2)
    assert doubled.indices is x.indices and x.consumers() == [doubled.values.op]
    x.set_shape([None, 3])
    with pytest.raises(ValueError, match="compatible"):
        x.set_shape([2, 4])


def test_fetched_in_any_structure() -> None:
    x = sparse()
    with tf.Session() as session:
        found = session.run({"x": [x, x.values], "again": x})
        same(found["x"][0], [[0, 1], [1, 2]], [1, 2], [2, 3])
        same(found["again"], [[0, 1], [1, 2]], [1, 2], [2, 3])
        same(x.eval(), [[0, 1], [1, 2]], [1, 2], [2, 3])
        same(tf.SparseTensor.from_value(found["again"]).eval(), [[0, 1], [1, 2]], [1, 2], [2, 3])


@pytest.mark.parametrize("shape", [None, [None, 3], [2, 3]])
@pytest.mark.parametrize("kind", [tuple, list, lambda parts: tf.SparseTensorValue(*parts)])
def test_fed(shape: Any, kind: Callable[[Any], Any]) -> None:
    x = tf.sparse_placeholder(tf.float32, shape)
    assert x.shape.as_list() == shape if shape else x.shape.rank is None
    dense = tf.sparse_tensor_to_dense(x)
    value = kind([[[0, 1], [1, 2]], [1.0, 2.0], [2, 3]])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(dense, {x: value}), [[0, 1, 0], [0, 0, 2]])
        same(session.run(x, {x: value}), [[0, 1], [1, 2]], [1, 2], [2, 3])
        np.testing.assert_array_equal(session.make_callable(dense, [x])(value), [[0, 1, 0], [0, 0, 2]])


def test_shape_of_a_placeholder_is_what_is_fed() -> None:
    x = tf.sparse_placeholder(tf.float32, tf.constant([2, 3], tf.int64), name="x")
    assert x.dense_shape.name == "x/shape:0"
    with tf.Session() as session:
        same(session.run(x, {x: ([[0, 4]], [1.0], [1, 5])}), [[0, 4]], [1], [1, 5])


@pytest.mark.parametrize("value", [[1, 2], ([[0, 1]], [2.0]), 3.0])
def test_feeds_that_are_not_sparse(value: Any) -> None:
    x = tf.sparse_placeholder(tf.float32)
    with tf.Session() as session, pytest.raises(ValueError, match=r"needs a tf\.SparseTensorValue or a tuple"):
        session.run(x, {x: value})


def test_a_sparse_tensor_cannot_be_fed() -> None:
    x = tf.sparse_placeholder(tf.float32)
    with tf.Session() as session, pytest.raises(ValueError, match=r"needs a tf\.SparseTensorValue or a tuple"):
        session.run(x, {x: sparse()})


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (([[0, 1]], [1.0, 2.0], [2, 3]), r"Dimensions 1 and 2 are not compatible.*indices \(1, 2\), values \(2,\)"),
        (([[0, 1]], [1.0], [2, 3, 4]), r"Dimensions 2 and 3 are not compatible"),
        (([0, 1], [1.0, 2.0], [2, 3]), r"Shape \(2,\) must have rank 2"),
        (([[0, 1]], [[1.0]], [2, 3]), r"Shape \(1, 1\) must have rank 1"),
    ],
)
def test_parts_that_do_not_go_together(parts: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        tf.SparseTensor(*parts)


def test_is_no_dense_tensor() -> None:
    with pytest.raises(TypeError, match=r"Failed to convert SparseTensor\(.*tf.sparse_tensor_to_dense"):
        tf.nn.relu(sparse())
    with pytest.raises(TypeError, match="unsupported operand"):
        tf.constant([1.0]) + sparse()
    with pytest.raises(TypeError, match="Neither a SparseTensor nor SparseTensorValue"):
        tf.SparseTensor.from_value([1])


def test_convert_to_tensor_or_sparse_tensor() -> None:
    x = sparse()
    assert tf.convert_to_tensor_or_sparse_tensor(x) is x
    value = tf.SparseTensorValue([[0]], [1], [2])
    assert isinstance(tf.convert_to_tensor_or_sparse_tensor(value), tf.SparseTensor)
    assert tf.convert_to_tensor_or_sparse_tensor([1, 2], tf.int64).dtype is tf.int64
    with pytest.raises(RuntimeError, match=r"Sparse dtype mismatch\. Requested: int32,  Actual: float32"):
        tf.convert_to_tensor_or_sparse_tensor(x, tf.int32)


def test_a_placeholders_default_is_no_constant() -> None:
    sizes = tf.placeholder_with_default(tf.constant([2, 3]), [2])
    assert tf.zeros(sizes).shape.as_list() == [None, None]
