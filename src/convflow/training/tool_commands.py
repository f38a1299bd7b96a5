"""The command lines of tensorflow.python.tools, for `convflow run -m`, with TensorFlow's flags."""

from __future__ import annotations

import argparse
import os
from typing import Any

from convflow.core import dtypes
from convflow.training import (
    graph_io,
    import_pb_to_tensorboard,
    inspect_checkpoint,
    optimize_for_inference,
    strip_unused,
)
from convflow.training.freeze_graph import freeze_graph
from convflow.training.saved_model import tag_constants


def _parser(tool: str, text: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"tensorflow.python.tools.{tool}", description=text)


def _text(parser: argparse.ArgumentParser, default: str = "", *names: str) -> None:
    for name in names:
        parser.add_argument(f"--{name}", default=default)


def _switch(parser: argparse.ArgumentParser, name: str, default: bool) -> None:
    # TensorFlow's tools take --name, --name=true and --name False.
    parser.add_argument(f"--{name}", nargs="?", const=True, type=lambda text: text.lower() == "true", default=default)


def freeze_graph_main(arguments: list[str] | None = None) -> None:
    """`freeze_graph`'s flags: those of the function of this name.

    Raises:
        ValueError: the version is neither 1 nor 2.
    """
    parser = _parser("freeze_graph", "Writes a graph with a checkpoint's values in place of its variables.")
    files = ("input_graph", "input_saver", "input_checkpoint", "output_graph", "input_meta_graph")
    lists = ("output_node_names", "initializer_nodes", "variable_names_whitelist", "variable_names_blacklist")
    _text(parser, "", *files, *lists, "input_saved_model_dir")
    _text(parser, "save/restore_all", "restore_op_name")
    _text(parser, "save/Const:0", "filename_tensor_name")
    _text(parser, tag_constants.SERVING, "saved_model_tags")
    _switch(parser, "input_binary", False)
    _switch(parser, "clear_devices", True)
    parser.add_argument("--checkpoint_version", type=int, default=2)
    given: Any = parser.parse_args(arguments)
    if given.checkpoint_version not in (1, 2):
        raise ValueError(f"Invalid checkpoint version (must be '1' or '2'): {given.checkpoint_version}")
    freeze_graph(**vars(given))


def inspect_checkpoint_main(arguments: list[str] | None = None) -> None:
    """`inspect_checkpoint`'s flags, and `--printoptions` for numpy.set_printoptions."""
    parser = _parser("inspect_checkpoint", "Prints what a checkpoint holds.")
    parser.add_argument("--file_name", required=True)
    _text(parser, "", "tensor_name", "count_exclude_pattern")
    _switch(parser, "all_tensors", False)
    _switch(parser, "all_tensor_names", False)
    parser.add_argument("--printoptions", nargs="*", type=inspect_checkpoint.parse_numpy_printoption)
    given = vars(parser.parse_args(arguments))
    del given["printoptions"]
    inspect_checkpoint.print_tensors_in_checkpoint_file(**given)


def strip_unused_main(arguments: list[str] | None = None) -> int | None:
    """`strip_unused`'s flags: those of `strip_unused_from_files`."""
    parser = _parser("strip_unused", "Writes what leads from a graph's inputs to its outputs.")
    _text(parser, "", "input_graph", "output_graph", "input_node_names", "output_node_names")
    _switch(parser, "input_binary", False)
    _switch(parser, "output_binary", True)
    parser.add_argument("--placeholder_type_enum", type=int, default=dtypes.float32.as_datatype_enum)
    return strip_unused.strip_unused_from_files(**vars(parser.parse_args(arguments)))


def optimize_for_inference_main(arguments: list[str] | None = None) -> int:
    """`optimize_for_inference`'s flags: the files, what is fed and fetched, names with commas between.

    Returns:
        0, or -1 where the input file does not exist.
    """
    parser = _parser("optimize_for_inference", "Writes a frozen graph without what only training needs.")
    _text(parser, "", "input", "output", "input_names", "output_names")
    _switch(parser, "frozen_graph", True)
    _switch(parser, "toco_compatible", False)
    parser.add_argument("--placeholder_type_enum", default=str(dtypes.float32.as_datatype_enum))
    given = parser.parse_args(arguments)
    if not os.path.exists(given.input):
        print(f"Input graph file '{given.input}' does not exist!")
        return -1
    kinds = [int(kind) for kind in given.placeholder_type_enum.split(",")]
    optimized = optimize_for_inference.optimize_for_inference(
        graph_io.read_graph(given.input, given.frozen_graph),
        given.input_names.split(","),
        given.output_names.split(","),
        kinds[0] if len(kinds) == 1 else kinds,
        given.toco_compatible,
    )
    folder, name = os.path.split(given.output)
    graph_io.write_graph(optimized, folder, name, as_text=not given.frozen_graph)
    return 0


def import_pb_to_tensorboard_main(arguments: list[str] | None = None) -> None:
    """`import_pb_to_tensorboard`'s flags: those of `import_to_tensorboard`."""
    parser = _parser("import_pb_to_tensorboard", "Writes a SavedModel's graph for TensorBoard.")
    parser.add_argument("--model_dir", required=True)
    parser.add_argument("--log_dir", required=True)
    _text(parser, tag_constants.SERVING, "tag_set")
    import_pb_to_tensorboard.import_to_tensorboard(**vars(parser.parse_args(arguments)))
