"""The sliding window of convolutions and pooling: strides, padding, dilations and data format in one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from typing import Any

import torch

Pair = tuple[int, int]
Ints = tuple[int, ...]
Sizes = tuple[int | None, ...]
_SPATIAL_AXES: dict[str, Ints] = {"NHWC": (1, 2), "NCHW": (2, 3), "NDHWC": (1, 2, 3), "NCDHW": (2, 3, 4)}


@dataclass(frozen=True)
class Window:
    """How a window moves over pictures (two spatial axes) or volumes (three).

    Attributes:
        ksize: the window's size along each spatial axis, without dilation; None where not known yet.
        strides: steps between two places of the window.
        dilations: steps between two elements of the window.
        padding: "SAME", "VALID" or "EXPLICIT".
        explicit_paddings: (before, after) of each spatial axis; zeros unless padding is "EXPLICIT".
        data_format: "NHWC", "NCHW", "NDHWC" or "NCDHW".
    """

    ksize: Sizes
    strides: Ints
    dilations: Ints
    padding: str
    explicit_paddings: tuple[Pair, ...]
    data_format: str

    def __hash__(self) -> int:
        # Kernels look up by window what follows from it, in every run.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(astuple(self))

    @property
    def rank(self) -> int:
        """Of the tensors the window moves over: the spatial axes, batch and channels."""
        return len(self.data_format)

    @property
    def spatial_axes(self) -> Ints:
        return _SPATIAL_AXES[self.data_format]

    @cached_property
    def channel_axis(self) -> int:
        return self.data_format.index("C")

    def with_ksize(self, ksize: Sequence[int | None]) -> Window:
        return replace(self, ksize=tuple(ksize))

    def arranged(self, batch: Any, spatial: Sequence[Any], channels: Any) -> tuple[Any, ...]:
        """The values of all axes in the order of the data format."""
        if self.channel_axis == 1:
            return batch, channels, *spatial
        return batch, *spatial, channels

    def span(self, axis: int) -> int | None:
        """How many elements the dilated window covers along a spatial axis, counted from 0."""
        ksize = self.ksize[axis]
        return None if ksize is None else (ksize - 1) * self.dilations[axis] + 1

    def output_sizes(self, sizes: Sizes) -> Sizes:
        """Places of the window along each spatial axis, for the sizes of an input.

        Raises:
            ValueError: the window does not fit into the input.
        """
        return tuple(self._output_size(axis, sizes) for axis in range(len(self.strides)))

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
                f"{shape_text(self.ksize)}{self._dilation_text()} does not fit into the input of shape "
                f"{shape_text(sizes)} ({self.data_format}) with padding {self._padding_text()}. "
                "Use padding 'SAME', a smaller window or a larger input."
            )
        return (padded - span) // stride + 1

    def _dilation_text(self) -> str:
        return "" if set(self.dilations) == {1} else f" with dilations {list(self.dilations)}"

    def _padding_text(self) -> str:
        return str([list(pair) for pair in self.explicit_paddings]) if self.padding == "EXPLICIT" else "'VALID'"

    def paddings(self, sizes: Sequence[int]) -> tuple[Pair, ...]:
        """The (before, after) of each spatial axis, for the sizes of an input; `ksize` must be known.

        TensorFlow's SAME puts the odd element of padding after.
        """
        if self.padding != "SAME":
            return self.explicit_paddings
        return tuple(self._same_padding(axis, sizes) for axis in range(len(self.strides)))

    def _same_padding(self, axis: int, sizes: Sequence[int]) -> Pair:
        size, stride, span = sizes[self.spatial_axes[axis]], self.strides[axis], self.span(axis)
        if span is None:
            raise ValueError("The padding follows from the window's size, which is not known.")
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        return total // 2, total - total // 2

    def channels_first(self, x: torch.Tensor) -> torch.Tensor:
        """A view of `x` with axes in PyTorch's order; NHWC becomes its channels_last."""
        return x if self.channel_axis == 1 else x.permute(0, x.ndim - 1, *range(1, x.ndim - 1))

    def restored(self, x: torch.Tensor) -> torch.Tensor:
        """The inverse of `channels_first`, contiguous: no copy where PyTorch kept the layout."""
        return (x if self.channel_axis == 1 else x.permute(0, *range(2, x.ndim), 1)).contiguous()


def shape_text(sizes: Sequence[int | None]) -> str:
    return f"[{','.join('?' if size is None else str(size) for size in sizes)}]"


