"""Tables: words as numbers and back, files of words, what they refuse, their nodes."""

import numpy as np
import pytest

import convflow as tf
from convflow import api

lookup = api.contrib.lookup


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("brain\nsalad\nsurgery\n")
    return str(path)


def run(tensors, feed=None):
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return session.run(tensors, feed)


def test_index_table_from_tensor():
    table = lookup.index_table_from_tensor(["a", "b", "c"], default_value=7)
    ids, size = run([table.lookup(tf.constant([["c", "z"], ["a", "b"]])), table.size()])
    assert ids.tolist() == [[2, 7], [0, 1]]
    assert ids.dtype == np.int64
    assert size == 3


def test_words_outside_fall_into_buckets():
    table = lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=3)
    ids, size = run([table.lookup(tf.constant(["b", "lorem", "ipsum"])), table.size()])
    # FarmHash's fingerprints of the words modulo three, behind the two known ones.
    buckets = run(tf.string_to_hash_bucket_fast(["lorem", "ipsum"], 3))
    assert ids.tolist() == [1, *(buckets + 2)]
    assert size == 5


def test_whole_numbers_as_words():
    table = lookup.index_table_from_tensor([10, 20], num_oov_buckets=1, dtype=tf.int32)
    assert run(table.lookup(tf.constant([20, 5], tf.int32))).tolist() == [1, 2]


def test_sparse_words():
    table = lookup.index_table_from_tensor(["a", "b"])
    found = run(table.lookup(tf.SparseTensor([[0, 1], [2, 0]], ["b", "x"], [3, 2])))
    assert found.values.tolist() == [1, -1]
    assert found.indices.tolist() == [[0, 1], [2, 0]]


def test_numbers_as_words(words):
    from_tensor = lookup.index_to_string_table_from_tensor(["x", "y"], default_value="?")
    from_file = lookup.index_to_string_table_from_file(words)
    ids = tf.constant([1, 9], tf.int64)
    found = run([from_tensor.lookup(ids), from_file.lookup(ids)])
    assert [row.tolist() for row in found] == [[b"y", b"?"], [b"salad", b"UNK"]]


@pytest.mark.parametrize(("vocab_size", "expected"), [(None, [2, -1]), (2, [-1, -1])])
def test_index_table_from_file(words, vocab_size, expected):
    table = lookup.index_table_from_file(words, vocab_size=vocab_size)
    assert run(table.lookup(tf.constant(["surgery", "tank"]))).tolist() == expected
    assert run(tf.get_collection(tf.GraphKeys.ASSET_FILEPATHS)) == [words.encode()]


def test_columns_of_a_file(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("a,1.5\nb,2.5\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(path), tf.string, 0, tf.float32, 1, delimiter=","), -1.0
    )
    assert run(table[tf.constant(["b", "q"])]).tolist() == [2.5, -1.0]


def test_static_vocabulary_table():
    init = tf.lookup.KeyValueTensorInitializer(["a"], tf.constant([0], tf.int64))
    table = tf.lookup.StaticVocabularyTable(init, 1)
    assert run(table.lookup(tf.constant(["a", "b"]))).tolist() == [0, 1]


def test_export():
    table = lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "b"], [1.0, 2.0]), 0.0)
    keys, values = run(table.export())
    assert dict(zip(keys.tolist(), values.tolist(), strict=True)) == {b"a": 1.0, b"b": 2.0}


def test_tables_of_one_shared_name_are_one():
    first = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], [1]), 0, shared_name="one")
    second = lookup.HashTable(lookup.KeyValueTensorInitializer(["a"], [1]), 5, shared_name="one", name="other")
    assert run([first.lookup(tf.constant("a")), second.lookup(tf.constant("b"))]) == [1, 5]


def test_nodes_are_tensorflows():
    lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=2).lookup(tf.constant(["a"]))
    nodes = {op.name: op.type for op in tf.get_default_graph().get_operations()}
    assert nodes["string_to_index/hash_table/hash_table"] == "HashTableV2"
    assert nodes["string_to_index/hash_table/table_init/LookupTableImportV2"] == "LookupTableImportV2"
    assert nodes["hash_table_Lookup/hash_bucket"] == "StringToHashBucketFast"
    assert nodes["hash_table_Lookup/hash_table_Lookup/LookupTableFindV2"] == "LookupTableFindV2"
    assert nodes["hash_table_Lookup/hash_table_Size/LookupTableSizeV2"] == "LookupTableSizeV2"


def test_without_the_initializer():
    table = lookup.index_table_from_tensor(["a"])
    with tf.Session() as session, pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
        session.run(table.lookup(tf.constant(["a"])))


