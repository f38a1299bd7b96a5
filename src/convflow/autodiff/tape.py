"""What ran, and the way back over it: the recording behind `tf.GradientTape`.

A tape watches tensors. Each operation that takes a watched tensor is noted with its inputs and outputs, and its
outputs are watched too. The gradient walks over the notes from the last to the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from convflow.autodiff.aggregation import AggregationMethod, aggregated
from convflow.autodiff.registry import gradient_rule
from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import ones_like, zeros_like

Backward = Callable[..., Any]
# Ops whose gradient functions know what to do without the gradient of an output that nobody took.
_TAKE_NONE = ("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")


@dataclass(frozen=True)
class Note:
    """Something that ran.

    Attributes:
        inputs, outputs: of what ran.
        backward: takes a gradient for each output, returns one (or None) for each input.
    """

    inputs: tuple[Tensor, ...]
    outputs: list[Tensor]
    backward: Backward


class Tape:
    """The notes of one recording.

    Args:
        watches_variables: whether trainable variables are watched when they are read.
    """

    def __init__(self, watches_variables: bool = True) -> None:
        self.watches_variables = watches_variables
        self.variables: list[Any] = []
        self.notes: list[Note] = []
        # By identity; the tensors are kept so that no other takes their place.
        self._watched: dict[int, Tensor] = {}

    def watch(self, tensor: Tensor) -> None:
        self._watched[id(tensor)] = tensor

    def watches(self, tensor: Tensor) -> bool:
        return id(tensor) in self._watched

    def watches_any(self, tensors: Iterable[Tensor]) -> bool:
        watched = self._watched
        return any(id(tensor) in watched for tensor in tensors)

    def note(self, note: Note) -> None:
        if self.watches_any(note.inputs):
            self.notes.append(note)
            for tensor in note.outputs:
                if carries_gradients(tensor):
                    self._watched[id(tensor)] = tensor

    def gradient(self, targets: list[Tensor], sources: list[Tensor], starts: list[Any]) -> list[Any]:
        """The derivatives of the sum of the targets, None where none depends on the source.

        Args:
            starts: the gradient of each target to begin with, None for ones.
        """
        contributions: dict[int, list[Any]] = {}
        for target, start in zip(targets, starts, strict=True):
            if self.watches(target):
                contributions.setdefault(id(target), []).append(ones_like(target) if start is None else start)
        kept = {id(source) for source in sources}
        for note in reversed(self.notes):
            if any(id(tensor) in contributions for tensor in note.outputs):
                self._step_back(note, contributions, kept)
        return [_total(contributions, source, keep=True) for source in sources]

    def _step_back(self, note: Note, contributions: dict[int, list[Any]], kept: set[int]) -> None:
        grads = [_total(contributions, tensor, id(tensor) in kept) for tensor in note.outputs]
        returned = note.backward(*grads)
        returned = list(returned) if isinstance(returned, (list, tuple)) else [returned]
        if len(returned) != len(note.inputs):
            raise ValueError(f"A gradient function gave {len(returned)} gradients for {len(note.inputs)} inputs.")
        for tensor, grad in zip(note.inputs, returned, strict=True):
            if grad is not None and id(tensor) in self._watched:
                contributions.setdefault(id(tensor), []).append(grad)


def _total(contributions: dict[int, list[Any]], tensor: Tensor, keep: bool) -> Any:
    found = contributions.get(id(tensor))
    if not found:
        return None
    if len(found) > 1:
        found[:] = [aggregated(found, AggregationMethod.ADD_N)]
    if not keep:
        del contributions[id(tensor)]
    return found[0]


def carries_gradients(tensor: Tensor) -> bool:
    """Whether gradients flow through a tensor: one of real or complex numbers, or a variable's handle."""
    dtype = tensor.dtype.base_dtype
    return dtype.is_floating or dtype.is_complex or dtype is dtypes.resource


class _State(threading.local):
    """The tapes of a thread.

    Attributes:
        recording: the tapes that take notes now.
    """

    def __init__(self) -> None:
        self.recording: list[Tape] = []


state = _State()


def begin(tape: Tape) -> None:
    """`tape` takes notes from here on."""
    state.recording.append(tape)


def end(tape: Tape) -> None:
    """`tape` takes no more notes."""
    if tape in state.recording:
        state.recording.remove(tape)


@contextmanager
def paused(tape: Tape | None = None) -> Iterator[None]:
    """No notes are taken inside, by one tape or by none at all."""
    before = state.recording
    state.recording = [] if tape is None else [other for other in before if other is not tape]
    try:
        yield
    finally:
        state.recording = before


def is_watched(tensors: Iterable[Tensor]) -> bool:
    """Whether a tape that takes notes watches one of the tensors."""
    return any(tape.watches_any(tensors) for tape in state.recording)


def record(op: Operation) -> None:
    """Note an operation that has run."""
    note = Note(op.inputs, op.outputs, lambda *grads: _operation_gradients(op, grads))
    for tape in state.recording:
        tape.note(note)


def record_custom(inputs: Iterable[Tensor], outputs: list[Tensor], backward: Backward) -> None:
    """Note something that brings its own gradient."""
    note = Note(tuple(inputs), outputs, backward)
    for tape in state.recording:
        tape.note(note)


def variable_read(variable: Any) -> None:
    """Watch a trainable variable that is read."""
    for tape in state.recording:
        if tape.watches_variables and variable.trainable:
            watch_variable(tape, variable)


def watch_variable(tape: Tape, variable: Any) -> None:
    """Watch a variable on one tape."""
    place = node_of(variable)
    if not tape.watches(place):
        tape.watch(place)
        tape.variables.append(variable)


def node_of(variable: Any) -> Tensor:
    """What the notes know a variable by: its handle or reference, where all its reads meet."""
    return variable.handle if hasattr(variable, "handle") else variable._as_graph_element()


def _operation_gradients(op: Operation, grads: tuple[Any, ...]) -> list[Any]:
    rule = gradient_rule(op)
    if rule is None:
        return [None] * len(op.inputs)
    given = (
        list(grads)
        if op.type in _TAKE_NONE
        else [
            zeros_like(tensor) if grad is None and carries_gradients(tensor) and _is_value(tensor) else grad
            for tensor, grad in zip(op.outputs, grads, strict=True)
        ]
    )
    returned = rule(op, *given)
    return list(returned) if isinstance(returned, (list, tuple)) else [returned]


def _is_value(tensor: Tensor) -> bool:
    return tensor.dtype.base_dtype is not dtypes.resource
