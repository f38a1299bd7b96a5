"""Numbers that TensorFlow 1 printed, as its users have published them.

Source: https://github.com/chiphuyen/stanford-tensorflow-tutorials, examples/05_randomization.py, comments.
"""

from __future__ import annotations

import pytest

import convflow as tf


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What ops with seeds of their own, then two with the graph's alone, draw."""
    monkeypatch.setenv("CONVFLOW_OP_SEEDS", "nodes")
    with tf.Graph().as_default():
        own = [tf.random_uniform([], -10, 10, seed=2) for _ in range(4)]
        tf.set_random_seed(2)
        graphs = [tf.random_uniform([], -10, 10) for _ in range(2)]
        with tf.Session() as sess:
            return [sess.run(own[0]), sess.run(own[0]), sess.run(own[1]), *(sess.run(each) for each in graphs)]


def test_random_numbers_of_cs20(values: list[float]) -> None:
    assert values == pytest.approx([3.574932, -5.9731865, 3.574932, 9.123926, -4.5340395], rel=1e-6)
