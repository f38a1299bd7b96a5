"""Seconds, not minutes: does the whole thing stand up?"""

import numpy as np

import convflow as tf


def test_a_classifier_learns_and_comes_back_from_its_checkpoint(tmp_path):
    rng = np.random.RandomState(0)
    pictures = rng.rand(64, 8, 8, 1).astype(np.float32)
    labels = (pictures[:, :4].mean((1, 2, 3)) > pictures[:, 4:].mean((1, 2, 3))).astype(np.int64)
    pictures[labels == 1, :4] += 0.5
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [None, 8, 8, 1])
        y = tf.placeholder(tf.int64, [None])
        hidden = tf.layers.flatten(tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu))
        logits = tf.layers.dense(hidden, 2)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
        train = tf.train.AdamOptimizer(0.05).minimize(loss)
        saver = tf.train.Saver()
        feed = {x: pictures, y: labels}
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            first = session.run(loss, feed)
            for _ in range(20):
                session.run(train, feed)
            last, reached = session.run([loss, accuracy], feed)
            path = saver.save(session, str(tmp_path / "model"))
        with tf.Session() as session:
            saver.restore(session, path)
            assert session.run(loss, feed) == last
    assert last < first / 2
    assert reached > 0.9
