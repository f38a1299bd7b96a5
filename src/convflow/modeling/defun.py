"""Functions that graphs call (API: tensorflow.python.framework.function.Defun).

A Python function becomes nodes beside the graph, once; each call is one node, of the function's name. Its gradient is
the function's own, or one that it brings.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import re
from collections.abc import Callable
from typing import Any

from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import unknown_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import FuncGraph
from convflow.graph.function_def import to_function_def
from convflow.graph.graph import Graph
from convflow.graph.opdef import ArgDef, OpDef
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph
from convflow.modeling.function_parts import FunctionPart, gradient_of, is_smooth, whole
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.ops.array.constant import zeros_like

_CALL_OPTIONS = {"name", "noinline", "compiled", "separate_compiled_gradients"}
_SHORT = {"float": "f", "int": "i", "uint": "u", "complex": "c", "bfloat": "bf"}


class Defun:
    """Decorates a Python function of tensors: calls become nodes (API: tensorflow.python.framework.function.Defun).

    Args:
        input_types: the arguments' element types; without them a function is made for the types of each call.
        func_name: the function's name, made of the Python function's by default.
        grad_func: another Defun: of the arguments and the results' gradients, returns the arguments' gradients.
        python_grad_func: a Python function of the call's node and the results' gradients that builds the same.
        out_names: the names of the results.
        shape_func: of the call's node; a list of the results' shapes, which are unknown without it.
        capture_by_value: is not used: tensors from outside are passed as arguments.
        noinline, compiled, separate_compiled_gradients: how TensorFlow runs the function, of no effect.

    Raises:
        ValueError: both kinds of gradient functions, or (when applied) something that cannot be called or takes
            another number of arguments.
    """

    def __init__(self, *input_types: Any, **kwargs: Any) -> None:
        self._input_types = [as_dtype(dtype) for dtype in input_types] or None
        self._func_name = kwargs.pop("func_name", None)
        self._grad_func = kwargs.pop("grad_func", None)
        self._python_grad_func = kwargs.pop("python_grad_func", None)
        self._out_names = kwargs.pop("out_names", None)
        self._shape_func = kwargs.pop("shape_func", None)
        kwargs.pop("capture_by_value", None)
        unknown = {key for key in kwargs if key not in _CALL_OPTIONS and not key.startswith("experimental_")}
        if unknown:
            raise ValueError(f"Unknown keyword arguments: {sorted(unknown)}.")
        if self._grad_func is not None and self._python_grad_func is not None:
            raise ValueError("Gradient defined twice for function: pass grad_func or python_grad_func, not both.")

    def __call__(self, func: Callable[..., Any]) -> DefinedFunction:
        """The function, ready to be called with tensors.

        Args:
            func: takes and returns tensors.
        """
        if not callable(func):
            raise ValueError(f"Function {func} must be a callable.")
        name = self._func_name or getattr(func, "__name__", type(func).__name__).strip("<>")
        _check_count(func, self._input_types)
        # Without declared types, a function of no arguments is of one kind too.
        types = [] if self._input_types is None and not _takes_arguments(func) else self._input_types
        return DefinedFunction(
            func,
            types,
            name,
            is_named=self._func_name is not None,
            grad_func=self._grad_func,
            python_grad_func=self._python_grad_func,
            out_names=self._out_names,
            shape_func=self._shape_func,
        )


def _takes_arguments(func: Callable[..., Any]) -> bool:
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    return any(parameter.kind not in kinds for parameter in inspect.signature(func).parameters.values())


def _check_count(func: Callable[..., Any], types: list[DType] | None) -> None:
    if types is None:
        return
    places = list(inspect.signature(func).parameters.values())
    plain = [p for p in places if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(p.default is p.empty for p in plain)
    most = float("inf") if any(p.kind is p.VAR_POSITIONAL for p in places) else len(plain)
    if not least <= len(types) <= most:
        raise ValueError(
            f"The function has {len(types)} input types, while the Python function {func} allows minimum {least} and "
            f"maximum {most} arguments. Give one type for each argument."
        )


class DefinedFunction:
    """What `Defun` makes of a Python function; calling it with tensors adds a node.

    Args:
        func: the Python function.
        types: of the arguments; None to take those of each call.
        name: the function's name, or what it begins with.
        is_named: whether the program chose the name.
        grad_func, python_grad_func, out_names, shape_func: as of `Defun`.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        types: list[DType] | None,
        name: str,
        is_named: bool,
        grad_func: DefinedFunction | None,
        python_grad_func: Callable[..., Any] | None,
        out_names: list[str] | None,
        shape_func: Callable[..., Any] | None,
    ) -> None:
        self._func = func
        self._types = types
        self._own_name = name
        self._is_named = is_named
        self._grad_func = grad_func
        self._python_grad_func = python_grad_func
        self._out_names = out_names
        self._shape_func = shape_func
        # For each graph and the types of the arguments; a graph keeps its functions, hence the key.
        self._built: dict[tuple[int, tuple[DType, ...]], _Built] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a node that calls the function.

        Args:
            args: tensors.
            kwargs: `name` of the node; how TensorFlow runs it, of no effect.

        Returns:
            The result, a tuple of several, or the node where there are none.

        Raises:
            ValueError: other arguments than the function takes.
        """
        unknown = [key for key in kwargs if key not in _CALL_OPTIONS and not key.startswith("experimental_")]
        if unknown:
            raise ValueError(f"Unknown keyword arguments: {unknown}.")
        if self._types is not None and len(args) != len(self._types):
            raise ValueError(f"Expected {len(self._types)} arguments, got {len(args)}.")
        tensors = [convert_to_tensor(arg) for arg in args]
        built = self._in_graph(get_default_graph(), [tensor.dtype.base_dtype for tensor in tensors])
        return built.call(tensors, kwargs.get("name"))

    @property
    def name(self) -> str:
        """The function's name in the default graph."""
        return self._built_here().body.name

    @property
    def definition(self) -> Any:
        """The function as a `FunctionDef`."""
        return to_function_def(self._built_here().body)

    @property
    def declared_input_types(self) -> tuple[DType, ...] | None:
        """The types that `Defun` was given."""
        return None if self._types is None else tuple(self._types)

    @property
    def captured_inputs(self) -> list[Tensor]:
        """The tensors from outside that the function uses, which are passed after the arguments."""
        return list(self._built_here().body.captures)

    @property
    def stateful_ops(self) -> list[tuple[str, str]]:
        """Name and type of the nodes that keep a state."""
        operations = self._built_here().body.get_operations()
        return [(op.name, op.type) for op in operations if op.definition.stateful and op.type != "Placeholder"]

    @property
    def python_grad_func(self) -> Callable[..., Any] | None:
        """The Python function that builds the gradient."""
        return self._python_grad_func

    @property
    def grad_func_name(self) -> str | None:
        """The name of the function that is the gradient."""
        return None if self._grad_func is None else self._grad_func.name

    def add_to_graph(self, g: Graph) -> None:
        """Make the function part of a graph before it is called.

        Args:
            g: the graph.
        """
        with g.as_default():
            self._built_here()

    def _built_here(self) -> _Built:
        if self._types is None:
            raise ValueError(f"The function {self._own_name} has no types of its own: give Defun the arguments' types.")
        return self._in_graph(get_default_graph(), self._types)

    def _in_graph(self, graph: Graph, types: list[DType]) -> _Built:
        if self._types is not None and types != self._types:
            raise ValueError(
                f"The function {self._own_name} got arguments of {_names(types)}, expected {_names(self._types)}. "
                "Use tf.cast."
            )
        outermost = graph.outermost if isinstance(graph, FuncGraph) else graph
        key = (id(outermost), tuple(types))
        found = self._built.get(key)
        if found is None or found.outermost is not outermost:
            found = self._built[key] = _Built(self, graph, outermost, types)
        return found


