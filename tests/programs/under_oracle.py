"""Run a TensorFlow 1 script under TensorFlow 2's `compat.v1`: ORACLE_PYTHON under_oracle.py SCRIPT [ARGS].

The script's `import tensorflow as tf` gets `tensorflow.compat.v1` with version 2 behaviour off. `load` is
what the recording scripts use.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path
from typing import Any

DUMP = Path(__file__).resolve().parents[2] / "src" / "convflow" / "tools" / "parity_dump.py"


def parity_dump() -> Any:
    """The module that describes graphs, loaded by its path: the oracle's Python has no convflow."""
    spec = importlib.util.spec_from_file_location("parity_dump", DUMP)
    if spec is None or spec.loader is None:
        raise ImportError(f"{DUMP} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load() -> Any:
    """TensorFlow as the parity tool loads it."""
    return parity_dump().load_oracle()


def main() -> None:
    sys.argv = sys.argv[1:]
    sys.modules["tensorflow"] = load()
    sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
