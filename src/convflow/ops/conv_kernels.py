"""Convolutions of any number of spatial axes and their two derivatives as PyTorch calls.

Filters arrive as TensorFlow keeps them: spatial sizes, channels, filters. Where `channels` is a divisor of the
input's channels, the filters work on groups of channels.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeGuard

import torch

from convflow.ops import conv_blocks, conv_folded, conv_products, conv_unrolled, depthwise_sweeps, winograd
from convflow.ops.border import with_border
from convflow.ops.epilogue import NOTHING, Epilogue, apply_in_place, checked
from convflow.ops.kept import Keep, at_once
from convflow.ops.matrix_kernels import HAS_ONEDNN
from convflow.ops.window import Ints, Pair, Sizes, Window, shape_text

Kernel = Callable[..., torch.Tensor]


def output_sizes(window: Window, input: Sizes, filter: Sizes) -> Sizes:
    """The sizes of a convolution's output, with None for what is not known.

    Raises:
        ValueError: sizes that do not go together.
    """
    depth, filter_depth, filters = input[window.channel_axis], filter[-2], filter[-1]
    if 0 in filter:
        raise ValueError(f"Depth of filter must not be 0, nor any other of its sizes, but it is {shape_text(filter)}.")
    if depth is not None and filter_depth is not None:
        shapes = f"input {shape_text(input)} ({window.data_format}), filter {shape_text(filter)}"
        if depth % filter_depth or not depth:
            raise ValueError(
                f"Depth of input ({depth}) is not a multiple of input depth of filter ({filter_depth}): {shapes}. "
                "The filter's last size but one must be the input's number of channels."
            )
        groups = depth // filter_depth
        if filters is not None and filters % groups:
            raise ValueError(
                f"Depth of output ({filters}) is not a multiple of the number of groups ({groups}): {shapes}."
            )
    spatial = window.with_ksize(filter[:-2]).output_sizes(input)
    return window.arranged(input[0], spatial, filters)


class _Geometry(NamedTuple):
    """What follows from the sizes of an input and a filter."""

    output: Ints
    paddings: tuple[Pair, ...]
    both_sides: Ints | None
    """PyTorch's padding; None where it has to be written into the input, since the two sides differ."""
    groups: int
    zero_taps: tuple[Pair, ...] | None
    """Zeros around the filter that make both sides' padding the same, where that is cheaper than a padded input."""
    is_product: bool
    """Whether it is a product of two matrices."""
    tiles: winograd.Grid | None
    """Where Winograd's algorithm is the faster one."""
    blocks: conv_blocks.Blocks | None
    """Where gradients are products of blocks."""
    is_unrolled: bool
    """Whether windows written out make it a product that is faster."""


@lru_cache(maxsize=1024)
def _geometry(window: Window, input: Ints, filter: Ints) -> _Geometry:
    if len(input) != window.rank or len(filter) != window.rank:
        raise ValueError(f"Expected shapes of rank {window.rank}, got input {input} and filter {filter}.")
    output: Any = output_sizes(window, input, filter)
    paddings = window.with_ksize(filter[:-2]).paddings(input)
    both_sides = tuple(before for before, _ in paddings) if all(b == a for b, a in paddings) else None
    groups = input[window.channel_axis] // filter[-2]
    zero_taps = _zero_taps(window, filter, paddings, groups) if both_sides is None else None
    is_product = conv_products.is_product(window, input, filter, paddings, output)
    tiles = None if is_product else _tiles(window, input, filter, output, paddings)
    is_plain = window.data_format == "NHWC" and window.dilations == (1, 1) and groups == 1 and 0 not in output
    blocks = conv_blocks.blocks(input, filter, output, window.strides, paddings) if is_plain else None
    is_unrolled = is_plain and tiles is None and conv_unrolled.pays(filter, output)
    return _Geometry(output, paddings, both_sides, groups, zero_taps, is_product, tiles, blocks, is_unrolled)


