"""Distributions: values, moments, samples and divergences as TensorFlow recorded them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"


def _load(path):
    spec = importlib.util.spec_from_file_location(f"golden_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


distribution_cases = _load(GRAPHS / "distribution_cases.py")
decode = _load(GRAPHS.with_name("ops") / "cases.py").decode
RECORDED = json.loads((GRAPHS / "distributions.json").read_text(encoding="utf-8"))
CASES = distribution_cases.cases(tf)
# Special functions differ in their last digits, and differences of large terms in more.
RELATIVE = {"float32": 2e-5, "float64": 1e-11}


def test_every_case_is_recorded():
    assert list(CASES) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_case(name):
    found, static = distribution_cases.value(tf, CASES[name])
    recorded = RECORDED[name]
    if "raises" in recorded:
        assert found == recorded["raises"]
        return
    assert not isinstance(found, str), found
    expected = decode(recorded["value"])
    assert found.dtype == expected.dtype
    assert static == recorded["static"]
    relative = RELATIVE.get(found.dtype.name, 0.0)
    np.testing.assert_allclose(found, expected, rtol=relative, atol=relative)
