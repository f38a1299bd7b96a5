"""Pooling over windows of two or three spatial axes, and what goes back, as PyTorch calls."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch

from convflow.core import errors
from convflow.graph.operation import Operation
from convflow.ops.pool_fours import fours_gradient, fours_max_pool, in_fours
from convflow.ops.pool_sliding import slides_well, sliding_max_pool
from convflow.ops.window import Ints, Pair, Window, pool_window

Kernel = Callable[..., torch.Tensor]


class _Places(NamedTuple):
    """TensorFlow's windows in PyTorch's terms.

    Attributes:
        output: the sizes of the pooled output.
        padding: PyTorch's padding, on both sides of an axis.
        ceil_mode: the last window may reach over the end.
        extra: windows to drop from the front of each axis.
        explicit: (before, after) of each axis where padding has to be written into the input; None otherwise.
    """

    output: Ints
    padding: Ints
    ceil_mode: bool
    extra: Ints
    explicit: tuple[Pair, ...] | None


@lru_cache(maxsize=1024)
def _places(window: Window, sizes: Ints) -> _Places:
    """PyTorch pads both sides alike, SAME one more after: reached without a copy of the input.

    A stride above 1 lets the last window hang over the end; a stride of 1 gives one window too many in front.

    Raises:
        ValueError: the windows do not fit.
    """
    if len(sizes) != window.rank:
        raise ValueError(f"Pooling needs an input of rank {window.rank}, got shape {list(sizes)}.")
    output: Any = window.arranged(sizes[0], window.output_sizes(sizes), sizes[window.channel_axis])
    paddings = window.paddings(sizes)
    nothing = (0,) * len(paddings)
    if window.padding == "EXPLICIT" and any(sum(pair) for pair in paddings):
        return _Places(output, nothing, False, nothing, paddings)
    hangs_over = [
        after > before and stride > 1 for (before, after), stride in zip(paddings, window.strides, strict=True)
    ]
    extra = tuple(int(after > before and not over) for (before, after), over in zip(paddings, hangs_over, strict=True))
    padding = tuple(before + more for (before, _), more in zip(paddings, extra, strict=True))
    return _Places(output, padding, any(hangs_over), extra, None)


def _without_extra(y: torch.Tensor, places: _Places) -> torch.Tensor:
    for axis, extra in enumerate(places.extra, 2):
        y = y.narrow(axis, extra, y.shape[axis] - extra) if extra else y
    return y


def _with_extra(grad: torch.Tensor, places: _Places) -> torch.Tensor:
    return _written(grad, [(extra, 0) for extra in places.extra])


def _padded_lowest(x: torch.Tensor, places: _Places) -> torch.Tensor:
    if places.explicit is None:
        return x
    return _written(x, places.explicit, -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min)


def _padded_below(x: torch.Tensor, places: _Places) -> torch.Tensor:
    """As `_padded_lowest`, with a padding that no element equals: it must not win a tie."""
    if places.explicit is None or x.is_floating_point() or x.dtype == torch.int64:
        return _padded_lowest(x, places)
    return _written(x.to(torch.int64), places.explicit, torch.iinfo(x.dtype).min - 1)


def _written(x: torch.Tensor, paddings: Sequence[Pair], value: float = 0) -> torch.Tensor:
    """`x`, channels first, with its padding."""
    # PyTorch lists the last axis first.
    both = list(itertools.chain.from_iterable(reversed(paddings)))
    return torch.constant_pad_nd(x, both, value) if any(both) else x


def _without(x: torch.Tensor, paddings: Sequence[Pair]) -> torch.Tensor:
    for axis, (before, after) in enumerate(paddings, 2):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x


def kernel_window(op: Operation, data_format: str | None = None) -> Window:
    """The window of a node, if it moves over pictures or volumes only.

    Raises:
        UnimplementedError: it moves over the batch or over channels.
    """
    ksize, strides = op.attrs["ksize"], op.attrs["strides"]
    data_format = data_format or op.attrs["data_format"]
    for what, axis in (("batch", 0), ("depth", data_format.index("C"))):
        if ksize[axis] != 1 or strides[axis] != 1:
            raise errors.UnimplementedError(
                op.node_def,
                op,
                f"{op.type} is not yet supported on the {what} dimension, got ksize={ksize}, strides={strides}, "
                f"data_format={data_format!r}. Pool over height and width only.\n\t [[{op.describe()}]]",
            )
    return pool_window(op.type, op.attrs.__getitem__, data_format)


def _check_equal(what: str, got: torch.Size, expected: Sequence[int]) -> None:
    if tuple(got) != tuple(expected):
        raise ValueError(f"Expected {what} shape to be {tuple(expected)}, but got {tuple(got)}.")


_MAX: dict[int, Any] = {2: torch.max_pool2d, 3: torch.max_pool3d}
_MAX_AND_INDICES: dict[int, Any] = {
    2: torch.ops.aten.max_pool2d_with_indices.default,
    3: torch.ops.aten.max_pool3d_with_indices.default,
}
_MAX_BACKWARD: dict[int, Any] = {
    2: torch.ops.aten.max_pool2d_with_indices_backward.grad_input,
    3: torch.ops.aten.max_pool3d_with_indices_backward.grad_input,
}


def max_pool(window: Window, input: torch.Tensor) -> torch.Tensor:
    """The largest element of each window."""
    places = _places(window, tuple(input.shape))
    if 0 in places.output:
        return input.new_empty(places.output)
    if slides_well(window, input):
        return sliding_max_pool(window, input)
    x = _padded_lowest(window.channels_first(input), places)
    y = _MAX[len(window.strides)](x, window.ksize, window.strides, places.padding, 1, places.ceil_mode)
    return window.restored(_without_extra(y, places))


def _max_and_indices(x: torch.Tensor, window: Window, places: _Places) -> tuple[torch.Tensor, torch.Tensor]:
    """Maxima and their places in `x`, channels first: for each (batch, channel), counted in row-major order."""
    spatial = len(window.strides)
    values, indices = _MAX_AND_INDICES[spatial](
        x, window.ksize, window.strides, places.padding, [1] * spatial, places.ceil_mode
    )
    return values, indices


def max_pool_and_argmax(window: Window, input: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Maxima and their places along the spatial axes, counted in row-major order, both in the data format."""
    places = _places(window, tuple(input.shape))
    if 0 in places.output:
        return input.new_empty(places.output), torch.empty(places.output, dtype=torch.int64, device=input.device)
    values, indices = _max_and_indices(window.channels_first(input), window, places)
    restored = (window.restored(_without_extra(y, places)) for y in (values, indices))
    return next(restored), next(restored)


