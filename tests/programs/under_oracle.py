"""Run a TensorFlow 1 script under TensorFlow 2's `compat.v1`: ORACLE_PYTHON under_oracle.py SCRIPT [ARGS].

The script's `import tensorflow as tf` gets `tensorflow.compat.v1` with version 2 behaviour off. `load` is
what the recording scripts use.
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any


def load() -> Any:
    """TensorFlow's `compat.v1` in graph mode, `tf.layers` from the legacy Keras, deprecations silenced."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    # Loaded lazily by an `import tensorflow` that must still find the real package.
    tf.layers.Dense  # noqa: B018
    return tf


def main() -> None:
    sys.argv = sys.argv[1:]
    sys.modules["tensorflow"] = load()
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
