"""Convolutions with filters spread out over space, of one to three spatial axes (API: tf.nn.convolution)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.batch_dims import squeeze_batch_dims
from convflow.ops.conv import conv2d
from convflow.ops.conv1d import conv1d
from convflow.ops.conv3d import conv3d
from convflow.ops.window import either, spread
from convflow.ops.with_space_to_batch import spread_out

_CHANNELS_LAST = (None, "NWC", "NHWC", "NDHWC")


def convolution(
    input: Any,
    filter: Any,
    padding: Any,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The correlation with filters whose elements lie `dilation_rate` apart (API: tf.nn.convolution).

    Args:
        input: shape (batch, *spatial, channels), or (batch, channels, *spatial) for a data format "NC..."; one to
            three spatial axes, and there may be several batch sizes.
        filter: shape (*spatial, channels, filters).
        padding: "SAME" or "VALID"; also pairs (before, after) for all axes, of two spatial axes.
        strides: one step for each spatial axis, or a number for all; 1 by default.
        dilation_rate: steps between a filter's elements, in the forms of `strides`.
        filters, dilations: other names of `filter` and `dilation_rate`.

    Raises:
        ValueError: strides and dilations above 1 together, other numbers of axes, shapes that do not fit.
    """
    filter = _as_tensor(either("filters", filters, "filter", filter), "filters")
    dilation_rate = either("dilations", dilations, "dilation_rate", dilation_rate)
    input = _as_tensor(input, "input")
    spatial = _spatial_axes(input.shape, filter.shape)
    batch_dims = 1 if input.shape.rank is None else input.shape.rank - spatial - 1
    layout = "NHWC" if data_format in _CHANNELS_LAST else "NCHW"
    rates = spread(dilation_rate, layout, "dilations", spatial)
    steps = spread(strides, layout, "strides", spatial)
    with name_scope(name, "convolution", [input, filter]) as scope:
        if all(rate == 1 for rate in rates):
            return _PLAIN[spatial](input, filter, steps, padding, data_format=data_format, dilations=rates, name=scope)
        first = layout == "NCHW"
        inner = slice(2, None) if first else slice(1, -1)
        return _dilated(input, filter, padding, steps[inner], rates[inner], data_format, batch_dims, scope)


def _as_tensor(value: Any, name: str) -> Any:
    """Tensors and variables as they are; what else there is becomes a constant in a scope of its own."""
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        return value
    with name_scope("convolution_internal"):
        return convert_to_tensor(value, name=name)


def _spatial_axes(input: TensorShape, filter: TensorShape) -> int:
    rank = filter.rank or input.rank
    if rank is None:
        raise ValueError(
            "When `num_spatial_dims` is not set, one of `input.shape.rank` or `filters.shape.rank` must be known. "
            f"Received: input.shape={input} and filters.shape={filter}"
        )
    if rank - 2 not in (1, 2, 3):
        raise ValueError(
            f"`num_spatial_dims` must be 1, 2, or 3. Received: num_spatial_dims={rank - 2}, from "
            f"filters.shape={filter} and input.shape={input}."
        )
    if input.rank is not None and input.rank < rank:
        raise ValueError(
            f"Batch dims should be >= 1: the input's rank must be at least the filters'. Received: "
            f"input.shape={input} and filters.shape={filter}"
        )
    return rank - 2


def _conv3d(input: Any, filter: Any, strides: Any, padding: Any, data_format: Any, dilations: Any, name: str) -> Tensor:
    def convolve(input: Any, name: str | None = None) -> Tensor:
        return conv3d(
            input, filter, strides, padding, data_format=data_format or "NDHWC", dilations=dilations, name=name
        )

    return squeeze_batch_dims(input, convolve, inner_rank=4, name=name)


_PLAIN: dict[int, Callable[..., Tensor]] = {1: conv1d, 2: conv2d, 3: _conv3d}


def _dilated(
    input: Tensor,
    filter: Tensor,
    padding: Any,
    strides: list[int],
    rates: list[int],
    data_format: str | None,
    batch_dims: int,
    scope: str,
) -> Tensor:
    first = (data_format or "").startswith("NC")
    spatial = len(rates)
    _check_channels(input.shape, filter.shape, batch_dims if first else batch_dims + spatial)
    _check_steps(strides, rates)
    plain = [1] * (spatial + 2)

    def convolve(x: Tensor, _: int, padding: Any) -> Tensor:
        return _PLAIN[spatial](x, filter, plain, padding, data_format=data_format, dilations=plain, name=scope)

    def filter_shape() -> Any:
        return filter.shape.as_list() if filter.shape.is_fully_defined() else shape_of(filter)

    result = spread_out(
        input, np.array(rates, np.int32), padding, convolve, filter_shape, None, data_format, batch_dims
    )
    if first and result.shape.rank is not None and result.shape[1].value is None and batch_dims == 1:
        result.set_shape([None, filter.shape[-1], *[None] * spatial])
    return result


def _check_channels(input: TensorShape, filter: TensorShape, axis: int) -> None:
    if input.rank is None or filter.rank is None:
        return
    channels, depth = input[axis].value, filter[-2].value
    if channels is not None and depth and channels % depth:
        raise ValueError(
            "The number of input channels is not divisible by the corresponding number of output filters. "
            f"Received: input.shape={input} with {channels} channels and filters.shape={filter}, whose last size but "
            f"one is {depth}."
        )


def _check_steps(strides: list[int], rates: list[int]) -> None:
    for name, values in (("dilation_rate", rates), ("strides", strides)):
        if min(values) < 1:
            raise ValueError(f"all values of `{name}` must be positive. Received: {name}={values}")
    if max(strides) > 1 and max(rates) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={strides} and dilation_rate={rates}"
        )