def _zero_taps(window: Window, filter: Ints, paddings: tuple[Pair, ...], groups: int) -> tuple[Pair, ...] | None:
    # With a filter for each channel there is little to multiply, and copying the input takes most of the time.
    if groups == 1 or filter[-2] != 1 or set(window.dilations) != {1}:
        return None
    return tuple((max(after - before, 0), max(before - after, 0)) for before, after in paddings)


def _tiles(window: Window, input: Ints, filter: Ints, output: Ints, paddings: tuple[Pair, ...]) -> winograd.Grid | None:
    is_plain = window.data_format == "NHWC" and window.dilations == (1, 1)
    taps, stride = filter[0], window.strides[0]
    if (
        not is_plain
        or window.strides != (stride, stride)
        or filter[:2] != (taps, taps)
        or input[-1] != filter[-2]
        or 0 in output
    ):
        return None
    (top, bottom), (left, right) = paddings
    if (taps, stride) not in winograd.SIZES or max(top, bottom, left, right) >= taps:
        return None
    tiles = winograd.Grid(taps, top, left, output[1], output[2], stride)
    return tiles if winograd.pays(input[0], tiles, filter[-2], filter[-1]) else None


def _is_for_winograd(
    tiles: winograd.Grid | None, values: torch.Tensor, input: Ints, filter: Ints, by_filter: bool = False
) -> TypeGuard[winograd.Grid]:
    if tiles is None or values.device.type != "cpu" or not winograd.is_enabled():
        return False
    if values.dtype == torch.bfloat16:
        return winograd.pays_in_bfloat16(input[0], tiles, filter[-2], filter[-1], by_filter)
    return values.dtype == torch.float32


def _is_for_folding(window: Window, geometry: _Geometry, sizes: Ints, values: torch.Tensor) -> bool:
    is_plain = window.data_format == "NHWC" and set(window.dilations) == {1} and geometry.groups == 1
    return is_plain and sizes[-1] <= conv_folded.MOST_CHANNELS and values.dtype in (torch.float32, torch.float64)


def _as_torch_filter(filter: torch.Tensor) -> torch.Tensor:
    """The filter in PyTorch's order and channels_last: one transposed matrix, which PyTorch copies fast."""
    *spatial, channels, filters = filter.shape
    rows = filter.reshape(-1, filters).t().contiguous().view(filters, *spatial, channels)
    return rows.permute(0, rows.ndim - 1, *range(1, rows.ndim - 1))


def _as_tensorflow_filter(filter: torch.Tensor) -> torch.Tensor:
    """The inverse of `_as_torch_filter`."""
    filters, channels, *spatial = filter.shape
    rows = filter.permute(0, *range(2, filter.ndim), 1).reshape(filters, -1)
    return rows.t().contiguous().view(*spatial, channels, filters)


def _padded(x: torch.Tensor, geometry: _Geometry) -> tuple[torch.Tensor, Ints]:
    """`x`, channels first, and what PyTorch still has to pad: it pads both sides alike only."""
    if geometry.both_sides is not None:
        return x, geometry.both_sides
    return with_border(x, dict(enumerate(geometry.paddings, 2))), (0,) * len(geometry.paddings)


def _evenly_padded(filter: torch.Tensor, geometry: _Geometry) -> tuple[torch.Tensor, Ints | None]:
    """The filter, and the padding on both sides with which it does the same; None if there is no such padding."""
    if geometry.zero_taps is None:
        return filter, geometry.both_sides
    around = list(itertools.chain.from_iterable(reversed(geometry.zero_taps)))
    return torch.constant_pad_nd(filter, [0, 0, 0, 0, *around], 0), tuple(map(max, geometry.paddings))


def _inner(x: torch.Tensor, paddings: Sequence[Pair]) -> torch.Tensor:
    for axis, (before, after) in enumerate(paddings, 2):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x


