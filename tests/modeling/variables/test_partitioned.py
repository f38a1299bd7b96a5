"""Variables in parts: sizes, values, sharing, checkpoints, refusals."""

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_parts_and_their_whole(session):
    values = np.arange(20.0).reshape(10, 2)
    whole = tf.get_variable("w", initializer=tf.constant(values), partitioner=tf.fixed_size_partitioner(3))
    assert [part.name for part in whole] == ["w/part_0:0", "w/part_1:0", "w/part_2:0"]
    assert [part.shape.as_list() for part in whole] == [[4, 2], [3, 2], [3, 2]]
    assert (len(whole), whole.name, whole.shape.as_list(), whole.dtype) == (3, "w", [10, 2], tf.float64)
    session.run(tf.global_variables_initializer())
    np.testing.assert_array_equal(session.run(tf.convert_to_tensor(whole)), values)
    session.run(whole.assign_add(tf.constant(np.ones((10, 2)))))
    session.run(whole.assign_sub(tf.constant(np.full((10, 2), 3.0))))
    np.testing.assert_array_equal(session.run(whole.as_tensor()), values - 2)
    session.run(whole.assign(tf.constant(values)))
    np.testing.assert_array_equal(session.run(list(whole)[1]), values[4:7])


def test_initializers_hear_of_the_whole():
    asked = []

    def initializer(shape, dtype=None, partition_info=None):
        asked.append((list(shape), partition_info.full_shape, partition_info.var_offset))
        assert partition_info.single_slice_dim(shape) == 0
        assert partition_info.single_offset(shape) == partition_info.var_offset[0]
        return tf.zeros(shape, dtype)

    tf.get_variable("w", [5, 2], initializer=initializer, partitioner=tf.fixed_size_partitioner(2))
    assert asked == [([3, 2], [5, 2], [0, 0]), ([2, 2], [5, 2], [3, 0])]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("use_resource", [False, True])
def test_checkpoints_hold_the_whole(tmp_path, axis, use_resource):
    values = np.arange(12.0, dtype=np.float32).reshape(4, 3)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable(
            "w", initializer=values, partitioner=tf.fixed_size_partitioner(2, axis), use_resource=use_resource
        )
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(session, str(tmp_path / "model"))
    np.testing.assert_array_equal(tf.train.load_variable(prefix, "w"), values)
    with tf.Graph().as_default(), tf.Session() as session:
        whole = tf.get_variable("w", [4, 3])
        tf.train.Saver().restore(session, prefix)
        np.testing.assert_array_equal(session.run(whole), values)
    with tf.Graph().as_default(), tf.Session() as session:
        parts = tf.get_variable("w", [4, 3], partitioner=tf.fixed_size_partitioner(3, axis))
        tf.train.Saver({"w": parts}).restore(session, prefix)
        np.testing.assert_array_equal(session.run(parts.as_tensor()), values)


def test_training_in_parts(session):
    found = []
    for name, cut in (("whole", None), ("parts", tf.fixed_size_partitioner(2))):
        start = np.arange(8, dtype=np.float32).reshape(4, 2)
        table = tf.get_variable(name, initializer=start, partitioner=cut)
        loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, [0, 3, 3], partition_strategy="div")))
        step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        session.run(tf.global_variables_initializer())
        session.run(step)
        found.append(session.run(tf.convert_to_tensor(table)))
    np.testing.assert_allclose(*found)


@pytest.mark.parametrize(
    ("partitioner", "shape", "dtype", "parts"),
    [
        (tf.fixed_size_partitioner(2), [10, 3], "float32", [2, 1]),
        (tf.fixed_size_partitioner(20, axis=1), [10, 3], "float32", [1, 3]),
        (tf.variable_axis_size_partitioner(64), [10, 3], "float32", [2, 1]),
        (tf.variable_axis_size_partitioner(64, axis=1, max_shards=2), [10, 30], "string", [1, 2]),
        (tf.min_max_variable_partitioner(4, min_slice_size=40), [10, 3], "float32", [3, 1]),
        (tf.min_max_variable_partitioner(4, axis=1), [1000, 3000], "float64", [1, 4]),
    ],
)
def test_partitioners(partitioner, shape, dtype, parts):
    assert partitioner(shape=tf.TensorShape(shape), dtype=tf.as_dtype(dtype)) == parts


