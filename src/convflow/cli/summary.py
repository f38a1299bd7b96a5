"""`convflow summary MODEL|GRAPH`."""

from __future__ import annotations

from typing import Annotated

import typer

_FAILED = 1

Network = Annotated[
    str,
    typer.Argument(
        metavar="MODEL|GRAPH",
        help="A name that `convflow models` lists, a GraphDef (.pb, .pbtxt), a .meta file or a SavedModel's folder.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("summary")(summary)


def summary(network: Network, json: Json = False) -> None:
    """Show what each layer of a network makes, holds and costs: for one example.

    Layers are the scopes of variables. Only convolutions and matrix products count as multiply-accumulates.
    """
    from rich.console import Console

    from convflow.core import errors
    from convflow.tools.summary import layers, report, source

    try:
        rows = layers.summarise(source.read(network))
    except (errors.OpError, OSError, ValueError) as reason:
        typer.echo(f"convflow summary: {getattr(reason, 'message', reason)}", err=True)
        raise typer.Exit(_FAILED) from None
    if json:
        typer.echo(report.as_json(rows))
    else:
        console = Console()
        report.print_report(rows, console if console.is_terminal else Console(width=180))
