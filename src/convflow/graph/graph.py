"""The dataflow graph (API: tf.Graph): its nodes, names, scopes and collections."""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from tensorboard.compat.proto import graph_pb2, versions_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.core.version import GRAPH_DEF_VERSION
from convflow.graph import defaults
from convflow.graph.device import apply_devices, device_text
from convflow.graph.function_def import to_function_def
from convflow.graph.inference import BuildContext
from convflow.graph.opdef import OpDef, get_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.origin import describe, user_frames

# A number in a file may say any; each output takes memory.
_MOST_OUTPUTS = 1 << 20
_VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\\/>-]*$")


class _Controllers:
    """One level of `control_dependencies`: what new nodes wait for, and which nodes already do."""

    def __init__(self, control_inputs: list[Operation], new_stack: bool) -> None:
        self.control_inputs = control_inputs
        self.new_stack = new_stack
        self.seen: set[Operation] = set()


class ControlFlowContext(Protocol):
    """A branch of a `tf.cond` or a `tf.while_loop`: it sees to it that its nodes run when, and as often as, it does."""

    def add_op(self, op: Operation) -> None:
        """Called for each new node inside."""


class _Blocks:
    """The open `control_dependencies`, `device` and `colocate_with` blocks."""

    def __init__(self) -> None:
        self.controllers: list[_Controllers] = []
        self.devices: list[Any] = []
        self.colocations: list[Operation] = []
        # The branch of a `tf.cond` that is being built.
        self.context: ControlFlowContext | None = None


class _ThreadState(threading.local):
    """What each thread has of its own: its name scope, and its blocks once a graph is switched to that."""

    def __init__(self) -> None:
        self.name_stack = ""
        self.blocks = _Blocks()


