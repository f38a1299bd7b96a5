"""Initializers, regularizers and constraints: nodes and values are those that TensorFlow recorded."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import array_cases  # noqa: E402
import initializer_cases  # noqa: E402

CASES = {
    "initializers": initializer_cases.initializers(tf, tf.contrib.layers),
    "penalties": initializer_cases.penalties(tf, tf.contrib.layers),
}
RECORDED = {family: json.loads((GRAPHS / f"{family}.json").read_text(encoding="utf-8")) for family in CASES}
VALUES = np.load(GRAPHS / "initializer_values.npz")
# Sines and logarithms, products of factors and sums are rounded in their own order.
RELATIVE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-14}

every_case = pytest.mark.parametrize(("family", "name"), [(family, name) for family in CASES for name in CASES[family]])


@every_case
def test_nodes(family, name):
    found = array_cases.built(tf, {name: CASES[family][name]})
    assert found[name] == RECORDED[family][name]


@every_case
def test_values(family, name):
    found = initializer_cases.value(tf, RECORDED[family][name], CASES[family][name])
    assert len(found) == (name in VALUES)
    for value in found:
        expected = VALUES[name]
        assert value.dtype == expected.dtype
        relative = RELATIVE.get(value.dtype.name, 0.0)
        np.testing.assert_allclose(value, expected, rtol=relative, atol=relative)
