"""The nodes that array functions make: type, name, order, inputs, shapes, attributes, as TensorFlow recorded them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.graph import Graph
from convflow.ops.array import (
    concat,
    constant,
    gather,
    gather_nd,
    identity,
    one_hot,
    pad,
    placeholder,
    reshape,
    reverse,
    sequence,
    shape_ops,
    slice,
    split,
    stack,
    strided_slice,
    tile,
    transpose,
)
from convflow.ops.math import argmax, clip, matmul, reduce, scan, select, statistics

MODULES = [
    concat, constant, gather, gather_nd, identity, one_hot, pad, placeholder, reshape, reverse, sequence, shape_ops,
    slice, split, stack, strided_slice, tile, transpose, argmax, clip, matmul, reduce, scan, select, statistics,
]  # fmt: skip
GRAPHS = Path(__file__).resolve().parents[2] / "golden" / "graphs"
RECORDED = json.loads((GRAPHS / "array.json").read_text(encoding="utf-8"))
_spec = importlib.util.spec_from_file_location("array_cases", GRAPHS / "array_cases.py")
array_cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(array_cases)


def _tf():
    names = {}
    for module in MODULES:
        names.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    for name in ("float32", "float64", "int32", "int64", "bool", "string", "complex64", "int8"):
        names[name] = getattr(dtypes, name)
    names.update(
        Graph=Graph, TensorShape=TensorShape, Dimension=Dimension, convert_to_tensor=convert_to_tensor,
        newaxis=None, slice=slice.slice_,
    )  # fmt: skip
    return SimpleNamespace(**names)


FOUND = array_cases.record(_tf())


def test_every_case_is_recorded():
    assert list(FOUND) == list(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_nodes(name):
    assert FOUND[name] == RECORDED[name]
