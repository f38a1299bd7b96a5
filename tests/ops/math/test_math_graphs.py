"""The nodes that math functions make: type, name, order, inputs, shapes, attributes, as TensorFlow recorded them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"
sys.path.append(str(GRAPHS))

import math_cases  # noqa: E402

RECORDED = json.loads((GRAPHS / "math.json").read_text(encoding="utf-8"))
FOUND = math_cases.record(tf)

# Less or more is known of a shape than in TensorFlow; types, names and inputs are the same.
KNOWN_BETTER = {
    "tensordot unknown",
    "unsorted_segment_mean named",
    "unsorted_segment_sqrt_n named",
}  # fmt: skip


def without_shapes(nodes: list[str]) -> list[str]:
    return [line.partition(" -> ")[0] for line in nodes]


def test_every_case_is_recorded() -> None:
    assert list(FOUND) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(name: str) -> None:
    if name in KNOWN_BETTER:
        assert without_shapes(FOUND[name]) == without_shapes(RECORDED[name])
    else:
        assert FOUND[name] == RECORDED[name]
