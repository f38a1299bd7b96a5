"""`convflow predict RUN PICTURES...`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run, or one of its checkpoints.")]
Pictures = Annotated[list[str], typer.Argument(metavar="PICTURES", help="Files, folders, or patterns in quotes.")]
Top = Annotated[int, typer.Option(help="How many classes to name.")]
Checkpoint = Annotated[str, typer.Option(help="best (by its validation accuracy) or last.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


Mirrored = Annotated[
    bool, typer.Option("--mirrored", help="Look at each picture in a mirror, too, and say the mean of both.")
]


def register(app: typer.Typer) -> None:
    app.command("predict")(predict)


def predict(
    where: Where,
    pictures: Pictures,
    top: Top = 5,
    checkpoint: Checkpoint = "best",
    mirrored: Mirrored = False,
    json: Json = False,
) -> None:
    """Say what is on pictures, with a trained network.

    A picture that cannot be read is named and the others are classified; the exit status is 1 then.
    """
    from rich.console import Console

    from convflow.cli import messages
    from convflow.core import errors
    from convflow.tools.classifier import predict as prediction

    try:
        found = prediction.predict(where, pictures, top, checkpoint, mirrored)
    except errors.OpError as reason:
        raise messages.failed("predict", reason) from None
    if json:
        typer.echo(prediction.as_json(found))
    else:
        console = Console()
        prediction.print_predictions(found, console if console.is_terminal else Console(width=180))
    for each in found.unreadable:
        typer.echo(f"convflow predict: {each.reason}", err=True)
    if found.unreadable:
        raise typer.Exit(messages.FAILED)
