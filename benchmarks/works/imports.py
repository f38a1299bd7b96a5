"""Importing the library in a fresh interpreter, up to the first name taken from it (modules may load lazily)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from benchmarks.works.program import Action

STATEMENTS = {
    "convflow": "import convflow as tf; tf.Session",
    "tensorflow": "import tensorflow.compat.v1 as tf; tf.Session",
    "torch": "import torch",
    "jax": "import jax",
}


def fresh_import(statement: str) -> Action:
    """Seconds from before the first import to after the last, as the fresh interpreter measures them."""
    program = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"

    def step() -> float:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return float(done.stdout)

    return Action(step)


def build(tf: Any, slim: Any, batch: int, training: bool) -> Action:
    return fresh_import(STATEMENTS[tf.__name__.partition(".")[0]])
