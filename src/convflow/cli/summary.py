"""`convflow summary MODEL|SCRIPT|GRAPH`."""

from __future__ import annotations

from typing import Annotated

import typer

_FAILED = 1

Network = Annotated[
    str,
    typer.Argument(
        metavar="MODEL|SCRIPT|GRAPH",
        help="A name that `convflow models` lists; a program (.py, .ipynb); a GraphDef (.pb, .pbtxt); a .meta file; a "
        "folder with a SavedModel, checkpoints or a training run.",
    ),
]
Arguments = Annotated[list[str] | None, typer.Argument(metavar="ARGS", help="Handed to SCRIPT; options after --.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("summary")(summary)


def summary(network: Network, arguments: Arguments = None, json: Json = False) -> None:
    """Show what each layer of a network makes, holds and costs: for one example.

    A SCRIPT runs, as with `convflow run`, until it first runs its layers in a session, which it does not get to do.

    Layers are the scopes of variables. Only convolutions and matrix products count as multiply-accumulates.
    """
    from rich.console import Console

    from convflow.core import errors
    from convflow.tools.summary import layers, report, source

    try:
        found = source.read(network, arguments or [])
        rows = layers.summarise(found.graph)
    except (errors.OpError, OSError, ValueError) as reason:
        typer.echo(f"convflow summary: {getattr(reason, 'message', reason)}", err=True)
        raise typer.Exit(_FAILED) from None
    if found.note:
        typer.echo(found.note, err=True)
    if json:
        typer.echo(report.as_json(rows))
    else:
        console = Console()
        report.print_report(rows, console if console.is_terminal else Console(width=180))
