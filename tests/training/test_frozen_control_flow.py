"""Frozen graphs with loops and branches as nodes: made and run by TensorFlow (golden/record_files.py), run here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

FILES = Path(__file__).parent.parent / "golden" / "files" / "control_flow"
VALUES = json.loads((FILES / "values.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("fed", VALUES)
def test_gives_what_tensorflow_gives(fed: str) -> None:
    graph_def = tf.GraphDef.FromString((FILES / "frozen.pb").read_bytes())
    kinds = {node.op for node in graph_def.node}
    assert {"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"} <= kinds
    with tf.Graph().as_default(), tf.Session() as session:
        fetches = tf.import_graph_def(graph_def, name="", return_elements=[f"{name}:0" for name in VALUES[fed]])
        found = session.run(fetches, {"x:0": float(fed)})
        alone = [session.run(fetch, {"x:0": float(fed)}) for fetch in fetches]
    for name, value, one in zip(VALUES[fed], found, alone, strict=True):
        np.testing.assert_allclose(value, VALUES[fed][name], rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(one, VALUES[fed][name], rtol=1e-6, err_msg=name)
