"""Tables of rows for numbers: tf.contrib.layers.embed_sequence."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

IDS = [[1, 3, 1], [0, 1, 3]]


@pytest.mark.parametrize("unique", [False, True])
def test_each_number_gets_its_row(unique: bool) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        ids = tf.placeholder(tf.int32, [None, None])
        table = np.arange(8, dtype=np.float32).reshape(4, 2)
        rows = tf.contrib.layers.embed_sequence(ids, 4, 2, unique=unique, initializer=tf.constant_initializer(table))
        again = tf.contrib.layers.embed_sequence(ids, scope="EmbedSequence", reuse=True, unique=unique)
        slope = tf.gradients(rows, tf.trainable_variables())[0]
        session.run(tf.global_variables_initializer())
        assert [variable.op.name for variable in tf.trainable_variables()] == ["EmbedSequence/embeddings"]
        assert rows.shape.as_list() == [None, None, 2]
        for found in session.run([rows, again], {ids: IDS}):
            np.testing.assert_array_equal(found, table[np.array(IDS)])
        dense = session.run(tf.convert_to_tensor(slope), {ids: IDS})
    np.testing.assert_array_equal(dense[:, 0], [1, 3, 0, 2])


def test_a_new_table_needs_its_sizes() -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Got vocab_size=None and embed_dim=3: give both"):
        tf.contrib.layers.embed_sequence(tf.constant(IDS), embed_dim=3)
