"""`convflow evaluate RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run, or one of its checkpoints.")]
Data = Annotated[
    str | None,
    typer.Option(help="A named set, a folder of pictures, or records. [default: the run's]", show_default=False),
]
Split = Annotated[str, typer.Option(help="train, validation, test, or all of them.")]
Checkpoint = Annotated[str, typer.Option(help="best (by its validation accuracy) or last.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Report = Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write a report there as well.")]


Mirrored = Annotated[
    bool, typer.Option("--mirrored", help="Look at each picture in a mirror, too, and take the means of both.")
]


def register(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate)


def evaluate(
    where: Where,
    data: Data = None,
    split: Split = "test",
    checkpoint: Checkpoint = "best",
    mirrored: Mirrored = False,
    json: Json = False,
    report: Report = None,
) -> None:
    """Measure a trained network: accuracy, loss, each class, and what is taken for what.

    Nothing is written but the report, if one is asked for. Classes of other data are told by their names.
    """
    from rich.console import Console

    from convflow.cli import messages
    from convflow.core import errors
    from convflow.tools.classifier import evaluate as evaluation

    try:
        verdict = evaluation.evaluate_run(where, data, split, checkpoint, report, mirrored)
    except errors.OpError as reason:
        raise messages.failed("evaluate", reason) from None
    if json:
        typer.echo(evaluation.as_json(verdict))
        return
    console = Console()
    evaluation.print_verdict(verdict, console if console.is_terminal else Console(width=180))
    if report is not None:
        typer.echo(f"Report: {report}")
