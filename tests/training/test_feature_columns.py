"""Feature columns: the nodes, variables and values that TensorFlow makes of them, and what they refuse."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import columns  # noqa: E402

CASES = json.loads((GOLDEN / "columns.json").read_text())
fc = tf.feature_column


@pytest.fixture(autouse=True)
def graph_of_its_own():
    with tf.Graph().as_default():
        yield


def run(*tensors):
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        return session.run(list(tensors))


@pytest.mark.parametrize("name", CASES)
def test_nodes_variables_and_values_are_tensorflows(name):
    found, wanted = columns.record(tf, name), CASES[name]
    assert found["nodes"] == wanted["nodes"]
    assert found["collections"] == wanted["collections"]
    assert found["shape"] == wanted["shape"]
    np.testing.assert_allclose(found["values"], wanted["values"], rtol=1e-5, atol=1e-6)


def test_every_case_is_recorded():
    assert columns.names(tf) == list(CASES)


def test_a_vocabulary_file_counts_its_lines_and_has_buckets_for_other_words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("red\ngreen\nblue\n")
    column = fc.categorical_column_with_vocabulary_file("colour", str(path), num_oov_buckets=1)
    assert column.num_buckets == 4
    output = fc.input_layer({"colour": ["blue", "black", "red"]}, fc.indicator_column(column))
    np.testing.assert_array_equal(run(output)[0], [[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]])


def test_a_vocabulary_file_of_numbers_can_be_cut(tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_text("7\n9\n11\n")
    column = fc.categorical_column_with_vocabulary_file("n", str(path), vocabulary_size=2, dtype=tf.int64)
    output = fc.input_layer({"n": np.array([[9, 7], [11, 9]])}, fc.indicator_column(column))
    np.testing.assert_array_equal(run(output)[0], [[1, 1], [0, 1]])


def test_dictionaries_are_filled_with_variables_and_tensors():
    emb = fc.embedding_column(fc.categorical_column_with_identity("i", 3), 2)
    age = fc.numeric_column("age")
    of_vars, of_tensors, of_linear = {}, {}, {}
    features = {"i": [[1], [2]], "age": [1.0, 2.0]}
    fc.input_layer(features, [emb, age], cols_to_vars=of_vars, cols_to_output_tensors=of_tensors)
    fc.linear_model(features, [age], cols_to_vars=of_linear)
    assert [v.op.name for v in of_vars[emb]] == ["input_layer/i_embedding/embedding_weights"]
    assert of_vars[age] == [] and of_tensors[emb].shape.as_list() == [2, 2]
    assert {str(key): [v.op.name for v in value] for key, value in of_linear.items()} == {
        str(age): ["linear_model/age/weights"],
        "bias": ["linear_model/bias_weights"],
    }


def test_an_embedding_begins_with_a_checkpoint(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("table", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "model"))
    ids = fc.categorical_column_with_identity("i", 2)
    column = fc.embedding_column(ids, 2, ckpt_to_load_from=path, tensor_name_in_ckpt="table")
    np.testing.assert_array_equal(run(fc.input_layer({"i": [[1], [0]]}, column))[0], [[3, 4], [1, 2]])


def test_columns_can_be_trained():
    features = {"colour": ["red", "blue", "red", "blue"]}
    colour = fc.categorical_column_with_vocabulary_list("colour", ["red", "blue"])
    logits = fc.linear_model(features, [colour])
    loss = tf.losses.sigmoid_cross_entropy([[1], [0], [1], [0]], logits)
    step = tf.train.FtrlOptimizer(1.0).minimize(loss)
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        first = session.run(loss)
        for _ in range(20):
            session.run(step)
        assert session.run(loss) < first / 4


def test_the_parse_spec_reads_what_the_columns_need():
    age = fc.numeric_column("age", shape=2, default_value=[1.0, 2.0])
    ids = fc.weighted_categorical_column(fc.categorical_column_with_identity("i", 4), "w")
    crossed = fc.crossed_column(["word", fc.bucketized_column(age, [3.0])], 5)
    spec = fc.make_parse_example_spec([age, fc.indicator_column(ids), crossed])
    assert spec == {
        "age": tf.FixedLenFeature((2,), tf.float32, (1.0, 2.0)),
        "i": tf.VarLenFeature(tf.int64),
        "w": tf.VarLenFeature(tf.float32),
        "word": tf.VarLenFeature(tf.string),
    }
    example = tf.train.Example()
    example.features.feature["i"].int64_list.value.extend([3, 1])
    example.features.feature["w"].float_list.value.extend([0.5, 2.0])
    parsed = tf.parse_example([example.SerializeToString()], spec)
    np.testing.assert_array_equal(
        run(fc.input_layer(parsed, [age, fc.indicator_column(ids)]))[0], [[1, 2, 0, 2, 0, 0.5]]
    )


def test_an_id_out_of_range_is_an_error_of_the_run():
    column = fc.indicator_column(fc.categorical_column_with_identity("i", 3))
    output = fc.input_layer({"i": tf.placeholder_with_default([[3]], [None, 1])}, column)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Column i takes ids from 0 to 2: give default_value"):
        run(output)


AGE = fc.numeric_column("age")
IDS = fc.categorical_column_with_identity("i", 3)
REFUSED = {
    "shape dimensions must be greater than 0": lambda: fc.numeric_column("a", shape=0),
    "shape dimensions must be integer": lambda: fc.numeric_column("a", shape=(1.5,)),
    "dtype must be convertible to float": lambda: fc.numeric_column("a", dtype=tf.string),
    "default_value must be compatible with dtype": lambda: fc.numeric_column("a", default_value="x"),
    "shape of default_value must be equal": lambda: fc.numeric_column("a", shape=2, default_value=[1.0]),
    "normalizer_fn must be a callable": lambda: fc.numeric_column("a", normalizer_fn=3),
    "key must be a string": lambda: fc.numeric_column(3),
    "boundaries must be a sorted list": lambda: fc.bucketized_column(AGE, [2.0, 1.0]),
    "boundaries must not be empty": lambda: fc.bucketized_column(AGE, []),
    "must be a column generated with numeric_column": lambda: fc.bucketized_column(IDS, [1.0]),
    "must be one-dimensional": lambda: fc.bucketized_column(fc.numeric_column("a", shape=(2, 2)), [1.0]),
    "hash_bucket_size must be at least 1": lambda: fc.categorical_column_with_hash_bucket("a", 0),
    "dtype must be string or integer": lambda: fc.categorical_column_with_hash_bucket("a", 3, tf.float32),
    "Duplicate keys": lambda: fc.categorical_column_with_vocabulary_list("a", ["x", "x"]),
    "must be non-empty": lambda: fc.categorical_column_with_vocabulary_list("a", []),
    "do not match": lambda: fc.categorical_column_with_vocabulary_list("a", ["x"], dtype=tf.int64),
    "Can't specify both": lambda: fc.categorical_column_with_vocabulary_list("a", ["x"], None, 0, 2),
    "does not exist": lambda: fc.categorical_column_with_vocabulary_file("a", "/nowhere/words"),
    "num_buckets 0 < 1": lambda: fc.categorical_column_with_identity("a", 0),
    "not in range": lambda: fc.categorical_column_with_identity("a", 2, 2),
    "is not convertible to float": lambda: fc.weighted_categorical_column(IDS, "w", tf.string),
    "must be a CategoricalColumn": lambda: fc.indicator_column(AGE),
    "Invalid dimension 0": lambda: fc.embedding_column(IDS, 0),
    "Must specify both": lambda: fc.embedding_column(IDS, 2, ckpt_to_load_from="x"),
    "initializer must be callable": lambda: fc.embedding_column(IDS, 2, initializer=3),
    "same number of buckets": lambda: fc.shared_embedding_columns(
        [IDS, fc.categorical_column_with_identity("j", 4)], 2
    ),
    "must have the same type": lambda: fc.shared_embedding_columns(
        [IDS, fc.categorical_column_with_hash_bucket("j", 3)], 2
    ),
    "length > 1": lambda: fc.crossed_column(["a"], 3),
    "Use the feature name as a string": lambda: fc.crossed_column(
        ["a", fc.categorical_column_with_hash_bucket("j", 3)], 3
    ),
    "Unsupported key type": lambda: fc.crossed_column(["a", AGE], 3),
    "must not be empty": lambda: fc.input_layer({}, []),
    "found dict": lambda: fc.input_layer({}, {"a": AGE}),
    "must be a FeatureColumn": lambda: fc.input_layer({}, ["age"]),
    "Duplicate feature column name": lambda: fc.input_layer({}, [AGE, fc.numeric_column("age", shape=2)]),
    "wrap a categorical column": lambda: fc.input_layer({}, [IDS]),
    r"age is not in features dictionary. It has \['x'\]": lambda: fc.input_layer({"x": [1.0]}, [AGE]),
    "cannot have rank 0": lambda: fc.input_layer({"age": 1.0}, [AGE]),
    "Batch size": lambda: fc.input_layer({"age": [1.0], "b": [1.0, 2.0]}, [AGE, fc.numeric_column("b")]),
    "SparseTensor is not supported": lambda: fc.input_layer(
        {"age": tf.SparseTensor([[0, 0]], [1.0], [1, 1])}, [AGE]
    ),
    "Invalid input, not integer": lambda: fc.linear_model({"i": [1.0]}, [IDS]),
    "has no time axis": lambda: fc.input_layer(
        {"i": [[1]]}, fc.indicator_column(fc.sequence_categorical_column_with_identity("i", 3))
    ),
    "does not support weight_tensor": lambda: fc.linear_model(
        {"i": [[1]], "w": [[1.0]], "s": ["x"]}, fc.crossed_column(["s", fc.weighted_categorical_column(IDS, "w")], 3)
    ),
    "different parse_spec": lambda: fc.make_parse_example_spec([AGE, fc.categorical_column_with_identity("age", 3)]),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_columns_refuse(text):
    with pytest.raises((ValueError, TypeError), match=text):
        REFUSED[text]()
