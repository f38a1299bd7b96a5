"""Assertions build TensorFlow's nodes (recorded: tests/golden/record_loss_graphs.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[1] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import assertion_cases  # noqa: E402
import compact  # noqa: E402

RECORDED = json.loads((GRAPHS / "assertions.json").read_text(encoding="utf-8"))
FOUND = compact.record(tf, assertion_cases.cases(tf))


def test_every_case_is_recorded() -> None:
    assert list(FOUND) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(name: str) -> None:
    assert FOUND[name] == RECORDED[name]
