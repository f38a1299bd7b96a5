from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def folder(tmp_path):
    """A checkpoint of a model of the words a, b, c, and the vocabulary of another: c, x, a."""
    (tmp_path / "old.txt").write_text("a\nb\nc\n")
    (tmp_path / "new.txt").write_text("c\nx\na\n")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("embedding", initializer=np.arange(8, dtype=np.float32).reshape(4, 2))
        tf.get_variable("output", initializer=np.arange(8, dtype=np.float32).reshape(2, 4))
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(tmp_path / "model"), write_meta_graph=False)
    return tmp_path


def _info(folder, **kwargs):
    return tf.train.VocabInfo(str(folder / "new.txt"), 3, 2, str(folder / "old.txt"), **kwargs)


def _started(folder, **infos):
    tf.train.warm_start(str(folder / "model"), ".*", infos)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tf.global_variables())


def test_fields():
    info: Any = tf.train.VocabInfo("n", 3, 2, "o")
    assert info == ("n", 3, 2, "o", -1, None, 0)
    assert (info.new_vocab_size, info.backup_initializer, info.axis) == (3, None, 0)
    with pytest.raises(ValueError, match="The only supported values for the axis argument are 0 and 1"):
        tf.train.VocabInfo("n", 3, 2, "o", axis=2)


def test_rows_keep_their_words(folder):
    tf.get_variable("embedding", [5, 2])
    (found,) = _started(folder, embedding=_info(folder, backup_initializer=tf.constant_initializer(7.0)))
    np.testing.assert_array_equal(found, [[4, 5], [7, 7], [0, 1], [7, 7], [7, 7]])


def test_columns_and_zeros(folder):
    tf.get_variable("output", [2, 5], use_resource=True)
    (found,) = _started(folder, output=_info(folder, old_vocab_size=2, axis=1))
    np.testing.assert_array_equal(found, [[0, 0, 0, 0, 0], [0, 0, 4, 0, 0]])


def test_parts_of_a_variable(folder):
    tf.get_variable("embedding", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    found = _started(folder, embedding=_info(folder))
    np.testing.assert_array_equal(np.concatenate(found), [[4, 5], [0, 0], [0, 1], [0, 0], [0, 0]])


def test_together_with_other_variables(folder):
    with tf.variable_scope("new"):
        tf.get_variable("embedding", [5, 2])
    tf.get_variable("output", [2, 4])
    tf.train.warm_start(
        str(folder / "model"),
        var_name_to_vocab_info={"new/embedding": _info(folder)},
        var_name_to_prev_var_name={"new/embedding": "embedding"},
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        rows, output = session.run(tf.global_variables())
    np.testing.assert_array_equal(rows[:3], [[4, 5], [0, 0], [0, 1]])
    np.testing.assert_array_equal(output, np.arange(8).reshape(2, 4))


def test_what_is_refused(folder):
    tf.get_variable("embedding", [4, 2])
    with pytest.raises(ValueError, match="embedding:0 has 4 rows, but its vocabulary has 3 words and 2 buckets"):
        _started(folder, embedding=_info(folder))
    with pytest.raises(ValueError, match=r"in var_name_to_vocab_info that were not used: \['embeding'\]"):
        _started(folder, embeding=_info(folder))
    (folder / "new.txt").write_text("c\n")
    with tf.Graph().as_default():
        tf.get_variable("embedding", [5, 2])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"has 1 lines, and the words 0 to 3 were asked for"):
            _started(folder, embedding=_info(folder))


def test_the_nodes_by_themselves(folder):
    remapping = tf.raw_ops.GenerateVocabRemapping(
        new_vocab_file=str(folder / "new.txt"),
        old_vocab_file=str(folder / "old.txt"),
        new_vocab_offset=1,
        num_new_vocab=2,
    )
    matrix = tf.raw_ops.LoadAndRemapMatrix(
        ckpt_path=str(folder / "model"),
        old_tensor_name="embedding",
        row_remapping=remapping.remapping,
        col_remapping=tf.constant([1, -1], tf.int64),
        initializing_values=[10.0, 20.0, 30.0],
        num_rows=2,
        num_cols=2,
    )
    assert matrix.shape.as_list() == [2, 2]
    with tf.Session() as session:
        found, count = session.run([matrix, remapping.num_present])
        np.testing.assert_array_equal(found, [[10, 20], [1, 30]])
        assert count == 1
        for values, rows, text in (
            ([1.0], [0, 0], "2 elements are new, got 1 initializing_values"),
            ([1.0, 2.0], [0, 9], "There is no row 9 in a matrix of the shape"),
            ([1.0, 2.0], [0], "got places of 1 rows and 2 columns"),
        ):
            wrong = tf.raw_ops.LoadAndRemapMatrix(
                ckpt_path=str(folder / "model"),
                old_tensor_name="embedding",
                row_remapping=tf.constant(rows, tf.int64),
                col_remapping=tf.constant([1, -1], tf.int64),
                initializing_values=values,
                num_rows=2,
                num_cols=2,
            )
            with pytest.raises(tf.errors.InvalidArgumentError, match=text):
                session.run(wrong)
