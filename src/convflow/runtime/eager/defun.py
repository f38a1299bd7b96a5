"""Functions that eager programs have compiled (API: tf.contrib.eager.defun)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.autodiff import tape
from convflow.autodiff.gradients import gradients
from convflow.core import nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.function import FuncGraph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import executing_eagerly, get_default_graph
from convflow.graph.type_spec import TensorSpec
from convflow.runtime import settings
from convflow.runtime.eager.eager_graph import EagerGraph


def defun(
    func: Any = None, input_signature: Any = None, autograph: bool = True, experimental_autograph_options: Any = None
) -> Any:
    """Compile a Python function of tensors (API: tf.contrib.eager.defun, tf.function).

    It is called once for each combination of types and shapes of its tensors and of its other arguments, to build a
    graph; later calls run the graph. Variables that it makes at its first call stay. While a graph is built it is
    called as it is.

    Args:
        func: takes and returns nested structures of tensors. Python statements run while the graph is built: branch on
            values of tensors with tf.cond, repeat with tf.while_loop.
        input_signature: a `tf.TensorSpec` for each argument: one graph for all calls.
        autograph: accepted; Python's own statements are not turned into graph.

    Returns:
        The compiled function, or a decorator if `func` is None.
    """
    if func is None:
        return functools.partial(defun, input_signature=input_signature)
    return functools.update_wrapper(CompiledFunction(func, input_signature), func)


def function(
    func: Any = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    reduce_retracing: bool = False,
    experimental_implements: Any = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: Any = None,
    experimental_compile: Any = None,
    experimental_follow_type_hints: Any = None,
) -> Any:
    """Compile a Python function of tensors (API: tf.function): `defun` under its later name.

    Args:
        func, input_signature: as for `defun`.
        autograph: accepted; Python's own statements are not turned into graph.

    The other arguments choose among TensorFlow's compilers, and are accepted.
    """
    return defun(func, input_signature, autograph, experimental_autograph_options)


class CompiledFunction:
    """What `defun` returns: a function with a graph for each kind of arguments.

    Args:
        func: the function that it compiles.
        input_signature: a list of `tf.TensorSpec`; None for a graph for each kind of arguments.
        owner: the object whose method `func` is; None for none.
    """

    def __init__(self, func: Callable[..., Any], input_signature: Any = None, owner: Any = None) -> None:
        self._func = func
        self._signature = None if input_signature is None else list(input_signature)
        self._owner = owner
        self._traced: dict[Any, _Traced] = {}
        # One compiled function for each object whose method it is.
        self._methods: dict[int, tuple[Any, CompiledFunction]] = {}

    @property
    def python_function(self) -> Callable[..., Any]:
        return self._func

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        if id(instance) not in self._methods:
            bound = CompiledFunction(self._func, self._signature, instance)
            self._methods[id(instance)] = (instance, bound)
        return self._methods[id(instance)][1]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not executing_eagerly() or settings.functions_run_eagerly():
            own = () if self._owner is None else (self._owner,)
            return self._func(*own, *args, **kwargs)
        graph: Any = get_default_graph()
        args, kwargs = self._complete(args, kwargs)
        if self._signature is not None:
            args = tuple(self._checked(args))
        leaves = [_as_argument(leaf) for leaf in nest.flatten([list(args), kwargs])]
        key = (_form([list(args), kwargs]), *[self._key(leaf, index) for index, leaf in enumerate(leaves)])
        if key not in self._traced:
            self._traced[key] = self._trace(graph, [list(args), kwargs], leaves)
        return self._traced[key].call([leaf for leaf in leaves if isinstance(leaf, EagerTensor)])

    def _complete(self, args: Any, kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Keywords that name positional arguments in their places, so that one call has one form."""
        if not kwargs:
            return args, kwargs
        try:
            whole = inspect.signature(self._func).bind(
                *([self._owner] if self._owner is not None else []), *args, **kwargs
            )
        except ValueError:
            return args, kwargs
        return whole.args[self._owner is not None :], whole.kwargs

    def _checked(self, args: Any) -> list[Any]:
        """The arguments as tensors of the signature's types."""
        if len(args) != len(self._signature or ()):
            raise ValueError(
                f"Structure of Python function inputs does not match input_signature: {len(args)} arguments, "
                f"{len(self._signature or ())} in {self._signature}."
            )
        return [_of_spec(arg, spec) for arg, spec in zip(args, self._signature or (), strict=True)]

    def _key(self, leaf: Any, index: int) -> Any:
        if isinstance(leaf, EagerTensor):
            return leaf.dtype, None if self._signature is not None else leaf._shape_tuple()
        try:
            hash(leaf)
        except TypeError:
            return id(leaf)
        return (type(leaf), leaf)

    def _trace(self, outer: EagerGraph, structure: Any, leaves: list[Any]) -> _Traced:
        name = getattr(self._func, "__name__", "function").strip("<>")
        graph = FuncGraph(f"__inference_{name}", outer)
        specs = nest.flatten(self._signature) if self._signature is not None else [None] * len(leaves)
        with graph.as_default():
            given = [
                graph.add_input(leaf.dtype, leaf.shape if spec is None else spec.shape, f"args_{index}")
                if isinstance(leaf, EagerTensor)
                else leaf
                for index, (leaf, spec) in enumerate(zip(leaves, specs, strict=True))
            ]
            args, kwargs = nest.pack_sequence_as(structure, given)
            read = tape.Tape()
            tape.begin(read)
            try:
                result = self._func(*([self._owner] if self._owner is not None else []), *args, **kwargs)
            finally:
                tape.end(read)
            flat = [_as_result(graph, item) for item in nest.flatten(result)]
            graph.outputs = [item for item in flat if item is not None]
        return _Traced(graph, outer, result, [item is not None for item in flat], read.variables)


