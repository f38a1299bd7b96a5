"""The command line: one thin file per subcommand.

Each file of this folder has a function `register(app)`. It imports what the command needs only when the
command runs, so that `convflow --help` does not wait for PyTorch.
"""

from __future__ import annotations

import typer

from convflow.cli import (
    audit,
    env,
    evaluate,
    export,
    features,
    filter,
    freeze_graph,
    inspect_checkpoint,
    models,
    predict,
    run,
    summary,
    train,
)

app = typer.Typer(
    name="convflow",
    help="TensorFlow 1 programs and convolutional networks on today's Python.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

COMMANDS = (
    run, audit, train, evaluate, predict, features, models, summary, filter, export, freeze_graph, inspect_checkpoint,
    env,
)  # fmt: skip

for command in COMMANDS:
    command.register(app)


@app.callback()
def main() -> None:
    """TensorFlow 1 programs and convolutional networks on today's Python."""
