"""The table that `Model.summary` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.modeling.keras.base import history


def print_summary(
    model: Any, line_length: int | None, positions: Sequence[float] | None, print_fn: Callable[[str], Any]
) -> None:
    """Print a row for each layer, and the numbers of weights."""
    is_row = _is_row(model)
    width = line_length or (65 if is_row else 98)
    parts = list(positions or ([0.45, 0.85, 1.0] if is_row else [0.33, 0.55, 0.67, 1.0]))
    columns = [int(width * part) if part <= 1 else int(part) for part in parts]
    headings = ["Layer (type)", "Output Shape", "Param #"] + ([] if is_row else ["Connected to"])

    def row(fields: Sequence[Any]) -> None:
        line = ""
        for field, end in zip(fields, columns, strict=False):
            line = (line + " " if line else "") + str(field)
            line = line[: end - 1] if len(line) >= end else line
            line += " " * (end - len(line))
        print_fn(line)

    print_fn(f'Model: "{model.name}"')
    print_fn("_" * width)
    row(headings)
    print_fn("=" * width)
    layers = model.layers
    for number, layer in enumerate(layers):
        _print_layer(layer, row, is_row)
        print_fn(("=" if number == len(layers) - 1 else "_") * width)
    trainable, fixed = _count(model.trainable_weights), _count(model.non_trainable_weights)
    print_fn(f"Total params: {trainable + fixed:,}")
    print_fn(f"Trainable params: {trainable:,}")
    print_fn(f"Non-trainable params: {fixed:,}")
    print_fn("_" * width)


def _print_layer(layer: Any, row: Callable[[Sequence[Any]], None], is_row: bool) -> None:
    try:
        shape = layer.output_shape
        if isinstance(shape, tuple) and type(layer).__name__ == "InputLayer" and not is_row:
            shape = [shape]
    except (AttributeError, ValueError):
        shape = "multiple"
    params = _count(layer.weights) if layer.built else "0 (unused)"
    fields = [f"{layer.name} ({type(layer).__name__})", shape, params]
    if is_row:
        row(fields)
        return
    sources = [_source(tensor) for node in layer._inbound_nodes for tensor in node.input_tensors]
    row([*fields, sources[0] if sources else ""])
    for source in sources[1:]:
        row(["", "", "", source])


def _source(tensor: Any) -> str:
    made = history(tensor)
    return "" if made is None else f"{made[0].name}[{made[1]}][{made[2]}]"


def _is_row(model: Any) -> bool:
    """Whether each layer takes the output of the one before."""
    nodes = [node for node in model._nodes if node.input_tensors]
    if type(model).__name__ == "Sequential" or not nodes:
        return True
    used = [id(tensor) for node in nodes for tensor in node.input_tensors]
    return (
        len(set(used)) == len(used) and all(len(node.input_tensors) == 1 for node in nodes) and len(model.inputs) == 1
    )


def _count(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape.as_list(), dtype=int)) for weight in weights)
