"""Dropout in one step, and its gradient in one.

`tf.nn.dropout` draws uniform numbers, compares them, scales and chooses; earlier versions of TensorFlow multiplied by
the choices as numbers (1.13 to 1.15), made by rounding down keep_prob + number before that. What is between these
nodes and nobody else takes is never made; the choices stay as bytes for the gradient (`ops/dropout_kernels.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.ops.dropout_kernels import Form, dropped, dropped_gradient
from convflow.ops.philox_compiled import Economy
from convflow.ops.random_nodes import generator, sizes_of
from convflow.runtime.draft import Draft

_ADDITIONS = ("Add", "AddV2")
_SCALING = ("Mul", "RealDiv")


class _Choices(NamedTuple):
    """The nodes that make choices.

    Attributes:
        threshold: what numbers are compared with or added to.
        values: the choices: bools and the same as numbers, or numbers alone where they are rounded sums.
    """

    draw: Operation
    nodes: tuple[Operation, ...]
    threshold: Tensor
    adds: bool
    values: tuple[Tensor, ...]


class _Use(NamedTuple):
    """Choices applied to a tensor.

    Attributes:
        nodes: the one that applies them, and one that scales before or after.
        multiplies: as of `Form`.
        scaling: the type of the node that scales, "" for none.
    """

    nodes: tuple[Operation, ...]
    taken: Tensor
    made: Tensor
    multiplies: bool
    scaling: str = ""
    scale: Tensor | None = None

    @property
    def scalars(self) -> list[Tensor]:
        return [] if self.scale is None else [self.scale]


def drop_at_once(draft: Draft) -> None:
    """Make one node of each dropout and one of its gradient."""
    for draw in draft.nodes("RandomUniform"):
        choices = _choices(draft, draw)
        if choices is not None:
            _fuse(draft, choices)


def _choices(draft: Draft, draw: Operation) -> _Choices | None:
    drawn = draw.outputs[0]
    compared = draft.only_reader(drawn, "GreaterEqual", *_ADDITIONS) if drawn.dtype == dtypes.float32 else None
    if compared is None:
        return None
    first, second = draft.inputs(compared)
    threshold = second if first is drawn else first
    adds = compared.type in _ADDITIONS
    if draft.shape(threshold).rank != 0 or not (adds or first is drawn):
        return None
    if adds:
        rounded = draft.only_reader(compared.outputs[0], "Floor")
        if rounded is None:
            return None
        return _Choices(draw, (compared, rounded), threshold, True, (rounded.outputs[0],))
    casts = [op for op in draft.readers(compared.outputs[0]) if isinstance(op, Operation) and op.type == "Cast"]
    return _Choices(draw, (compared, *casts), threshold, False, tuple(op.outputs[0] for op in (compared, *casts)))


def _fuse(draft: Draft, choices: _Choices) -> None:
    uses = _uses(draft, choices)
    if not uses or any(draft.is_fetched(tensor) or draft.is_fed(tensor) for tensor in choices.values):
        return
    forward = _with_scaling_before(draft, uses[0])
    known = choices.values[0]
    back = [_fuse_back(draft, known, _with_scaling_after(draft, use)) for use in uses[1:]]
    # Rounded sums are made as bools, which only the nodes made here take.
    readers = {op for tensor in choices.values for op in draft.readers(tensor)}
    if not readers <= {*choices.nodes, *forward.nodes, *back}:
        return
    draft.fuse(
        [choices.draw, *choices.nodes, *forward.nodes],
        "dropout",
        _forward(Form(choices.adds, forward.multiplies, forward.scaling), choices.draw),
        [choices.draw.inputs[0], forward.taken, choices.threshold, *forward.scalars],
        [forward.made, known],
        fresh=True,
        takes_store=True,
    )


def _fuse_back(draft: Draft, known: Tensor, use: _Use) -> Operation | None:
    form, economy = Form(False, use.multiplies, use.scaling), Economy()

    def kernel(gradient: torch.Tensor, kept: torch.Tensor, scale: Any = 1.0) -> torch.Tensor:
        return dropped_gradient(form, economy, gradient, kept, float(scale))

    inputs = [use.taken, known, *use.scalars]
    return draft.fuse(use.nodes, "gradient of dropout", kernel, inputs, [use.made], fresh=True)


def _forward(form: Form, draw: Operation) -> Callable[..., Any]:
    def with_store(store: Any) -> Callable[..., Any]:
        numbers = generator(draw, store)

        def kernel(sizes: torch.Tensor, x: torch.Tensor, threshold: torch.Tensor, scale: Any = 1.0) -> Any:
            return dropped(form, numbers, sizes_of(sizes), x, float(threshold), float(scale))

        return kernel

    return with_store


def _uses(draft: Draft, choices: _Choices) -> list[_Use]:
    """The nodes that apply choices, the first one first; none if anybody else takes them."""
    readers = [op for tensor in choices.values for op in draft.readers(tensor) if op not in choices.nodes]
    uses = [_use(draft, choices, op) for op in readers if isinstance(op, Operation)]
    found = [use for use in uses if use is not None]
    if len(found) < len(readers):
        return []
    return sorted(found, key=lambda use: sum(draft.precedes(other.nodes[0], use.nodes[0]) for other in found))


def _use(draft: Draft, choices: _Choices, op: Operation) -> _Use | None:
    if op.outputs[0].dtype != dtypes.float32 or draft.is_fed(op.outputs[0]):
        return None
    inputs = draft.inputs(op)
    if op.type == "Mul":
        place = 0 if inputs[0] in choices.values else 1
        other = inputs[1 - place]
        return None if other in choices.values else _Use((op,), other, op.outputs[0], True)
    if op.type != "SelectV2" or inputs[1] in choices.values:
        return None
    otherwise = draft.constant(inputs[2])
    is_zero = otherwise is not None and otherwise.ndim == 0 and float(otherwise) == 0.0
    return _Use((op,), inputs[1], op.outputs[0], False) if is_zero else None


def _with_scaling_before(draft: Draft, use: _Use) -> _Use:
    scaler = draft.made_by(use.taken, *_SCALING)
    if scaler is None or draft.only_reader(use.taken, use.nodes[0].type) is not use.nodes[0]:
        return use
    parts = _parts(draft, scaler)
    return (
        use
        if parts is None
        else use._replace(nodes=(scaler, *use.nodes), taken=parts[0], scaling=scaler.type, scale=parts[1])
    )


def _with_scaling_after(draft: Draft, use: _Use) -> _Use:
    scaler = draft.only_reader(use.made, *_SCALING)
    parts = None if scaler is None else _parts(draft, scaler)
    if scaler is None or parts is None or parts[0] is not draft.source(use.made) or draft.is_fed(scaler.outputs[0]):
        return use
    return use._replace(nodes=(*use.nodes, scaler), made=scaler.outputs[0], scaling=scaler.type, scale=parts[1])


def _parts(draft: Draft, scaler: Operation) -> tuple[Tensor, Tensor] | None:
    """What is scaled, and the number it is multiplied with or divided by."""
    first, second = draft.inputs(scaler)
    if draft.shape(second).rank == 0:
        return first, second
    return (second, first) if scaler.type == "Mul" and draft.shape(first).rank == 0 else None
