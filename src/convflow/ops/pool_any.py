"""Pooling over sequences, and over whatever number of axes the input has (API: tf.nn.max_pool1d, tf.nn.pool)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.pool import avg_pool, max_pool, max_pool2d
from convflow.ops.pool3d import avg_pool3d, max_pool3d
from convflow.ops.window import either, padding_attrs, spread
from convflow.ops.with_space_to_batch import spread_out


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The largest element of each window of sequences (API: tf.nn.max_pool1d).

    Args:
        input: shape (batch, length, channels), or (batch, channels, length) for "NCW".
        ksize: the window's length: a number, or three in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME", "VALID", or three pairs (before, after).

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    with name_scope(name, "MaxPool1d", [input]) as scope:
        padding, pairs = padding_attrs(padding, rank=3)
        explicit = [0, 0, *pairs] if pairs else []
        return _pool1d("MaxPool", "input", input, ksize, strides, data_format, scope, padding, explicit)


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The mean of each window of sequences (API: tf.nn.avg_pool1d); padding does not count.

    Args:
        input: shape (batch, length, channels), or (batch, channels, length) for "NCW"; a float type.
        ksize: the window's length: a number, or three in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME" or "VALID".
        data_format: "NWC" or "NCW".

    Returns:
        Shape (batch, out_length, channels) in the data format, of the type of `input`.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    with name_scope(name, "AvgPool1D", [input]) as scope:
        return _pool1d("AvgPool", "value", input, ksize, strides, data_format, scope, padding, None)


def _pool1d(
    op_type: str,
    argument: str,
    input: Any,
    ksize: Any,
    strides: Any,
    data_format: str | None,
    scope: str,
    padding: Any,
    explicit_paddings: list[int] | None,
) -> Tensor:
    if data_format not in (None, "NWC", "NCW"):
        raise ValueError(f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}")
    axis, picture_format = (2, "NCHW") if data_format == "NCW" else (1, "NHWC")
    window = {
        "ksize": [1, *spread(ksize, picture_format, "ksize", spatial=1)],
        "strides": [1, *spread(strides, picture_format, "strides", spatial=1)],
    }
    if explicit_paddings is not None:
        window["explicit_paddings"] = explicit_paddings
    picture = expand_dims(input, axis)
    result = apply_op(op_type, **{argument: picture}, **window, padding=padding, data_format=picture_format, name=scope)
    return squeeze(result, axis)


def max_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """`max_pool1d`, `max_pool2d` or `max_pool3d`, by the input's rank (API: tf.nn.max_pool_v2).

    Args:
        input: a tensor of known rank 3, 4 or 5.
        data_format: of this rank; channels last by default.

    Raises:
        ValueError: another rank, or windows that cannot work on this shape.
    """
    input, spatial = _with_known_rank(input)
    if spatial == 1:
        return max_pool1d(input, ksize, strides, padding, data_format or "NWC", name)
    if spatial == 2:
        return max_pool2d(input, ksize, strides, padding, data_format or "NHWC", name)
    if isinstance(padding, (list, tuple)):
        raise ValueError(
            f"Explicit padding is not supported with an input tensor of rank 5. Received: padding={padding}"
        )
    return _pool3d("MaxPool3D", input, ksize, strides, padding, data_format, name)


def avg_pool_v2(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """`avg_pool1d`, `avg_pool2d` or `avg_pool3d`, by the input's rank (API: tf.nn.avg_pool_v2).

    Args:
        input: a tensor of known rank 3, 4 or 5, a float type.
        ksize: the window's size, a number or one for each spatial axis or one for each axis.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME" or "VALID".
        data_format: of this rank; channels last by default.

    Returns:
        As `input`, with a mean for each window.

    Raises:
        ValueError: another rank, or windows that cannot work on this shape.
    """
    input, spatial = _with_known_rank(input)
    if spatial == 1:
        return avg_pool1d(input, ksize, strides, padding, data_format or "NWC", name)
    if spatial == 2:
        return avg_pool(input, ksize, strides, padding, data_format or "NHWC", name)
    return _pool3d("AvgPool3D", input, ksize, strides, padding, data_format, name)


def _with_known_rank(input: Any) -> tuple[Tensor, int]:
    input = convert_to_tensor(input, name="input")
    rank = input.shape.rank
    if rank not in (3, 4, 5):
        raise ValueError(f"`input.shape.rank` must be 3, 4 or 5. Received: input.shape={input.shape} of rank {rank}.")
    return input, rank - 2


def _pool3d(
    op_type: str, input: Tensor, ksize: Any, strides: Any, padding: str, data_format: str | None, name: str | None
) -> Tensor:
    data_format = data_format or "NDHWC"
    return apply_op(
        op_type,
        input=input,
        ksize=spread(ksize, data_format, "ksize", spatial=3),
        strides=spread(strides, data_format, "strides", spatial=3),
        padding=padding,
        data_format=data_format,
        name=name,
    )


_POOLING: dict[tuple[str, int], Callable[..., Tensor]] = {
    ("MAX", 1): max_pool,
    ("MAX", 2): max_pool,
    ("MAX", 3): max_pool3d,
    ("AVG", 1): avg_pool,
    ("AVG", 2): avg_pool,
    ("AVG", 3): avg_pool3d,
}


def pool(
    input: Any,
    window_shape: Sequence[int],
    pooling_type: str,
    padding: str,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Pooling over one to three spatial axes, with gaps inside the windows (API: tf.nn.pool).

    Args:
        input: shape (batch, *spatial, channels), or (batch, channels, *spatial) for a data format "NC...".
        window_shape: the window's size along each spatial axis.
        pooling_type: "MAX" or "AVG".
        padding: "SAME" or "VALID"; with gaps only "VALID".
        dilation_rate: steps between a window's elements, one for each spatial axis; 1 by default.
        strides: steps between windows, one for each spatial axis, at most the window's; 1 by default.
        dilations: another name of `dilation_rate`.

    Raises:
        ValueError: windows that cannot work on this shape, strides above 1 with gaps, another kind of pooling.
    """
    dilation_rate = either("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        spatial = len(window_shape)
        strides, rates = _checked_window(input, window_shape, padding, strides, dilation_rate)
        if (pooling_type, spatial) not in _POOLING:
            raise ValueError(f"{spatial}-D {pooling_type} pooling is not supported: the types are 'MAX' and 'AVG'.")
        first = (data_format or "").startswith("NC")
        start = 2 if first else 1
        op = _pooling_op(_POOLING[pooling_type, spatial], window_shape, strides, data_format, scope)
        return spread_out(
            input, rates, padding, op, lambda: list(window_shape), spatial_dims=range(start, start + spatial)
        )


def _pooling_op(
    compute: Callable[..., Tensor], window_shape: Sequence[int], strides: list[int], data_format: str | None, name: str
) -> Callable[[Tensor, int, Any], Tensor]:
    first = (data_format or "").startswith("NC")
    sizes = ([1, 1, *size] if first else [1, *size, 1] for size in (window_shape, strides))
    ksize, steps = next(sizes), next(sizes)
    if len(window_shape) > 1:
        return lambda x, _, padding: compute(x, ksize, steps, padding, data_format=data_format, name=name)
    if data_format not in (None, "NWC", "NCW"):
        raise ValueError(f"data_format must be either 'NWC' or 'NCW'. Received: data_format={data_format}")
    axis, picture_format = (2, "NCHW") if first else (1, "NHWC")

    def pool1d(x: Tensor, _: int, padding: Any) -> Tensor:
        pictures = expand_dims(x, axis)
        result = compute(pictures, [1, *ksize], [1, *steps], padding, data_format=picture_format, name=name)
        return squeeze(result, [axis])

    return pool1d


def _checked_window(
    input: Tensor, window_shape: Sequence[int], padding: Any, strides: Any, rates: Any
) -> tuple[list[int], Any]:
    spatial = len(window_shape)
    if spatial not in (1, 2, 3):
        raise ValueError(
            f"`len(window_shape)` must be 1, 2, or 3. Received: window_shape={window_shape} of length {spatial}"
        )
    if input.shape.rank not in (None, spatial + 2):
        raise ValueError(
            f"An input of shape {input.shape} must have rank {spatial + 2} for window_shape={list(window_shape)}."
        )
    steps = _each("strides", strides, spatial)
    gaps = _each("dilation_rate", rates, spatial)
    if max(steps) > 1 and max(gaps) > 1:
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            f"Received: strides={steps} and dilation_rate={gaps}"
        )
    if padding == "SAME" and max(gaps) > 1:
        raise ValueError(
            "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1. "
            f"Received: padding={padding} and dilation_rate={gaps}"
        )
    if any(step > size for step, size in zip(steps, window_shape, strict=True)):
        raise ValueError(
            "`strides` > `window_shape` not supported due to inconsistency between CPU and GPU implementations. "
            f"Received: strides={steps} and window_shape={list(window_shape)}"
        )
    return steps, np.array(gaps, np.int32)


def _each(name: str, values: Any, count: int) -> list[int]:
    result = [1] * count if values is None else [int(value) for value in values]
    if len(result) != count:
        raise ValueError(f"`len({name})` should be {count}. Received: {name}={result} of length {len(result)}")
    if min(result) < 1:
        raise ValueError(f"all values of `{name}` must be positive. Received: {name}={result}")
    return result
