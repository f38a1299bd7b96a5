"""Calls of random functions whose graphs are compared node by node with TensorFlow's (see array_cases.py)."""

import numpy as np


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    def both_seeds(build):
        def seeded():
            tf.set_random_seed(11)
            build()
            return build()

        return seeded

    return {
        "uniform": lambda: tf.random_uniform([2, 3], seed=4),
        "uniform name": lambda: tf.random_uniform([2, 3], seed=4, name="u"),
        "uniform to": lambda: tf.random_uniform([2], 0, 1.5, seed=4),
        "uniform to int": lambda: tf.random_uniform([2], 0, 3, seed=4),
        "uniform from float": lambda: tf.random_uniform([2], 0.0, 1, seed=4, name="u"),
        "uniform from": lambda: tf.random_uniform([2], -1, 1, seed=4),
        "uniform tensors": lambda: tf.random_uniform(P([None], tf.int32), P([]), P([]), seed=4),
        "uniform int32": lambda: tf.random_uniform([2], maxval=9, dtype=tf.int32, seed=4),
        "uniform int64": lambda: tf.random_uniform([2], -5, 9, tf.int64, seed=4, name="u"),
        "uniform int64 sizes": lambda: tf.random_uniform(P([2], tf.int64), seed=4),
        "uniform float64": lambda: tf.random_uniform([2], dtype=tf.float64, seed=4),
        "uniform sizes": lambda: tf.random_uniform([tf.Dimension(2), 3], seed=4),
        "uniform shape": lambda: tf.random_uniform(tf.TensorShape([2, 3]), seed=4),
        "uniform part of shape": lambda: tf.random_uniform(tf.shape(P([None, 3])), seed=4),
        "uniform packed": lambda: tf.random_uniform([P([], tf.int32), 3], seed=4),
        "uniform scalar": lambda: tf.random_uniform([], seed=4),
        "uniform no vector": lambda: tf.random_uniform(3, seed=4),
        "uniform int32 no maxval": lambda: tf.random_uniform([2], dtype=tf.int32),
        "uniform int8": lambda: tf.random_uniform([2], dtype=tf.int8, maxval=3),
        "uniform twice": both_seeds(lambda: tf.random_uniform([2])),
        "normal": lambda: tf.random_normal([2, 3], seed=4),
        "normal name": lambda: tf.random_normal([2, 3], 1.0, P([3]), seed=4, name="n"),
        "normal unknown": lambda: tf.random_normal(P(None, tf.int32), seed=4),
        "normal float16": lambda: tf.random_normal([2], dtype=tf.float16, seed=4),
        "normal twice": both_seeds(lambda: tf.random_normal([2])),
        "truncated": lambda: tf.truncated_normal([2, 3], stddev=0.1, seed=4),
        "truncated name": lambda: tf.truncated_normal(P([2], tf.int32), seed=4, name="t"),
        "shuffle": lambda: tf.random_shuffle(P([None, 3]), seed=4),
        "shuffle name": lambda: tf.random_shuffle([1, 2, 3], seed=4, name="s"),
        "gamma": lambda: tf.random_gamma([3], [1.0, 2.0], seed=1),
        "gamma beta": lambda: tf.random_gamma([], P([3, 2]), beta=[2.0, 1.0], seed=1, name="g"),
        "gamma unknown": lambda: tf.random_gamma(P([2], tf.int32), P(None), P([3]), seed=1),
        "gamma float64": lambda: tf.random_gamma([2, 2], 0.5, dtype=tf.float64, seed=1),
        "gamma far": lambda: tf.random_gamma([2, 2], P([2]), P([3]), seed=1),
        "poisson": lambda: tf.random_poisson([1.0, 2.0], [3], seed=1),
        "poisson int": lambda: tf.random_poisson(P([]), [], dtype=tf.int32, seed=1, name="p"),
        "poisson unknown": lambda: tf.random_poisson(P(None), P([1], tf.int32), seed=1),
        "multinomial": lambda: tf.multinomial(P([None, 4]), 5, seed=1),
        "multinomial name": lambda: tf.multinomial(P([2, 4]), P([], tf.int32), seed=1, name="m", output_dtype=tf.int32),
        "multinomial rank": lambda: tf.multinomial(P([4]), 5),
        "multinomial float": lambda: tf.multinomial(P([2, 4]), 5, output_dtype=tf.float32),
        "categorical": lambda: tf.random.categorical(P([None, 4]), 5, seed=1),
        "categorical type": lambda: tf.random.categorical([[1.0, 2.0]], 5, tf.int32, 1, "c"),
        "crop": lambda: tf.random_crop(P([5, 5, 3]), [2, 2, 3], seed=1),
        "crop name": lambda: tf.random_crop(P([None, 5, 3]), [2, 2, 3], seed=1, name="c"),
        "crop unknown": lambda: tf.random_crop(P(None), P([3], tf.int32), seed=1, name="c"),
        "crop large": lambda: tf.random_crop(P([5, 5, 3]), [6, 2, 3], seed=1),
        "crop rank": lambda: tf.random_crop(P([5, 5, 3]), [2, 3], seed=1),
        "stateless uniform": lambda: tf.random.stateless_uniform([3], [1, 2]),
        "stateless uniform range": lambda: tf.random.stateless_uniform([3], P([2], tf.int64), -1, 3.0, name="s"),
        "stateless uniform int": lambda: tf.random.stateless_uniform([3], [1, 2], -1, 3, tf.int32),
        "stateless uniform any": lambda: tf.random.stateless_uniform([3], [1, 2], None, None, tf.int64),
        "stateless uniform half range": lambda: tf.random.stateless_uniform([3], [1, 2], 0, None, tf.int64),
        "stateless uniform unsigned": lambda: tf.random.stateless_uniform([3], [1, 2], 0, 3, tf.uint32),
        "stateless uniform seeds": lambda: tf.random.stateless_uniform([3], [1, 2, 3]),
        "stateless normal": lambda: tf.random.stateless_normal([3], [1, 2], mean=1.0, name="q"),
        "stateless normal float64": lambda: tf.random.stateless_normal([3], [1, 2], dtype=tf.float64),
        "stateless truncated": lambda: tf.random.stateless_truncated_normal(P([2], tf.int32), [1, 2]),
        "stateless categorical": lambda: tf.random.stateless_categorical(P([2, 3]), 4, [1, 2]),
        "stateless multinomial": lambda: tf.random.stateless_multinomial(P([2, 3]), 4, [1, 2], tf.int32, "m"),
        "seeds of all": both_seeds(
            lambda: [
                tf.random_shuffle([1, 2]),
                tf.random_gamma([1], [2.0]),
                tf.random_poisson([1.0], [2]),
                tf.multinomial(np.ones((1, 2), np.float32), 1),
                tf.random_crop([1, 2, 3], [2]),
                tf.random_uniform([2]),
            ]
        ),
    }
