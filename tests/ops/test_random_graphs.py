"""The nodes that random functions make: type, name, order, inputs, shapes, attributes, as TensorFlow recorded them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[1] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import array_cases  # noqa: E402
import random_cases  # noqa: E402

RECORDED = json.loads((GRAPHS / "random.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return array_cases.built(tf, random_cases.cases(tf))


def test_every_case_is_recorded(found):
    assert list(found) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(found, name):
    assert found[name] == RECORDED[name]
