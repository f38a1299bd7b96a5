"""The nodes of queues, readers and batching functions: type, name, order, inputs, shapes, attributes, collections."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[1] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import compact  # noqa: E402
import queue_cases  # noqa: E402

CASES = queue_cases.cases(tf)
RECORDED = json.loads((GRAPHS / "queues.json").read_text(encoding="utf-8"))


def test_every_case_is_recorded():
    assert list(CASES) == list(RECORDED)


@pytest.mark.parametrize("name", CASES)
def test_nodes(name):
    assert compact.record(tf, {name: CASES[name]})[name] == RECORDED[name]