class Graph:
    """A dataflow graph. Nodes are only ever added; `finalize` forbids even that."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._nodes: list[Operation] = []
        self._nodes_by_name: dict[str, Operation] = {}
        self._names_in_use: dict[str, int] = {}
        self._thread = _ThreadState()
        self._shared_blocks: _Blocks | None = _Blocks()
        self._container = ""
        self._attr_scopes: list[dict[str, Any]] = []
        self._gradient_override_map: dict[str, str] = {}
        self._collections: dict[Any, list[Any]] = {}
        self._unfeedable: set[Tensor] = set()
        self._unfetchable: set[Operation] = set()
        self._finalized = False
        self._version = 0
        self._edits = 0
        self._seed: int | None = None
        self._random_ops = 0
        self._functions: dict[str, Any] = {}

    # Nodes

    def create_op(
        self,
        op_type: str,
        inputs: Any,
        dtypes: Any = None,
        input_types: Any = None,
        name: str | None = None,
        attrs: dict[str, Any] | None = None,
        op_def: OpDef | None = None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Add a node (API: tf.Graph.create_op).

        Args:
            op_type: a registered op, e.g. "Conv2D".
            inputs: the input tensors, lists flattened.
            dtypes: element types of the outputs; from the op's signature if None.
            name: made unique; a trailing slash (a name scope) is taken as the exact name.
            attrs: every attribute of the op, as Python values.

        Raises:
            ValueError: the shape rule refuses the inputs; the message names the node and the user's line.
        """
        self._check_not_finalized()
        op_def = op_def or get_op(op_type)
        inputs = tuple(self._own_input(tensor, op_type) for tensor in inputs)
        attrs = self._with_scope_attrs(op_type, dict(attrs or {}))
        if dtypes is None:
            dtypes = output_dtypes(op_def, attrs)
        with self._lock:
            exact_name = self._node_name(op_type if name is None else name)
            op = Operation(
                self, op_def, exact_name, self._next_id(), inputs, dtypes, attrs,
                self._control_inputs_for(inputs), "", user_frames(),
            )  # fmt: skip
            if compute_device:
                self._place(op)
            if compute_shapes:
                _set_output_shapes(op)
            self._add(op)
            op._control_flow_context = self._blocks.context
            if op._control_flow_context is not None:
                op._control_flow_context.add_op(op)
        return op

    def execute(self, op_def: OpDef, inputs: list[Tensor], attrs: dict[str, Any]) -> list[Any]:
        """The outputs of an operation that runs now; only graphs that execute eagerly do so."""
        raise RuntimeError(f"{op_def.name} cannot run while a graph is built: make a node, and run it in a session.")

    def _node_name(self, name: str) -> str:
        if not isinstance(name, str):
            raise TypeError(f"A node's name is a string, got {name!r} of type {type(name).__name__}.")
        if name.endswith("/"):
            exact = name[:-1]
        else:
            exact = self.unique_name(name)
        if not _VALID_OP_NAME.match(exact):
            raise ValueError(f"'{exact}' is not a valid node name: letters, digits and _.\\-/ are allowed.")
        if exact in self._nodes_by_name:
            raise ValueError(f"Duplicate node name in graph: '{exact}'")
        return exact

    def _add(self, op: Operation) -> None:
        self._nodes.append(op)
        self._nodes_by_name[op.name] = op
        for tensor in op.inputs:
            tensor._consumers.append(op)
        self._seen_by_controllers(op)
        self._version = len(self._nodes)

    def _seen_by_controllers(self, op: Operation) -> None:
        """A node is inside the control dependencies around: what takes its outputs need not wait for them again."""
        for controllers in self._blocks.controllers:
            controllers.seen.add(op)

    def _next_id(self) -> int:
        return len(self._nodes) + 1

    @property
    def _blocks(self) -> _Blocks:
        return self._thread.blocks if self._shared_blocks is None else self._shared_blocks

    def switch_to_thread_local(self) -> None:
        """From here on, blocks opened by one thread do not show in others (API: tf.Graph.switch_to_thread_local)."""
        if self._shared_blocks is not None:
            self._thread.blocks = self._shared_blocks
            self._shared_blocks = None

    @property
    def _last_id(self) -> int:
        return len(self._nodes)

    def _own_input(self, tensor: Any, op_type: str) -> Tensor:
        if not isinstance(tensor, Tensor):
            raise TypeError(f"An input of a {op_type} node is not a tensor: {tensor!r}")
        if tensor._owner is not self:
            if tensor._owner.executes_eagerly:
                raise RuntimeError(
                    f"Attempting to capture an EagerTensor without building a function: a {op_type} node of a graph "
                    f"cannot take {tensor!r}. Pass its value: tf.constant(tensor.numpy())."
                )
            raise ValueError(
                f"{tensor} is from a different graph than the {op_type} node that should take it.\n"
                f"The tensor was {describe(tensor.op.origin)}\n"
                "Build both inside the same `with graph.as_default():`."
            )
        return tensor

    def _with_scope_attrs(self, op_type: str, attrs: dict[str, Any]) -> dict[str, Any]:
        if op_type in self._gradient_override_map:
            attrs.setdefault("_gradient_op_type", self._gradient_override_map[op_type].encode())
        if self._container and attrs.get("container") in ("", b""):
            attrs["container"] = self._container
        for scope in self._attr_scopes:
            for name, value in scope.items():
                attrs.setdefault(name, value)
        if self._blocks.colocations:
            # In place of a location from the attribute scopes, not beside it, as in TensorFlow.
            attrs["_class"] = sorted({group for op in self._blocks.colocations for group in op.colocation_groups()})
        return attrs

    def changed(self) -> None:
        """Told by a node whose attributes or control inputs changed: compiled plans are out of date."""
        self._edits += 1

    @property
    def version(self) -> int:
        return self._version

    @property
    def graph_def_versions(self) -> Any:
        """The versions that `as_graph_def` writes, a `VersionDef`."""
        return versions_pb2.VersionDef(producer=GRAPH_DEF_VERSION)

    @property
    def building_function(self) -> bool:
        """Whether the nodes become the body of a function."""
        return False

    @property
    def executes_eagerly(self) -> bool:
        """Whether operations run at once and no nodes are kept."""
        return False

    def add_function(self, name: str, function: Any) -> str:
        """Keep the body of a function that nodes name in their attributes; its name, numbered if taken."""
        unique = name
        while unique in self._functions:
            unique = f"{name}_{len(self._functions)}"
        self._functions[unique] = function
        return unique

    def function(self, name: str) -> Any:
        """The body of the function called `name`.

        Raises:
            KeyError: there is none.
        """
        return self._functions[name]

    @property
    def plan_version(self) -> int:
        """Changes whenever a plan compiled before may not be right any more; new nodes leave it right."""
        return self._edits

    @property
    def seed(self) -> int | None:
        return self._seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = seed

    def next_random_op(self) -> int:
        """How many random ops have asked for a seed before this one."""
        self._random_ops += 1
        return self._random_ops - 1

    def finalize(self) -> None:
        """Make the graph read-only."""
        self._finalized = True

    @property
    def finalized(self) -> bool:
        return self._finalized

    def _unsafe_unfinalize(self) -> None:
        self._finalized = False

    def _check_not_finalized(self) -> None:
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    # Looking things up

    def get_operations(self) -> list[Operation]:
        return list(self._nodes)

    def get_operation_by_name(self, name: str) -> Operation:
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings, not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def get_tensor_by_name(self, name: str) -> Tensor:
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The tensor or operation that `obj` is or names (API: tf.Graph.as_graph_element).

        Raises:
            KeyError: nothing of that name; ValueError: it is of another graph or kind; TypeError: no such kind.
        """
        if hasattr(obj, "_as_graph_element"):
            obj = obj._as_graph_element()
        if isinstance(obj, (str, bytes)):
            return self._element_named(obj if isinstance(obj, str) else obj.decode(), allow_tensor, allow_operation)
        if (isinstance(obj, Tensor) and allow_tensor) or (isinstance(obj, Operation) and allow_operation):
            if (obj._owner if isinstance(obj, Tensor) else obj.graph) is not self:
                kind = "Tensor" if isinstance(obj, Tensor) else "Operation"
                raise ValueError(f"{kind} {obj!r} is not an element of this graph.")
            return obj
        if not (allow_tensor or allow_operation):
            raise ValueError("allow_tensor and allow_operation can't both be False: nothing could be returned.")
        wanted = " or ".join(
            word for word, allowed in (("Tensor", allow_tensor), ("Operation", allow_operation)) if allowed
        )
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")

    def _element_named(self, name: str, allow_tensor: bool, allow_operation: bool) -> Any:
        if ":" in name and allow_tensor:
            op_name, _, index_text = name.partition(":")
            if not index_text.isdigit():
                raise ValueError(
                    f"The name {name!r} looks a like a Tensor name, but is not a valid one. "
                    'Tensor names must be of the form "<op_name>:<output_index>".'
                )
            op = self._nodes_by_name.get(op_name)
            if op is None:
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, "
                    f"does not exist in the graph.{self._similar(op_name)}"
                )
            if int(index_text) >= len(op.outputs):
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, {op_name!r}, "
                    f"exists but only has {len(op.outputs)} outputs."
                )
            return op.outputs[int(index_text)]
        if ":" in name:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")
        if not allow_operation:
            hint = f" Did you mean '{name}:0'?" if name in self._nodes_by_name else self._similar(name)
            raise ValueError(
                f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. "
                f'Tensor names must be of the form "<op_name>:<output_index>".{hint}'
            )
        if name not in self._nodes_by_name:
            raise KeyError(f"The name {name!r} refers to an Operation not in the graph.{self._similar(name)}")
        return self._nodes_by_name[name]

    def _similar(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._nodes_by_name, n=3)
        return f" Similar names: {', '.join(close)}." if close else ""

    def is_feedable(self, tensor: Any) -> bool:
        return tensor not in self._unfeedable

    def prevent_feeding(self, tensor: Any) -> None:
        self._unfeedable.add(tensor)

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        op = tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op
        return op not in self._unfetchable

    def prevent_fetching(self, op: Any) -> None:
        self._unfetchable.add(op)

    # Names

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """`name` in the current scope, numbered if taken. Names differ by more than case, for file systems."""
        if self._thread.name_stack:
            name = f"{self._thread.name_stack}/{name}"
        key = name.lower()
        count = self._names_in_use.get(key, 0)
        if mark_as_used:
            self._names_in_use[key] = count + 1
        if count > 0:
            base_key = key
            while key in self._names_in_use:
                key = f"{base_key}_{count}"
                count += 1
            if mark_as_used:
                self._names_in_use[base_key] = count
                self._names_in_use[key] = 1
            name = f"{name}_{count - 1}"
        return name

    @contextmanager
    def name_scope(self, name: str | None) -> Iterator[str]:
        """Prefix the names of new nodes (API: tf.Graph.name_scope). A name ending in / is taken as it is."""
        if name:
            if isinstance(name, bytes):
                name = name.decode()
            pattern = _VALID_SCOPE_NAME if self._thread.name_stack else _VALID_OP_NAME
            if not pattern.match(name):
                raise ValueError(f"'{name}' is not a valid scope name: letters, digits and _.\\-/ are allowed.")
        previous = self._thread.name_stack
        if not name:
            new_stack = ""
        elif name.endswith("/"):
            new_stack = name[:-1]
        else:
            new_stack = self.unique_name(name)
        self._thread.name_stack = new_stack
        try:
            yield "" if not new_stack else new_stack + "/"
        finally:
            self._thread.name_stack = previous

    def get_name_scope(self) -> str:
        return self._thread.name_stack

    # Control dependencies, devices, colocation, attributes

    @contextmanager
    def control_dependencies(self, control_inputs: Any) -> Iterator[None]:
        """New nodes run after `control_inputs`; None clears what outer blocks asked for."""
        if control_inputs is None:
            controllers = _Controllers([], new_stack=True)
        else:
            ops = [self._controller(item) for item in control_inputs]
            waited_for = {op for outer in self._blocks.controllers for op in outer.control_inputs}
            controllers = _Controllers([op for op in dict.fromkeys(ops) if op not in waited_for], new_stack=False)
        previous, context = self._blocks.controllers, self._blocks.context
        self._blocks.controllers = [controllers] if controllers.new_stack else previous + [controllers]
        if controllers.new_stack:
            self._blocks.context = None
        try:
            yield
        finally:
            self._blocks.controllers, self._blocks.context = previous, context

    def init_scope(self) -> AbstractContextManager[None]:
        """What is made inside does not wait for the blocks around (API: tf.init_scope)."""
        return self.control_dependencies(None)

    @contextmanager
    def _inside(self, context: ControlFlowContext | None) -> Iterator[None]:
        """New nodes belong to `context`, a branch or a loop; to neither if it is None."""
        previous = self._blocks.context
        self._blocks.context = context
        try:
            yield
        finally:
            self._blocks.context = previous

    def _get_control_flow_context(self) -> Any:
        return self._blocks.context

    def _controller(self, item: Any) -> Operation:
        if hasattr(item, "dense_shape") or hasattr(item, "handle"):
            item = item.op  # slices of a tensor, or a variable known by its handle
        element = self.as_graph_element(item)
        return element.op if isinstance(element, Tensor) else element

    def _control_inputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Operation, ...]:
        input_ops = {tensor.op for tensor in inputs}
        result: list[Operation] = []
        for controllers in self._blocks.controllers:
            # A node whose input already waits inside this block need not wait again.
            if any(op in controllers.seen for op in input_ops):
                continue
            result.extend(op for op in controllers.control_inputs if op not in input_ops)
        return tuple(dict.fromkeys(result))

    @contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Record a device on new nodes; a function decides node by node, None forgets outer blocks."""
        previous = self._blocks.devices
        self._blocks.devices = previous + [device_text(device_name_or_function)]
        try:
            yield
        finally:
            self._blocks.devices = previous

    def _place(self, op: Operation) -> None:
        apply_devices(op, self._blocks.devices)
        for other in self._blocks.colocations:
            if other.device:
                op._set_device(other.device)

    @contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        """New stateful nodes keep their state in a container of this name (API: tf.Graph.container)."""
        previous = self._container
        self._container = container_name
        try:
            yield container_name
        finally:
            self._container = previous

    @contextmanager
    def colocate_with(self, op: Any, ignore_existing: bool = False) -> Iterator[None]:
        """New nodes carry the location of `op`."""
        previous = self._blocks.colocations
        if op is not None:
            # A variable's handle says where the variable is.
            op = self._controller(getattr(op, "handle", op))
        elif not ignore_existing:
            raise ValueError(
                "Trying to reset colocation (op is None) but ignore_existing is not True. "
                "Pass ignore_existing=True to forget the blocks around."
            )
        self._blocks.colocations = ([] if ignore_existing else previous) + ([] if op is None else [op])
        # The place of `op` is stronger than the device blocks around; their functions are not even asked.
        devices, self._blocks.devices = self._blocks.devices, []
        try:
            yield
        finally:
            self._blocks.colocations = previous
            self._blocks.devices = devices

    @contextmanager
    def _attr_scope(self, attrs: dict[str, Any]) -> Iterator[None]:
        """New nodes carry `attrs` unless they have their own."""
        self._attr_scopes.append(attrs)
        try:
            yield
        finally:
            self._attr_scopes.pop()

    @contextmanager
    def gradient_override_map(self, op_type_map: dict[str, str]) -> Iterator[None]:
        """New nodes of these op types take the gradient registered under the given names."""
        pairs = list(op_type_map.items()) if isinstance(op_type_map, dict) else [(None, None)]
        if not all(isinstance(word, str) for pair in pairs for word in pair):
            raise TypeError(
                f"op_type_map must be a dictionary mapping strings to strings, got {op_type_map!r}: "
                "{'Relu': 'MyRelu'} gives Relu nodes the gradient registered as MyRelu."
            )
        previous = dict(self._gradient_override_map)
        self._gradient_override_map.update(op_type_map)
        try:
            yield
        finally:
            self._gradient_override_map = previous

    # Collections

    def add_to_collection(self, name: Any, value: Any) -> None:
        self._check_not_finalized()
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        names = (names,) if isinstance(names, str) else dict.fromkeys(names)
        for name in names:
            self.add_to_collection(name, value)

    def get_collection_ref(self, name: Any) -> list[Any]:
        return self._collections.setdefault(name, [])

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """The items of a collection, those whose name matches the regular expression `scope` if one is given."""
        items = self._collections.get(name, [])
        if scope is None:
            return list(items)
        pattern = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and pattern.match(item.name)]

    def get_all_collection_keys(self) -> list[str]:
        return [name for name in self._collections if isinstance(name, str)]

    @property
    def collections(self) -> list[Any]:
        """The names of all collections, those that are no strings too."""
        return list(self._collections)

    def clear_collection(self, name: Any) -> None:
        self._check_not_finalized()
        self._collections.pop(name, None)

    # Sessions and export

    def as_default(self) -> Any:
        return defaults.graphs.pushed(self)

    def session_for(self, session: Any, caller: str) -> Any:
        """`session`, or the default one; ValueError if there is none or it runs another graph."""
        session = session if session is not None else defaults.sessions.top()
        if session is None:
            raise ValueError(
                f"{caller} needs a session: none is the default one here. "
                "Call it inside `with tf.Session():` or pass session=."
            )
        if session.graph is not self:
            raise ValueError(f"{caller} cannot use a session of another graph. Open a session on this graph.")
        return session

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """The graph as a `GraphDef` proto, nodes in the order they were made."""
        graph_def = graph_pb2.GraphDef(versions=self.graph_def_versions)
        for op in self._nodes[from_version or 0 :]:
            node = op.node_def
            if add_shapes and op.outputs:
                shapes = [tensor.shape.as_proto() for tensor in op.outputs]
                node.attr["_output_shapes"].list.shape.extend(shapes)
            graph_def.node.append(node)
        for name in sorted(self._functions):
            body = self._functions[name]
            # Python's own functions, which py_func and generators call, cannot leave the program.
            if isinstance(body, Graph):
                graph_def.library.function.append(to_function_def(body))
        return graph_def


