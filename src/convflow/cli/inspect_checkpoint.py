"""`convflow inspect-checkpoint`."""

from __future__ import annotations

from typing import Annotated

import typer

File = Annotated[str, typer.Option("--file_name", help="The checkpoint's prefix.")]
Name = Annotated[str, typer.Option("--tensor_name", help="The tensor to print.")]
All = Annotated[bool, typer.Option("--all_tensors", help="Print the values of all tensors.")]
AllNames = Annotated[bool, typer.Option("--all_tensor_names", help="Print names, types and shapes.")]
Excluded = Annotated[str, typer.Option("--count_exclude_pattern", help="A pattern of tensors not to count.")]


def register(app: typer.Typer) -> None:
    app.command("inspect-checkpoint")(inspect_checkpoint)


def inspect_checkpoint(
    file_name: File,
    tensor_name: Name = "",
    all_tensors: All = False,
    all_tensor_names: AllNames = False,
    count_exclude_pattern: Excluded = "",
) -> None:
    """Print what a checkpoint holds, as TensorFlow's inspect_checkpoint does."""
    from convflow.training.inspect_checkpoint import print_tensors_in_checkpoint_file

    print_tensors_in_checkpoint_file(file_name, tensor_name, all_tensors, all_tensor_names, count_exclude_pattern)
