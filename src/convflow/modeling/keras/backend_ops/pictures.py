"""Pictures and sequences: padded, resized, convolved and pooled, in Keras' terms (API: tf.keras.backend)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.modeling.layers import utils
from convflow.ops import convolution, depthwise, pool_any
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array import pad as pads
from convflow.ops.array import reshape as reshapes
from convflow.ops.array import transpose as transposes
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.image.resize_ops import resize_bilinear, resize_nearest_neighbor


def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> Tensor:
    """Zeros before and after sequences (API: tf.keras.backend.temporal_padding).

    Args:
        x: shape (batch, steps, features).
        padding: how many zero steps before, and after.

    Returns:
        shape (batch, before + steps + after, features).
    """
    return pads.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Tensor:
    """Zeros around pictures (API: tf.keras.backend.spatial_2d_padding).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        padding: how many rows of zeros above and below, how many columns left and right.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.

    Returns:
        the larger pictures.

    Raises:
        ValueError: an unknown `data_format`.
    """
    rows, columns = [list(sizes) for sizes in padding]
    is_first = _is_first(data_format)
    return pads.pad(x, [[0, 0], [0, 0], rows, columns] if is_first else [[0, 0], rows, columns, [0, 0]])


def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest"
) -> Any:
    """Pictures larger by whole factors (API: tf.keras.backend.resize_images).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        height_factor, width_factor: ints that multiply rows and columns.
        data_format: "channels_last" or "channels_first".
        interpolation: "nearest" or "bilinear".

    Returns:
        the larger pictures; with "bilinear" float32.

    Raises:
        ValueError: an unknown format or interpolation.
    """
    resizers = {"nearest": resize_nearest_neighbor, "bilinear": resize_bilinear}
    if interpolation not in resizers or data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            'Expected interpolation "nearest" or "bilinear" and data_format "channels_first" or "channels_last": got '
            f"{interpolation!r}, {data_format!r}."
        )
    is_first = data_format == "channels_first"
    pictures = transposes.transpose(x, [0, 2, 3, 1]) if is_first else x
    sizes: Any = shape_of(pictures)
    larger = resizers[interpolation](pictures, sizes[1:3] * [height_factor, width_factor])
    known = pictures.shape.as_list()
    factors = (height_factor, width_factor)
    known[1:3] = [None if size is None else size * f for size, f in zip(known[1:3], factors, strict=True)]
    larger.set_shape(known)
    return transposes.transpose(larger, [0, 3, 1, 2]) if is_first else larger


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """A number added to each channel (API: tf.keras.backend.bias_add).

    Args:
        x: a tensor of numbers, (batch, ..., channels), or (batch, channels, ...) with "channels_first".
        bias: shape (channels,), or that of an example with the channels last; the type of `x`.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.

    Returns:
        a tensor of the shape and type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or a bias of another number of axes.
    """
    is_first, rank, sizes = _is_first(data_format), x.shape.rank, as_shape(bias.shape).as_list()
    if rank is None:
        return x + bias
    if len(sizes) not in (1, rank - 1):
        raise ValueError(
            f"Unexpected bias dimensions {len(sizes)}, expect to be 1 or {rank - 1} dimensions: bias has shape "
            f"{tuple(sizes)}, x has shape {x.shape}. Give a number for each channel, or for each place of an example."
        )
    if not is_first:
        return x + bias
    *places, channels = sizes
    return x + reshapes.reshape(bias, [1, channels, *(places or [1] * (rank - 2))])


def _convolution(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, rates: Any) -> Any:
    rank = kernel.shape.rank - 2
    steps = [strides] * rank if isinstance(strides, int) else list(strides)
    dilations = [rates] * rank if isinstance(rates, int) else list(rates)
    letters, padding = _letters(data_format, rank), padding.lower()
    if padding == "causal":
        x, padding = temporal_padding(x, (dilations[0] * (kernel.shape[0].value - 1), 0)), "valid"
    return convolution.convolution(x, kernel, padding.upper(), steps, dilations, data_format=letters)


def _is_first(data_format: str | None) -> bool:
    return utils.normalize_data_format(data_format or backend.image_data_format()) == "channels_first"


def _letters(data_format: str | None, rank: int) -> str:
    is_first = _is_first(data_format)
    spatial = "DHW"[3 - rank :]
    return f"NC{spatial}" if is_first else f"N{spatial}C"


def conv1d(
    x: Any, kernel: Any, strides: int = 1, padding: str = "valid", data_format: Any = None, dilation_rate: int = 1
) -> Any:
    """A convolution of sequences (API: tf.keras.backend.conv1d).

    Args:
        x: shape (batch, steps, channels), with "channels_first" the channels come after the batch.
        kernel: shape (size, channels, filters).
        strides: how far filters move; 1 by default.
        padding: "valid" (only whole windows), "causal" (zeros before the first step) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, (strides,), padding, data_format, (dilation_rate,))


