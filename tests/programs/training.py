"""Train one of the programs here for a few steps and say what happened: the same code records and checks.

Standard library and NumPy only; `tf` is handed in.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
GOLDEN = FOLDER.parent / "golden" / "programs"
TRAIN_IMAGES = 50_000
BATCH = 64
# Kernels that round differently now and then disagree on which side of zero an activation lies, and training
# then goes two ways: over 13 orders tried, TensorFlow with and without oneDNN left itself by up to 5e-3 within
# 100 steps. In this order no such case arises with seed 002's network: they agree to 3e-7 all along, so a
# difference is an error.
SHUFFLE_SEED = 6


def load_program(name: str) -> ModuleType:
    """The module `tests/programs/<name>.py`."""
    spec = importlib.util.spec_from_file_location(f"programs_{name}", FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"no program {name} in {FOLDER}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_idx(path: Path) -> np.ndarray:
    """A gzipped IDX file of unsigned bytes."""
    content = gzip.decompress(path.read_bytes())
    ndim = content[3]
    shape = np.frombuffer(content, ">u4", count=ndim, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * ndim).reshape(shape)


def centred_digits(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """The first 50,000 training digits as seed 002 prepares them: mean image subtracted, one deviation."""
    images = read_idx(folder / "train-images-idx3-ubyte.gz")[:TRAIN_IMAGES].reshape(TRAIN_IMAGES, 784)
    labels = read_idx(folder / "train-labels-idx1-ubyte.gz")[:TRAIN_IMAGES]
    return (images - np.mean(images, axis=0)) / np.std(images), labels


def batches(images: np.ndarray, labels: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Mini-batches in a shuffled order that a seed fixes."""
    order = np.arange(len(labels))
    np.random.RandomState(SHUFFLE_SEED).shuffle(order)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield images[chosen], labels[chosen]


def summary(value: np.ndarray) -> dict[str, Any]:
    """A few values and two moments of an array, enough to tell one set of initial weights from another."""
    wide = np.asarray(value, np.float64)
    return {
        "shape": list(value.shape),
        "first": [float(item) for item in wide.ravel()[:6]],
        "mean": float(wide.mean()),
        "std": float(wide.std()),
    }


def run(tf: Any, name: str, data: tuple[np.ndarray, np.ndarray], steps: int) -> dict[str, Any]:
    """Build program `name`, initialize it and train for `steps` batches.

    Returns:
        `variables`: a summary of every variable's initial value; `losses`: the loss of each step.
    """
    program = load_program(name)
    graph = tf.Graph()
    with graph.as_default():
        program.build(tf)
        variables = tf.global_variables()
        initialize = tf.global_variables_initializer()
    with tf.Session(graph=graph) as sess:
        sess.run(initialize)
        initial = sess.run(variables)
        losses = []
        for _, (images, labels) in zip(range(steps), batches(*data), strict=False):
            loss, _ = sess.run(program.FETCHES, feed_dict=program.feeds(images, labels))
            losses.append(float(loss))
    summaries = {variable.name: summary(np.asarray(value)) for variable, value in zip(variables, initial, strict=True)}
    return {"variables": summaries, "losses": losses}
