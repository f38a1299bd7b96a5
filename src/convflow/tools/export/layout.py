"""Transposes taken out of a model, so that images stay NCHW from one convolution to the next.

Each Transpose is put off: `y = transpose(x)` is only noted, and what takes `y` takes `x` with its axes renamed, if
it can (sums, activations, joins, pads, reductions). Two that meet undo each other. One that no later node can do
without is written where it is needed, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from convflow.tools.export.ir import Constant, Model, Node, fresh_name

Perm = tuple[int, ...]

_UNARY = (
    *("Relu", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softsign", "LeakyRelu", "Clip", "Cast", "Identity"),
    *("Sqrt", "Exp", "Log", "Neg", "Abs", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Erf", "Reciprocal", "Not"),
)
_BROADCASTING = (
    *("Add", "Sub", "Mul", "Div", "IntDiv", "Mod", "Max", "Min", "Pow", "And", "Or", "Where"),
    *("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"),
)
_REDUCTIONS = ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd")


def simplify(model: Model) -> None:
    """Removes the transposes of a model that undo each other."""
    _Simplifier(model).run()
    model.drop_unused()


class _Simplifier:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._nodes: list[Node] = []
        # Values that are a transpose of another; values that are another one.
        self._pending: dict[str, tuple[str, Perm]] = {}
        self._same: dict[str, str] = {}
        self._written: dict[tuple[str, Perm], str] = {}
        self._outputs = {port.name for port in model.outputs}
        self._names = {name for node in model.nodes for name in node.outputs} | set(model.constants)
        self._names |= {port.name for port in model.inputs}

    def run(self) -> None:
        for node in self._model.nodes:
            node.inputs = [self._same.get(name, name) for name in node.inputs]
            if node.op == "Transpose":
                self._put_off(node)
            elif not any(name in self._pending for name in node.inputs) or not self._pushed(node):
                self._write(node)
        self._model.nodes = self._nodes
        for port in self._model.outputs:
            self._write_output(port.name)

    def _put_off(self, node: Node) -> None:
        name, perm = node.inputs[0], tuple(node.attrs["perm"])
        if name in self._pending:
            name, before = self._pending[name]
            perm = tuple(before[axis] for axis in perm)
        if perm == tuple(range(len(perm))):
            self._same[node.outputs[0]] = name
        else:
            self._pending[node.outputs[0]] = (name, perm)

    def _write(self, node: Node) -> None:
        """The node as it is, on values that are there."""
        node.inputs = [self._value(name, node.source) for name in node.inputs]
        self._nodes.append(node)

    def _value(self, name: str, source: str) -> str:
        if name not in self._pending:
            return name
        origin, perm = self._pending[name]
        return self._transposed(origin, perm, source, name)

    def _transposed(self, name: str, perm: Perm, source: str, wanted: str | None = None) -> str:
        key = (name, perm)
        if key not in self._written:
            made = wanted or fresh_name(f"{name}/transposed", self._names)
            self._names.add(made)
            self._nodes.append(Node("Transpose", [name], [made], {"perm": list(perm)}, source))
            self._model.ranks[made] = len(perm)
            self._written[key] = made
        return self._written[key]

    def _write_output(self, name: str) -> None:
        source = self._same.get(name)
        if name in self._pending:
            origin, perm = self._pending[name]
            made = self._written.get((origin, perm))
            if made is None:
                self._transposed(origin, perm, name, name)
            elif made != name:
                source = made
        if source is not None:
            self._nodes.append(Node("Identity", [source], [name], {}, name))

    def _pushed(self, node: Node) -> bool:
        """Whether the node was written on the untransposed values."""
        push = _PUSHES.get(node.op)
        if push is None or (len(node.outputs) > 1 and node.op != "Split"):
            return False
        return push(self, node)

    def _replace(self, node: Node, inputs: Sequence[str], perm: Perm | None, **attrs: object) -> bool:
        """Writes the node on other inputs; its outputs are then `perm` of what they should be."""
        names = []
        for name in node.outputs:
            if perm is None:
                names.append(name)
                continue
            made = fresh_name(f"{name}/nchw" if len(perm) == 4 else f"{name}/inner", self._names)
            self._names.add(made)
            self._pending[name] = (made, perm)
            self._model.ranks[made] = len(perm)
            names.append(made)
        self._nodes.append(replace(node, inputs=list(inputs), outputs=names, attrs={**node.attrs, **attrs}))
        return True

    def _constant(self, array: np.ndarray, like: str, variable: str | None = None) -> str:
        name = fresh_name(f"{like}/inner", self._names)
        self._names.add(name)
        self._model.constants[name] = Constant(np.ascontiguousarray(array), variable)
        return name

    # The ways through, one for each kind of node.

    def elementwise(self, node: Node) -> bool:
        perms = [self._pending[name][1] for name in node.inputs if name in self._pending]
        perm = max(perms, key=len)
        turned = [self._aligned(name, perm) for name in node.inputs]
        if any(name is None for name in turned):
            return False
        plain = sum(1 for how in turned if how is not None and how[1])
        if plain > len(perms):
            return False  # it would take more transposes than it saves
        inputs = [how[0]() for how in turned if how is not None]
        return self._replace(node, inputs, perm)

    def _aligned(self, name: str, perm: Perm) -> tuple[Callable[[], str], bool] | None:
        """How to get a value in the axes before `perm`, and whether that takes a Transpose; None if there is no way."""
        if name in self._pending:
            origin, own = self._pending[name]
            return (lambda: origin, False) if own == perm else None
        constant = self._model.constants.get(name)
        if name == "" or self._model.rank(name) == 0:
            return lambda: name, False
        back = inverse(perm)
        if constant is not None:
            if constant.array.ndim > len(perm):
                return None
            return lambda: self._turned(name, constant, back), False
        if self._model.rank(name) == len(perm):
            return lambda: self._transposed(name, back, name), True
        return None

    def _turned(self, name: str, constant: Constant, back: Perm) -> str:
        key = (name, back)
        if key not in self._written:
            array = constant.array.reshape((1,) * (len(back) - constant.array.ndim) + constant.array.shape)
            turned = array.transpose(back)
            # Leading axes of size 1 say nothing.
            while turned.ndim and turned.shape[0] == 1 and turned.ndim > 1:
                turned = turned[0]
            self._written[key] = self._constant(turned, name, constant.variable)
        return self._written[key]

    def axis(self, node: Node) -> bool:
        """Softmax and Split: one axis in an attribute."""
        origin, perm = self._pending[node.inputs[0]]
        if any(name in self._pending for name in node.inputs[1:]):
            return False
        return self._replace(node, [origin, *node.inputs[1:]], perm, axis=perm[node.attrs["axis"]])

    def join(self, node: Node) -> bool:
        found = [self._pending.get(name) for name in node.inputs]
        perms = {each[1] for each in found if each is not None}
        if len(perms) != 1:
            return False
        perm = perms.pop()
        turned = [self._aligned(name, perm) for name in node.inputs]
        if any(how is None for how in turned) or sum(how[1] for how in turned if how) > sum(
            f is not None for f in found
        ):
            return False
        if any(
            (c := self._model.constants.get(name)) is not None and c.array.ndim != len(perm) for name in node.inputs
        ):
            return False
        inputs = [how[0]() for how in turned if how is not None]
        return self._replace(node, inputs, perm, axis=perm[node.attrs["axis"]])

    def pad(self, node: Node) -> bool:
        origin, perm = self._pending[node.inputs[0]]
        pads = self._model.constants.get(node.inputs[1])
        if pads is None:
            return False
        table = pads.array.reshape(2, -1)[:, list(inverse(perm))]
        return self._replace(node, [origin, self._constant(table.reshape(-1), node.inputs[1]), *node.inputs[2:]], perm)

    def slice(self, node: Node) -> bool:
        origin, perm = self._pending[node.inputs[0]]
        axes = self._model.constants.get(node.inputs[3])
        if axes is None:
            return False
        mapped = np.array([perm[int(axis)] for axis in axes.array], np.int64)
        inputs = [origin, *node.inputs[1:3], self._constant(mapped, node.inputs[3]), *node.inputs[4:]]
        return self._replace(node, inputs, perm)

    def reduction(self, node: Node) -> bool:
        origin, perm = self._pending[node.inputs[0]]
        axes = self._model.constants.get(node.inputs[1])
        if axes is None:
            return False
        gone = [int(axis) for axis in axes.array]
        mapped = self._constant(np.array(sorted(perm[axis] for axis in gone), np.int64), node.inputs[1])
        left = perm if node.attrs["keepdims"] else _without(perm, gone)
        return self._replace(node, [origin, mapped], None if left == tuple(range(len(left))) else left)

    def squeeze(self, node: Node) -> bool:
        origin, perm = self._pending[node.inputs[0]]
        axes = self._model.constants.get(node.inputs[1])
        if axes is None:
            return False
        gone = [int(axis) for axis in axes.array]
        mapped = self._constant(np.array(sorted(perm[axis] for axis in gone), np.int64), node.inputs[1])
        left = _without(perm, gone)
        return self._replace(node, [origin, mapped], None if left == tuple(range(len(left))) else left)

    def shape(self, node: Node) -> bool:
        """The shape of a transposed value is the shape, its elements reordered."""
        origin, perm = self._pending[node.inputs[0]]
        inner = fresh_name(f"{node.outputs[0]}/inner", self._names)
        self._names.add(inner)
        self._nodes.append(replace(node, inputs=[origin], outputs=[inner]))
        order = self._constant(np.array(perm, np.int64), node.outputs[0])
        self._nodes.append(Node("Gather", [inner, order], node.outputs, {"axis": 0}, node.source))
        return True


def inverse(perm: Perm) -> Perm:
    return tuple(sorted(range(len(perm)), key=perm.__getitem__))


def _without(perm: Perm, gone: Sequence[int]) -> Perm:
    """The order of what is left when axes go."""
    left = [axis for position, axis in enumerate(perm) if position not in gone]
    return tuple(sorted(left).index(axis) for axis in left)


_PUSHES: dict[str, Callable[[_Simplifier, Node], bool]] = {
    **dict.fromkeys((*_UNARY, *_BROADCASTING), _Simplifier.elementwise),
    **dict.fromkeys(_REDUCTIONS, _Simplifier.reduction),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Split"), _Simplifier.axis),
    "Concat": _Simplifier.join,
    "Pad": _Simplifier.pad,
    "Slice": _Simplifier.slice,
    "Squeeze": _Simplifier.squeeze,
    "Shape": _Simplifier.shape,
}
