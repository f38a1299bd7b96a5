"""Recurrent networks build TensorFlow's nodes (recorded: tests/golden/record_recurrent.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import convflow as tf
from convflow.tools.parity_compare import differences
from convflow.tools.parity_dump import dump_program

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
GOLDEN = Path(__file__).parents[2] / "golden" / "recurrent"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_nodes_and_collections(program: Path) -> None:
    theirs = json.loads((GOLDEN / f"{program.stem}.graph.json").read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(dump_program(program, tf)))
    found = differences(theirs, ours)
    listed = "\n".join(f"{d.node} [{d.what}]\n  - {d.theirs}\n  + {d.ours}" for d in found[:20])
    assert not found, f"{len(found)} differences (- TensorFlow, + convflow):\n{listed}"
