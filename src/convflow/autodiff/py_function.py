"""Python functions of eager tensors as nodes (API: tf.py_function)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from convflow.autodiff import tape as tapes
from convflow.core import errors, nest
from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape
from convflow.graph import defaults
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import executing_eagerly, get_default_graph
from convflow.ops.script import called

_tokens = count()


def py_function(
    func: Callable[..., Any] | None = None, inp: Any = None, Tout: Any = None, name: str | None = None
) -> Any:
    """A Python function of eager tensors as a node (API: tf.py_function, tf.contrib.eager.py_func).

    Args:
        func: takes an eager tensor for each input; returns tensors or what converts to them. It runs in eager mode:
            its operations run when it calls them, and can be differentiated.
        inp: the inputs, a list.
        Tout: the element type of the output, or a list of types; [] for none.

    Returns:
        A tensor, a list of them if `Tout` is a list; the operation, or None in eager mode, if `Tout` is empty.

    Raises:
        ValueError: `func` cannot be called.
        tf.errors.InvalidArgumentError: (when run) another number of values, or values of other types.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func} of type {type(func)}.")
    several = isinstance(Tout, (list, tuple))
    types = [as_dtype(dtype) for dtype in (Tout if several else [Tout])]
    if executing_eagerly():
        outputs: Any = _results(func, [convert_to_tensor(item) for item in inp], types) or None
        return outputs if several or outputs is None else outputs[0]
    outputs = _node(_Recorded(func), list(inp), types, name)
    return outputs if several or isinstance(outputs, Operation) else outputs[0]


class _Recorded:
    """A function and what its last call has noted: the way back."""

    def __init__(self, func: Callable[..., Any]) -> None:
        self._func = func
        self._last: Any = None

    def forward(self, inputs: list[Any], types: list[DType]) -> list[Any]:
        tape = tapes.Tape()
        for tensor in inputs:
            tape.watch(tensor)
        tapes.begin(tape)
        try:
            outputs = _results(self._func, inputs, types)
        finally:
            tapes.end(tape)
        self._last = tape, inputs, outputs
        return outputs

    def backward(self, *grads: Any) -> list[Any]:
        if self._last is None:
            raise RuntimeError("The gradient of a tf.py_function runs after its value: fetch both in one run.")
        tape, inputs, outputs = self._last
        found = tape.gradient(outputs, inputs, list(grads))
        return [
            convert_to_tensor(grad) if grad is not None else _zeros(x) for grad, x in zip(found, inputs, strict=True)
        ]


def _zeros(tensor: Any) -> Any:
    return apply_op("ZerosLike", x=tensor)


def _node(function: Any, inputs: list[Any], types: list[DType], name: str | None = None) -> Any:
    token = get_default_graph().add_function(f"pyfunc_{next(_tokens)}", function)
    return apply_op("EagerPyFunc", input=inputs, token=token, is_async=False, Tout=types, name=name)


def _results(func: Callable[..., Any], inputs: list[Any], types: list[DType]) -> list[Any]:
    returned = func(*inputs)
    values = [] if returned is None or not types else nest.flatten(returned)
    if len(values) != len(types):
        raise ValueError(
            f"The function of a tf.py_function returned {len(values)} values, expected {len(types)}, one for each type "
            "in Tout."
        )
    return [convert_to_tensor(value, dtype=dtype) for value, dtype in zip(values, types, strict=True)]


def _kernel(op: Operation, *_: Any) -> Callable[..., tuple[Any, ...] | None]:
    token = op.attrs["token"]
    token = token.decode() if isinstance(token, bytes) else token
    in_types, out_types = op.attrs["Tin"], op.attrs["Tout"]

    def call(*inputs: Any) -> tuple[Any, ...] | None:
        runner = defaults.process.runner()
        function = _function(op, token)
        with defaults.graphs.pushed(runner):
            tensors = [EagerTensor(value, dtype, runner) for value, dtype in zip(inputs, in_types, strict=True)]
            forward = function.forward if isinstance(function, _Recorded) else None
            outputs = (
                called(forward, [tensors, out_types]) if forward else called(_results, [function, tensors, out_types])
            )
        return tuple(tensor._value for tensor in outputs) or None

    return call


def _function(op: Operation, token: str) -> Any:
    try:
        return op.graph.function(token)
    except KeyError:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"callback {token} is not found: a Python function is not saved with a graph. Build the graph with the "
            "program that made it, or feed the node's outputs.",
        ) from None


def _gradient(op: Operation, *grads: Any) -> list[Any]:
    token = op.attrs["token"]
    function = _function(op, token.decode() if isinstance(token, bytes) else token)
    types = [tensor.dtype.base_dtype for tensor in op.inputs]
    with get_default_graph().control_dependencies([op]):
        found = _node(function.backward, list(grads), types)
    return list(found) if isinstance(found, list) else [None] * len(op.inputs)


def _unknown_shapes(ctx: InferenceContext) -> list[TensorShape]:
    return [TensorShape(None) for _ in ctx.attr("Tout")]


register_op(
    "EagerPyFunc",
    inputs="input: (Tin...)",
    outputs="output: (Tout...)",
    attrs="token: string; is_async: bool = false; Tin: list(type) >= 0; Tout: list(type) >= 0",
    shape=_unknown_shapes,
    kernel=_kernel,
    gradient=_gradient,
    stateful=True,
)
