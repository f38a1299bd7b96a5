"""The nodes that convolutions and pooling make: type, name, order, inputs, shapes, attributes, as recorded."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path

import pytest

import convflow as tf

GRAPHS = Path(__file__).resolve().parents[1] / "golden" / "graphs"
RECORDED = json.loads((GRAPHS / "conv.json").read_text(encoding="utf-8"))


def _load(name):
    spec = importlib.util.spec_from_file_location(name, GRAPHS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CASES = _load("conv_cases").cases(tf)
built = _load("array_cases").built


def test_every_case_is_recorded():
    assert list(CASES) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = built(tf, {name: CASES[name]})[name]
    assert found == RECORDED[name]
