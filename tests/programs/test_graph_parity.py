"""The graphs these programs build are TensorFlow's, node by node (recorded: tests/golden/record_programs.py)."""

from __future__ import annotations

import json

import pytest
import training

import convflow as tf
from convflow.tools.parity_compare import differences
from convflow.tools.parity_dump import dump_program

PROGRAMS = sorted(path.name.removesuffix(".graph.json") for path in training.GOLDEN.glob("*.graph.json"))


def test_every_program_with_a_graph_is_recorded() -> None:
    sources = training.FOLDER.glob("*.py")
    building = {path.stem for path in sources if "\ndef build(tf" in path.read_text(encoding="utf-8")}
    assert building == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_forward_graph_variables_and_initializers(name: str) -> None:
    theirs = json.loads((training.GOLDEN / f"{name}.graph.json").read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(dump_program(training.FOLDER / f"{name}.py", tf)))
    found = differences(theirs, ours)
    listed = "\n".join(f"{d.node} [{d.what}]\n  - {d.theirs}\n  + {d.ours}" for d in found[:20])
    assert not found, f"{len(found)} differences (- TensorFlow, + convflow):\n{listed}"