def test_partitioners_refuse():
    with pytest.raises(ValueError, match="max_shard_bytes is 0"):
        tf.variable_axis_size_partitioner(0)
    with pytest.raises(ValueError, match="max_shards must be positive, got 0"):
        tf.variable_axis_size_partitioner(5, max_shards=0)
    with pytest.raises(ValueError, match=r"along axis 2 when shape is only \(10, 3\)"):
        tf.min_max_variable_partitioner(4, axis=2)(shape=tf.TensorShape([10, 3]), dtype=tf.float32)


@pytest.mark.parametrize(
    ("partitioner", "message"),
    [
        (lambda shape, dtype: 3, "must return a sequence, but saw: 3"),
        (lambda shape, dtype: [2], r"does not match the Variable's rank: \[2\] vs. \(3, 3\)"),
        (lambda shape, dtype: [0, 1], r"zero partitions for some axes: \[0, 1\]"),
        (lambda shape, dtype: [2, 2], r"only slice a variable along one dimension: shape: \(3, 3\)"),
        (lambda shape, dtype: [5, 1], r"of shape \(3, 3\) cannot be cut into \[5, 1\] parts"),
        (3, "Partitioner must be callable, but received: 3"),
    ],
)
def test_bad_partitioners(partitioner, message):
    with pytest.raises(ValueError, match=message):
        tf.get_variable("w", [3, 3], partitioner=partitioner)
    assert not tf.global_variables()


def test_sharing():
    cut = tf.fixed_size_partitioner(2)
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        first = tf.get_variable("w", [4], partitioner=cut)
        assert tf.get_variable("w", [4], partitioner=cut) is first
        with pytest.raises(ValueError, match=r"specified shape \(5,\) and found shape \(4,\)"):
            tf.get_variable("w", [5], partitioner=cut)
        with pytest.raises(ValueError, match=r"specified partitions \[4\] and found partitions \[2\]"):
            tf.get_variable("w", [4], partitioner=tf.fixed_size_partitioner(4))
        with pytest.raises(ValueError, match="a partitioned version of the variable was found: s/w/part_0"):
            tf.get_variable("w", [4])
    with pytest.raises(ValueError, match="Partitioned variable with name s/w already exists"), tf.variable_scope("s"):
        tf.get_variable("w", [4], partitioner=cut)
    tf.get_variable("whole", [4])
    with pytest.raises(ValueError, match="an unpartitioned version of the variable was found: whole"):
        tf.get_variable("whole", [4], partitioner=cut)


def test_values_must_fit(session):
    whole = tf.get_variable("w", [4], partitioner=tf.fixed_size_partitioner(2))
    with pytest.raises(ValueError, match=r"has the shape \(4,\), the value \(3,\)"):
        whole.assign(tf.ones([3]))
    with pytest.raises(ValueError, match="has 2 parts, got values for 1"):
        whole.assign([tf.ones([4])])


def test_slices_know_their_place():
    parts = tf.create_partitioned_variables([4, 2], [2, 1], tf.zeros_initializer(), name="p")
    info = parts[1]._get_save_slice_info()
    assert (info.full_name, info.full_shape, info.var_offset, info.var_shape) == ("p", [4, 2], [2, 0], [2, 2])
    assert info.spec == "4 2 2,2:0,2"
    again = tf.Variable.SaveSliceInfo(save_slice_info_def=info.to_proto(), import_scope="a")
    assert (again.full_name, again.spec) == ("a/p", info.spec)
    found = tf.Variable.from_proto(parts[1].to_proto())
    assert found._get_save_slice_info().spec == info.spec
