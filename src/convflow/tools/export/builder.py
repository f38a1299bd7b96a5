"""From a graph's nodes to the model's: the registry of converters and what they build with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value_as_shape
from convflow.tools.export import refuse
from convflow.tools.export.inference import InferenceGraph
from convflow.tools.export.ir import Constant, Model, Node, Port, fresh_name, value_name
from convflow.tools.export.network import Network

Converter = Callable[["Builder", Operation], None]

TO_NCHW = (0, 3, 1, 2)
TO_NHWC = (0, 2, 3, 1)
# Arrays up to this many elements are shared between the nodes that take equal ones.
_SHARED = 64

_converters: dict[str, Converter] = {}


def converter(*kinds: str) -> Callable[[Converter], Converter]:
    """Registers a function as what translates nodes of these types."""

    def register(function: Converter) -> Converter:
        for kind in kinds:
            _converters[kind] = function
        return function

    return register


def is_convertible(kind: str) -> bool:
    return kind in _converters


def convertible_types() -> list[str]:
    """The types of nodes that can be exported to ONNX and PyTorch."""
    return sorted(_converters)


class Builder:
    """The model as far as it is built."""

    def __init__(self, graph: InferenceGraph, network: Network) -> None:
        self.graph = graph
        self.model = Model()
        self._variables = network.source.variables
        self._names: dict[str, str] = {}
        self._taken = {value_name(tensor.name) for op in network.graph.get_operations() for tensor in op.outputs}
        self._shared: dict[tuple[Any, ...], str] = {}
        self._op: Operation | None = None
        for tensor in network.inputs:
            self._add_input(tensor)

    def convert(self, op: Operation) -> None:
        self._op = op
        _converters[op.type](self, op)

    def _add_input(self, tensor: Tensor) -> None:
        if tensor.shape.rank is None:
            raise refuse.unimplemented(
                f"The input {tensor.op.name} has a shape of unknown rank, which an exported network cannot have. "
                f"Give it, with ? for sizes that vary, as in --shape {tensor.op.name}=?,224,224,3, or fix its value "
                f"with --set {tensor.op.name}=VALUE."
            )
        name = value_name(tensor.name)
        self._names[tensor.name] = name
        self.model.ranks[name] = tensor.shape.rank
        self.model.inputs.append(Port(name, tensor.dtype, _sizes(tensor), tensor.name))

    def finish(self, outputs: Iterable[Tensor]) -> None:
        """Gives the outputs their own names."""
        for tensor in outputs:
            name, wanted = self.value(tensor), value_name(tensor.name)
            if name != wanted:
                self.model.nodes.append(Node("Identity", [name], [wanted], {}, tensor.op.name))
            if tensor.shape.rank is not None:
                self.model.ranks[wanted] = tensor.shape.rank
            self.model.outputs.append(Port(wanted, tensor.dtype, _sizes(tensor), tensor.name))

    # What nodes take.

    def value(self, tensor: Tensor) -> str:
        """The name of a tensor's value."""
        tensor = self.graph.resolve(tensor)
        if tensor.name in self._names:
            return self._names[tensor.name]
        known = self.graph.known(tensor)
        variable = tensor.op.name if tensor.op.type == "Const" and tensor.op.name in self._variables else None
        if known is None and tensor.op.type == "Const":
            known = np.asarray(tensor.op.attrs["value"])
        if known is None:
            raise refuse.unsupported([tensor.op], "The model")
        name = self.constant(known, tensor.op.name if tensor.value_index == 0 else None, variable)
        self._names[tensor.name] = name
        return name

    def input(self, op: Operation, index: int) -> str:
        return self.value(op.inputs[index])

    def known(self, tensor: Tensor) -> np.ndarray | None:
        return self.graph.known(tensor)

    def argument(self, op: Operation, index: int) -> np.ndarray:
        """An input that must be known; UnimplementedError if it is not."""
        value = self.graph.known(op.inputs[index])
        if value is None:
            raise refuse.unknown_value(op, index)
        return value

    def ints(self, op: Operation, index: int) -> list[int]:
        return [int(value) for value in self.argument(op, index).reshape(-1)]

    def rank(self, op: Operation, index: int = 0) -> int:
        rank = op.inputs[index].shape.rank
        if rank is None:
            raise refuse.unknown_shape(op, op.inputs[index], "its rank")
        return rank

    def sizes(self, op: Operation, index: int = 0) -> list[int | None]:
        self.rank(op, index)
        return list(op.inputs[index].shape.as_list())

    def axes(self, op: Operation, index: int, rank: int) -> list[int]:
        """Axes from the front."""
        return [axis % rank if rank else axis for axis in self.ints(op, index)]

    def int64(self, op: Operation, index: int) -> str:
        """An input of integers in the type that ONNX asks for in shapes and indices."""
        known = self.graph.known(op.inputs[index])
        if known is not None:
            return self.constant(known.astype(np.int64))
        return self.node("Cast", [self.input(op, index)], to=np.dtype(np.int64))

    def shape_argument(self, op: Operation, index: int) -> str:
        """A shape, with one unknown size as -1 where that says all."""
        shape = constant_value_as_shape(op.inputs[index])
        known = self.graph.known(op.inputs[index])
        if known is None and shape.rank is not None and shape.as_list().count(None) == 1:
            return self.constant(np.array([-1 if size is None else size for size in shape.as_list()], np.int64))
        return self.int64(op, index)

    # What is made.

    def constant(self, value: Any, hint: str | None = None, variable: str | None = None) -> str:
        """A value in the model; small ones without a variable are shared."""
        array = np.ascontiguousarray(value) if np.ndim(value) else np.asarray(value)
        key = (array.dtype.str, array.shape, array.tobytes()) if variable is None and array.size <= _SHARED else None
        if key is not None and key in self._shared:
            return self._shared[key]
        base = hint or f"{self._op.name if self._op is not None else 'model'}/value"
        name = base if hint is not None and base not in self.model.constants else self._fresh(base)
        self.model.constants[name] = Constant(array, variable)
        self._taken.add(name)
        if key is not None:
            self._shared[key] = name
        return name

    def like(self, tensor: Tensor, value: float) -> str:
        """A scalar of a tensor's type."""
        return self.constant(np.asarray(value, tensor.dtype.as_numpy_dtype))

    def node(self, kind: str, inputs: Sequence[str], rank: int | None = None, **attrs: Any) -> str:
        """A node between a converter's others; returns its value's name."""
        source = self._op.name if self._op is not None else ""
        name = self._fresh(f"{source}/{kind}")
        self.model.nodes.append(Node(kind, list(inputs), [name], attrs, source))
        if rank is not None:
            self.model.ranks[name] = rank
        return name

    def pair(self, kind: str, inputs: Sequence[str], rank: int | None = None, **attrs: Any) -> tuple[str, str]:
        """A node with two outputs between a converter's others."""
        first = self.node(kind, inputs, rank, **attrs)
        second = self._fresh(f"{first}/second")
        self.model.nodes[-1].outputs.append(second)
        if rank is not None:
            self.model.ranks[second] = rank
        return first, second

    def emit(self, op: Operation, kind: str, inputs: Sequence[str], **attrs: Any) -> None:
        """The node whose value, or values, are those of `op`."""
        names = [self._name_output(tensor) for tensor in op.outputs]
        self.model.nodes.append(Node(kind, list(inputs), names, attrs, op.name))

    def emit_first(self, op: Operation, kind: str, inputs: Sequence[str], **attrs: Any) -> None:
        """The node whose one value is the first output of `op`."""
        name = self._name_output(op.outputs[0])
        self.model.nodes.append(Node(kind, list(inputs), [name], attrs, op.name))

    def alias(self, tensor: Tensor, name: str) -> None:
        """Says that a tensor is a value that is there already."""
        self._names[tensor.name] = name

    def _name_output(self, tensor: Tensor) -> str:
        name = value_name(tensor.name)
        self._names[tensor.name] = name
        if tensor.shape.rank is not None:
            self.model.ranks[name] = tensor.shape.rank
        return name

    def _fresh(self, base: str) -> str:
        name = fresh_name(base, self._taken)
        self._taken.add(name)
        return name

    # Layouts.

    def transposed(self, name: str, perm: Sequence[int]) -> str:
        """A value with its axes in another order; a constant is turned at once."""
        if list(perm) == list(range(len(perm))):
            return name
        constant = self.model.constants.get(name)
        if constant is None:
            return self.node("Transpose", [name], len(perm), perm=list(perm))
        key = (name, tuple(perm))
        if key not in self._shared:
            turned = constant.array.transpose(perm)
            self._shared[key] = self.constant(turned, self._turned_name(name, constant), constant.variable)
        return self._shared[key]

    def reshaped(self, name: str, sizes: Sequence[int]) -> str:
        constant = self.model.constants.get(name)
        if constant is None:
            return self.node("Reshape", [name, self.constant(np.array(sizes, np.int64))], len(sizes))
        key = (name, "sizes", tuple(sizes))
        if key not in self._shared:
            array = constant.array.reshape(sizes)
            self._shared[key] = self.constant(array, self._turned_name(name, constant), constant.variable)
        return self._shared[key]

    def _turned_name(self, name: str, constant: Constant) -> str | None:
        return self._fresh(name) if constant.variable is not None else None

    def channels_first(self, op: Operation, index: int = 0) -> str:
        """An image input as NCHW, whatever `data_format` says it is."""
        name = self.input(op, index)
        return name if is_nchw(op) else self.transposed(name, TO_NCHW)

    def emit_image(self, op: Operation, kind: str, inputs: Sequence[str], **attrs: Any) -> None:
        """The node that makes the first output of `op`, an image, as NCHW."""
        if is_nchw(op):
            self.emit_first(op, kind, inputs, **attrs)
        else:
            made = self.node(kind, inputs, 4, **attrs)
            self.emit_first(op, "Transpose", [made], perm=list(TO_NHWC))


def is_nchw(op: Operation) -> bool:
    return op.attrs.get("data_format") in ("NCHW", b"NCHW")


def _sizes(tensor: Tensor) -> tuple[int | None, ...]:
    return () if tensor.shape.rank is None else tuple(tensor.shape.as_list())