def _of_spec(value: Any, spec: Any) -> Any:
    if not isinstance(spec, TensorSpec):
        parts = zip(nest.flatten(value), nest.flatten(spec), strict=True)
        return nest.pack_sequence_as(spec, [_of_spec(*part) for part in parts])
    tensor = value if isinstance(value, EagerTensor) else convert_to_tensor(value, dtype=spec.dtype)
    if not spec.is_compatible_with(tensor):
        raise ValueError(
            f"Python inputs incompatible with input_signature: inputs: ({tensor!r}), input_signature: {spec}. "
            "Cast or reshape the input."
        )
    return tensor


def _as_argument(leaf: Any) -> Any:
    return convert_to_tensor(leaf) if isinstance(leaf, np.ndarray) else leaf


def _form(structure: Any) -> Any:
    """What two structures of one form have in common, as a key."""
    if isinstance(structure, dict):
        return type(structure), tuple((key, _form(structure[key])) for key in sorted(structure))
    if isinstance(structure, (list, tuple)):
        return type(structure), tuple(map(_form, structure))
    return None


def _as_result(graph: FuncGraph, item: Any) -> Tensor | None:
    if item is None or isinstance(item, Operation):
        return None
    return graph.capture(convert_to_tensor(item))


class _Traced:
    """One graph of a function.

    Args:
        graph: the graph.
        outer: where it runs.
        result: what the Python function returned.
        given: which leaves of that are tensors; the others are None.
        variables: the trainable ones that it reads.
    """

    def __init__(
        self, graph: FuncGraph, outer: EagerGraph, result: Any, given: list[bool], variables: list[Any]
    ) -> None:
        self._graph = graph
        self._outer = outer
        self._result = result
        self._given = given
        self._variables = variables
        self._backward: _Backward | None = None

    def call(self, arguments: list[Tensor]) -> Any:
        for variable in self._variables:
            tape.variable_read(variable)
        inputs = [*arguments, *self._graph.captured]
        if tape.state.recording and tape.is_watched(inputs) and self._graph.outputs:
            outputs = self._recorded(inputs)
        else:
            outputs = _run(self._graph, self._outer, inputs, self._graph.outputs)
        found = iter(outputs)
        return nest.pack_sequence_as(self._result, [next(found) if is_tensor else None for is_tensor in self._given])

    def _recorded(self, inputs: list[Tensor]) -> list[Tensor]:
        if self._backward is None:
            self._backward = _Backward(self._graph, self._outer)
        return self._backward.forward(inputs)


