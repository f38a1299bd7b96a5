"""`convflow freeze-graph`."""

from __future__ import annotations

from typing import Annotated

import typer

Checkpoint = Annotated[str, typer.Option("--input_checkpoint", help="The checkpoint's prefix.")]
Outputs = Annotated[str, typer.Option("--output_node_names", help="The nodes to keep, with commas between.")]
Output = Annotated[str, typer.Option("--output_graph", help="Where to write the frozen graph, a binary GraphDef.")]
GraphFile = Annotated[str, typer.Option("--input_graph", help="A file with a GraphDef.")]
MetaFile = Annotated[str, typer.Option("--input_meta_graph", help="A .meta file, in place of --input_graph.")]
SaverFile = Annotated[str, typer.Option("--input_saver", help="A file with a SaverDef.")]
Binary = Annotated[bool, typer.Option("--input_binary/--input_text", help="Whether the input files are binary.")]
Devices = Annotated[bool, typer.Option("--clear_devices/--keep_devices", help="Forget where nodes should run.")]
Initializers = Annotated[str, typer.Option("--initializer_nodes", help="Nodes to run before, with commas between.")]
Whitelist = Annotated[str, typer.Option("--variable_names_whitelist", help="Only these variables.")]
SavedModel = Annotated[str, typer.Option("--input_saved_model_dir", help="A SavedModel, in place of both.")]
Tags = Annotated[str, typer.Option("--saved_model_tags", help="The tags of its graph, with commas between.")]
Blacklist = Annotated[str, typer.Option("--variable_names_blacklist", help="All variables but these.")]


def register(app: typer.Typer) -> None:
    app.command("freeze-graph")(freeze_graph)


def freeze_graph(
    output_node_names: Outputs,
    output_graph: Output,
    input_checkpoint: Checkpoint = "",
    input_graph: GraphFile = "",
    input_meta_graph: MetaFile = "",
    input_saver: SaverFile = "",
    input_binary: Binary = False,
    clear_devices: Devices = True,
    initializer_nodes: Initializers = "",
    variable_names_whitelist: Whitelist = "",
    variable_names_blacklist: Blacklist = "",
    input_saved_model_dir: SavedModel = "",
    saved_model_tags: Tags = "serve",
) -> None:
    """Write a graph with a checkpoint's values in place of its variables, as TensorFlow's freeze_graph does."""
    from convflow import api  # noqa: F401  # registers every op, for the graphs in files
    from convflow.core import errors
    from convflow.training import freeze_graph as tool

    try:
        frozen = tool.freeze_graph(
            input_graph,
            input_saver,
            input_binary,
            input_checkpoint,
            output_node_names,
            None,
            None,
            output_graph,
            clear_devices,
            initializer_nodes,
            variable_names_whitelist,
            variable_names_blacklist,
            input_meta_graph or None,
            input_saved_model_dir or None,
            saved_model_tags,
        )
    except (errors.OpError, ValueError, AssertionError, OSError, RuntimeError) as error:
        typer.echo(f"convflow freeze-graph: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(frozen.node)} nodes in {output_graph}.")