def _scattered(grad: torch.Tensor, sizes: Ints, window: Window, places: _Places, indices: torch.Tensor) -> torch.Tensor:
    """`grad` of the windows at its places in zeros; channels first, as `sizes` are."""
    spatial = len(window.strides)
    if grad.is_floating_point():
        result = window.channels_first(grad.new_empty(window.arranged(sizes[0], sizes[2:], sizes[1])))
        # The input is wanted for its shape and layout only: the result serves as well.
        _MAX_BACKWARD[spatial](
            grad, result, window.ksize, window.strides, places.padding, [1] * spatial, places.ceil_mode, indices,
            grad_input=result,
        )  # fmt: skip
        return result
    zeros = grad.new_zeros(sizes).flatten(2)
    return zeros.scatter_add_(2, indices.flatten(2), grad.flatten(2)).view(sizes)


class MaxPlaces(NamedTuple):
    """Which elements of an input are the maxima of its windows.

    Attributes:
        sizes: of the input.
        padded: its sizes with written padding, channels first.
        indices: for each (batch, channel), counted in row-major order, channels first; or as bytes which of its four
            elements a window's maximum is, channels last.
    """

    sizes: Ints
    padded: Ints
    indices: torch.Tensor


def max_pool_and_places(window: Window, input: torch.Tensor) -> tuple[torch.Tensor, MaxPlaces]:
    """The largest element of each window of floats, and what `max_pool_gradient_at` needs to know of the input."""
    sizes = tuple(input.shape)
    places = _places(window, sizes)
    if 0 in places.output:
        return input.new_empty(places.output), MaxPlaces(sizes, sizes, torch.empty(0, dtype=torch.int64))
    if in_fours(window, input):
        y, which = fours_max_pool(input)
        return y, MaxPlaces(sizes, sizes, which)
    x = _padded_lowest(window.channels_first(input), places)
    values, indices = _max_and_indices(x, window, places)
    return window.restored(_without_extra(values, places)), MaxPlaces(sizes, tuple(x.shape), indices)


def max_pool_gradient_at(window: Window, found: MaxPlaces, grad: torch.Tensor) -> torch.Tensor:
    """As `max_pool_gradient`, of floats, without another walk over the input."""
    places = _places(window, found.sizes)
    _check_equal("grad", grad.shape, places.output)
    if 0 in places.output:
        return grad.new_zeros(found.sizes)
    if found.indices.dtype == torch.uint8:
        return fours_gradient(found.sizes, found.indices, grad)
    first = _with_extra(window.channels_first(grad), places)
    result = _scattered(first, found.padded, window, places, found.indices)
    return window.restored(_without(result, places.explicit or ()))


