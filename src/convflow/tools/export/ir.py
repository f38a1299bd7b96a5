"""What every target is written from: a list of nodes with ONNX's ops, in PyTorch's layouts.

TensorFlow's ops are translated once into these (`builder.py`); an ONNX file is the list itself, a PyTorch module
one line of code for each node. ONNX's op set (https://onnx.ai/onnx/operators) is close to both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from convflow.core import dtypes


@dataclass
class Node:
    """One op: what it takes ("" for an absent input), what it makes, and the node of the graph it came from."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attrs: dict[str, Any]
    source: str


@dataclass(frozen=True)
class Constant:
    """A value in the model; `variable` names the variable whose (transposed) value it is."""

    array: np.ndarray
    variable: str | None = None


@dataclass(frozen=True)
class Port:
    """An input or output of the model; None in `shape` is a size known at run time only."""

    name: str
    dtype: dtypes.DType
    shape: tuple[int | None, ...]
    tensor: str


@dataclass
class Model:
    """Nodes in the order they run; `ranks` has the number of axes of the values where it is known."""

    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    inputs: list[Port] = field(default_factory=list)
    outputs: list[Port] = field(default_factory=list)
    ranks: dict[str, int] = field(default_factory=dict)

    def rank(self, name: str) -> int | None:
        constant = self.constants.get(name)
        return constant.array.ndim if constant is not None else self.ranks.get(name)

    def fresh(self, base: str) -> str:
        """A name that no value has, `base` if it is free."""
        taken = {name for node in self.nodes for name in node.outputs} | {port.name for port in self.inputs}
        return fresh_name(base, taken | set(self.constants))

    def uses(self) -> dict[str, int]:
        """How often each value is taken, as an output of the model too."""
        counts: dict[str, int] = {}
        for name in (*(name for node in self.nodes for name in node.inputs), *(port.name for port in self.outputs)):
            counts[name] = counts.get(name, 0) + 1
        return counts

    def name_constants(self) -> None:
        """Gives constants the names of their variables, where those are free."""
        renamed: dict[str, str] = {}
        for name, constant in self.constants.items():
            wanted = constant.variable
            if wanted is not None and wanted not in renamed.values() and self.fresh(wanted) == wanted:
                renamed[name] = wanted
        self.constants = {renamed.get(name, name): constant for name, constant in self.constants.items()}
        for node in self.nodes:
            node.inputs = [renamed.get(name, name) for name in node.inputs]

    def drop_unused(self) -> None:
        """Forget nodes and constants that no output needs."""
        needed = {port.name for port in self.outputs}
        kept: list[Node] = []
        for node in reversed(self.nodes):
            if needed.intersection(node.outputs):
                kept.append(node)
                needed.update(node.inputs)
        self.nodes = kept[::-1]
        self.constants = {name: value for name, value in self.constants.items() if name in needed}


def fresh_name(base: str, taken: Iterable[str]) -> str:
    """`base`, or the first of base_1, base_2, ... that is not in `taken`."""
    names = taken if isinstance(taken, (set, dict, frozenset)) else set(taken)
    name, count = base, 0
    while name in names:
        count += 1
        name = f"{base}_{count}"
    return name


def value_name(tensor: str) -> str:
    """The name of a tensor in the model: as in TensorFlow, without ":0"."""
    return tensor.removesuffix(":0")
