"""Nodes and the values that flow between them (API: tf.Operation, tf.Tensor)."""

from __future__ import annotations

from traceback import FrameSummary, StackSummary
from typing import TYPE_CHECKING, Any, ClassVar

from tensorboard.compat.proto import node_def_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.formats import attr_value, tensor_proto
from convflow.graph.opdef import OpDef
from convflow.graph.opdef_proto import opdef_to_proto
from convflow.graph.origin import Frame, describe

if TYPE_CHECKING:
    from convflow.graph.graph import Graph


if TYPE_CHECKING:

    def _binary_operator(x: Tensor, y: Any) -> Tensor: ...


class Tensor:
    """One output of an operation: a value that exists only while a session runs (API: tf.Tensor).

    Args:
        op: the operation that computes it.
        value_index: which of its outputs it is, from 0.
        dtype: its element type.
    """

    # Above NumPy's, so that `np.array + tensor` asks the tensor.
    __array_priority__ = 100
    # The methods behind Python's operators.
    OVERLOADABLE_OPERATORS: ClassVar[frozenset[str]] = frozenset(
        [f"__{name}__" for name in ["abs", "eq", "ge", "getitem", "gt", "invert", "le", "lt", "ne", "neg"]]
        + [
            f"__{side}{name}__"
            for side in ("", "r")
            for name in ["add", "and", "div", "floordiv", "matmul", "mod", "mul", "or", "pow", "sub", "truediv", "xor"]
        ]
    )

    def __init__(self, op: Operation, value_index: int, dtype: Any) -> None:
        self._op = op
        self._value_index = value_index
        self._dtype = dtypes.as_dtype(dtype)
        self._shape = TensorShape(None)
        self._consumers: list[Operation] = []

    @property
    def op(self) -> Operation:
        return self._op

    @property
    def dtype(self) -> dtypes.DType:
        return self._dtype

    @property
    def graph(self) -> Graph:
        return self._op.graph

    @property
    def _owner(self) -> Graph:
        """The graph, of tensors that have a value already too."""
        return self._op.graph

    @property
    def name(self) -> str:
        return f"{self._op.name}:{self._value_index}"

    @property
    def device(self) -> str:
        return self._op.device

    @property
    def value_index(self) -> int:
        return self._value_index

    @property
    def shape(self) -> TensorShape:
        return self._shape

    def get_shape(self) -> TensorShape:
        return self._shape

    @property
    def ndim(self) -> int | None:
        return self._shape.rank

    def set_shape(self, shape: Any) -> None:
        """Narrow the static shape by what the program knows better; ValueError on contradiction."""
        self._shape = self._shape.merge_with(as_shape(shape))

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor as an input."""
        return list(self._consumers)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The value as a NumPy array, computed by `session` or the default one."""
        return self.graph.session_for(session, "Tensor.eval").run(self, feed_dict)

    def experimental_ref(self) -> Any:
        return _Reference(self)

    ref = experimental_ref

    def __str__(self) -> str:
        parts = [f'"{self.name}"']
        if self._shape.rank is not None:
            parts.append(f"shape={self._shape}")
        parts.append(f"dtype={self._dtype.name}")
        if self.device:
            parts.append(f"device={self.device}")
        return f"Tensor({', '.join(parts)})"

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self._shape} dtype={self._dtype.name}>"

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    if TYPE_CHECKING:
        # The ops room adds the operators, as they are ops themselves; here they are declared.
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _binary_operator
        __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _binary_operator
        __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _binary_operator
        __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _binary_operator
        __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = _binary_operator

        def __neg__(self) -> Tensor: ...

        def __abs__(self) -> Tensor: ...

        def __invert__(self) -> Tensor: ...

    def __iter__(self) -> Any:
        raise TypeError(
            f"{self} cannot be iterated over while the graph is built: it has no value yet. "
            "Use tf.unstack for a known length, tf.map_fn otherwise, or evaluate it with Session.run first."
        )

    def __len__(self) -> int:
        raise TypeError(f"len() of {self} is not known while the graph is built; use tf.shape or .shape.")

    def __bool__(self) -> bool:
        raise TypeError(
            "Using a `tf.Tensor` as a Python `bool` is not allowed. Use `if t is not None:` instead of "
            "`if t:` to test if a tensor is defined, and tf.cond to branch on its value "
            f"(the tensor is {self})."
        )

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic Tensor ({self.name}) to a numpy array: it has no value yet. "
            "Evaluate it with Session.run or .eval()."
        )


