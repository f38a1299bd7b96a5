"""The sliding window of convolutions and pooling: strides, padding, dilations and data format in one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

Pair = tuple[int, int]
Sizes = tuple[int | None, ...]
_SPATIAL_AXES = {"NHWC": (1, 2), "NCHW": (2, 3)}


@dataclass(frozen=True)
class Window:
    """How a window moves over pictures. Pairs are (vertical, horizontal); sizes may be None: not known yet.

    Attributes:
        ksize: the window's height and width, without dilation.
        strides: steps between two places of the window.
        dilations: steps between two elements of the window.
        padding: "SAME", "VALID" or "EXPLICIT".
        explicit_paddings: (before, after) of each spatial axis; zeros unless padding is "EXPLICIT".
        data_format: "NHWC" or "NCHW".
    """

    ksize: tuple[int | None, int | None]
    strides: Pair
    dilations: Pair
    padding: str
    explicit_paddings: tuple[Pair, Pair]
    data_format: str

    @property
    def spatial_axes(self) -> Pair:
        return _SPATIAL_AXES[self.data_format]

    @property
    def channel_axis(self) -> int:
        return self.data_format.index("C")

    def with_ksize(self, ksize: Sequence[int | None]) -> Window:
        return replace(self, ksize=(ksize[0], ksize[1]))

    def arranged(self, batch: Any, spatial: Sequence[Any], channels: Any) -> tuple[Any, ...]:
        """The four values in the order of the data format."""
        if self.data_format == "NHWC":
            return batch, *spatial, channels
        return batch, channels, *spatial

    def span(self, axis: int) -> int | None:
        """How many elements the dilated window covers along spatial axis 0 or 1."""
        ksize = self.ksize[axis]
        return None if ksize is None else (ksize - 1) * self.dilations[axis] + 1

    def output_sizes(self, sizes: Sizes) -> Sizes:
        """Places of the window along each spatial axis, for the four sizes of an input.

        Raises:
            ValueError: the window does not fit into the input.
        """
        return tuple(self._output_size(axis, sizes) for axis in (0, 1))

    def _output_size(self, axis: int, sizes: Sizes) -> int | None:
        size, stride, span = sizes[self.spatial_axes[axis]], self.strides[axis], self.span(axis)
        if size is None:
            return None
        if self.padding == "SAME":
            return -(-size // stride)
        if span is None:
            return None
        padded = size + sum(self.explicit_paddings[axis])
        if padded < span:
            raise ValueError(
                f"Negative dimension size caused by subtracting {span} from {padded}: the window "
                f"{_shape_text(self.ksize)}{self._dilation_text()} does not fit into the input of shape "
                f"{_shape_text(sizes)} ({self.data_format}) with padding {self._padding_text()}. "
                "Use padding 'SAME', a smaller window or a larger input."
            )
        return (padded - span) // stride + 1

    def _dilation_text(self) -> str:
        return "" if self.dilations == (1, 1) else f" with dilations {list(self.dilations)}"

    def _padding_text(self) -> str:
        return str([list(pair) for pair in self.explicit_paddings]) if self.padding == "EXPLICIT" else "'VALID'"

    def paddings(self, sizes: Sequence[int]) -> tuple[Pair, Pair]:
        """The (before, after) of each spatial axis, for the four sizes of an input; `ksize` must be known.

        TensorFlow's SAME puts the odd element of padding after.
        """
        if self.padding != "SAME":
            return self.explicit_paddings
        return self._same_padding(0, sizes), self._same_padding(1, sizes)

    def _same_padding(self, axis: int, sizes: Sequence[int]) -> Pair:
        size, stride, span = sizes[self.spatial_axes[axis]], self.strides[axis], self.span(axis)
        if span is None:
            raise ValueError("The padding follows from the window's size, which is not known.")
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        return total // 2, total - total // 2

    def channels_first(self, x: torch.Tensor) -> torch.Tensor:
        """A view of `x` with axes in PyTorch's order; NHWC becomes its channels_last."""
        return x.permute(0, 3, 1, 2) if self.data_format == "NHWC" else x

    def restored(self, x: torch.Tensor) -> torch.Tensor:
        """The inverse of `channels_first`, contiguous: no copy where PyTorch kept the layout."""
        return (x.permute(0, 2, 3, 1) if self.data_format == "NHWC" else x).contiguous()


def _shape_text(sizes: Sequence[int | None]) -> str:
    return f"[{','.join('?' if size is None else str(size) for size in sizes)}]"


