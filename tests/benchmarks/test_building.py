"""benchmarks.building: the table of two libraries that take turns."""

from __future__ import annotations

import pytest

import convflow as tf
from benchmarks import building
from convflow.tools import alias


def test_the_ratio_is_that_of_the_medians(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    taken = iter([1.0, 4.0, 2.0, 8.0, 9.0, 2.0])
    asked = []

    def turn(python: str, library: str, name: str, research: str) -> float:
        asked.append((python, library, name, research))
        return next(taken)

    monkeypatch.setattr(building, "_turn", turn)
    building.compare(["inception_v4"], {"convflow": "a", "tensorflow": "b"}, "folder", 3)
    assert asked == 3 * [("a", "convflow", "inception_v4", "folder"), ("b", "tensorflow", "inception_v4", "folder")]
    row = capsys.readouterr().out.splitlines()[1]
    assert row.split() == ["inception_v4", "2.00", "(1.00", "to", "9.00)", "4.00", "(2.00", "to", "8.00)", "0.50"]


def test_a_network_with_its_training_step(monkeypatch: pytest.MonkeyPatch) -> None:
    small = ("nets.mobilenet_v1", "mobilenet_v1_025", "mobilenet_v1_arg_scope", 32)
    monkeypatch.setitem(building.NETWORKS, "small", small)
    with alias.installed(), tf.Graph().as_default() as graph:
        building.build(tf, "small")
        types = [op.type for op in graph.get_operations()]
    assert types.count("ApplyMomentum") == len(graph.get_collection("trainable_variables"))
    assert "SaveV2" in types and "Conv2DBackpropFilter" in types


def test_the_oracle_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        building.main(["--research", "folder"])
    assert "--oracle: name the Python of an environment with TensorFlow 2.21" in capsys.readouterr().err
