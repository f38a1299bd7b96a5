"""Where a checkpoint's variables stand in a PyTorch module: scopes are submodules, kernels weights."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field

import numpy as np
from torch import nn

from convflow.tools.export.ir import Constant, Model, Node, fresh_name

# Names of kernels and biases, in small letters and without underscores before.
_WEIGHTS = ("kernel", "weights", "weight", "filter", "w")
_BIASES = ("bias", "biases", "b")
# A separable convolution has two kernels in one scope.
_PARTS = {
    "depthwise_kernel": "depthwise",
    "depthwise_weights": "depthwise",
    "pointwise_kernel": "pointwise",
    "pointwise_weights": "pointwise",
}
_RESERVED = frozenset(dir(nn.Module()))
_PRIVATE = re.compile(r"\W")


@dataclass
class Slot:
    """A tensor of the module: its attributes' path, whether training would change it, its value."""

    path: tuple[str, ...]
    value: np.ndarray
    parameter: bool


@dataclass
class State:
    """What a module holds.

    Attributes:
        layers: the calls that make submodules, by path, in the order of their use.
        slots: tensors that stand alone.
        values: the state_dict.
    """

    layers: dict[tuple[str, ...], str] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def layer(self, path: tuple[str, ...], call: str, values: dict[str, np.ndarray]) -> str | None:
        """The expression of a submodule, None if another one stands at that path."""
        keys = {".".join((*path, name)): value for name, value in values.items()}
        if path in self.layers:
            same = all(key in self.values and self.values[key] is value for key, value in keys.items())
            return _attribute(path) if same and self.layers[path] == call else None
        if any(key in self.values for key in keys):
            return None
        self.layers[path] = call
        self.values.update(keys)
        return _attribute(path)

    def tensor(self, name: str, constant: Constant) -> str:
        """The expression of a tensor that belongs to no layer."""
        if name not in self._paths:
            path = path_of(constant.variable or name)
            path = (*path[:-1], fresh_name(path[-1], {key.rpartition(".")[2] for key in self._beside(path)}))
            self._paths[name] = path
            floating = constant.array.dtype.kind == "f"
            self.slots.append(Slot(path, constant.array, constant.variable is not None and floating))
            self.values[".".join(path)] = constant.array
        return _attribute(self._paths[name])

    def _beside(self, path: tuple[str, ...]) -> list[str]:
        """What the scope of a path has already, with names that submodules there have."""
        depth = len(path)
        inner = [".".join(layer[:depth]) for layer in self.layers if layer[: depth - 1] == path[:-1]]
        own = [key for key in self.values if tuple(key.split("."))[: depth - 1] == path[:-1]]
        return inner + [".".join(key.split(".")[:depth]) for key in own]


def path_of(name: str) -> tuple[str, ...]:
    """Attribute names for the parts of a TensorFlow name."""
    return tuple(_identifier(part) for part in name.split("/"))


def _identifier(part: str) -> str:
    word = _PRIVATE.sub("_", part) or "_"
    if word[0].isdigit():
        word = f"n{word}"
    return f"{word}_" if keyword.iskeyword(word) or word in _RESERVED else word


def _attribute(path: tuple[str, ...]) -> str:
    return ".".join(("self", *path))


def layer_path(model: Model, node: Node) -> tuple[str, ...] | None:
    """The path of the layer that a node with a kernel is, None if its variables do not stand together."""
    weight = model.constants.get(node.inputs[1])
    if weight is None or weight.variable is None:
        return None
    scope, _, leaf = weight.variable.rpartition("/")
    if (_plain(leaf) not in _WEIGHTS and leaf not in _PARTS) or not scope:
        return None
    if len(node.inputs) > 2:
        bias = model.constants.get(node.inputs[2])
        if bias is None or bias.variable is None or not _is_in(bias.variable, scope, _BIASES):
            return None
    return path_of(f"{scope}/{_PARTS[leaf]}" if leaf in _PARTS else scope)


def norm_path(model: Model, node: Node) -> tuple[str, ...] | None:
    """The path of a batch normalisation, None if its variables do not stand together."""
    constants = [model.constants.get(name) for name in node.inputs[1:5]]
    if any(constant is None for constant in constants):
        return None
    scopes = {c.variable.rpartition("/")[0] for c in constants if c is not None and c.variable is not None}
    scope = scopes.pop() if len(scopes) == 1 else ""
    return path_of(scope) if scope else None


def _is_in(variable: str, scope: str, leaves: tuple[str, ...]) -> bool:
    parent, _, leaf = variable.rpartition("/")
    return parent == scope and _plain(leaf) in leaves


def _plain(leaf: str) -> str:
    return leaf.lstrip("_").lower()