def conv_window(op_type: str, attr: Callable[[str], Any]) -> Window:
    """The window of a convolution from its attributes; `ksize` follows from the filter later.

    Raises:
        ValueError: attributes that no input could make work.
    """
    data_format = attr("data_format")
    axes = _SPATIAL_AXES[data_format]
    strides = _checked(op_type, "stride", "Stride must be > 0", attr("strides"), data_format)
    dilations = _checked(op_type, "dilations", "Dilation rate must be >= 1", attr("dilations"), data_format)
    return Window(
        ksize=(None,) * len(axes),
        strides=_along(strides, axes),
        dilations=_along(dilations, axes),
        padding=attr("padding"),
        explicit_paddings=_explicit_paddings(op_type, attr, axes),
        data_format=data_format,
    )


def pool_window(op_type: str, attr: Callable[[str], Any], data_format: str | None = None) -> Window:
    """The window of a pooling op from its attributes.

    Args:
        data_format: of ops that have no such attribute.

    Raises:
        ValueError: attributes that no input could make work.
    """
    data_format = data_format or attr("data_format")
    if data_format not in _SPATIAL_AXES:
        raise ValueError(f"{op_type} works on data_format 'NHWC' or 'NCHW', got {data_format!r}.")
    axes = _SPATIAL_AXES[data_format]
    ksize = _checked(op_type, "ksize", "Sliding window ksize must be > 0", attr("ksize"), data_format)
    strides = _checked(op_type, "stride", "Stride must be > 0", attr("strides"), data_format)
    return Window(
        ksize=_along(ksize, axes),
        strides=_along(strides, axes),
        dilations=(1,) * len(axes),
        padding=attr("padding"),
        explicit_paddings=_explicit_paddings(op_type, attr, axes),
        data_format=data_format,
    )


def _along(values: Sequence[int], axes: Ints) -> Ints:
    return tuple(values[axis] for axis in axes)


def _checked(op_type: str, what: str, rule: str, values: list[int], data_format: str) -> list[int]:
    count = len(data_format)
    if len(values) != count:
        raise ValueError(
            f"{op_type} requires the {what} attribute to contain {count} values, but got: {len(values)}: {values}."
        )
    if min(values) < 1:
        raise ValueError(f"{rule}, but got {min(values)} in {values} for {op_type}.")
    return values


def _explicit_paddings(op_type: str, attr: Callable[[str], Any], axes: Ints) -> tuple[Pair, ...]:
    if attr("padding") != "EXPLICIT":
        return ((0, 0),) * len(axes)
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
    return tuple(pairs[axis] for axis in axes)


# What the user functions accept, brought to the attributes' form.


def spread(value: Any, data_format: str | None, name: str, spatial: int = 2) -> list[Any]:
    """A number, one number an axis, or a number for all axes too, as the last (API: TF's `strides=2`).

    Args:
        data_format: says where the channels stand.
        spatial: how many spatial axes there are.

    Raises:
        ValueError: another number of values.
    """
    values = [1] if value is None else list(value) if hasattr(value, "__len__") else [value]
    if len(values) == spatial + 2:
        return values
    if len(values) not in (1, spatial):
        raise ValueError(
            f"{name} should be of length 1, {spatial} or {spatial + 2}. "
            f"Received: {name}={value} of length {len(values)}"
        )
    each = values * spatial if len(values) == 1 else values
    return [1, 1, *each] if (data_format or "").startswith("NC") else [1, *each, 1]


def padding_attrs(padding: Any, rank: int = 4) -> tuple[Any, list[int]]:
    """The attributes `padding` and `explicit_paddings` for a padding that may be a list of `rank` pairs.

    Raises:
        ValueError: a list of another form, or no padding given as text.
    """
    if not isinstance(padding, (list, tuple)):
        if padding == "EXPLICIT":
            raise ValueError(
                "'EXPLICIT' is not a valid value for `padding`. To use explicit padding, `padding` must be a list."
            )
        return padding, []
    if len(padding) != rank:
        raise ValueError(
            f"When padding is a list, it must be of size {rank}. Received: padding={padding} of size {len(padding)}"
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


def given(name: str, value: Any) -> Any:
    """A value that must be given although its argument has a default; TypeError if it was not."""
    if value is None:
        raise TypeError(f"Expected string for argument '{name}' not None.")
    return value
