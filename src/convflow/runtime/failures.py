"""From an exception inside a plan to TensorFlow's error, naming the node and the user's line."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import numpy as np
import torch

from convflow.core import errors, values
from convflow.graph.inference import RunContext
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.emit import STEP_FILENAME, Step
from convflow.runtime.store import VariableSlot


def explain(error: Exception, step: Step) -> Exception:
    """The error to raise in place of `error`; itself if it did not come from a node."""
    frame = _step_frame(error.__traceback__)
    if frame is None:
        return error
    op = step.op_at_line.get(frame.tb_lineno)
    if op is None:
        return error
    message = _refusal(op, step, frame.tb_frame.f_locals, error) or _message(error)
    kind = _kind(error)
    shapes = _input_shapes(op, step, frame.tb_frame.f_locals)
    return kind(op.node_def, op, f"{message}\n\t [[{op.describe()}]]{shapes}")


def _step_frame(traceback: TracebackType | None) -> TracebackType | None:
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == STEP_FILENAME:
            found = traceback
        traceback = traceback.tb_next
    return found


def _kind(error: Exception) -> Any:
    if isinstance(error, errors.OpError):
        return type(error)
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return errors.ResourceExhaustedError
    if isinstance(error, NotImplementedError):
        return errors.UnimplementedError
    if isinstance(error, (ValueError, RuntimeError, IndexError, TypeError, AttributeError)):
        return errors.InvalidArgumentError
    return errors.UnknownError


def _message(error: Exception) -> str:
    if isinstance(error, (errors.OpError, ValueError, errors.InvalidArgumentError)):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _inputs(op: Operation, step: Step, local: dict[str, Any]) -> list[np.ndarray | None]:
    return [_as_array(step.names.get(tensor, ""), tensor, local) for tensor in op.inputs]


def _as_array(name: str, tensor: Tensor, local: dict[str, Any]) -> np.ndarray | None:
    if name.startswith("constant_"):
        while tensor.op.type != "Const":
            tensor = tensor.op.inputs[0]  # a Switch that passes the constant on under its own name
        return tensor.op.attrs["value"]
    value = local.get(name)
    if isinstance(value, VariableSlot):
        value = value.value
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return values.to_numpy(value)
    return None


def _refusal(op: Operation, step: Step, local: dict[str, Any], error: Exception) -> str | None:
    """A better message than the kernel's own, where one is known."""
    if isinstance(error, errors.OpError):
        return None
    for arg, tensor in zip(op.definition.inputs, op.inputs, strict=False):
        if arg.is_ref and not isinstance(local.get(step.names.get(tensor, "")), VariableSlot):
            return (
                f"Input '{arg.name}' of {op.name} must be a variable, but {tensor.name} was fed: a fed value cannot "
                "be written to. Feed the variable only to nodes that read it."
            )
    return _shape_message(op, step, local)


def _shape_message(op: Operation, step: Step, local: dict[str, Any]) -> str | None:
    """What the op's shape rule says of the real shapes: the message it gives while a graph is built."""
    try:
        op.definition.shape(RunContext(op, _inputs(op, step, local)))
    except ValueError as error:
        return str(error)
    return None


def _input_shapes(op: Operation, step: Step, local: dict[str, Any]) -> str:
    known = [
        f"{tensor.name}: {array.dtype.name if array.dtype != object else 'string'}{list(array.shape)}"
        for tensor, array in zip(op.inputs, _inputs(op, step, local), strict=True)
        if array is not None
    ]
    return f"\n\t input {', '.join(known)}" if known else ""
