"""Records tests/golden/layers/values.json: what the layers of value_cases.py compute under TensorFlow.

ORACLE_PYTHON tests/golden/record_layer_values.py
"""

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "layers"), str(HERE.parent / "programs")]

import numpy as np
import under_oracle
import value_cases


def listed(value: Any) -> Any:
    """Arrays as shape and the shortest decimals of their numbers."""
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [listed(item) for item in value]
    array = np.asarray(value)
    return [list(array.shape), [float(str(item)) for item in array.ravel()]]


if __name__ == "__main__":
    tf = under_oracle.load()
    lines = [
        f"{json.dumps(name)}: {json.dumps(listed(value_cases.evaluate(tf, name, shape, build)), separators=(',', ':'))}"
        for name, (shape, build) in value_cases.cases().items()
    ]
    text = ",\n".join(lines)
    (HERE / "layers" / "values.json").write_text(f"{{\n{text}\n}}\n", encoding="utf-8")
    print(f"{len(lines)} cases, {len(text) // 1000} kB")