def conv_window(op_type: str, attr: Callable[[str], Any]) -> Window:
    """The window of a convolution from its attributes; `ksize` follows from the filter later.

    Raises:
        ValueError: attributes that no input could make work.
    """
    data_format = attr("data_format")
    axes = _SPATIAL_AXES[data_format]
    strides = _checked(op_type, "stride", "Stride must be > 0", attr("strides"))
    dilations = _checked(op_type, "dilations", "Dilation rate must be >= 1", attr("dilations"))
    return Window(
        ksize=(None, None),
        strides=(strides[axes[0]], strides[axes[1]]),
        dilations=(dilations[axes[0]], dilations[axes[1]]),
        padding=attr("padding"),
        explicit_paddings=_explicit_paddings(op_type, attr, axes),
        data_format=data_format,
    )


def pool_window(op_type: str, attr: Callable[[str], Any]) -> Window:
    """The window of a pooling op from its attributes.

    Raises:
        ValueError: attributes that no input could make work.
    """
    data_format = attr("data_format")
    if data_format not in _SPATIAL_AXES:
        raise ValueError(f"{op_type} works on data_format 'NHWC' or 'NCHW', got {data_format!r}.")
    axes = _SPATIAL_AXES[data_format]
    ksize = _checked(op_type, "ksize", "Sliding window ksize must be > 0", attr("ksize"))
    strides = _checked(op_type, "stride", "Stride must be > 0", attr("strides"))
    return Window(
        ksize=(ksize[axes[0]], ksize[axes[1]]),
        strides=(strides[axes[0]], strides[axes[1]]),
        dilations=(1, 1),
        padding=attr("padding"),
        explicit_paddings=_explicit_paddings(op_type, attr, axes),
        data_format=data_format,
    )


def _checked(op_type: str, what: str, rule: str, values: list[int]) -> list[int]:
    if len(values) != 4:
        raise ValueError(
            f"{op_type} requires the {what} attribute to contain 4 values, but got: {len(values)}: {values}."
        )
    if min(values) < 1:
        raise ValueError(f"{rule}, but got {min(values)} in {values} for {op_type}.")
    return values


def _explicit_paddings(op_type: str, attr: Callable[[str], Any], axes: Pair) -> tuple[Pair, Pair]:
    if attr("padding") != "EXPLICIT":
        return (0, 0), (0, 0)
    values = attr("explicit_paddings")
    if len(values) != 8:
        raise ValueError(
            f"explicit_paddings attribute of {op_type} must contain 8 values (before and after, for each of the "
            f"four axes), but got: {values}."
        )
    if min(values) < 0:
        raise ValueError(f"All elements of explicit_paddings must be nonnegative for {op_type}, got {values}.")
    pairs = [(values[2 * axis], values[2 * axis + 1]) for axis in range(4)]
    if any(pairs[axis] != (0, 0) for axis in range(4) if axis not in axes):
        raise ValueError(
            "Nonzero explicit padding in the batch or depth dimensions is not supported: "
            f"{op_type} got {values} with data_format {attr('data_format')!r}."
        )
    return pairs[axes[0]], pairs[axes[1]]


# What the user functions accept, brought to the attributes' form.


def spread(value: Any, data_format: str, name: str) -> list[Any]:
    """A number, a pair or four values as four values in the order of the data format (API: TF's `strides=2`).

    Raises:
        ValueError: another number of values.
    """
    values = [1] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    if len(values) == 4:
        return values
    if len(values) not in (1, 2):
        raise ValueError(f"{name} should be of length 1, 2 or 4. Received: {name}={value} of length {len(values)}")
    pair = values * 2 if len(values) == 1 else values
    return [1, 1, *pair] if data_format.startswith("NC") else [1, *pair, 1]


def padding_attrs(padding: Any) -> tuple[Any, list[int]]:
    """The attributes `padding` and `explicit_paddings` for a padding that may be a list of four pairs.

    Raises:
        ValueError: a list of another form, or no padding given as text.
    """
    if not isinstance(padding, (list, tuple)):
        if padding == "EXPLICIT":
            raise ValueError(
                "'EXPLICIT' is not a valid value for `padding`. To use explicit padding, `padding` must be a list."
            )
        return padding, []
    if len(padding) != 4:
        raise ValueError(
            f"When padding is a list, it must be of size 4. Received: padding={padding} of size {len(padding)}"
        )
    for pair in padding:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(f"When padding is a list, each element must be a list of size 2. Received: {padding}")
    return "EXPLICIT", [size for pair in padding for size in pair]


def either(new_name: str, new: Any, old_name: str, old: Any) -> Any:
    """The one that was given of an argument with two names; ValueError if both were."""
    if new is None:
        return old
    if old is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'.")
    return new