def max_pool_gradient(
    window: Window, orig_input: torch.Tensor, orig_output: torch.Tensor, grad: torch.Tensor
) -> torch.Tensor:
    """`grad` of the pooled output, brought to the first largest element of each window."""
    places = _places(window, tuple(orig_input.shape))
    _check_equal("orig_output", orig_output.shape, places.output)
    _check_equal("grad", grad.shape, places.output)
    if 0 in places.output:
        return torch.zeros_like(orig_input)
    x = _padded_below(window.channels_first(orig_input), places)
    # The maxima alone cannot tell which of several equal elements came first: the windows are walked again.
    indices = _max_and_indices(x, window, places)[1]
    result = _scattered(_with_extra(window.channels_first(grad), places), tuple(x.shape), window, places, indices)
    return window.restored(_without(result, places.explicit or ()))


def max_pool_second_gradient(
    window: Window, orig_input: torch.Tensor, orig_output: torch.Tensor, grad: torch.Tensor
) -> torch.Tensor:
    """For each window, the element of `grad` (of the input's shape) where the first largest element stands."""
    places = _places(window, tuple(orig_input.shape))
    _check_equal("orig_output", orig_output.shape, places.output)
    _check_equal("grad", grad.shape, tuple(orig_input.shape))
    if 0 in places.output:
        return grad.new_empty(places.output)
    indices = _max_and_indices(window.channels_first(orig_input), window, places)[1]
    picked = window.channels_first(grad).flatten(2).gather(2, indices.flatten(2)).view(indices.shape)
    return window.restored(_without_extra(picked, places))


def avg_pool(window: Window, value: torch.Tensor) -> torch.Tensor:
    """The mean of each window; padding does not count."""
    places = _places(window, tuple(value.shape))
    if 0 in places.output:
        return value.new_empty(places.output)
    x = window.channels_first(value)
    if len(window.strides) == 3:
        return window.restored(_avg_pool3d(window, x))
    y = torch.ops.aten.avg_pool2d.default(x, window.ksize, window.strides, places.padding, places.ceil_mode, False)
    return window.restored(_without_extra(y, places))


def avg_pool_gradient(window: Window, sizes: Ints, grad: torch.Tensor) -> torch.Tensor:
    """`grad` of the means, spread over the windows of an input of these `sizes`."""
    places = _places(window, sizes)
    _check_equal("grad", grad.shape, places.output)
    if 0 in places.output:
        return grad.new_zeros(sizes)
    # Wanted for its shape and layout only.
    x = window.channels_first(grad.new_empty(sizes))
    first = window.channels_first(grad)
    if len(window.strides) == 3:
        return window.restored(_avg_pool3d_gradient(window, x, first))
    result: torch.Tensor = torch.ops.aten.avg_pool2d_backward.default(
        _with_extra(first, places), x, window.ksize, window.strides, places.padding, places.ceil_mode, False, None
    )
    return window.restored(result)


# Over volumes PyTorch averages no narrow types, and refuses windows larger than the input whatever the padding. So:
# sums over an input with its padding written, divided by how many elements of each window are inside.


def _volume_paddings(window: Window, x: torch.Tensor) -> tuple[Pair, ...]:
    sizes = window.arranged(x.shape[0], x.shape[2:], x.shape[1])
    return window.paddings(sizes)


def _computed(dtype: torch.dtype) -> torch.dtype:
    return torch.float64 if dtype == torch.float64 else torch.float32


def _volume_sums(window: Window, x: torch.Tensor) -> torch.Tensor:
    y: torch.Tensor = torch.ops.aten.avg_pool3d.default(x, window.ksize, window.strides, (0, 0, 0), False, True, 1)
    return y


def _inside_counts(window: Window, x: torch.Tensor, paddings: Sequence[Pair], dtype: torch.dtype) -> torch.Tensor:
    return _volume_sums(window, _written(torch.ones((1, 1, *x.shape[2:]), dtype=dtype, device=x.device), paddings))


def _avg_pool3d(window: Window, x: torch.Tensor) -> torch.Tensor:
    paddings, dtype = _volume_paddings(window, x), _computed(x.dtype)
    sums = _volume_sums(window, _written(x.to(dtype), paddings))
    return (sums / _inside_counts(window, x, paddings, dtype)).to(x.dtype)


def _avg_pool3d_gradient(window: Window, x: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
    paddings, dtype = _volume_paddings(window, x), _computed(grad.dtype)
    shares = grad.to(dtype) / _inside_counts(window, x, paddings, dtype)
    padded = x.new_empty(
        (*x.shape[:2], *(size + sum(pair) for size, pair in zip(x.shape[2:], paddings, strict=True))), dtype=dtype
    )
    result = torch.ops.aten.avg_pool3d_backward.default(
        shares, padded, window.ksize, window.strides, (0, 0, 0), False, True, 1
    )
    return _without(result, paddings).to(grad.dtype)
