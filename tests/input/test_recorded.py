"""Graphs and orders against what TensorFlow made of the same pipelines."""

import json
from pathlib import Path

import pipelines
import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "input"
GRAPHS = json.loads((GOLDEN / "graphs.json").read_text())
ORDERS = json.loads((GOLDEN / "orders.json").read_text())


@pytest.mark.parametrize("name", pipelines.GRAPHS)
def test_a_pipeline_builds_tensorflows_nodes(name, tf, graph):
    pipelines.GRAPHS[name](tf)
    ours = pipelines.nodes(graph, lambda op: op.attrs, lambda op: op.attrs["value"])
    assert json.loads(json.dumps(ours)) == GRAPHS[name]


@pytest.mark.parametrize("name", pipelines.ORDERS)
def test_elements_come_in_tensorflows_order(name, tf):
    assert pipelines.order(tf, pipelines.ORDERS[name]) == ORDERS[name]


def test_iterators_are_collected(tf, graph):
    pipelines.lecture(tf)
    assert [tensor.name for tensor in graph.get_collection("iterators")] == ["data/IteratorV2:0"]
