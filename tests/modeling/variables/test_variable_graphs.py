"""Programs with variables build TensorFlow's nodes (recorded: tests/golden/record_loss_graphs.py variables)."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import compact  # noqa: E402
import variable_cases  # noqa: E402

RECORDED = json.loads((GRAPHS / "variables.json").read_text(encoding="utf-8"))
with warnings.catch_warnings():
    # That slices are made dense is what some cases are about.
    warnings.simplefilter("ignore")
    FOUND = compact.record(tf, variable_cases.cases(tf))


def test_every_case_is_recorded() -> None:
    assert list(FOUND) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(name: str) -> None:
    assert FOUND[name] == RECORDED[name]
