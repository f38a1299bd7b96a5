"""`convflow filter PICTURE KERNEL`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_FAILED = 1
_USAGE_ERROR = 2

Picture = Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture file.")]
Kernel = Annotated[
    str,
    typer.Argument(
        metavar="KERNEL",
        help="identity, blur, box_blur, sharpen, edge, edge_cross, emboss, sobel, or top_, bottom_, left_ or "
        "right_sobel.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Where to write. [default: PICTURE-KERNEL.png]", show_default=False),
]
Grey = Annotated[bool, typer.Option("--grey", help="Make the picture grey first.")]
Stride = Annotated[int, typer.Option(min=1, help="Keep every so-manyth pixel in each direction.")]


def register(app: typer.Typer) -> None:
    app.command("filter")(filter_picture)


def filter_picture(
    picture: Picture, kernel: Kernel, output: Output = None, grey: Grey = False, stride: Stride = 1
) -> None:
    """Run a fixed 3x3 kernel over a picture: a convolution without training.

    Each colour is convolved by itself, with zeros around the picture.
    """
    from convflow.core import errors
    from convflow.tools.filters.picture import filter_file

    try:
        written = filter_file(picture, kernel, output, grey, stride)
    except errors.OpError as reason:
        typer.echo(f"convflow filter: {reason.message}", err=True)
        raise typer.Exit(_USAGE_ERROR if isinstance(reason, errors.NotFoundError) else _FAILED) from None
    typer.echo(f"{kernel} of {picture} is in {written}.")
