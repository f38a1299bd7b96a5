"""Convolution and pooling of any number of axes, place by place in NumPy: what the ops are tested against."""

from __future__ import annotations

import numpy as np


def places(size, window, stride, rate, padding):
    """For each place of a window along an axis, the positions that its elements stand on; outside ones are None."""
    span = (window - 1) * rate + 1
    if padding == "SAME":
        count = -(-size // stride)
        before = max((count - 1) * stride + span - size, 0) // 2
    else:
        count, before = (size - span) // stride + 1, 0
    starts = [place * stride - before for place in range(count)]
    return [[at if 0 <= (at := start + i * rate) < size else None for i in range(window)] for start in starts]


def walk(sizes, window, strides, rates, padding):
    """Yields (output place, window element, input place) for everything inside."""
    axes = [places(*each, padding) for each in zip(sizes, window, strides, rates, strict=True)]
    for output in np.ndindex(*[len(axis) for axis in axes]):
        for element in np.ndindex(*window):
            at = [axis[o][e] for axis, o, e in zip(axes, output, element, strict=True)]
            if None not in at:
                yield output, element, tuple(at)


def output_sizes(sizes, window, strides, rates, padding):
    return [len(places(*each, padding)) for each in zip(sizes, window, strides, rates, strict=True)]


def convolve(x, w, strides, padding, rates=None):
    """x: (batch, *spatial, channels); w: (*window, channels, filters)."""
    window = w.shape[:-2]
    rates = rates or [1] * len(window)
    y = np.zeros((x.shape[0], *output_sizes(x.shape[1:-1], window, strides, rates, padding), w.shape[-1]))
    for output, element, at in walk(x.shape[1:-1], window, strides, rates, padding):
        y[(slice(None), *output)] += x[(slice(None), *at)] @ w[element]
    return y


def covered(x, window, strides, padding, rates=None):
    """For each place of the window the (position, value) pairs it covers, in row-major order."""
    rates = rates or [1] * len(window)
    found = {}
    for output, _, at in walk(x.shape[1:-1], window, strides, rates, padding):
        found.setdefault(output, []).append((at, x[(slice(None), *at)]))
    return found


def pool(x, window, strides, padding, combine, rates=None):
    rates = rates or [1] * len(window)
    y = np.zeros((x.shape[0], *output_sizes(x.shape[1:-1], window, strides, rates, padding), x.shape[-1]), x.dtype)
    for output, values in covered(x, window, strides, padding, rates).items():
        y[(slice(None), *output)] = combine(np.stack([value for _, value in values]), 0)
    return y


def channels_second(x):
    return np.ascontiguousarray(np.moveaxis(x, -1, 1))
