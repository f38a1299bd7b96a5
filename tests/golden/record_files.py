"""Records tests/golden/files/: graphs, records and checkpoints as TensorFlow itself writes them.

Run with a Python that has TensorFlow 2.21 (its compat.v1): python tests/golden/record_files.py [NAME ...]
"""

import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

HERE = pathlib.Path(__file__).parent / "files"


def record_meta():
    """A graph with variables of both kinds, a branch, and collections of every kind."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
        b = tf.get_variable("b", [2], initializer=tf.ones_initializer(), trainable=False, use_resource=True)
        tf.train.get_or_create_global_step()
        with tf.device("/cpu:0"):
            y = tf.add(tf.matmul(x, w), b, name="y")
        tf.cond(tf.constant(True, name="flag"), lambda: y + 1.0, lambda: y - 1.0)
        for key, value in (("outputs", y), ("texts", "hello"), ("counts", 3), ("rates", 2.5), ("ops", x.op)):
            tf.add_to_collection(key, value)
        saver = tf.train.Saver(max_to_keep=3)
        tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
        session.run(tf.global_variables_initializer())
        session.run(w.assign(w + 1.0))
        saver.save(session, str(HERE / "meta" / "model"), write_state=False)


RECORDERS = {"meta": record_meta}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or RECORDERS:
        (HERE / chosen).mkdir(parents=True, exist_ok=True)
        RECORDERS[chosen]()
