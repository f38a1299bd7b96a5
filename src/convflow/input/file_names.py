"""The files whose names match a pattern (API: tf.data.Dataset.list_files)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.input import transforms
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape
from convflow.ops.assertion import assert_
from convflow.ops.files import matching_files
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.comparison import greater
from convflow.ops.string import reduce_join


def listed(file_pattern: Any, shuffle: bool | None, seed: Any) -> Node:
    """A dataset of the names; see `Dataset.list_files`."""
    with name_scope("list_files"):
        pattern = convert_to_tensor(file_pattern, dtypes.string, "file_pattern")
        names = matching_files(pattern)
        found = greater(shape(names)[0], 0, name="match_not_empty")
        message = apply_op(
            "Add",
            x="No files matched pattern: ",
            y=reduce_join(pattern, separator=", "),
            name="message",
        )
        check = assert_(found, [message], summarize=1, name="assert_not_empty")
        with control_dependencies([check]):
            names = identity(names)
        spec = ElementSpec.of(dtypes.string, TensorShape([]))
        node = Node(
            apply_op(
                "TensorSliceDataset",
                components=[names],
                Toutput_types=[dtypes.string],
                output_shapes=[TensorShape([])],
            ),
            spec,
        )
        if shuffle is False:
            return node
        buffer_size = maximum(shape(names, out_type=dtypes.int64)[0], 1)
        return transforms.shuffle(node, buffer_size, seed, True)
