"""The nodes of random functions and lookups: type, name, order, inputs, shapes, attributes are TensorFlow's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[1] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import array_cases  # noqa: E402
import embedding_cases  # noqa: E402
import random_cases  # noqa: E402

CASES = {"random": random_cases.cases(tf), "embedding": embedding_cases.cases(tf)}
RECORDED = {family: json.loads((GRAPHS / f"{family}.json").read_text(encoding="utf-8")) for family in CASES}


@pytest.mark.parametrize("family", CASES)
def test_every_case_is_recorded(family):
    assert list(CASES[family]) == list(RECORDED[family])


@pytest.mark.parametrize(("family", "name"), [(family, name) for family in CASES for name in CASES[family]])
def test_nodes(family, name):
    assert array_cases.built(tf, {name: CASES[family][name]})[name] == RECORDED[family][name]
