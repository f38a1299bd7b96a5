"""What of a graph remains when it only predicts: values that are known, nodes that pass on, branches not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from convflow.core import values
from convflow.graph.opdef import routed
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value

# What returns its first input in a prediction.
PASSING = frozenset(
    {"Identity", "StopGradient", "PreventGradient", "CheckNumerics", "Snapshot", "PlaceholderWithDefault", "Print"}
)
# Known from static shapes, though what they look at is not.
_OF_SHAPES = ("Shape", "Size", "Rank")
_ALWAYS_RUN = ("Placeholder", "PlaceholderV2")


@dataclass(frozen=True)
class Dilated:
    """A convolution between SpaceToBatchND and BatchToSpaceND: one with dilation."""

    conv: Operation
    data: Tensor
    rates: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]


class InferenceGraph:
    """Looks through a graph, input to output, once.

    Args:
        graph: a graph without variables.
        inputs: the tensors that stay inputs.
        kept: names of constants not to compute with, so that they stay visible: a PyTorch module's parameters.
    """

    def __init__(self, graph: Any, inputs: list[Tensor], kept: frozenset[str] = frozenset()) -> None:
        self._inputs = {tensor.name for tensor in inputs}
        self._kept = kept
        self._dead: set[str] = set()
        self._dead_ops: set[str] = set()
        self._alias: dict[str, Tensor] = {}
        self._known: dict[str, np.ndarray] = {}
        for op in graph.get_operations():
            self._visit(op)

    def resolve(self, tensor: Tensor) -> Tensor:
        """The tensor that `tensor` has its value from."""
        while tensor.name in self._alias:
            tensor = self._alias[tensor.name]
        return tensor

    def known(self, tensor: Tensor) -> np.ndarray | None:
        """Its value, if that depends on no input."""
        return self._known.get(self.resolve(tensor).name)

    def is_input(self, tensor: Tensor) -> bool:
        return tensor.name in self._inputs

    def needed(self, outputs: list[Tensor]) -> list[Operation]:
        """The operations that must be translated, each after those it takes values from."""
        order: list[Operation] = []
        seen: set[str] = set()
        waiting: list[tuple[Operation, bool]] = [(tensor.op, False) for tensor in self._open(reversed(outputs))]
        while waiting:
            op, ready = waiting.pop()
            if ready:
                order.append(op)
            elif op.name not in seen:
                seen.add(op.name)
                waiting.append((op, True))
                waiting.extend((tensor.op, False) for tensor in self._open(reversed(self._sources(op))))
        return order

    def _open(self, tensors: Any) -> list[Tensor]:
        resolved = [self.resolve(tensor) for tensor in tensors]
        return [each for each in resolved if self.known(each) is None and not self.is_input(each)]

    def _sources(self, op: Operation) -> list[Tensor]:
        dilated = self.dilated(op)
        if dilated is not None:
            return [dilated.data, dilated.conv.inputs[1]]
        return list(op.inputs)

    def dilated(self, op: Operation) -> Dilated | None:
        """The convolution with dilation that a BatchToSpaceND ends, None if it is another one."""
        if op.type != "BatchToSpaceND":
            return None
        conv = self.resolve(op.inputs[0]).op
        if conv.type not in ("Conv2D", "DepthwiseConv2dNative") or conv.attrs["padding"] != "VALID":
            return None
        spread = self.resolve(conv.inputs[0]).op
        if spread.type != "SpaceToBatchND" or any(size != 1 for size in conv.attrs["strides"]):
            return None
        blocks, back = self.known(spread.inputs[1]), self.known(op.inputs[1])
        pads, crops = self.known(spread.inputs[2]), self.known(op.inputs[2])
        if blocks is None or back is None or pads is None or crops is None or list(blocks) != list(back):
            return None
        net = [(int(a - b), int(c - d)) for (a, c), (b, d) in zip(pads, crops, strict=True)]
        if len(blocks) != 2 or any(size < 0 for pair in net for size in pair):
            return None
        return Dilated(conv, spread.inputs[0], tuple(int(size) for size in blocks), tuple(net))

    def _visit(self, op: Operation) -> None:
        if op.type == "Merge":
            self._merge(op)
        elif self._is_dead(op):
            self._dead_ops.add(op.name)
            self._dead.update(tensor.name for tensor in op.outputs)
        elif op.type == "Switch":
            self._switch(op)
        elif not any(tensor.name in self._inputs for tensor in op.outputs):
            source = self._passed(op)
            if source is not None:
                self._alias[op.outputs[0].name] = source
            else:
                self._compute(op)

    def _is_dead(self, op: Operation) -> bool:
        return any(tensor.name in self._dead for tensor in op.inputs) or any(
            control.name in self._dead_ops for control in op.control_inputs
        )

    def _switch(self, op: Operation) -> None:
        predicate = self.known(op.inputs[1])
        if predicate is not None:
            taken = int(bool(predicate))
            self._alias[op.outputs[taken].name] = op.inputs[0]
            self._dead.add(op.outputs[1 - taken].name)

    def _merge(self, op: Operation) -> None:
        live = [index for index, tensor in enumerate(op.inputs) if tensor.name not in self._dead]
        if not live:
            self._dead.update(tensor.name for tensor in op.outputs)
        elif len(live) == 1:
            self._alias[op.outputs[0].name] = op.inputs[live[0]]
            self._known[op.outputs[1].name] = np.asarray(live[0], np.int32)

    def _compute(self, op: Operation) -> None:
        """Its values, if all it takes is known and running it twice makes no difference."""
        if op.type == "Const":
            if op.name not in self._kept:
                self._known[op.outputs[0].name] = np.asarray(op.attrs["value"])
            return
        if op.type in _OF_SHAPES or (op.type == "StridedSlice" and op.inputs[0].op.type == "Shape"):
            size = constant_value(op.outputs[0])
            if size is not None:
                self._known[op.outputs[0].name] = size
                return
        definition = op.definition
        if definition.stateful or definition.kernel is routed or not op.inputs or op.type in _ALWAYS_RUN:
            return
        if any(not (tensor.dtype.is_numeric_tensor or tensor.dtype.is_bool) for tensor in (*op.inputs, *op.outputs)):
            return
        given = [self.known(tensor) for tensor in op.inputs]
        if any(value is None for value in given):
            return
        results = definition.kernel(op)(*(values.from_numpy(value) for value in given if value is not None))
        if not isinstance(results, (tuple, list)):
            results = (results,)
        for tensor, result in zip(op.outputs, results, strict=True):
            self._known[tensor.name] = np.asarray(values.to_numpy(result))

    def _passed(self, op: Operation) -> Tensor | None:
        """The input that an operation returns, if it changes nothing."""
        if op.type in PASSING:
            return op.inputs[0]
        if op.type in ("Select", "SelectV2") and self._keeps_all(op.inputs[0]):
            return op.inputs[1]
        if op.type == "Mul":
            for mask, other in ((op.inputs[1], op.inputs[0]), (op.inputs[0], op.inputs[1])):
                if self._keeps_all(mask):
                    return other
        if op.type in ("RealDiv", "Mul") and self._is(op.inputs[1], 1) and op.inputs[1].shape.rank == 0:
            return op.inputs[0]
        return None

    def _keeps_all(self, tensor: Tensor) -> bool:
        """Whether it is the mask of a dropout that drops nothing.

        The mask is `random >= rate`, cast to a number in 1.13 to 1.15, and `floor(keep_prob + random)` before.
        """
        op = self.resolve(tensor).op
        if op.type == "Cast":
            return self._keeps_all(op.inputs[0])
        if op.type == "GreaterEqual":
            rate = self.known(op.inputs[1])
            return self._is_random(op.inputs[0]) and rate is not None and rate.ndim == 0 and float(rate) <= 0
        if op.type == "Floor":
            added = self.resolve(op.inputs[0]).op
            if added.type not in ("Add", "AddV2"):
                return False
            first, second = added.inputs
            return (self._is(first, 1) and self._is_random(second)) or (self._is(second, 1) and self._is_random(first))
        return False

    def _is_random(self, tensor: Tensor) -> bool:
        """Whether it is uniform in [0, 1), as tf.random_uniform builds it."""
        op = self.resolve(tensor).op
        if op.type in ("Mul", "Add", "AddV2"):
            return self._is(op.inputs[1], 1 if op.type == "Mul" else 0) and self._is_random(op.inputs[0])
        return op.type == "RandomUniform"

    def _is(self, tensor: Tensor, value: float) -> bool:
        known = self.known(tensor)
        return known is not None and known.size == 1 and known.dtype.kind == "f" and float(known.reshape(())) == value
