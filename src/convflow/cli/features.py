"""`convflow features RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training run, or one of its checkpoints.")]
Out = Annotated[Path, typer.Option(help="The folder to write to.")]
Data = Annotated[
    str | None,
    typer.Option(help="A named set, a folder of pictures, or records. [default: the run's]", show_default=False),
]
Layer = Annotated[
    str | None,
    typer.Option(
        metavar="END_POINT", help="A layer of the model, or a tensor's name. [default: the last before the logits]"
    ),
]
Split = Annotated[str, typer.Option(help="train, validation, test, or all of them.")]
Checkpoint = Annotated[str, typer.Option(help="best (by its validation accuracy) or last.")]
Seed = Annotated[int, typer.Option(help="Decides which examples the picture shows, and where t-SNE starts.")]


def register(app: typer.Typer) -> None:
    app.command("features")(features)


def features(
    where: Where,
    out: Out,
    data: Data = None,
    layer: Layer = None,
    split: Split = "test",
    checkpoint: Checkpoint = "best",
    seed: Seed = 1,
) -> None:
    """Write what a layer makes of examples: features.npy, labels.npy, features.json, and a t-SNE picture, tsne.png."""
    from convflow.cli import messages
    from convflow.core import errors
    from convflow.tools.classifier.features import write_features

    try:
        written = write_features(where, out, data, layer, split, checkpoint, seed)
    except errors.OpError as reason:
        raise messages.failed("features", reason) from None
    shape = "x".join(map(str, written.shape))
    typer.echo(f"{written.layer}: {shape} in {written.folder}, {written.dots:,} of them in tsne.png.")
