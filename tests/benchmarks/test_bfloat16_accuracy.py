"""The comparison of accuracies trains, tests, and describes what it found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from benchmarks import bfloat16_accuracy
from benchmarks.bfloat16_accuracy import Pictures, Task


def _stripes(count: int, seed: int) -> Pictures:
    """Pictures of 4x4 with one bright row, which is their label."""
    labels = np.random.RandomState(seed).randint(4, size=count)
    images = np.zeros((count, 4, 4), np.float32)
    images[np.arange(count), labels] = 1.0
    return Pictures(images.reshape(count, 16), labels.astype(np.int64))


def _linear(image: Any, training: Any) -> Any:
    return tf.layers.dense(image, 10)


@pytest.mark.parametrize("precision", bfloat16_accuracy.PRECISIONS)
def test_a_network_learns_in_each_precision(precision: str):
    task = Task(_linear, lambda: None, (16,), 32, 0.1)
    data = _stripes(320, 0), _stripes(2000, 1)
    assert bfloat16_accuracy.accuracy(task, data, precision, seed=0, steps=60) > 0.99
    assert bfloat16_accuracy.accuracy(task, data, precision, seed=0, steps=0) < 0.8


def test_batches_go_through_all_pictures_in_an_order_of_the_seed():
    pictures = Pictures(np.arange(6, dtype=np.float32).reshape(6, 1), np.arange(6))

    def drawn(seed: int) -> list[int]:
        batches = pictures.batches(2, seed)
        return [int(label) for _ in range(3) for label in next(batches)[1]]

    assert sorted(drawn(0)) == list(range(6))
    assert drawn(0) == drawn(0) != drawn(1)


def test_the_spread_is_that_of_a_sample():
    assert bfloat16_accuracy.described([0.5, 0.7]) == ["50.00", "70.00", "60.00", "14.14"]
    assert bfloat16_accuracy.described([0.5])[-1] == "nan"
