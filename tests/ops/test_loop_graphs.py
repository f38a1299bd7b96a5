"""The nodes that loops, arrays, functions over rows and their gradients make are TensorFlow's, one by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import convflow as tf
from convflow.tools.parity_compare import differences
from convflow.tools.parity_dump import dump_program

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "loops"
PROGRAMS = sorted((Path(__file__).parent / "loop_programs").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_nodes_and_collections(program, graph):
    theirs = json.loads((GOLDEN / f"{program.stem}.graph.json").read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(dump_program(program, tf)))
    found = differences(theirs, ours, everything=True)
    listed = "\n".join(f"{d.node} [{d.what}]\n  - {d.theirs}\n  + {d.ours}" for d in found[:20])
    assert not found, f"{len(found)} differences (- TensorFlow, + convflow):\n{listed}"
