"""`convflow export SOURCE --to FORMAT`."""

from __future__ import annotations

from typing import Annotated

import typer

_FAILED = 1
_USAGE_ERROR = 2

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A checkpoint's prefix with its .meta file, a frozen graph (.pb, .pbtxt) or a SavedModel's folder.",
    ),
]
To = Annotated[str, typer.Option("--to", help="onnx, torch (a module and its safetensors) or graphdef (frozen).")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Where to write. [default: named after SOURCE]")]
Inputs = Annotated[str, typer.Option(help="Nodes to feed, with commas between. [default: the placeholders]")]
Outputs = Annotated[str, typer.Option(help="Nodes to compute, with commas between. A checkpoint needs them.")]
Fixed = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The value of a placeholder: keep_prob=1.0.")
]
Shapes = Annotated[
    list[str] | None, typer.Option("--shape", metavar="NAME=SIZES", help="The shape of an input: x=?,224,224,3.")
]
Tolerance = Annotated[
    float, typer.Option(help="The largest difference to accept, as a part of the output's largest value.")
]


def register(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    source: Source,
    to: To,
    output: Output = None,
    inputs: Inputs = "",
    outputs: Outputs = "",
    fixed: Fixed = None,
    shape: Shapes = None,
    tolerance: Tolerance = 1e-4,
) -> None:
    """Write a network for others: as an ONNX model, a PyTorch module or a frozen TensorFlow graph.

    ONNX and PyTorch files are run on random input and compared with convflow; the exit code is 1 if they differ.
    """
    from convflow.core import errors
    from convflow.tools.export.run import Request
    from convflow.tools.export.run import export as run

    request = Request(
        source, to, output, _names(inputs), _names(outputs), _pairs(fixed, "--set"), _shapes(shape), tolerance
    )
    try:
        result = run(request)
    except (errors.OpError, OSError, ValueError) as reason:
        message = reason.message if isinstance(reason, errors.OpError) else str(reason)
        typer.echo(f"convflow export: {message}", err=True)
        raise typer.Exit(_FAILED) from None
    typer.echo(f"{result.nodes} nodes, {', '.join(result.inputs)} -> {', '.join(result.outputs)}, in:")
    for path in result.files:
        typer.echo(f"  {path}")
    for each in result.differences or ():
        typer.echo(
            f"{each.output}: differs from convflow by at most {each.largest:.3g} (largest value {each.scale:.3g})"
        )
    if result.notice:
        typer.echo(result.notice)
    if not result.within:
        typer.echo(
            f"convflow export: the files differ by more than --tolerance {tolerance:g}; do not use them.", err=True
        )
        raise typer.Exit(_FAILED)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            typer.echo(f"convflow export: {option} {text}: expected NAME=VALUE.", err=True)
            raise typer.Exit(_USAGE_ERROR)
        pairs[name.strip()] = value.strip()
    return pairs


def _shapes(texts: list[str] | None) -> dict[str, tuple[int | None, ...]]:
    return {name: tuple(map(_size, value.split(","))) for name, value in _pairs(texts, "--shape").items()}


def _size(text: str) -> int | None:
    word = text.strip()
    if word in ("?", "-1", "None"):
        return None
    if not word.isdigit():
        typer.echo(f"convflow export: --shape: {text!r} is no size. Pass whole numbers, or ? for any.", err=True)
        raise typer.Exit(_USAGE_ERROR)
    return int(word)
