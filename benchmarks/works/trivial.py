"""`Session.run` of one addition: what a run costs before any work is done."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.works.program import Program


def build(tf: Any, slim: Any, batch: int, training: bool) -> Program:
    number = tf.placeholder(tf.float32, [])
    return Program(number + 1.0, {number: np.ones((), np.float32)})
