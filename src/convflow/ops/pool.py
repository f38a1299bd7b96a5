"""Pooling over windows of pictures and its derivatives (API: tf.nn.max_pool, tf.nn.avg_pool)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import pool_kernels
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.pool_family import PoolFamily, register_avg_pool, register_max_pool
from convflow.ops.pool_kernels import Kernel
from convflow.ops.types import FLOATING
from convflow.ops.window import either, padding_attrs, spread


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The largest element of each window (API: tf.nn.max_pool).

    Args:
        value: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        ksize: the window's size: one number, (height, width), or four numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME", "VALID", or four pairs (before, after). Padding never wins.
        input: another name of `value`.

    Returns:
        Shape (batch, out_height, out_width, channels) in the data format.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    value = either("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        data_format = data_format or "NHWC"
        return _max_pool(value, ksize, strides, padding, data_format, scope)


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """`max_pool` (API: tf.nn.max_pool2d).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        ksize: the window's size: one number, (height, width), or four numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME", "VALID", or four pairs (before, after). Padding never wins.
        data_format: "NHWC" or "NCHW".

    Returns:
        Shape (batch, out_height, out_width, channels) in the data format, of the type of `input`.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    with name_scope(name, "MaxPool2d", [input]) as scope:
        return _max_pool(input, ksize, strides, padding, data_format or "NHWC", scope)


def _max_pool(value: Any, ksize: Any, strides: Any, padding: Any, data_format: str, scope: str) -> Tensor:
    ksize = spread(ksize, data_format, "ksize")
    if 0 in ksize:
        raise ValueError(f"`ksize` cannot be zero. Received: ksize={ksize}")
    strides = spread(strides, data_format, "strides")
    value = convert_to_tensor(value, name="input")
    padding, explicit_paddings = padding_attrs(padding)
    return apply_op(
        "MaxPool",
        input=value,
        ksize=ksize,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        name=scope,
    )


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean of each window (API: tf.nn.avg_pool); padding does not count.

    Args:
        value: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW"; a float type.
        ksize: the window's size: one number, (height, width), or four numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME" or "VALID".
        data_format: "NHWC" or "NCHW".
        input: another name of `value`.

    Returns:
        Shape (batch, out_height, out_width, channels) in the data format, of the type of `value`.

    Raises:
        ValueError: windows that cannot work on this shape, or the value given under both its names.
    """
    value = either("input", input, "value", value)
    with name_scope(name, "AvgPool", [value]) as scope:
        data_format = data_format or "NHWC"
        return apply_op(
            "AvgPool",
            value=value,
            ksize=spread(ksize, data_format, "ksize"),
            strides=spread(strides, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            name=scope,
        )


def _max_pool_kernel(op: Operation) -> Kernel:
    channels = op.attrs["data_format"].index("C")
    if op.attrs["ksize"][channels] != 1:
        return _depth_max_pool_kernel(op, channels)
    window = pool_kernels.kernel_window(op)
    return on_wide_unsigned(lambda input: pool_kernels.max_pool(window, input))


def _depth_max_pool_kernel(op: Operation, channels: int) -> Kernel:
    ksize, strides = op.attrs["ksize"], op.attrs["strides"]
    depth = ksize[channels]
    if strides[channels] != depth or any(
        size != 1 for sizes in (ksize, strides) for axis, size in enumerate(sizes) if axis != channels
    ):
        raise errors.UnimplementedError(
            op.node_def,
            op,
            "MaxPool works across depth or across height and width, and the depth window must equal the depth "
            f"stride, got ksize={ksize}, strides={strides}.\n\t [[{op.describe()}]]",
        )

    def pool(input: torch.Tensor) -> torch.Tensor:
        if input.ndim != 4 or input.shape[channels] % depth:
            raise errors.UnimplementedError(
                None,
                None,
                f"Depthwise max pooling requires the depth window ({depth}) to evenly divide the input's depth: "
                f"the input has shape {list(input.shape)}.",
            )
        return torch.amax(input.unflatten(channels, (-1, depth)), dim=channels + 1)

    return on_wide_unsigned(pool)


_WINDOW = "ksize: list(int) >= 4; strides: list(int) >= 4; padding: string in {'SAME', 'VALID'}; "
_EXPLICIT = (
    "ksize: list(int) >= 4; strides: list(int) >= 4; padding: string in {'SAME', 'VALID', 'EXPLICIT'}; "
    "explicit_paddings: list(int) = []; "
)
_FORMAT = "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}; "
_REAL = "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64"

register_max_pool(
    PoolFamily("MaxPool", "MaxPoolGrad", "MaxPoolGradGrad", rank=4, explicit=True),
    attrs=(
        "T: type = float in {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8}; "
        f"{_EXPLICIT}data_format: string = 'NHWC' in {{'NHWC', 'NCHW', 'NCHW_VECT_C'}}"
    ),
    grad_attrs=f"{_EXPLICIT}{_FORMAT}T: type = float in {{{_REAL}}}",
    grad_grad_attrs=f"{_WINDOW}{_FORMAT}T: type in {{{_REAL}}}",
    kernel=_max_pool_kernel,
)
register_avg_pool(
    PoolFamily("AvgPool", "AvgPoolGrad", "", rank=4, value="value"),
    attrs=f"{_WINDOW}{_FORMAT}T: type in {{{FLOATING}}}",
)
