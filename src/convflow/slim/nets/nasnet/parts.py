"""What the cells of NASNet are joined with (`nets.nasnet.nasnet_utils` of the research models)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import as_dimension
from convflow.graph.operation import Tensor
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.concat import concat
from convflow.ops.array.pad import pad
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import floor
from convflow.ops.math.reduce import reduce_mean
from convflow.ops.pool import avg_pool
from convflow.ops.random import random_uniform
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d

DATA_FORMAT_NCHW = "NCHW"
DATA_FORMAT_NHWC = "NHWC"
# What `data_format` is while no arg_scope has set it.
INVALID = "null"


def calc_reduction_layers(num_cells: int, num_reduction_layers: int) -> list[int]:
    """Before which normal cells the picture is made smaller: in equal distances.

    Args:
        num_cells: how many normal cells there are.
        num_reduction_layers: how many reduction cells stand between them.

    Returns:
        the numbers of the normal cells that follow reduction cells.
    """
    return [int(float(place) / (num_reduction_layers + 1) * num_cells) for place in range(1, num_reduction_layers + 1)]


def _checked(data_format: str) -> str:
    if data_format not in (DATA_FORMAT_NHWC, DATA_FORMAT_NCHW):
        raise ValueError(f"Not a valid data_format: {data_format!r}. Give 'NHWC' or 'NCHW', here or by an arg_scope.")
    return data_format


@add_arg_scope
def get_channel_index(data_format: str = INVALID) -> int:
    """The axis of channels.

    Args:
        data_format: "NHWC" or "NCHW"; an `arg_scope` can set it.

    Returns:
        3 or 1.

    Raises:
        ValueError: another format, or none.
    """
    return 3 if _checked(data_format) == DATA_FORMAT_NHWC else 1


@add_arg_scope
def get_channel_dim(shape: Any, data_format: str = INVALID) -> int:
    """How many channels a tensor has.

    Args:
        shape: of four axes.
        data_format: "NHWC" or "NCHW"; an `arg_scope` can set it.

    Raises:
        ValueError: another format, a shape that is not of four axes, or an unknown number.
    """
    axis = 3 if _checked(data_format) == DATA_FORMAT_NHWC else 1
    if len(shape) != 4:
        raise ValueError(
            f"A shape of 4 axes was expected, got {shape}: pictures are a batch of rows, columns, channels."
        )
    return known_size(shape, axis)


def known_size(shape: Any, axis: int) -> int:
    """The size of an axis; ValueError where it is unknown."""
    size = as_dimension(shape[axis]).value
    if size is None:
        raise ValueError(
            f"Axis {axis} of the shape {shape} must be known to build a cell. Give pictures of a fixed size."
        )
    return size


@add_arg_scope
def global_avg_pool(x: Any, data_format: str = INVALID) -> Tensor:
    """The mean over rows and columns.

    Args:
        x: four axes.
        data_format: "NHWC" or "NCHW"; an `arg_scope` can set it.

    Returns:
        shape (batch, channels).

    Raises:
        ValueError: another format, or not four axes.
    """
    axes = [1, 2] if _checked(data_format) == DATA_FORMAT_NHWC else [2, 3]
    if x.shape.ndims != 4:
        raise ValueError(f"A tensor of 4 axes was expected, got shape {x.shape}.")
    return reduce_mean(x, axes)


@add_arg_scope
def factorized_reduction(net: Any, output_filters: int, stride: int, data_format: str = INVALID) -> Tensor:
    """A picture of half the size whose channels come from even and from odd places, so that none is left out.

    Args:
        net: four axes.
        output_filters: how many channels the output has.
        stride: 1 mixes channels only.
        data_format: "NHWC" or "NCHW"; an `arg_scope` can set it.

    Raises:
        ValueError: another format.
    """
    rows_last = _checked(data_format) == DATA_FORMAT_NHWC
    if stride == 1:
        return batch_norm(convolution2d(net, output_filters, 1, scope="path_conv"), scope="path_bn")
    steps = [1, stride, stride, 1] if rows_last else [1, 1, stride, stride]
    half = output_filters // 2

    even = avg_pool(net, [1, 1, 1, 1], steps, "VALID", data_format=data_format)
    even = convolution2d(even, half, 1, scope="path1_conv")
    if rows_last:
        shifted = pad(net, [[0, 0], [0, 1], [0, 1], [0, 0]])[:, 1:, 1:, :]
    else:
        shifted = pad(net, [[0, 0], [0, 0], [0, 1], [0, 1]])[:, :, 1:, 1:]
    odd = avg_pool(shifted, [1, 1, 1, 1], steps, "VALID", data_format=data_format)
    odd = convolution2d(odd, output_filters - half, 1, scope="path2_conv")
    return batch_norm(concat([even, odd], axis=3 if rows_last else 1), scope="final_path_bn")


@add_arg_scope
def drop_path(net: Any, keep_prob: Any, is_training: bool = True) -> Any:
    """The whole output of a layer, dropped for some examples (Larsson et al. 2016, arXiv:1605.07648).

    Args:
        net: shape (batch, ...) of four axes.
        keep_prob: how likely an example keeps it; what is kept is divided by it. A number or a scalar tensor.
        is_training: whether anything is dropped at all.

    Returns:
        of the same shape and type.
    """
    if not is_training:
        return net
    batch = shape_of(net)[0]
    drawn = keep_prob + random_uniform([batch, 1, 1, 1], dtype=dtypes.float32)
    kept = cast(floor(drawn), net.dtype)
    scale = cast(1.0 / keep_prob, net.dtype)
    return net * scale * kept
