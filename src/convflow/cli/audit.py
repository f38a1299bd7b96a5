"""`convflow audit PATH...`."""

from __future__ import annotations

from typing import Annotated

import typer

_MISSING = 1
_USAGE_ERROR = 2

Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Programs (.py, .ipynb), or folders of them.")]
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)


def audit(paths: Paths, json: Json = False) -> None:
    """Show which of TensorFlow's symbols programs use, and which of them are here.

    Programs are read, not run. Arguments of calls are checked too, and methods of objects whose class the program
    shows (`s = tf.Session()`). Each PATH is a code base with a percentage of its
    own. The exit status is 1 if anything is missing, does not fit or could not be parsed, 2 for a bad PATH.
    """
    from pathlib import Path

    from rich.console import Console

    from convflow.core import errors
    from convflow.tools.audit import code_base, report

    try:
        bases = [code_base.audit(Path(path)) for path in paths]
    except errors.OpError as reason:
        typer.echo(f"convflow audit: {reason.message}", err=True)
        raise typer.Exit(_USAGE_ERROR) from None
    if json:
        typer.echo(report.as_json(bases))
    else:
        console = Console()
        report.print_report(bases, console if console.is_terminal else Console(width=150))
    if not all(base.is_complete for base in bases):
        raise typer.Exit(_MISSING)