def test_a_key_with_two_values():
    lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "a"], [1, 2]), 0)
    with pytest.raises(tf.errors.FailedPreconditionError, match="different value for same key"):
        run([])


def test_more_words_than_lines(words):
    lookup.index_table_from_file(words, vocab_size=4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected 4 but got 3 lines"):
        run([])


def test_no_such_file(tmp_path):
    lookup.index_table_from_file(str(tmp_path / "none"))
    with pytest.raises(tf.errors.NotFoundError, match="read the vocabulary"):
        run([])


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: lookup.index_table_from_tensor(None), ValueError, "vocabulary_list must be specified"),
        (lambda: lookup.index_table_from_tensor(["a"], -1), ValueError, "num_oov_buckets must be greater or equal"),
        (lambda: lookup.index_table_from_tensor([1, 2]), TypeError, "Expected vocabulary_list of string, got int32"),
        (lambda: lookup.index_table_from_file(""), ValueError, "vocabulary_file must be specified"),
        (lambda: lookup.index_table_from_file("x", vocab_size=0), ValueError, "vocab_size must be greater than 0"),
        (lambda: lookup.index_table_from_file("x", key_dtype=tf.float32), TypeError, "Only integer and string keys"),
        (lambda: lookup.IdTableWithHashBuckets(None, 0), ValueError, "oov_buckets must be > 0"),
        (lambda: lookup.StrongHashSpec([1]), ValueError, "key must have size 2"),
        (lambda: lookup.TextFileInitializer("x", tf.string, -3, tf.int64, -1), ValueError, "Invalid key index -3"),
        (lambda: lookup.TextFileInitializer("x", tf.string, -1, tf.int64, -1), ValueError, "must be dtype int64"),
        (
            lambda: lookup.index_table_from_tensor(["a"]).lookup(tf.constant([1])),
            TypeError,
            "Keys must be dtype string, got int32",
        ),
    ],
)
def test_refusals(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_the_table_that_a_node_changes():
    """The raw nodes of mutable tables: insert, remove, export."""
    table = tf.raw_ops.MutableHashTableV2(key_dtype=tf.int64, value_dtype=tf.float32)
    keys = tf.constant([1, 2], tf.int64)
    insert = tf.raw_ops.LookupTableInsertV2(table_handle=table, keys=keys, values=[0.5, 1.5])
    remove = tf.raw_ops.LookupTableRemoveV2(table_handle=table, keys=keys[:1])
    find = tf.raw_ops.LookupTableFindV2(table_handle=table, keys=keys, default_value=-1.0)
    with tf.Session() as session:
        session.run(insert)
        assert session.run(find).tolist() == [0.5, 1.5]
        session.run(remove)
        assert session.run(find).tolist() == [-1.0, 1.5]


def test_empty_keys_of_dense_tables():
    table = tf.raw_ops.MutableDenseHashTableV2(
        empty_key=tf.constant(0, tf.int64), deleted_key=tf.constant(-1, tf.int64), value_dtype=tf.int64
    )
    one = tf.constant([0], tf.int64)
    insert = tf.raw_ops.LookupTableInsertV2(table_handle=table, keys=one, values=one)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="empty_key or deleted_key"):
        session.run(insert)


def test_vectors_as_values():
    """The raw nodes MutableHashTableOfTensorsV2 and LookupTableExportV2."""
    table = tf.raw_ops.MutableHashTableOfTensorsV2(key_dtype=tf.string, value_dtype=tf.float32, value_shape=[2])
    insert = tf.raw_ops.LookupTableInsertV2(table_handle=table, keys=["a"], values=[[1.0, 2.0]])
    find = tf.raw_ops.LookupTableFindV2(table_handle=table, keys=["a", "b"], default_value=[0.0, 0.0])
    export = tf.raw_ops.LookupTableExportV2(table_handle=table, Tkeys=tf.string, Tvalues=tf.float32)
    with tf.Session() as session:
        session.run(insert)
        assert session.run(find).tolist() == [[1.0, 2.0], [0.0, 0.0]]
        keys, values = session.run(export)
    assert (keys.tolist(), values.tolist()) == ([b"a"], [[1.0, 2.0]])


def test_filling_nodes(words):
    """The raw nodes InitializeTableV2 and InitializeTableFromTextFileV2."""
    first = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)
    second = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)
    fill = tf.raw_ops.InitializeTableV2(table_handle=first, keys=["a"], values=tf.constant([4], tf.int64))
    read = tf.raw_ops.InitializeTableFromTextFileV2(table_handle=second, filename=words, key_index=-2, value_index=-1)
    sizes = [tf.raw_ops.LookupTableSizeV2(table_handle=table) for table in (first, second)]
    with tf.Session() as session:
        session.run([fill, read])
        assert session.run(sizes) == [1, 3]