def output_dtypes(op_def: OpDef, attrs: dict[str, Any]) -> list[dtypes.DType]:
    result: list[dtypes.DType] = []
    for arg in op_def.outputs:
        if arg.type_list_attr is not None:
            result.extend(attrs[arg.type_list_attr])
            continue
        dtype = arg.type if arg.type is not None else attrs[str(arg.type_attr)]
        count = attrs[arg.number_attr] if arg.number_attr is not None else 1
        if not 0 <= count <= _MOST_OUTPUTS:
            raise ValueError(
                f"{op_def.name} with {arg.number_attr}={count} has that many outputs, expected {_MOST_OUTPUTS} at "
                "most. The number is a mistake, or the graph is damaged."
            )
        result.extend([dtype._as_ref if arg.is_ref else dtype] * count)
    return result


def _set_output_shapes(op: Operation) -> None:
    try:
        shapes = op.definition.shape(BuildContext(op))
    except ValueError as error:
        given = ", ".join(str(tensor.shape) for tensor in op.inputs)
        raise ValueError(
            f"{error}\nfor '{op.name}' (op: '{op.type}') with input shapes: {given or 'none'}."
            f"\nThe node was {describe(op.origin)}"
        ) from None
    for tensor, shape in zip(op.outputs, shapes, strict=True):
        tensor._shape = as_shape(shape) if not isinstance(shape, TensorShape) else shape