def _names(types: list[DType]) -> str:
    return ", ".join(dtype.name for dtype in types) or "nothing"


class _Built:
    """A defined function of certain types in a graph."""

    def __init__(self, defined: DefinedFunction, graph: Graph, outermost: Graph, types: list[DType]) -> None:
        self.outermost = outermost
        self._defined = defined
        self._graph = self._traced(graph, types)
        self.body = whole(self._graph)
        self._name_it(graph, types)
        self._gradient: FunctionPart | None = None
        self._definition = OpDef(
            name=self.body.name,
            inputs=tuple(_args("arg", [*self.body.inputs, *self.body.captures.values()])),
            outputs=tuple(_args("output", self.body.outputs)),
            attrs={},
            shape=lambda ctx: [unknown_shape() for _ in self.body.outputs],
            kernel=lambda op, store: _calling(store.function(self.body), len(self.body.outputs)),
            gradient=self._gradients,
            stateful=True,
        )

    def _traced(self, outer: Graph, types: list[DType]) -> FuncGraph:
        defined = self._defined
        graph = FuncGraph(f"{defined._own_name}_body", outer)

        def outside(getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            with outer.as_default(), outer.name_scope(None):
                return getter(*args, **kwargs)

        names = _argument_names(defined._func, len(types))
        with graph.as_default(), variable_scope(get_variable_scope(), custom_getter=outside):
            inputs = [graph.add_input(dtype, unknown_shape(), name) for dtype, name in zip(types, names, strict=True)]
            results = defined._func(*inputs)
            graph.outputs = [graph.capture(convert_to_tensor(item)) for item in _listed(results)]
        return graph

    def _name_it(self, outer: Graph, types: list[DType]) -> None:
        """The name that the program chose, or one that tells functions of different nodes apart."""
        defined = self._defined
        self.outermost._functions.pop(self._graph.name)
        if defined._is_named:
            suffix = "" if defined._types is not None else "".join(f"_{_short(dtype)}" for dtype in types)
            name = f"{defined._own_name}{suffix}"
        else:
            nodes = "\n".join(str(op.node_def) for op in self.body.get_operations())
            digest = base64.b64encode(hashlib.sha256(nodes.encode()).digest(), altchars=b"AB").decode()
            name = f"{defined._own_name}_{digest[:11]}"
        self.body.name = self._graph.name = outer.add_function(name, self.body)

    def call(self, tensors: list[Tensor], name: str | None) -> Any:
        graph = get_default_graph()
        inputs = [*tensors, *self.body.captures]
        op = graph.create_op(self.body.name, inputs, name=name or self.body.name, op_def=self._definition)
        if self._defined._shape_func is not None:
            for output, shape in zip(op.outputs, self._defined._shape_func(op), strict=True):
                output.set_shape(shape)
        if not op.outputs:
            return op
        return op.outputs[0] if len(op.outputs) == 1 else tuple(op.outputs)

    def _gradients(self, op: Operation, *grads: Any) -> list[Any]:
        """The gradients of a call's arguments: by the program's function, or by the function's own gradient."""
        given = [zeros_like(out) if grad is None else grad for out, grad in zip(op.outputs, grads, strict=True)]
        defined = self._defined
        if defined._python_grad_func is not None:
            return _listed(defined._python_grad_func(op, *given))
        inputs = [*op.inputs, *map(convert_to_tensor, given)]
        found = self._symbolic_gradient(inputs) if defined._grad_func is None else _listed(defined._grad_func(*inputs))
        return [grad if is_smooth(tensor) else None for tensor, grad in zip(op.inputs, found, strict=True)]

    def _symbolic_gradient(self, inputs: list[Tensor]) -> list[Tensor]:
        if self._gradient is None:
            self._gradient = gradient_of(self._graph, self.body)
        part = self._gradient
        definition = OpDef(
            name="SymbolicGradient",
            inputs=tuple(_args("input", [*part.inputs, *part.captures.values()])),
            outputs=tuple(_args("output", part.outputs)),
            attrs={},
            shape=lambda ctx: [ctx.input(index) for index in range(len(part.outputs))],
            kernel=lambda op, store: _calling(store.function(part), len(part.outputs)),
            gradient=_no_second_gradient,
            stateful=True,
        )
        op = get_default_graph().create_op("SymbolicGradient", [*inputs, *part.captures], op_def=definition)
        return list(op.outputs)


def _no_second_gradient(op: Operation, *grads: Any) -> list[Any]:
    raise LookupError(
        f"No gradient defined for operation '{op.name}' (op type: SymbolicGradient): a Defun has no second derivative. "
        "Give it a python_grad_func, or leave the decorator out."
    )


def _calling(function: Callable[..., tuple[Any, ...]], count: int) -> Callable[..., Any]:
    """A kernel returns one value, or a tuple of several."""
    if count == 1:
        return lambda *values: function(*values)[0]
    return function if count else lambda *values: (function(*values), None)[1]


def _args(name: str, tensors: list[Tensor]) -> list[ArgDef]:
    return [ArgDef(f"{name}_{index}", type=tensor.dtype.base_dtype) for index, tensor in enumerate(tensors)]


def _listed(results: Any) -> list[Any]:
    if results is None:
        return []
    return list(results) if isinstance(results, (list, tuple)) else [results]


def _argument_names(func: Callable[..., Any], count: int) -> list[str]:
    names = [p.name for p in inspect.signature(func).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    return [*names[:count], *(f"arg{index}" for index in range(len(names), count))]


def _short(dtype: DType) -> str:
    match = re.fullmatch(r"([a-z]+)(\d+)", dtype.name)
    if match is None or match[1] not in _SHORT:
        return dtype.name
    return f"{_SHORT[match[1]]}{match[2]}"
