"""Kernels for operations that run at once: made once for each kind of call, and kept."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from convflow.core import dtypes, errors
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.graph import Graph, output_dtypes
from convflow.graph.inference import BuildContext
from convflow.graph.opdef import OpDef, get_op
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import writes
from convflow.runtime.store import Store

# What is made anew by each call: variables, iterators, datasets.
_MADE = (dtypes.resource, dtypes.variant)


class Kernel:
    """The kernel of one kind of call.

    Attributes:
        run: takes the values of the inputs.
        dtypes: of the outputs.
        is_single: whether it returns the value of its one output, not a sequence of values.
        writes: whether it may change a variable.
    """

    __slots__ = ("dtypes", "is_single", "run", "writes")

    def __init__(self, op: Operation, store: Store) -> None:
        definition = op.definition
        self.run: Callable[..., Any] = definition.kernel(op, store) if definition.takes_store else definition.kernel(op)
        self.dtypes = [tensor.dtype for tensor in op.outputs]
        self.is_single = len(self.dtypes) == 1 and not any(arg.is_list for arg in definition.outputs)
        self.writes = writes(op)


class Kernels:
    """All kernels that were used.

    Args:
        graph: what the kernels' nodes say they belong to; the functions they call are found there.
        store: the state of stateful kernels, such as random generators.
    """

    def __init__(self, graph: Graph, store: Store) -> None:
        self._graph = graph
        self._store = store
        self._kernels: dict[Any, Kernel] = {}
        self._unknown: dict[DType, Tensor] = {}
        self._numbers = count()

    def clear(self) -> None:
        """Forget them: random generators start over."""
        self._kernels.clear()

    def find(self, op_def: OpDef, inputs: list[Tensor], attrs: dict[str, Any]) -> Kernel:
        """The kernel for inputs of these types and these attributes."""
        try:
            key = (
                op_def.name,
                *[tensor._dtype._type_enum for tensor in inputs],
                *[_frozen(attrs[name]) for name in op_def.attrs],
            )
            found = self._kernels.get(key)
        except TypeError:  # an attribute that cannot be a key: a constant's value, a function
            return self._make(op_def, inputs, attrs)
        if found is None:
            found = self._make(op_def, inputs, attrs)
            if not any(dtype in _MADE for dtype in found.dtypes):
                self._kernels[key] = found
        return found

    def _make(self, op_def: OpDef, inputs: list[Tensor], attrs: dict[str, Any]) -> Kernel:
        """The kernel of a node whose inputs are unknown but for their types."""
        _refuse_references(op_def)
        stand_ins = tuple(self._of_type(tensor.dtype.base_dtype) for tensor in inputs)
        types = output_dtypes(op_def, attrs)
        number = next(self._numbers)
        name = f"{op_def.name}_{number}"
        # What is made anew by each call lives as long as it is held: the store does not keep it.
        store = self._store.apart() if any(dtype in _MADE for dtype in types) else self._store
        node = Operation(self._graph, op_def, name, number, stand_ins, types, attrs, (), "", ())
        _refuse_attributes(node)
        return Kernel(node, store)

    def _of_type(self, dtype: DType) -> Tensor:
        if dtype not in self._unknown:
            attrs = {"dtype": dtype, "shape": TensorShape(None)}
            node = Operation(self._graph, get_op("Placeholder"), "EagerTensor", 0, (), [dtype], attrs, (), "", ())
            self._unknown[dtype] = node.outputs[0]
        return self._unknown[dtype]


def _refuse_attributes(node: Operation) -> None:
    """What the shape rule refuses of attributes alone: kernels need not look at them again."""
    try:
        node.definition.shape(BuildContext(node))
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, f"{error} [Op:{node.type}]") from None


def _frozen(value: Any) -> Any:
    if type(value) is list:
        return tuple(map(_frozen, value))
    return value


def _refuse_references(op_def: OpDef) -> None:
    for arg in (*op_def.inputs, *op_def.outputs):
        if arg.is_ref:
            raise RuntimeError(
                f"{op_def.name} op does not support eager execution. Arg {arg.name} is a ref: use a variable made in "
                "eager mode, which is known by a handle, or build a graph inside `with tf.Graph().as_default():`."
            )
