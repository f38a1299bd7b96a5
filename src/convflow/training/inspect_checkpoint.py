"""What a checkpoint holds, printed (API: tensorflow.python.tools.inspect_checkpoint)."""

from __future__ import annotations

import argparse
import math
import re
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.training.checkpoint_reader import CheckpointReader


def print_tensors_in_checkpoint_file(
    file_name: str,
    tensor_name: str,
    all_tensors: bool,
    all_tensor_names: bool = False,
    count_exclude_pattern: str = "",
) -> None:
    """Print a checkpoint's tensors and the number of their elements.

    Args:
        file_name: the checkpoint's prefix.
        tensor_name: the one tensor to print, "" for a list of all.
        all_tensors: print the values of all.
        all_tensor_names: print names, types and shapes of all.
        count_exclude_pattern: a regular expression; tensors that it matches are not counted.
    """
    try:
        reader = CheckpointReader(file_name)
        if all_tensors or all_tensor_names:
            for name in sorted(reader.get_variable_to_shape_map()):
                _print(reader, name, all_tensors)
        elif not tensor_name:
            print(reader.debug_string().decode(errors="ignore"))
        elif not reader.has_tensor(tensor_name):
            print(f"Tensor {tensor_name} not found in checkpoint")
            return
        else:
            _print(reader, tensor_name, True)
        print(f"# Total number of params: {_count(reader, count_exclude_pattern)}")
    except errors.OpError as error:
        print(error)


def _print(reader: CheckpointReader, name: str, with_value: bool) -> None:
    dtype, shape = reader.get_variable_to_dtype_map()[name], reader.get_variable_to_shape_map()[name]
    print(f"tensor: {name} ({dtype.name}) {shape}")
    if with_value:
        print(reader.get_tensor(name))


def _count(reader: CheckpointReader, count_exclude_pattern: str) -> int:
    sizes = {name: math.prod(shape) for name, shape in reader.get_variable_to_shape_map().items()}
    if not count_exclude_pattern:
        return sum(sizes.values())
    pattern = re.compile(count_exclude_pattern)
    excluded = [size for name, size in sizes.items() if pattern.search(name)]
    found = f"{len(excluded)} tensors ({sum(excluded)} params)"
    print(f"# Excluding {found} that match {count_exclude_pattern} when counting.")
    return sum(sizes.values()) - sum(excluded)


def parse_numpy_printoption(kv_str: str) -> None:
    """Set one of numpy's print options.

    Args:
        kv_str: "name=value", such as "threshold=100000".

    Raises:
        argparse.ArgumentTypeError: there is no such option, or it does not take this value.
    """
    name, equals, text = kv_str.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"'{kv_str}' is not in the form k=v.")
    options: dict[str, Any] = dict(np.get_printoptions())
    if name not in options:
        raise argparse.ArgumentTypeError(
            f"'{name}' is not a valid printoption. There are {', '.join(sorted(options))}."
        )
    kind = type(options[name])
    if kind is type(None):
        raise argparse.ArgumentTypeError(f"Setting '{name}' from the command line is not supported.")
    try:
        options[name] = text.lower() in ("true", "t", "1", "yes") if kind is bool else kind(text)
        np.set_printoptions(**options)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
