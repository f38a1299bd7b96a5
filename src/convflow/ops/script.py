"""Python functions as nodes (API: tf.py_func, tf.numpy_function)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import torch

from convflow.core import errors, nest, values
from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import executing_eagerly, get_default_graph

_KINDS: tuple[tuple[type[Exception], Any], ...] = (
    (StopIteration, errors.OutOfRangeError),
    (TypeError, errors.InvalidArgumentError),
    (ValueError, errors.InvalidArgumentError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
)
_tokens = count()


def py_func(func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """A Python function as a node (API: tf.py_func). It cannot be saved with the graph, and has no gradient.

    Args:
        func: takes a NumPy array (or scalar, or bytes) for each input; returns arrays, one for each type in `Tout`.
        inp: the inputs, a list.
        Tout: the element type of the output, or a list of types.
        stateful: whether the function may return other values for the same inputs.

    Returns:
        A tensor of unknown shape, a list of them if `Tout` is a list, the operation if `Tout` is empty.

    Raises:
        tf.errors.InvalidArgumentError: in running: the function returned other types or another number of values,
            or raised ValueError or TypeError. OutOfRangeError for StopIteration; UnknownError for what else it raises.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func} of type {type(func)}.")
    if executing_eagerly():
        return _called_now(func, inp)
    token = get_default_graph().add_function(f"pyfunc_{next(_tokens)}", func)
    several = isinstance(Tout, (list, tuple))
    types = [as_dtype(dtype) for dtype in (Tout if several else [Tout])]
    op_type = "PyFunc" if stateful else "PyFuncStateless"
    outputs = apply_op(op_type, input=list(inp), token=token, Tout=types, name=name)
    return outputs if several or isinstance(outputs, Operation) else outputs[0]


def _called_now(func: Callable[..., Any], inp: Any) -> Any:
    """What the function returns, in eager mode."""
    returned = nest.flatten(func(*[np.array(item) for item in inp]))
    tensors = [item if item is None else convert_to_tensor(item) for item in returned]
    return tensors[0] if len(tensors) == 1 else tensors


def numpy_function(
    func: Callable[..., Any], inp: Any, Tout: Any, stateful: bool = True, name: str | None = None
) -> Any:
    """A Python function as a node (API: tf.numpy_function).

    Args:
        func: takes a NumPy array (or scalar, or bytes) for each input; returns arrays, one for each type in `Tout`.
        inp: the inputs, a list.
        Tout: the element type of the output, or a list of types.
        stateful: whether the function may return other values for the same inputs.

    Returns:
        A tensor of unknown shape, a list of them if `Tout` is a list, the operation if `Tout` is empty.

    Raises:
        ValueError: `func` cannot be called.
        tf.errors.InvalidArgumentError: in running: see `py_func`.
    """
    return py_func(func, inp, Tout, stateful, name)


def _unknown_shapes(ctx: InferenceContext) -> list[TensorShape]:
    return [TensorShape(None) for _ in ctx.attr("Tout")]


def _kernel(op: Operation, *_: Any) -> Callable[..., tuple[Any, ...] | None]:
    token = op.attrs["token"]
    token = token.decode() if isinstance(token, bytes) else token
    types = op.attrs["Tout"]

    def call(*inputs: Any) -> tuple[Any, ...] | None:
        returned = called(_function(op, token), [_argument(value) for value in inputs])
        results = returned if isinstance(returned, (list, tuple)) else [] if returned is None else [returned]
        if len(results) != len(types):
            raise ValueError(f"{token} returns {len(results)} values, but expects to see {len(types)} values.")
        return tuple(_result(token, *each) for each in zip(range(len(types)), results, types, strict=True)) or None

    return call


def _function(op: Operation, token: str) -> Callable[..., Any]:
    try:
        return op.graph.function(token)
    except KeyError:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"callback {token} is not found: a Python function is not saved with a graph. Build the graph with the "
            "program that made it, or feed the node's outputs.",
        ) from None


def _argument(value: Any) -> Any:
    # A copy: the function may keep or change what it is given.
    array = values.to_numpy(value).copy() if isinstance(value, torch.Tensor) else value.copy()
    return array[()]


def called(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """What a program's function returns; TensorFlow's error for what it raises."""
    try:
        return function(*arguments)
    except errors.OpError:
        raise
    except Exception as error:
        kind = next((kind for raised, kind in _KINDS if isinstance(error, raised)), errors.UnknownError)
        raise kind(None, None, f"{type(error).__name__}: {error}") from error


def _result(token: str, index: int, value: Any, dtype: DType) -> Any:
    array = np.asarray(value)
    found = as_dtype(array.dtype) if array.dtype.kind not in "SUO" else as_dtype("string")
    if found is not dtype:
        raise ValueError(
            f"{index}-th value returned by {token} is {found.name}, but expects {dtype.name}. "
            f"Return np.asarray(value, np.{dtype.name})."
        )
    return values.from_numpy(array.copy() if array.dtype.kind not in "SUO" else array)


for _name, _is_stateful in (("PyFunc", True), ("PyFuncStateless", False)):
    register_op(
        _name,
        inputs="input: (Tin...)",
        outputs="output: (Tout...)",
        attrs="token: string; Tin: list(type) >= 0; Tout: list(type) >= 0",
        shape=_unknown_shapes,
        kernel=_kernel,
        gradient=NOT_DIFFERENTIABLE,
        stateful=_is_stateful,
    )
