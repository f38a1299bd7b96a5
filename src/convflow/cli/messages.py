"""What commands say when they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from convflow.core import errors

FAILED = 1


def failed(command: str, reason: errors.OpError, status: int = FAILED) -> typer.Exit:
    """Says what went wrong to a person who did not write the graph: without the node and its inputs."""
    message = reason.message.partition("\n\t [[node")[0]
    for line in (message, *getattr(reason, "__notes__", ())):
        typer.echo(f"convflow {command}: {line}", err=True)
    return typer.Exit(status)