class _Backward:
    """The gradient of a function: a graph beside its own, which takes what that has computed."""

    def __init__(self, graph: FuncGraph, outer: EagerGraph, outputs: list[Tensor] | None = None) -> None:
        outputs = graph.outputs if outputs is None else outputs
        if any(op.type == "Enter" for op in graph.get_operations()):
            raise NotImplementedError(
                f"The gradient of the function {graph.name} through its tf.while_loop is not there: expected one "
                "without loops. Call the loop outside of tfe.defun, where it is Python's."
            )
        self._forward = graph
        self._outer = outer
        self._places = [*graph.inputs, *graph.captures.values()]
        self._graph = FuncGraph(f"{graph.name}_backward", graph)
        with self._graph.as_default():
            self._smooth = [tensor for tensor in outputs if _is_smooth(tensor)]
            starts = [
                self._graph.add_input(tensor.dtype, tensor.shape, f"grad_{index}")
                for index, tensor in enumerate(self._smooth)
            ]
            found = gradients(self._smooth, self._places, starts) if self._smooth else [None] * len(self._places)
            self._known = [grad is not None for grad in found]
            dense = [convert_to_tensor(grad) for grad in found if grad is not None]
            self._graph.outputs = [self._graph.capture(tensor) for tensor in dense]
        self._kept = self._graph.captured
        self._count = len(outputs)
        self._wide = _with_outputs(graph, [*outputs, *self._kept])
        # The gradients of the gradient and of what it takes from the function, made when they are asked for.
        self._of_gradient: _Backward | None = None
        self._of_wide: _Backward | None = None

    def forward(self, inputs: list[Tensor]) -> list[Tensor]:
        """The function's outputs, noted on the tapes."""
        return self._noted(inputs)[0]

    def _noted(self, inputs: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """The outputs, and what the gradient takes."""
        made = _run(self._wide, self._outer, inputs, self._wide.outputs)
        outputs, kept = made[: self._count], made[self._count :]

        def backward(*grads: Any) -> list[Any]:
            if any(grad is not None for grad in grads[len(outputs) :]):
                return self._wide_gradients(inputs, grads)
            return self._gradients(outputs, kept, grads[: len(outputs)])

        tape.record_custom(inputs, made, backward)
        return outputs, kept

    def _gradients(self, outputs: list[Tensor], kept: list[Tensor], grads: tuple[Any, ...]) -> list[Any]:
        smooth = [(out, grad) for out, grad in zip(outputs, grads, strict=True) if _is_smooth(out)]
        starts = [_zeros(out) if grad is None else convert_to_tensor(grad) for out, grad in smooth]
        inputs = [*starts, *kept]
        if tape.state.recording and tape.is_watched(inputs) and self._graph.outputs:
            self._of_gradient = self._of_gradient or _Backward(self._graph, self._outer)
            made = self._of_gradient.forward(inputs)
        else:
            made = _run(self._graph, self._outer, inputs, self._graph.outputs)
        found = iter(made)
        return [next(found) if known else None for known in self._known]

    def _wide_gradients(self, inputs: list[Tensor], grads: tuple[Any, ...]) -> list[Any]:
        """The gradients where what the first gradient took has gradients too: second derivatives.

        What these take is computed again, which is the same only where nothing is drawn or changed.
        """
        changing = sorted({op.type for op in self._forward.get_operations() if op.definition.stateful} - _READING)
        if changing:
            raise NotImplementedError(
                f"Second derivatives through the compiled function {self._forward.name} are not there, because it has "
                f"operations with effects: {', '.join(changing)}. Call the Python function itself (f.python_function)."
            )
        self._of_wide = self._of_wide or _Backward(self._forward, self._outer, self._wide.outputs)
        return self._of_wide._gradients(*self._of_wide._noted(inputs), grads)


# Operations that are called stateful and change nothing.
_READING = {"ReadVariableOp", "ResourceGather", "VariableShape", "Placeholder"}


def _is_smooth(tensor: Tensor) -> bool:
    return tensor.dtype.base_dtype.is_floating or tensor.dtype.base_dtype.is_complex


def _zeros(tensor: Any) -> Tensor:
    return EagerTensor(torch.zeros_like(tensor._value), tensor.dtype, tensor._owner)


def _with_outputs(graph: FuncGraph, outputs: list[Tensor]) -> FuncGraph:
    """The same nodes as a function that returns something else."""
    other = object.__new__(FuncGraph)
    other.__dict__.update(graph.__dict__)
    other.outputs = outputs
    return other


def _run(graph: FuncGraph, outer: EagerGraph, inputs: list[Tensor], outputs: list[Tensor]) -> list[Any]:
    values = outer.store.function(graph)(*[tensor._value for tensor in inputs])  # type: ignore[attr-defined]
    return [EagerTensor(value, tensor.dtype.base_dtype, outer) for value, tensor in zip(values, outputs, strict=True)]
