"""The nodes of functions that sort, place, fill, cut, check and convert, as TensorFlow recorded them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import arrangement_cases  # noqa: E402

RECORDED = {
    family: json.loads((GRAPHS / f"{family}.json").read_text(encoding="utf-8")) for family in arrangement_cases.FAMILIES
}
CASES = [(family, name) for family, cases in RECORDED.items() for name in cases]


@pytest.fixture(scope="module")
def found():
    return arrangement_cases.record(tf)


def test_every_case_is_recorded(found):
    assert {family: list(cases) for family, cases in found.items()} == {
        family: list(cases) for family, cases in RECORDED.items()
    }


@pytest.mark.parametrize(("family", "name"), CASES, ids=[f"{family}-{name}" for family, name in CASES])
def test_nodes(found, family, name):
    assert found[family][name] == RECORDED[family][name]
