"""A summary as a table or as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from convflow.tools.summary.layers import Layer

_TITLES = ("layer", "kind", "output", "parameters", "MACs", "receptive field", "activation bytes")


def totals(layers: Sequence[Layer]) -> dict[str, Any]:
    """The sums over all layers; of MACs and bytes those that are known, and how many are not."""
    return {
        "parameters": sum(layer.parameters for layer in layers),
        "other_parameters": sum(layer.other_parameters for layer in layers),
        "macs": sum(layer.macs or 0 for layer in layers),
        "activation_bytes": sum(layer.activation_bytes or 0 for layer in layers),
        "layers_of_unknown_size": sum(layer.macs is None or layer.activation_bytes is None for layer in layers),
    }


def as_json(layers: Sequence[Layer]) -> str:
    """An object with `layers`, the fields of `Layer`, and `totals`."""
    rows = [dataclasses.asdict(layer) for layer in layers]
    return json.dumps({"layers": rows, "totals": totals(layers)}, indent=2)


def print_report(layers: Sequence[Layer], console: Console) -> None:
    """The table, and the totals below it."""
    table = Table(box=None, pad_edge=False)
    for index, title in enumerate(_TITLES):
        table.add_column(title, justify="left" if index < 2 else "right", overflow="fold")
    for layer in layers:
        shape = "?" if layer.output_shape is None else "x".join(map(str, layer.output_shape[1:])) or "1"
        table.add_row(
            layer.name, layer.kind, shape, f"{layer.parameters:,}", _number(layer.macs),
            "x".join(map(str, layer.receptive_field)), _number(layer.activation_bytes),
        )  # fmt: skip
    console.print(table)
    sums = totals(layers)
    text = "\nFor one example: {macs:,} multiply-accumulates, {activation_bytes:,} bytes of the layers' outputs.\n"
    text += "{parameters:,} parameters, and {other_parameters:,} numbers that training does not change by gradients."
    if sums["layers_of_unknown_size"]:
        text += "\n{layers_of_unknown_size} layers of unknown size (?) are not in these sums."
    console.print(text.format(**sums), highlight=False)


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"
