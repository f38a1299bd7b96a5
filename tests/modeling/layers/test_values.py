"""Layers compute what TensorFlow's compute (recorded: tests/golden/record_layer_values.py)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).parents[2] / "golden" / "layers"
RECORDED = json.loads((GOLDEN / "values.json").read_text(encoding="utf-8"))
# Convolutions may be summed in another order, and gradients of what is normalized cancel.
RELATIVE = 1e-5


def _cases() -> Any:
    spec = importlib.util.spec_from_file_location("layer_value_cases", GOLDEN / "value_cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


value_cases = _cases()
CASES = value_cases.cases()


def close(ours: Any, recorded: Any, what: str, scale: float) -> None:
    shape, values = recorded
    assert list(np.shape(ours)) == shape, what
    expected = np.array(values, np.float32).reshape(shape)
    np.testing.assert_allclose(ours, expected, rtol=RELATIVE, atol=RELATIVE * scale, err_msg=what)


def largest(recorded: Any) -> float:
    return max([1e-3, *(abs(value) for _, values in recorded for value in values)])


@pytest.mark.parametrize("name", CASES)
def test_as_tensorflow(name: str) -> None:
    theirs, ours = RECORDED[name], value_cases.evaluate(tf, name, *CASES[name])
    for key in ("outputs", "gradients"):
        scale = largest(theirs[key])
        for index, (value, recorded) in enumerate(zip(ours[key], theirs[key], strict=True)):
            close(value, recorded, f"{key} {index}", scale)
    assert list(ours["variables"]) == list(theirs["variables"])
    for variable, recorded in theirs["variables"].items():
        close(ours["variables"][variable], recorded, variable, largest([recorded]))


def test_every_case_is_recorded() -> None:
    assert list(RECORDED) == list(CASES)
