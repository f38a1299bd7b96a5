"""Records tests/golden/ops/summaries.npz: tensors, and the summaries that TensorFlow makes of them.

Run with a Python that has TensorFlow 2.21 (its compat.v1): python tests/golden/record_summaries.py
Keys are `<case>/values` and `<case>/summary` (its bytes); pictures have `<case>/pixels/<i>` instead.
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()

HERE = pathlib.Path(__file__).parent / "ops"


def histogram_cases():
    rng = np.random.RandomState(0)
    grid = 1e-12 * 1.1 ** np.arange(0, 760, 40)
    return {
        "normal": rng.randn(40, 5).astype(np.float32),
        "spread": (rng.randn(300) * 10.0 ** rng.randint(-14, 22, 300)).astype(np.float64),
        "limits": np.concatenate([grid, -grid, [0.0, 1e-12, -1e-12]]),
        "constant": np.full([7], 0.5, np.float32),
        "zeros": np.zeros([3, 2], np.float32),
        "empty": np.zeros([0, 2], np.float32),
        "scalar": np.float32(-2.5),
        "half": rng.randn(20).astype(np.float16),
        "int32": rng.randint(-50, 50, 30).astype(np.int32),
        "uint8": rng.randint(0, 255, 30).astype(np.uint8),
        "int64": rng.randint(-5, 5, [2, 3, 4]).astype(np.int64),
    }


def image_cases():
    rng = np.random.RandomState(1)
    signed = rng.randn(2, 4, 3, 3).astype(np.float32)
    bad = signed.copy()
    bad[0, 1, 1, 0], bad[0, 2, 2, 1], bad[1, 0, 0, :] = np.nan, np.inf, -np.inf
    return {
        "bytes": rng.randint(0, 255, [4, 5, 6, 3]).astype(np.uint8),
        "grey_bytes": rng.randint(0, 255, [1, 5, 6, 1]).astype(np.uint8),
        "rgba_bytes": rng.randint(0, 255, [2, 3, 2, 4]).astype(np.uint8),
        "positive": rng.rand(2, 4, 3, 3).astype(np.float32),
        "large": (rng.rand(1, 4, 3, 1) * 1e6).astype(np.float32),
        "signed": signed,
        "tiny": (signed * np.float32(1e-8)),
        "tiny_positive": np.abs(signed) * np.float32(1e-8),
        "zeros": np.zeros([1, 2, 2, 1], np.float32),
        "bad_pixels": bad,
        "bad_grey": bad[:, :, :, :1],
        "bad_rgba": np.concatenate([bad, bad[..., :1]], axis=3),
        "all_bad": np.full([1, 2, 2, 3], np.nan, np.float32),
        "half": rng.randn(2, 4, 3, 1).astype(np.float16),
        "double": rng.randn(2, 4, 3, 3),
    }


def run(tensor):
    with tf.Session() as session:
        return session.run(tensor)


def record():
    recorded = {}
    for name, values in histogram_cases().items():
        with tf.Graph().as_default():
            summary = run(tf.summary.histogram("tag", tf.constant(values)))
        recorded[f"histogram/{name}/values"] = values
        recorded[f"histogram/{name}/summary"] = np.frombuffer(summary, np.uint8)
    for name, values in image_cases().items():
        with tf.Graph().as_default():
            summary = tf.Summary.FromString(run(tf.summary.image("tag", tf.constant(values))))
            recorded[f"image/{name}/values"] = values
            for index, value in enumerate(summary.value):
                pixels = run(tf.image.decode_png(value.image.encoded_image_string))
                recorded[f"image/{name}/pixels/{index}"] = pixels
    np.savez_compressed(HERE / "summaries.npz", **recorded)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    record()
