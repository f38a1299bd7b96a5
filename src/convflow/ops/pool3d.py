"""Pooling over windows of volumes and its derivatives (API: tf.nn.max_pool3d, tf.nn.avg_pool3d)."""

from __future__ import annotations

from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.pool_family import PoolFamily, register_avg_pool, register_max_pool
from convflow.ops.types import FLOATING
from convflow.ops.window import spread


def max_pool3d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NDHWC", name: str | None = None
) -> Tensor:
    """The largest element of each window of volumes (API: tf.nn.max_pool3d).

    Args:
        input: shape (batch, depth, height, width, channels), or (batch, channels, depth, height, width) for
            "NCDHW"; float16, bfloat16 or float32.
        ksize: the window's size: one number, (depth, height, width), or five numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME" or "VALID". Padding never wins.

    Returns:
        Shape (batch, out_depth, out_height, out_width, channels) in the data format.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    with name_scope(name, "MaxPool3D", [input]) as scope:
        return _pool("MaxPool3D", input, ksize, strides, padding, data_format or "NDHWC", scope)


def avg_pool3d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NDHWC", name: str | None = None
) -> Tensor:
    """The mean of each window of volumes (API: tf.nn.avg_pool3d); padding does not count.

    Args:
        input: shape (batch, depth, height, width, channels), or (batch, channels, depth, height, width) for "NCDHW"; a
            float type.
        ksize: the window's size: one number, (depth, height, width), or five numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME" or "VALID".
        data_format: "NDHWC" or "NCDHW".

    Returns:
        Shape (batch, out_depth, out_height, out_width, channels) in the data format, of the type of `input`.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    with name_scope(name, "AvgPool3D", [input]) as scope:
        return _pool("AvgPool3D", input, ksize, strides, padding, data_format or "NDHWC", scope)


def _pool(op_type: str, input: Any, ksize: Any, strides: Any, padding: str, data_format: str, scope: str) -> Tensor:
    return apply_op(
        op_type,
        input=input,
        ksize=spread(ksize, data_format, "ksize", spatial=3),
        strides=spread(strides, data_format, "strides", spatial=3),
        padding=padding,
        data_format=data_format,
        name=scope,
    )


_WINDOW = (
    "ksize: list(int) >= 5; strides: list(int) >= 5; padding: string in {'SAME', 'VALID'}; "
    "data_format: string = 'NDHWC' in {'NDHWC', 'NCDHW'}; "
)
_REAL = "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64"

register_max_pool(
    PoolFamily("MaxPool3D", "MaxPool3DGrad", "MaxPool3DGradGrad", rank=5),
    attrs=f"{_WINDOW}T: type in {{half, bfloat16, float}}",
    grad_attrs=(
        f"{_WINDOW}T: type = float in {{half, bfloat16, float}}; TInput: type = float in {{half, bfloat16, float}}"
    ),
    grad_grad_attrs=f"{_WINDOW}T: type in {{{_REAL}}}",
    input_type="TInput",
)
register_avg_pool(
    PoolFamily("AvgPool3D", "AvgPool3DGrad", "", rank=5),
    attrs=f"{_WINDOW}T: type in {{{FLOATING}}}",
)
