"""What initializers make of shapes."""

import numpy as np


def _all_of(tf):
    return [
        tf.zeros_initializer(), tf.ones_initializer(), tf.constant_initializer(2.0),
        tf.constant_initializer([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), tf.random_uniform_initializer(),
        tf.random_uniform_initializer(-2, 3.0), tf.random_normal_initializer(1.0, 2.0), tf.truncated_normal_initializer(),
        tf.variance_scaling_initializer(), tf.variance_scaling_initializer(2.0, "fan_out", "uniform"),
        tf.variance_scaling_initializer(2.0, "fan_avg", "untruncated_normal"),
        tf.variance_scaling_initializer(distribution="normal"), tf.glorot_uniform_initializer(),
        tf.glorot_normal_initializer(), tf.initializers.zeros(), tf.initializers.random_normal(),
    ]  # fmt: skip


def values(tf, note):
    tf.set_random_seed(5)
    session = tf.Session()
    for initializer in _all_of(tf):
        note(type(initializer).__name__, initializer.get_config())
        note([[round(float(number), 4) for number in row] for row in session.run(initializer([2, 3]))])


def types(tf, note):
    for initializer in _all_of(tf):
        note.tried(lambda: initializer([2, 3], dtype=tf.float64).dtype, lambda: initializer([2, 3], tf.float16).dtype)
        note.tried(lambda: initializer([2, 3], dtype=tf.int32).dtype)
        again = type(initializer).from_config(initializer.get_config())
        note(again.get_config() == initializer.get_config())


def fans(tf, note):
    session = tf.Session()
    for shape in ([], [3], [2, 3, 4], [3, 3, 2, 4], (2, 2), tf.TensorShape([2, 2])):
        value = np.asarray(session.run(tf.glorot_uniform_initializer(seed=1)(shape)))
        note([round(float(number), 4) for number in value.reshape(-1)[:8]], value.shape)


def refused(tf, note):
    note.tried(lambda: tf.variance_scaling_initializer(-1), lambda: tf.variance_scaling_initializer(1, "x"))
    note.tried(lambda: tf.variance_scaling_initializer(1, "fan_in", "x"))
    note.tried(lambda: tf.random_normal_initializer(dtype=tf.int32))
    note.tried(lambda: tf.constant_initializer(tf.constant(1.0)), lambda: tf.constant_initializer([1, 2])([3]))
    note.tried(lambda: tf.constant_initializer([1, 2], verify_shape=True)([3]))
    note.tried(lambda: tf.constant_initializer([1, 2, 3])([2]))