def convolve(
    window: Window, input: torch.Tensor, filter: torch.Tensor, epilogue: Epilogue = NOTHING, keep: Keep = at_once
) -> torch.Tensor:
    """The correlation of `input` with `filter`, in the window's data format, and what follows.

    Args:
        epilogue: for data formats with the channels last only.
        keep: for what is computed of the filter alone.
    """
    geometry = _geometry(window, tuple(input.shape), tuple(filter.shape))
    checked(epilogue, filter.shape[-1])
    if 0 in geometry.output:
        return input.new_empty(geometry.output)
    if geometry.is_product and conv_products.computes(input):
        return conv_products.forward(window, input, filter, geometry.output, epilogue)
    if _is_for_winograd(geometry.tiles, input, tuple(input.shape), tuple(filter.shape)):
        grid = geometry.tiles
        transformed = keep("winograd", grid, lambda taken: winograd.transformed_filter(taken, grid), filter)
        return apply_in_place(winograd.convolve_transformed(input, transformed, grid), epilogue)
    if geometry.is_unrolled and keep is at_once and input.dtype in (torch.float32, torch.float64):
        return conv_unrolled.convolve(input, filter, geometry.output, window.strides, geometry.paddings, epilogue)
    if epilogue is NOTHING and depthwise_sweeps.pays(window, tuple(input.shape), tuple(filter.shape), input):
        return depthwise_sweeps.convolve(input, filter, geometry.output, window.strides, geometry.paddings)
    both_sides = geometry.both_sides if geometry.zero_taps is None else tuple(map(max, geometry.paddings))
    x = window.channels_first(input)
    if both_sides is None:
        x, both_sides = _padded(x, geometry)
    if (epilogue is not NOTHING or keep is not at_once) and _is_for_onednn(x):
        return window.restored(_with_onednn(window, geometry, x, filter, both_sides, epilogue, keep))
    filter, _ = _evenly_padded(filter, geometry)
    y = torch.convolution(
        x, _as_torch_filter(filter), None, window.strides, both_sides, window.dilations, False,
        (0,) * len(both_sides), geometry.groups,
    )  # fmt: skip
    return apply_in_place(window.restored(y), epilogue)


def _with_onednn(
    window: Window,
    geometry: _Geometry,
    x: torch.Tensor,
    filter: torch.Tensor,
    padding: Ints,
    epilogue: Epilogue,
    keep: Keep,
) -> torch.Tensor:
    moves = padding, window.strides, window.dilations, geometry.groups
    sizes = list(x.shape)

    def weight(filter: torch.Tensor) -> torch.Tensor:
        plain = _as_torch_filter(_evenly_padded(filter, geometry)[0])
        if keep is at_once or geometry.groups > 1:
            return plain
        # In the order that oneDNN's code for these sizes reads, which nothing else understands.
        padding, strides, dilations, groups = moves
        return torch.ops.mkldnn._reorder_convolution_weight(plain, padding, strides, dilations, groups, sizes)

    arranged = keep("weight", tuple(sizes), weight, filter)
    bias, activation = epilogue
    return torch.ops.mkldnn._convolution_pointwise.default(
        x, arranged, bias, *moves, activation.name, list(activation.scalars), ""
    )


def _is_for_onednn(x: torch.Tensor) -> bool:
    return HAS_ONEDNN and x.dtype == torch.float32 and x.ndim == 4


def _backward(
    grad: torch.Tensor,
    x: torch.Tensor,
    filter: torch.Tensor,
    window: Window,
    geometry: _Geometry,
    padding: Ints,
    wanted: int,
) -> torch.Tensor:
    """The gradient of input (`wanted` 0) or filter (1) of a convolution with that padding on both sides."""
    results = torch.ops.aten.convolution_backward.default(
        grad, x, filter, None, window.strides, padding, window.dilations, False,
        [0] * len(padding), geometry.groups, [wanted == 0, wanted == 1, False],
    )  # fmt: skip
    return results[wanted]


def _checked_geometry(window: Window, input: Ints, filter: Ints, out_backprop: torch.Tensor) -> _Geometry:
    geometry = _geometry(window, input, filter)
    if geometry.output != tuple(out_backprop.shape):
        raise ValueError(f"out_backprop is {list(out_backprop.shape)}, expected {list(geometry.output)}.")
    return geometry


