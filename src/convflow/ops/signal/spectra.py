"""Short-time Fourier transforms and back (API: tf.signal.stft, tf.signal.inverse_stft; Griffin and Lim, "Signal
estimation from modified short-time Fourier transform", 1984)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.tile import tile
from convflow.ops.math.arithmetic import maximum, minimum
from convflow.ops.math.elementwise import square
from convflow.ops.math.real_fourier import irfft, rfft
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.signal.frames import frame, overlap_and_add
from convflow.ops.signal.lengths import enclosing_power_of_two, is_known, scalar_length
from convflow.ops.signal.windows import hann_window


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """The spectra of a signal's windows (API: tf.signal.stft).

    Args:
        signals: float32 or float64 of shape (..., samples).
        frame_length: a window's samples, an integer scalar.
        frame_step: from the beginning of a window to that of the next, an integer scalar.
        fft_length: the transform's length; by default the smallest power of two that is not below the window's.
        window_fn: (length, dtype=...) -> what windows are multiplied by, or None.
        pad_end: whether windows may end behind the signal, which zeros fill up.

    Returns:
        complex64 or complex128 of shape (..., frames, fft_length // 2 + 1).

    Raises:
        ValueError: lengths that are no integer scalars; a scalar signal.
    """
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        length = scalar_length(frame_length, "frame_length")
        step = scalar_length(frame_step, "frame_step")
        transformed = enclosing_power_of_two(length) if fft_length is None else scalar_length(fft_length, "fft_length")
        frames = frame(signals, length, step, pad_end=pad_end)
        if window_fn is not None:
            frames = frames * window_fn(length, dtype=frames.dtype)
        return rfft(frames, [transformed])


def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Callable[..., Any] = hann_window, name: str | None = None
) -> Callable[[Any, Any], Tensor]:
    """The window with which `inverse_stft` gives back the signal (API: tf.signal.inverse_stft_window_fn).

    Args:
        frame_step: the step of `stft`, an integer scalar.
        forward_window_fn: its window.

    Returns:
        A function (frame_length, dtype) -> the forward window, divided by the sum of its squares over all windows
        that a sample is in.
    """

    def inverse_stft_window_fn_inner(frame_length: Any, dtype: Any) -> Tensor:
        """(API: tf.signal.inverse_stft_window_fn)

        Args:
            frame_length: the window's samples, an integer scalar.
            dtype: a floating type.
        """
        with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
            step = scalar_length(frame_step, "frame_step")
            length = scalar_length(frame_length, "frame_length")
            forward = forward_window_fn(length, dtype=dtype)
            overlaps = -(-length // step)
            squares = pad(square(forward), [[0, overlaps * step - length]])
            sums = reduce_sum(reshape(squares, [overlaps, step]), 0, keepdims=True)
            return forward / reshape(tile(sums, [overlaps, 1]), [overlaps * step])[:length]

    return inverse_stft_window_fn_inner


def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    name: str | None = None,
) -> Tensor:
    """The sum of the windows that spectra are of (API: tf.signal.inverse_stft).

    It gives back the signal, its ends aside, with `window_fn=inverse_stft_window_fn(frame_step)`.

    Args:
        stfts: complex64 or complex128 of shape (..., frames, fft_length // 2 + 1).
        frame_length: a window's samples, an integer scalar.
        frame_step: from the beginning of a window to that of the next, an integer scalar.
        fft_length: the transform's length; by default the smallest power of two that is not below the window's.
        window_fn: (length, dtype=...) -> what windows are multiplied by, or None.

    Returns:
        float32 or float64 of shape (..., (frames - 1) * frame_step + frame_length).

    Raises:
        ValueError: lengths that are no integer scalars; a spectrum of less than two axes.
    """
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        length = scalar_length(frame_length, "frame_length")
        step = scalar_length(frame_step, "frame_step")
        transformed = enclosing_power_of_two(length) if fft_length is None else scalar_length(fft_length, "fft_length")
        frames = _of_length(irfft(stfts, [transformed]), transformed, length)
        if window_fn is not None:
            frames = frames * window_fn(length, dtype=stfts.dtype.real_dtype)
        return overlap_and_add(frames, step)


def _of_length(frames: Tensor, given: Any, length: Any) -> Tensor:
    """Frames of shape (..., given), cut or filled up with zeros to (..., length)."""
    if is_known(given, length) and given == length:
        return frames
    if is_known(given, length):
        shared, missing = min(given, length), max(length - given, 0)
    else:
        shared, missing = minimum(given, length), maximum(length - given, 0)
    rank = frames.shape.rank
    leading = (shape_of(shape_of(frames))[0] if rank is None else rank) - 1
    margins = concat([zeros([leading, 2], dtype=dtypes.int32), [[0, missing]]], 0)
    result = pad(frames[..., :shared], margins)
    if rank is not None:
        result.set_shape([*frames.shape.as_list()[:-1], length if is_known(length) else None])
    return result
