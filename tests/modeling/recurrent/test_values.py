"""Recurrent networks compute what TensorFlow's do, and their gradients (tests/golden/record_recurrent.py)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).parents[2] / "golden" / "recurrent"
RECORDED = json.loads((GOLDEN / "values.json").read_text(encoding="utf-8"))


def _cases() -> Any:
    spec = importlib.util.spec_from_file_location("recurrent_value_cases", GOLDEN / "value_cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


value_cases = _cases()
CASES = value_cases.cases()


@pytest.mark.parametrize("name", CASES)
def test_as_tensorflow(name: str) -> None:
    theirs, ours = RECORDED[name], value_cases.evaluate(tf, CASES[name])
    assert ours["variables"] == theirs["variables"]
    for key in ("results", "gradients"):
        for index, (value, recorded) in enumerate(zip(ours[key], theirs[key], strict=True)):
            assert value[0] == recorded[0], f"{key} {index}"
            np.testing.assert_allclose(value[1], recorded[1], rtol=2e-5, atol=2e-6, err_msg=f"{key} {index}")


def test_every_case_is_recorded() -> None:
    assert list(RECORDED) == list(CASES)
