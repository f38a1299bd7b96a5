"""`convflow train MODEL`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from convflow.core import errors

_FAILED = 1
_USAGE_ERROR = 2
_STOPPED = 130

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model to train, e.g. mnist_cnn.")]
Data = Annotated[
    str,
    typer.Option(
        help="The data set: mnist5k (5,000 digits, no download), mnist (the whole set), fashion_mnist, cifar10, "
        "cifar100, or iris."
    ),
]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training images. [default: the model's]")]
BatchSize = Annotated[int | None, typer.Option(help="Images in a step. [default: the model's]")]
LearningRate = Annotated[float | None, typer.Option(help="Adam's learning rate. [default: the model's]")]
Dropout = Annotated[float | None, typer.Option(help="Fraction of units dropped. [default: the model's]")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Out = Annotated[
    Path | None, typer.Option(help="A new folder for the results. [default: runs/MODEL-DATE-TIME]", show_default=False)
]


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    model: Model,
    data: Data = "mnist5k",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    dropout: Dropout = None,
    seed: Seed = 1,
    out: Out = None,
) -> None:
    """Train a network and show how well it does.

    The results go to a folder: checkpoints, TensorBoard events, metrics.csv, config.json, and predictions.png
    with right and wrong answers. Ctrl-C stops after the step in hand and saves a checkpoint.
    """
    from convflow.core import errors
    from convflow.tools.classifier.settings import make_run
    from convflow.tools.classifier.train import train_model

    settings = {"epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "dropout": dropout}
    try:
        run = make_run(model, data, seed=seed, out=out, **settings)
    except errors.OpError as reason:
        raise _failed(reason, _USAGE_ERROR) from None
    try:
        result = train_model(run)
    except errors.OpError as reason:
        raise _failed(reason, _FAILED) from None
    if result.outcome.stopped:
        raise typer.Exit(_STOPPED)


def _failed(reason: errors.OpError, status: int) -> typer.Exit:
    """Says what went wrong to a person who did not write the graph: without the node and its inputs."""
    message = reason.message.partition("\n\t [[node")[0]
    for line in (message, *getattr(reason, "__notes__", ())):
        typer.echo(f"convflow train: {line}", err=True)
    return typer.Exit(status)
