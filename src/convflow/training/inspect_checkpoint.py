"""What a checkpoint holds, printed (API: tensorflow.python.tools.inspect_checkpoint)."""

from __future__ import annotations

import math
import re

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
        count_exclude_pattern: regular expressions with commas between; tensors that match one are not counted.
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
    patterns = [re.compile(text) for text in count_exclude_pattern.split(",") if text]
    shapes = reader.get_variable_to_shape_map()
    counted = [shape for name, shape in shapes.items() if not any(pattern.search(name) for pattern in patterns)]
    return sum(math.prod(shape) for shape in counted)
