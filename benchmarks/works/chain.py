"""200 small operations one after the other: what an operation costs before any work is done."""

from __future__ import annotations

from typing import Any

from benchmarks.works.program import Program, pictures

OPERATIONS = 200


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    start = tf.placeholder(tf.float32, [64])
    value = start
    for _ in range(OPERATIONS // 2):
        value = tf.tanh(value * 1.01)
    return Program(value, {start: pictures(64)})
