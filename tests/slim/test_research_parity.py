"""The packages of the research models build those packages' nodes (recorded: tests/golden/record_research.py)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import convflow as tf
from convflow.tools import alias
from convflow.tools.parity_compare import differences
from convflow.tools.parity_dump import dump_program

PROGRAMS = sorted((Path(__file__).parent / "research").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_nodes_and_collections(program: Path, golden: Path) -> None:
    theirs = json.loads(gzip.decompress((golden / "research" / f"{program.stem}.graph.json.gz").read_bytes()))
    with alias.installed():
        ours = json.loads(json.dumps(dump_program(program, tf)))
    found = differences(theirs, ours, everything=True)
    listed = "\n".join(f"{d.node} [{d.what}]\n  - {d.theirs}\n  + {d.ours}" for d in found[:20])
    assert not found, f"{len(found)} differences (- TensorFlow, + convflow):\n{listed}"