class _Reference:
    """A hashable stand-in for a tensor, compared by identity."""

    def __init__(self, tensor: Any) -> None:
        self._tensor = tensor

    def deref(self) -> Any:
        return self._tensor

    def __hash__(self) -> int:
        return id(self._tensor)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reference) and self._tensor is other._tensor


class Operation:
    """A node of a graph (API: tf.Operation). Made by `Graph.create_op`, never directly.

    Args:
        graph: the graph that it belongs to.
        definition: the record of its op.
        name: unique in the graph.
        node_id: its number in the graph, in the order of creation.
        inputs: the tensors that it takes.
        output_dtypes: a `DType` for each output.
        attrs: attributes by name.
        control_inputs: the operations that run before it.
        device: the device asked for, "" for any.
        origin: the lines of the program that made it, the innermost first.
    """

    def __init__(
        self,
        graph: Graph,
        definition: OpDef,
        name: str,
        node_id: int,
        inputs: tuple[Tensor, ...],
        output_dtypes: list[dtypes.DType],
        attrs: dict[str, Any],
        control_inputs: tuple[Operation, ...],
        device: str,
        origin: tuple[Frame, ...],
    ) -> None:
        self._graph = graph
        self._definition = definition
        self._name = name
        self._id = node_id
        self._inputs = inputs
        self._attrs = attrs
        self._control_inputs = control_inputs
        self._device = device
        self._origin = origin
        self._original_op: Operation | None = None
        self._control_flow_context: Any = None
        self._outputs = [Tensor(self, index, dtype) for index, dtype in enumerate(output_dtypes)]

    @property
    def name(self) -> str:
        return self._name

    @property
    def type(self) -> str:
        return self._definition.name

    @property
    def definition(self) -> OpDef:
        """The record of the node's op: signature, shape rule, kernel, gradient."""
        return self._definition

    @property
    def op_def(self) -> Any:
        """The signature of the node's op as an `OpDef` proto."""
        return opdef_to_proto(self._definition)

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def device(self) -> str:
        return self._device

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return self._inputs

    @property
    def outputs(self) -> list[Tensor]:
        return self._outputs

    @property
    def control_inputs(self) -> list[Operation]:
        return list(self._control_inputs)

    @property
    def origin(self) -> tuple[Frame, ...]:
        """The user's lines that made this node, the innermost first."""
        return self._origin

    @property
    def traceback(self) -> StackSummary:
        """The user's lines that made this node, the outermost first, as Python's `traceback` lists them."""
        frames = reversed(self._origin)
        return StackSummary.from_list(
            [FrameSummary(frame.filename, frame.lineno, frame.function, lookup_line=False) for frame in frames]
        )

    @property
    def attrs(self) -> dict[str, Any]:
        """The attributes as Python values; constants as NumPy arrays."""
        return self._attrs

    def values(self) -> tuple[Tensor, ...]:
        return tuple(self._outputs)

    def colocation_groups(self) -> list[bytes]:
        groups = [group for group in self._attrs.get("_class", []) if group.startswith(b"loc:@")]
        return groups or [b"loc:@" + self._name.encode()]

    def get_attr(self, name: str) -> Any:
        """The value of an attribute (API: tf.Operation.get_attr); ValueError if there is none of that name."""
        if name not in self._attrs:
            raise ValueError(
                f"No attr named '{name}' in {self._name} ({self.type}); it has {', '.join(sorted(self._attrs))}."
            )
        value = self._attrs[name]
        kind = self.attr_type(name)
        if kind.startswith("list("):
            return [_as_program_sees(item, kind[5:-1]) for item in value]
        return _as_program_sees(value, kind)

    def attr_type(self, name: str) -> str:
        """The registry's word for the kind of an attribute, e.g. 'list(int)'."""
        if name in self._definition.attrs:
            return self._definition.attrs[name].type
        return _kind_of(self._attrs[name])

    @property
    def node_def(self) -> Any:
        """The node as a `NodeDef` proto."""
        node = node_def_pb2.NodeDef(name=self._name, op=self.type, device=self._device)
        node.input.extend(_edge_name(tensor) for tensor in self._inputs)
        node.input.extend(f"^{op.name}" for op in self._control_inputs)
        for name in sorted(self._attrs):
            value = self._attrs[name]
            kind = self.attr_type(name)
            if kind == "tensor":
                value = _as_tensor_proto(value)
            node.attr[name].CopyFrom(attr_value.to_attr_value(value, kind))
        return node

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run this operation in `session` or the default one."""
        self._graph.session_for(session, "Operation.run").run(self, feed_dict)

    def _set_attr(self, name: str, value: Any) -> None:
        self._attrs[name] = attr_value.from_attr_value(value) if hasattr(value, "WhichOneof") else value
        self._graph.changed()

    def _set_device(self, device: Any) -> None:
        self._device = str(device)

    def _update_input(self, index: int, tensor: Tensor) -> None:
        """Take `tensor` as the input at `index`, in place of the one there."""
        old = self._inputs[index]
        self._inputs = (*self._inputs[:index], tensor, *self._inputs[index + 1 :])
        old._consumers.remove(self)
        tensor._consumers.append(self)
        self._graph.changed()

    def _get_control_flow_context(self) -> Any:
        return self._control_flow_context

    def _set_control_inputs(self, ops: Any) -> None:
        self._control_inputs = tuple(dict.fromkeys(ops))
        self._graph.changed()

    def _add_control_inputs(self, ops: Any) -> None:
        self._control_inputs = tuple(dict.fromkeys((*self._control_inputs, *ops)))
        self._graph.changed()

    def _add_control_input(self, op: Operation) -> None:
        self._add_control_inputs([op])

    def describe(self) -> str:
        """Name, type and the user's line, for error messages."""
        place = describe(self._origin)
        return f"node {self._name} ({self.type})" + (f", {place}" if place else "")

    def __str__(self) -> str:
        return str(self.node_def)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self._name}' type={self.type}>"


def _as_program_sees(value: Any, kind: str) -> Any:
    """An attribute as TensorFlow hands it out: protos for shapes and tensors, bytes for text."""
    if kind == "tensor":
        return _as_tensor_proto(value)
    if kind == "shape":
        return value.as_proto()
    return value.encode() if isinstance(value, str) else value


def _as_tensor_proto(array: Any) -> Any:
    # One value stretched to a shape (`tf.zeros`) is written once.
    if array.size > 1 and not any(array.strides):
        return tensor_proto.make_tensor_proto(array[(slice(1),) * array.ndim].reshape(1), shape=array.shape)
    return tensor_proto.make_tensor_proto(array)


def _kind_of(value: Any) -> str:
    """The kind of an attribute that the op's signature does not know, such as `_class`."""
    if isinstance(value, list):
        return f"list({_kind_of(value[0])})" if value else "list(string)"
    kinds = {bool: "bool", int: "int", float: "float", dtypes.DType: "type", TensorShape: "shape"}
    return kinds.get(type(value), "string")


def _edge_name(tensor: Tensor) -> str:
    return tensor.op.name if tensor.value_index == 0 else tensor.name
