"""`convflow models` and `convflow models pull NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_FAILED = 1
_USAGE_ERROR = 2

Name = Annotated[str, typer.Argument(metavar="NAME", help="A published checkpoint, e.g. vgg_16.")]
Into = Annotated[
    Path | None, typer.Option(help="The folder for its files. [default: one in your cache]", show_default=False)
]


def register(app: typer.Typer) -> None:
    models = typer.Typer(invoke_without_command=True)
    models.callback()(list_models)
    models.command("pull")(pull)
    app.add_typer(models, name="models")


def list_models(context: typer.Context) -> None:
    """List the models: name, parameters, input size, accuracy, source; or pull a published checkpoint."""
    if context.invoked_subcommand is None:
        from convflow.tools.model_zoo import print_models

        print_models()


def pull(name: Name, into: Into = None) -> None:
    """Bring a published checkpoint onto this machine.

    Without a network the message says which file to get elsewhere and where to put it.
    """
    from convflow.core import errors
    from convflow.models import zoo
    from convflow.tools import model_zoo

    try:
        checkpoint = zoo.get(name)
    except errors.NotFoundError as reason:
        raise _failed(reason, _USAGE_ERROR) from None
    try:
        pulled = model_zoo.pull(checkpoint, into)
    except errors.OpError as reason:
        raise _failed(reason, _FAILED) from None
    if pulled.source is None:
        typer.echo(f"{name} is in {pulled.folder} already.")
    else:
        typer.echo(f"{name} is in {pulled.folder}, from {pulled.source}.")
        known = "as published" if checkpoint.sha256 else "none was published to compare it with"
        typer.echo(f"SHA-256 of the archive: {pulled.sha256} ({known}).")
    for prefix in pulled.prefixes:
        typer.echo(f"Checkpoint: {prefix}")
    typer.echo(
        f"Network: nets_factory.get_network_fn({checkpoint.network!r}, {checkpoint.num_classes}); pictures "
        f"{checkpoint.image_size} x {checkpoint.image_size}, preprocessing {checkpoint.preprocessing!r}."
    )


def _failed(reason: Exception, status: int) -> typer.Exit:
    typer.echo(f"convflow models: {getattr(reason, 'message', reason)}", err=True)
    return typer.Exit(status)