def conv2d(
    x: Any, kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """A convolution of pictures (API: tf.keras.backend.conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        kernel: shape (rows, columns, channels, filters).
        strides: how far filters move, an int or one for each axis; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied, an int or one for each axis; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any, kernel: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1, 1),
) -> Any:  # fmt: skip
    """A convolution of volumes (API: tf.keras.backend.conv3d).

    Args:
        x: shape (batch, depth, rows, columns, channels), with "channels_first" the channels come after the batch.
        kernel: shape (depth, rows, columns, channels, filters).
        strides: how far filters move, an int or one for each axis; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: how far apart the elements of a filter are applied, an int or one for each axis; 1 by default.

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    return _convolution(x, kernel, strides, padding, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any, depthwise_kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """Each channel with filters of its own (API: tf.keras.backend.depthwise_conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        depthwise_kernel: shape (rows, columns, channels, filters of each channel).
        strides: how far filters move, an int or a pair; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: a pair, how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor with channels * filters channels, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    letters = _letters(data_format, 2)
    return depthwise.depthwise_conv2d(
        x, depthwise_kernel, _by_axis(letters, strides), padding.upper(), list(dilation_rate), data_format=letters
    )


def separable_conv2d(
    x: Any, depthwise_kernel: Any, pointwise_kernel: Any, strides: Any = (1, 1), padding: str = "valid",
    data_format: Any = None, dilation_rate: Any = (1, 1),
) -> Any:  # fmt: skip
    """Channels on their own, then mixed (API: tf.keras.backend.separable_conv2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        depthwise_kernel: shape (rows, columns, channels, filters of each channel).
        pointwise_kernel: shape (1, 1, channels * filters, output channels).
        strides: how far filters move, an int or a pair; 1 by default.
        padding: "valid" (only whole windows) or "same" (zeros at the borders).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dilation_rate: a pair, how far apart the elements of a filter are applied; 1 by default.

    Returns:
        a tensor with the output channels, the type of `x`.

    Raises:
        ValueError: an unknown `data_format`, or shapes that do not go together.
    """
    letters = _letters(data_format, 2)
    return depthwise.separable_conv2d(
        x, depthwise_kernel, pointwise_kernel, _by_axis(letters, strides), padding.upper(), list(dilation_rate),
        data_format=letters,
    )  # fmt: skip


def _by_axis(letters: str, sizes: Any) -> list[int]:
    rows, columns = (sizes, sizes) if isinstance(sizes, int) else sizes
    return [1, 1, rows, columns] if letters == "NCHW" else [1, rows, columns, 1]


def pool2d(
    x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None,
    pool_mode: str = "max",
) -> Any:  # fmt: skip
    """The largest or the mean of windows of pictures (API: tf.keras.backend.pool2d).

    Args:
        x: shape (batch, rows, columns, channels), with "channels_first" the channels come after the batch.
        pool_size: two ints, the size of a window.
        strides: two ints, how far it moves.
        padding: "valid" (only whole windows) or "same" (windows may reach beyond the border).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        pool_mode: "max" or "avg".

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `pool_mode` or `data_format`.
    """
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None,
    pool_mode: str = "max",
) -> Any:  # fmt: skip
    """The largest or the mean of windows of volumes (API: tf.keras.backend.pool3d).

    Args:
        x: shape (batch, depth, rows, columns, channels), with "channels_first" the channels come after the batch.
        pool_size: three ints, the size of a window.
        strides: three ints, how far it moves.
        padding: "valid" (only whole windows) or "same" (windows may reach beyond the border).
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        pool_mode: "max" or "avg".

    Returns:
        a tensor of as many axes, the type of `x`.

    Raises:
        ValueError: an unknown `pool_mode` or `data_format`.
    """
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


def _pooled(x: Any, sizes: Any, strides: Any, padding: str, data_format: Any, mode: str) -> Any:
    if mode not in ("max", "avg"):
        raise ValueError(f'Invalid pooling mode: {mode!r}. Expected "max" or "avg".')
    letters = _letters(data_format, len(sizes))
    return pool_any.pool(x, list(sizes), mode.upper(), padding.upper(), strides=list(strides), data_format=letters)
