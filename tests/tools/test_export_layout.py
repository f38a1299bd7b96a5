"""Random graphs of layers and shape shuffling: the pass that takes transposes out must not change what they compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.tools.export.run import Request, export

# Batch, height, width and channels are all of different size, so that a wrong order cannot go unseen.
SHAPE = (2, 3, 4, 5)
Step = Callable[[np.random.Generator, Any, Any], Any]


def _constant(random: np.random.Generator, *choices: tuple[int, ...]) -> np.ndarray:
    shape = choices[random.integers(len(choices))]
    return random.uniform(0.5, 1.5, shape).astype(np.float32)


def _conv(random: np.random.Generator, x: Any, other: Any) -> Any:
    return tf.nn.conv2d(x, _constant(random, (1, 1, 5, 5), (3, 3, 5, 5)) / 10, [1, 1, 1, 1], "SAME")


def _broadcast(random: np.random.Generator, x: Any, other: Any) -> Any:
    value = _constant(random, (), (1,), (5,), (4, 1), (4, 5), (3, 1, 1), (1, 1, 1, 5), (2, 1, 1, 1), (2, 3, 4, 5))
    return [tf.add, tf.multiply, tf.subtract, tf.maximum][random.integers(4)](x, value)


def _joined(random: np.random.Generator, x: Any, other: Any) -> Any:
    axis = int(random.integers(4))
    begin = [0, 0, 0, 0]
    begin[axis] = int(random.integers(1, SHAPE[axis]))
    size = list(SHAPE)
    size[axis] = begin[axis]
    parts = [tf.slice(x, begin, [-1] * 4), tf.slice(other, [0] * 4, size)]
    return tf.concat(parts, axis)


def _spread(random: np.random.Generator, x: Any, other: Any) -> Any:
    axis = int(random.integers(4))
    return other + tf.reduce_mean(x, axis, keepdims=True)


def _dropped(random: np.random.Generator, x: Any, other: Any) -> Any:
    axis = int(random.integers(4))
    return other * tf.expand_dims(tf.reduce_max(x, axis), axis)


def _padded(random: np.random.Generator, x: Any, other: Any) -> Any:
    pads = random.integers(0, 2, (4, 2))
    mode = "CONSTANT" if random.random() < 0.7 else "SYMMETRIC"
    return tf.slice(tf.pad(x, pads, mode), random.integers(0, pads.sum(1) + 1), SHAPE)


def _split(random: np.random.Generator, x: Any, other: Any) -> Any:
    axis = int(random.integers(4))
    parts = tf.split(x, [1, SHAPE[axis] - 1], axis)
    return tf.concat(parts[::-1], axis)


def _turned(random: np.random.Generator, x: Any, other: Any) -> Any:
    perm = random.permutation(4)
    return tf.nn.relu(tf.transpose(tf.tanh(tf.transpose(x, perm)), np.argsort(perm))) + other


def _flat(random: np.random.Generator, x: Any, other: Any) -> Any:
    return tf.reshape(tf.nn.softmax(tf.reshape(x, [2, -1])), tf.shape(other)) * 10


def _softmax(random: np.random.Generator, x: Any, other: Any) -> Any:
    return tf.nn.softmax(x) * other


def _chosen(random: np.random.Generator, x: Any, other: Any) -> Any:
    return tf.where(x > tf.reduce_mean(other), x, other)


STEPS: list[Step] = [
    *(_conv, _conv, _conv, _broadcast, _joined, _spread, _dropped, _padded, _split, _turned, _flat, _softmax, _chosen)
]


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    with tf.Graph().as_default() as graph:
        made = [tf.placeholder(tf.float32, [None, *SHAPE[1:]] if seed % 2 else SHAPE, name="x")]
        made[0] = tf.reshape(made[0], SHAPE)
        for _ in range(12):
            x, other = made[-1], made[random.integers(len(made))]
            made.append(STEPS[random.integers(len(STEPS))](random, x, other))
        outputs = [tf.identity(each, name=f"y{i}").op.name for i, each in enumerate((made[-1], made[-4]))]
        tf.train.write_graph(graph, str(tmp_path), "graph.pb", as_text=False)
    for target in ("onnx", "torch"):
        result = export(Request(str(tmp_path / "graph.pb"), target, str(tmp_path / "out"), outputs=tuple(outputs)))
        assert result.within, (target, result.differences)
