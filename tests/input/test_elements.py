"""Elements that are more than tensors, against what TensorFlow made of the same pipelines."""

import json
from pathlib import Path

import element_pipelines
import pipelines
import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "input"
GRAPHS, VALUES, SPECS = (
    json.loads((GOLDEN / f"element_{kind}.json").read_text()) for kind in ("graphs", "values", "specs")
)


@pytest.mark.parametrize("name", element_pipelines.GRAPHS)
def test_a_pipeline_builds_tensorflows_nodes(name, tf, graph):
    element_pipelines.GRAPHS[name](tf)
    ours = pipelines.nodes(graph, lambda op: op.attrs, lambda op: op.attrs["value"])
    assert json.loads(json.dumps(ours)) == GRAPHS[name]


@pytest.mark.parametrize("name", element_pipelines.VALUES)
def test_elements_are_tensorflows(name, tf):
    ours = element_pipelines.values(tf, element_pipelines.VALUES[name])
    assert json.loads(json.dumps(ours)) == VALUES[name]


def test_datasets_know_what_their_elements_are(tf):
    assert element_pipelines.specs(tf) == SPECS
