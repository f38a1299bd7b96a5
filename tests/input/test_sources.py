"""Databases, written records, and what only tf.contrib.data had."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

Dataset = tf.data.Dataset
experimental = tf.data.experimental


@pytest.fixture
def database(tmp_path):
    path = str(tmp_path / "rows.db")
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a integer, b text, c real, d integer)")
        connection.execute("insert into t values (1, 'x', 2.5, 1)")
        connection.execute("insert into t values (300, NULL, NULL, 0)")
    connection.close()
    return path


TYPES = (tf.int32, tf.string, tf.float64, tf.bool)


def test_rows_of_a_database(database, read):
    data = experimental.SqlDataset("sqlite", database, "select * from t", TYPES)
    assert data.output_types == TYPES
    assert [tuple(value.tolist() if hasattr(value, "tolist") else value for value in row) for row in read(data)] == [
        (1, b"x", 2.5, True),
        (300, b"", 0.0, False),
    ]


@pytest.mark.parametrize(
    ("column", "dtype", "values"),
    [("a", tf.int8, [1, 44]), ("b", tf.int32, [0, 0]), ("a", tf.string, [b"1", b"300"]), ("c", tf.int64, [2, 0])],
)
def test_columns_are_converted(database, read, column, dtype, values):
    data = experimental.SqlDataset("sqlite", database, f"select {column} from t", (dtype,))
    assert [row[0] for row in read(data)] == values


@pytest.mark.parametrize(
    ("driver", "query", "types", "error", "message"),
    [
        ("mysql", "select a from t", (tf.int32,), tf.errors.InvalidArgumentError, "database type, mysql, is not supp"),
        ("sqlite", "select zz from t", (tf.int32,), tf.errors.UnknownError, "no such column: zz"),
        ("sqlite", "select a from t", (tf.int32,) * 2, tf.errors.InvalidArgumentError, r"columns in query \(1\) must"),
        ("sqlite", "select c from t", (tf.float32,), ValueError, "must be one of string, .* got float32"),
    ],
)
def test_what_cannot_be_asked(database, read, driver, query, types, error, message):
    with pytest.raises(error, match=message):
        read(experimental.SqlDataset(driver, database, query, types))


def test_a_database_that_is_not_there_is_not_made(tmp_path, read):
    path = tmp_path / "none.db"
    with pytest.raises(tf.errors.UnknownError, match="unable to open database file"):
        read(experimental.SqlDataset("sqlite", str(path), "select 1", (tf.int32,)))
    assert not path.exists()


@pytest.mark.parametrize("kind", [None, "GZIP", "ZLIB"])
def test_a_dataset_is_written_to_records(tmp_path, read, session, kind):
    path = str(tmp_path / "records")
    write = experimental.TFRecordWriter(path, kind).write(Dataset.from_tensor_slices(["a", "bc"]))
    assert write.type == "DatasetToTFRecord"
    for _ in range(2):
        assert session.run(write) is None
        assert read(tf.data.TFRecordDataset(path, kind)) == [b"a", b"bc"]


def test_a_failing_dataset_leaves_the_old_file(tmp_path, session):
    path = tmp_path / "records"
    path.write_bytes(b"old")
    data = Dataset.range(2).map(lambda x: tf.as_string(tf.gather([1], x)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="holds 1, which is not in"):
        session.run(experimental.TFRecordWriter(str(path)).write(data))
    assert [item.name for item in tmp_path.iterdir()] == ["records"]
    assert Path(path).read_bytes() == b"old"


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (3, r"Expected a `tf.data.Dataset` object but got <class 'int'>"),
        (lambda: Dataset.range(3), r"elements with shapes \(\) and types <dtype: 'int64'>"),
        (lambda: Dataset.from_tensors(["a"]), r"shapes \(1,\) and types <dtype: 'string'>.*tf.serialize_tensor"),
        (lambda: Dataset.from_tensors(("a", "b")), "produces scalar `tf.string` elements"),
    ],
)
def test_only_strings_are_written(dataset, message):
    with pytest.raises(TypeError, match=message):
        experimental.TFRecordWriter("x").write(dataset() if callable(dataset) else dataset)


def test_datasets_travel_as_tensors(read):
    variant = experimental.to_variant(Dataset.range(3))
    assert variant.dtype is tf.variant
    assert read(experimental.from_variant(variant, tf.TensorSpec([], tf.int64))) == [0, 1, 2]


# tf.contrib.data


@pytest.mark.parametrize(
    ("arguments", "batches"),
    [
        ({}, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
        ({"stride": 2}, [[0, 1, 2], [2, 3, 4]]),
        ({"window_shift": 1, "window_stride": 2}, [[0, 2, 4]]),
    ],
)
def test_sliding_window_batch(read, arguments, batches):
    data = Dataset.range(5).apply(tf.contrib.data.sliding_window_batch(3, **arguments))
    assert [batch.tolist() for batch in read(data)] == batches


def test_sliding_windows_take_one_shift():
    with pytest.raises(ValueError, match="Cannot specify both `stride` and `window_shift`"):
        tf.contrib.data.sliding_window_batch(3, 1, 1)


@pytest.mark.parametrize(("count", "mean"), [(5, 2.0), (0, 0.0)])
def test_reduce_dataset(session, count, mean):
    reducer = tf.contrib.data.Reducer(
        lambda _: (np.int64(0), np.int64(0)),
        lambda state, x, y: (state[0] + x, state[1] + y),
        lambda total, number: tf.cast(total, tf.float32) / tf.cast(tf.maximum(number, 1), tf.float32),
    )
    data = Dataset.range(count).map(lambda x: (x, np.int64(1)))
    assert session.run(tf.contrib.data.reduce_dataset(data, reducer)) == mean


def test_reduce_dataset_takes_a_dataset():
    with pytest.raises(TypeError, match=r"must be a tf.data.Dataset, got 3"):
        tf.contrib.data.reduce_dataset(3, None)


def test_read_batch_features(tmp_path, session):
    path = str(tmp_path / "examples")
    with tf.python_io.TFRecordWriter(path) as writer:
        for number in range(3):
            value = tf.train.Feature(int64_list=tf.train.Int64List(value=[number]))
            writer.write(tf.train.Example(features=tf.train.Features(feature={"n": value})).SerializeToString())
    features = {"n": tf.FixedLenFeature([], tf.int64)}
    batch = tf.contrib.data.read_batch_features(path, 2, features, randomize_input=False, num_epochs=1)
    assert [session.run(batch)["n"].tolist() for _ in range(2)] == [[0, 1], [2]]
    with pytest.raises(tf.errors.OutOfRangeError):
        session.run(batch)
