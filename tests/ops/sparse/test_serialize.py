"""Sparse tensors as strings: the bytes are TensorFlow's, and come back."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.ops.sparse_ops import deserialize_sparse

INDICES = b'\x08\t\x12\x08\x12\x02\x08\x02\x12\x02\x08\x01"\x10' + bytes(8) + b"\x02" + bytes(7)
SHAPE = b'\x08\t\x12\x04\x12\x02\x08\x01"\x08\x03' + bytes(7)
# What TensorFlow writes for two values of each type.
VALUES = {
    "float32": ([1.5, -2], b'\x08\x01\x12\x04\x12\x02\x08\x02"\x08\x00\x00\xc0?\x00\x00\x00\xc0'),
    "int32": ([7, -2], b'\x08\x03\x12\x04\x12\x02\x08\x02"\x08\x07\x00\x00\x00\xfe\xff\xff\xff'),
    "string": ([b"ab", b""], b'\x08\x07\x12\x04\x12\x02\x08\x02"\x04\x02\x00ab'),
    "bool": ([True, False], b'\x08\n\x12\x04\x12\x02\x08\x02"\x02\x01\x00'),
    "float16": ([1.5, 2], b'\x08\x13\x12\x04\x12\x02\x08\x02"\x04\x00>\x00@'),
    "int64": ([1 << 40, -2], b'\x08\t\x12\x04\x12\x02\x08\x02"\x10' + b"\0\0\0\0\0\1\0\0\xfe" + b"\xff" * 7),
    "float64": ([1.5, 2], b'\x08\x02\x12\x04\x12\x02\x08\x02"\x10' + bytes(6) + b"\xf8?" + bytes(7) + b"@"),
    "complex64": (
        [1.5 + 1j, 2],
        b'\x08\x08\x12\x04\x12\x02\x08\x02"\x10\0\0\xc0?\0\0\x80?\0\0\0@\0\0\0\0',
    ),
    "bfloat16": ([1.5, 2], b'\x08\x0e\x12\x04\x12\x02\x08\x02"\x04\xc0?\x00@'),
    "uint8": ([1, 2], b'\x08\x04\x12\x04\x12\x02\x08\x02"\x02\x01\x02'),
}


@pytest.fixture(autouse=True)
def _session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _matrix():
    return tf.SparseTensor([[0, 1], [2, 0]], tf.constant([1.5, -2.0]), [3, 4])


@pytest.mark.parametrize("name", VALUES)
def test_the_bytes_are_tensorflows_and_come_back(name):
    items, expected = VALUES[name]
    dtype = tf.as_dtype(name)
    serialized = tf.serialize_sparse(tf.SparseTensor([[0], [2]], tf.constant(items, dtype), [3]))
    assert serialized.shape.as_list() == [3]
    assert serialized.eval().tolist() == [INDICES, expected, SHAPE]
    back = deserialize_sparse(serialized, dtype).eval()
    assert (back.indices.tolist(), back.values.tolist(), back.dense_shape.tolist()) == ([[0], [2]], items, [3])


def test_nothing_is_serialized_too():
    empty = tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0]), [3, 2])
    serialized = tf.io.serialize_sparse(empty)
    assert serialized.eval().tolist()[:2] == [b"\x08\t\x12\x06\x12\x00\x12\x02\x08\x02", b"\x08\x01\x12\x02\x12\x00"]
    back = deserialize_sparse(serialized, tf.float32).eval()
    assert back.indices.shape == (0, 2) and back.dense_shape.tolist() == [3, 2]


def test_the_parts_of_a_matrix():
    many = tf.serialize_many_sparse(_matrix())
    assert many.shape.as_list() == [None, 3]
    found = many.eval().tolist()
    assert found[1] == [
        b"\x08\t\x12\x06\x12\x00\x12\x02\x08\x01",
        b"\x08\x01\x12\x02\x12\x00",
        b'\x08\t\x12\x04\x12\x02\x08\x01"\x08\x04' + bytes(7),
    ]
    assert found[2][1] == b'\x08\x01\x12\x04\x12\x02\x08\x01"\x04\x00\x00\x00\xc0'
    back = tf.deserialize_many_sparse(many, tf.float32, rank=2)
    assert (back.indices.shape.as_list(), back.dense_shape.shape.as_list()) == ([None, 2], [2])
    assert back.values.shape.as_list() == [None]
    value = back.eval()
    assert value.indices.tolist() == [[0, 1], [2, 0]] and value.dense_shape.tolist() == [3, 4]


def test_tensors_that_were_stacked_share_the_largest_sizes():
    other = tf.SparseTensor([[1, 1]], tf.constant([3.0]), [7, 2])
    stacked = tf.stack([tf.serialize_sparse(_matrix()), tf.serialize_sparse(other)])
    value = tf.io.deserialize_many_sparse(stacked, tf.float32).eval()
    assert value.indices.tolist() == [[0, 0, 1], [0, 2, 0], [1, 1, 1]]
    assert value.values.tolist() == [1.5, -2.0, 3.0] and value.dense_shape.tolist() == [2, 7, 4]


def test_several_new_axes():
    many = tf.reshape(tf.serialize_many_sparse(_matrix()), [3, 1, 3])
    value = deserialize_sparse(many, tf.float32).eval()
    assert value.indices.tolist() == [[0, 0, 1], [2, 0, 0]] and value.dense_shape.tolist() == [3, 1, 4]


@pytest.mark.parametrize("serialize", [tf.serialize_sparse, tf.serialize_many_sparse])
def test_variants_come_back(serialize):
    serialized = serialize(_matrix(), out_type=tf.variant)
    assert serialized.dtype == tf.variant
    value = deserialize_sparse(serialized, tf.float32).eval()
    assert value.indices.tolist() == [[0, 1], [2, 0]] and value.values.tolist() == [1.5, -2.0]


def test_serialized_tensors_go_through_a_queue(_session):
    queue = tf.FIFOQueue(3, tf.string, shapes=[[3]])
    fill = queue.enqueue_many(tf.serialize_many_sparse(_matrix()))
    batch = tf.deserialize_many_sparse(queue.dequeue_many(3), tf.float32)
    _session.run(fill)
    np.testing.assert_array_equal(tf.sparse.to_dense(batch).eval(), [[0, 1.5, 0, 0], [0, 0, 0, 0], [-2, 0, 0, 0]])


def test_the_nodes_are_tensorflows():
    serialized, many = tf.serialize_sparse(_matrix(), name="a"), tf.serialize_many_sparse(_matrix())
    tf.deserialize_many_sparse(many, tf.float32, rank=1)
    deserialize_sparse(serialized, tf.float32, rank=2)
    nodes = [(op.type, op.name) for op in tf.get_default_graph().get_operations() if op.type != "Const"]
    assert nodes == [
        ("SerializeSparse", "a"),
        ("SerializeManySparse", "SerializeManySparse"),
        ("DeserializeManySparse", "DeserializeManySparse"),
        ("DeserializeSparse", "DeserializeSparse"),
    ]


def test_what_cannot_be_serialized():
    with pytest.raises(TypeError, match="Input must be a SparseTensor"):
        tf.serialize_sparse(3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="should be > 1, but saw rank: 1"):
        tf.serialize_many_sparse(tf.SparseTensor([[1]], [1.0], [2])).eval()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = \[0, 1\] is out of order"):
        tf.serialize_many_sparse(tf.SparseTensor([[2, 0], [0, 1]], [1.0, 2.0], [3, 2])).eval()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[0\] = \[4, 0\] is out of bounds"):
        tf.serialize_many_sparse(tf.SparseTensor([[4, 0], [5, 1]], [1.0, 2.0], [3, 2])).eval()


def test_what_cannot_be_read():
    one, many = tf.serialize_sparse(_matrix()), tf.serialize_many_sparse(_matrix())
    with pytest.raises(ValueError, match="rank 2"):
        tf.deserialize_many_sparse(one, tf.float32)
    with pytest.raises(ValueError, match="3 columns"):
        tf.deserialize_many_sparse(tf.constant([["a", "b"]]), tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse serialized proto of sparse tensor 0"):
        tf.deserialize_many_sparse(tf.constant([["a", "b", "c"]]), tf.float32).eval()
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Requested SparseTensor of type int32 but .* == float32"):
        tf.deserialize_many_sparse(many, tf.int32).eval()
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 1 serialized tensor"):
        deserialize_sparse(many[:0], tf.float32).eval()
    swapped = tf.stack([one[2], one[1], one[0]])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"SparseTensor\[0\] has indices of int64 \[2\]"):
        deserialize_sparse(swapped, tf.float32).eval()
    vector = tf.serialize_sparse(tf.SparseTensor([[1]], [1.0], [2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Inconsistent rank across SparseTensors"):
        tf.deserialize_many_sparse(tf.stack([one, vector]), tf.float32).eval()
