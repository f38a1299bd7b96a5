"""`convflow env`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    app.command("env")(env)


def env() -> None:
    """Show versions, hardware and data sets of this machine."""
    from convflow.tools.env import print_environment

    print_environment()