def input_gradient(window: Window, sizes: Ints, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    """The gradient of a convolution with respect to its input, which had these `sizes`."""
    geometry = _checked_geometry(window, sizes, tuple(filter.shape), out_backprop)
    if 0 in geometry.output:
        return out_backprop.new_zeros(sizes)
    if geometry.is_product and conv_products.computes(out_backprop):
        return conv_products.by_input(window, sizes, filter, out_backprop)
    if _is_for_winograd(geometry.tiles, filter, sizes, tuple(filter.shape)):
        return winograd.input_gradient(out_backprop, filter, sizes, geometry.tiles)
    if depthwise_sweeps.pays(window, sizes, tuple(filter.shape), out_backprop):
        return depthwise_sweeps.input_gradient(out_backprop, filter, sizes, window.strides, geometry.paddings)
    if geometry.blocks is not None and out_backprop.dtype in (torch.float32, torch.float64):
        return conv_blocks.input_gradient(out_backprop, filter, sizes, geometry.blocks)
    if _is_for_folding(window, geometry, sizes, out_backprop):
        return conv_folded.input_gradient(out_backprop, filter, sizes, window.strides, geometry.paddings)
    filter, both_sides = _evenly_padded(filter, geometry)
    grad, weight = window.channels_first(out_backprop), _as_torch_filter(filter)
    # PyTorch wants the input for its shape and layout only; fresh memory is never touched.
    if both_sides is not None:
        x = window.channels_first(out_backprop.new_empty(sizes))
        return window.restored(_backward(grad, x, weight, window, geometry, both_sides, 0))
    spatial = [sizes[axis] + sum(padding) for axis, padding in zip(window.spatial_axes, geometry.paddings, strict=True)]
    padded = window.arranged(sizes[0], spatial, sizes[window.channel_axis])
    x = window.channels_first(out_backprop.new_empty(padded))
    whole = _backward(grad, x, weight, window, geometry, (0,) * len(spatial), 0)
    return window.restored(_inner(whole, geometry.paddings))


def filter_gradient(window: Window, input: torch.Tensor, sizes: Ints, out_backprop: torch.Tensor) -> torch.Tensor:
    """The gradient of a convolution with respect to its filter, which had these `sizes`."""
    if len(sizes) != window.rank:
        raise ValueError(f"filter_sizes must hold {window.rank} sizes, got {sizes}.")
    geometry = _checked_geometry(window, tuple(input.shape), sizes, out_backprop)
    if 0 in geometry.output:
        return out_backprop.new_zeros(sizes)
    if geometry.is_product and conv_products.computes(input):
        return conv_products.by_filter(window, input, sizes, out_backprop)
    if _is_for_winograd(geometry.tiles, input, tuple(input.shape), sizes, by_filter=True):
        return winograd.filter_gradient(input, out_backprop, geometry.tiles)
    if geometry.is_unrolled and input.dtype in (torch.float32, torch.float64):
        return conv_unrolled.filter_gradient(input, out_backprop, sizes, window.strides, geometry.paddings)
    if depthwise_sweeps.pays(window, tuple(input.shape), sizes, input):
        return depthwise_sweeps.filter_gradient(input, out_backprop, sizes, window.strides, geometry.paddings)
    if geometry.blocks is not None and input.dtype in (torch.float32, torch.float64):
        return conv_blocks.filter_gradient(input, out_backprop, geometry.blocks)
    x, padding = _padded(window.channels_first(input), geometry)
    # Wanted for its shape and layout.
    *spatial, channels, filters = sizes
    weight = out_backprop.new_empty((filters, *spatial, channels))
    weight = weight.permute(0, weight.ndim - 1, *range(1, weight.ndim - 1))
    if filters == 1:
        weight = weight.contiguous()  # PyTorch refuses a permuted one for a single filter
    result = _backward(window.channels_first(out_backprop), x, weight, window, geometry, padding, 1)
    return _as_tensorflow_filter(result)
