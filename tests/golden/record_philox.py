"""Records what TensorFlow's random ops return, run after run: writes philox.npz beside this file.

Needs TensorFlow 2.21 (not part of the project's environment): `python tests/golden/record_philox.py`.

Entries of the archive, each named `op|dtype|seed|seed2|options`:
    runs of one node in one session, of the sizes in `sizes`, one after the other (bfloat16 as uint16);
    `sha256|...`: the digest of the second of two large runs; `shuffle|...`, `multinomial|...`.
"""

import hashlib
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

SIZES = [1, 5, 0, 2, 257, 3, 64]
SEEDS = [(123, 7), (0, 5), (-3, 2**40 + 1)]
LARGE = 3_000_000
LARGE_SEEDS = (87654321, 42)
FLOAT_OPS = ("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
FLOATS = ("float16", "bfloat16", "float32", "float64")
RANGES = [("int32", -5, 12), ("int32", -(2**31), 2**31 - 1), ("int64", 0, 10), ("int64", -(2**62), 2**62 + 3)]
SHUFFLES = [1, 2, 3, 10, 257, 5]


def float_node(op, dtype, seeds):
    shape = tf.placeholder(tf.int32, [1])
    make = getattr(tf.raw_ops, op)
    return shape, make(shape=shape, dtype=tf.as_dtype(dtype), seed=seeds[0], seed2=seeds[1])


def integer_node(dtype, minval, maxval, seeds):
    shape = tf.placeholder(tf.int32, [1])
    low, high = (tf.constant(value, tf.as_dtype(dtype)) for value in (minval, maxval))
    return shape, tf.raw_ops.RandomUniformInt(shape=shape, minval=low, maxval=high, seed=seeds[0], seed2=seeds[1])


def runs(node, sizes):
    shape, output = node
    with tf.Session() as session:
        values = [session.run(output, {shape: [size]}) for size in sizes]
    joined = np.concatenate(values)
    return joined.view(np.uint16) if output.dtype == tf.bfloat16 else joined


def shuffles(seeds):
    values = tf.placeholder(tf.int64, [None])
    output = tf.raw_ops.RandomShuffle(value=values, seed=seeds[0], seed2=seeds[1])
    with tf.Session() as session:
        return np.concatenate([session.run(output, {values: np.arange(n)}) for n in SHUFFLES])


def multinomials(seeds, logits, samples):
    output = tf.raw_ops.Multinomial(logits=logits, num_samples=samples, seed=seeds[0], seed2=seeds[1])
    with tf.Session() as session:
        return np.stack([session.run(output) for _ in range(3)])


def record():
    golden = {"sizes": np.array(SIZES), "shuffles": np.array(SHUFFLES)}
    for seeds in SEEDS:
        tag = f"{seeds[0]}|{seeds[1]}"
        for op in FLOAT_OPS:
            for dtype in FLOATS:
                golden[f"{op}|{dtype}|{tag}"] = runs(float_node(op, dtype, seeds), SIZES)
        for dtype, low, high in RANGES:
            node = integer_node(dtype, low, high, seeds)
            golden[f"RandomUniformInt|{dtype}|{tag}|{low}|{high}"] = runs(node, SIZES)
        golden[f"shuffle|{tag}"] = shuffles(seeds)
    logits = np.random.RandomState(0).randn(3, 7).astype(np.float32)
    golden["logits"] = logits
    golden["multinomial|123|7"] = multinomials((123, 7), logits, 5)

    tag = f"{LARGE_SEEDS[0]}|{LARGE_SEEDS[1]}|{LARGE}"
    nodes = {(op, "float32"): float_node(op, "float32", LARGE_SEEDS) for op in FLOAT_OPS}
    nodes["RandomUniform", "float64"] = float_node("RandomUniform", "float64", LARGE_SEEDS)
    for (op, dtype), node in nodes.items():
        second = runs(node, [LARGE, LARGE])[LARGE:]
        golden[f"sha256|{op}|{dtype}|{tag}"] = np.array(hashlib.sha256(second.tobytes()).hexdigest())
    return golden


if __name__ == "__main__":
    with tf.Graph().as_default():
        np.savez_compressed(Path(__file__).with_name("philox.npz"), **record())
