"""From an exception inside a plan to TensorFlow's error, naming the node and the user's line."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np
import torch

from convflow.core import errors, values
from convflow.graph.inference import RunContext
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value
from convflow.runtime.emit import STEP_FILENAME, Step
from convflow.runtime.fused import Fused, reference_positions
from convflow.runtime.store import Store, VariableSlot

_DRAWING = ("RandomStandardNormal", "RandomUniform")

# Values of tensors as a failing function left them.
Known = dict[Tensor, Any]


def explain(error: Exception, step: Step) -> Exception:
    """The error to raise in place of `error`; itself if it did not come from a node."""
    frame = _step_frame(error.__traceback__)
    if frame is None:
        return error
    op = step.op_at_line.get(frame.tb_lineno)
    if op is None:
        return error
    local = frame.tb_frame.f_locals
    known = {tensor: local.get(name, step.constants.get(name)) for tensor, name in step.names.items()}
    if isinstance(op, Fused):
        op, error = _culprit(op, known, error)
    message = _refusal(op, known, error) or message_of(error)
    kind = kind_of(error)
    return kind(op.node_def, op, f"{message}\n\t [[{op.describe()}]]{_input_shapes(op, known)}")


def _culprit(fused: Fused, known: Known, error: Exception) -> tuple[Operation, Exception]:
    """The node that fails when those that run as one run one by one, and its error."""
    for op in fused.members:
        known.update((tensor, _constant(tensor)) for tensor in op.inputs if known.get(tensor) is None)
        if _has_a_past(op) or any(known.get(tensor) is None for tensor in op.inputs):
            break
        places = reference_positions(op)
        taken = [_taken(known[tensor], index in places) for index, tensor in enumerate(op.inputs)]
        try:
            made = _kernel(op)(*taken)
        except Exception as own:
            return op, own
        known.update(zip(op.outputs, made if isinstance(made, tuple) else (made,), strict=False))
    return fused, error


def _constant(tensor: Tensor) -> Any:
    """The value of a constant that the plan has no name for, as only fused nodes take it."""
    value = constant_value(tensor)
    return None if value is None else values.from_numpy(value)


def _has_a_past(op: Operation) -> bool:
    """Whether what a node makes depends on the session; of random numbers any will do to find who fails."""
    return op.definition.takes_store and op.type not in _DRAWING


def _kernel(op: Operation) -> Any:
    return op.definition.kernel(op, Store(_no_functions)) if op.type in _DRAWING else op.definition.kernel(op)


def _no_functions(body: Any, store: Store) -> Any:
    raise NotImplementedError(f"{body.name}: random numbers need no functions.")


def _taken(value: Any, as_reference: bool) -> Any:
    return value if as_reference or not isinstance(value, VariableSlot) else value.read()


def _step_frame(traceback: TracebackType | None) -> TracebackType | None:
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == STEP_FILENAME:
            found = traceback
        traceback = traceback.tb_next
    return found


def kind_of(error: Exception) -> Any:
    if isinstance(error, errors.OpError):
        return type(error)
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return errors.ResourceExhaustedError
    if isinstance(error, NotImplementedError):
        return errors.UnimplementedError
    if isinstance(error, (ValueError, RuntimeError, IndexError, TypeError, AttributeError)):
        return errors.InvalidArgumentError
    return errors.UnknownError


def message_of(error: Exception) -> str:
    if isinstance(error, (errors.OpError, ValueError, errors.InvalidArgumentError)):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _inputs(op: Operation, known: Known) -> list[np.ndarray | None]:
    return [_as_array(known.get(tensor)) for tensor in op.inputs]


def _as_array(value: Any) -> np.ndarray | None:
    if isinstance(value, VariableSlot):
        value = value.value
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return values.to_numpy(value)
    return None


def _refusal(op: Operation, known: Known, error: Exception) -> str | None:
    """A better message than the kernel's own, where one is known."""
    if isinstance(error, errors.OpError):
        return None
    for arg, tensor in zip(op.definition.inputs, op.inputs, strict=False):
        if arg.is_ref and isinstance(known.get(tensor), (torch.Tensor, np.ndarray)):
            return (
                f"Input '{arg.name}' of {op.name} must be a variable, but {tensor.name} was fed: a fed value cannot "
                "be written to. Feed the variable only to nodes that read it."
            )
    return _shape_message(op, known)


def _shape_message(op: Operation, known: Known) -> str | None:
    """What the op's shape rule says of the real shapes: the message it gives while a graph is built."""
    try:
        op.definition.shape(RunContext(op, _inputs(op, known)))
    except ValueError as error:
        return str(error)
    return None


def _input_shapes(op: Operation, known: Known) -> str:
    arrays = {tensor: array for tensor in op.inputs if (array := _as_array(known.get(tensor))) is not None}
    texts = [
        f"{tensor.name}: {array.dtype.name if array.dtype != object else 'string'}{list(array.shape)}"
        for tensor, array in arrays.items()
    ]
    return f"\n\t input {', '.join(texts)}" if texts else ""
