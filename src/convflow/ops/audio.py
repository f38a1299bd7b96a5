"""Sounds as WAV files (API: tf.audio): 16 bits a sample."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import errors, values
from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.summary_audio import wav

_HIGHEST = 1 << 15


class DecodeWav(NamedTuple):
    """What `decode_wav` returns.

    Attributes:
        audio: float32, [samples, channels].
        sample_rate: int32, a scalar: samples a second.
    """

    audio: Tensor
    sample_rate: Tensor


def decode_wav(
    contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> DecodeWav:
    """A WAV file of 16-bit samples as numbers from -1 to 1 (API: tf.audio.decode_wav).

    Args:
        contents: a scalar of type string: the file.
        desired_channels: how many channels to return: the last one is repeated, or those beyond are left out; -1 for
            as many as there are.
        desired_samples: how many samples to return: zeros are added, or those beyond are left out; -1 for all.
        name: of the node.

    Returns:
        The named tuple (audio, sample_rate).

    Raises:
        InvalidArgumentError: (when run) it is no such file.
    """
    made = apply_op(
        "DecodeWav", contents=contents, desired_channels=desired_channels, desired_samples=desired_samples, name=name
    )
    return DecodeWav(*made)


def encode_wav(audio: Any, sample_rate: Any, name: str | None = None) -> Tensor:
    """Numbers from -1 to 1 as a WAV file of 16-bit samples (API: tf.audio.encode_wav).

    Args:
        audio: float32, [samples, channels]; what is beyond -1 and 1 is cut off.
        sample_rate: an int32 scalar: samples a second.
        name: of the node.

    Returns:
        A scalar of type string.

    Raises:
        ValueError: `audio` is not of rank 2, or `sample_rate` no scalar.
        InvalidArgumentError: (when run) the rate is not positive, or there are no channels or samples.
    """
    return apply_op("EncodeWav", audio=audio, sample_rate=sample_rate, name=name)


def _decode_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "contents")
    sizes = [ctx.attr("desired_samples"), ctx.attr("desired_channels")]
    for size, what in zip(sizes, ("desired_samples", "desired_channels"), strict=True):
        if size < -1 or size == 0:
            raise ValueError(f"{what} must be -1 or positive, got {size}.")
    return [TensorShape([None if size < 0 else size for size in sizes]), scalar()]


def _decode_kernel(op: Operation) -> Callable[[np.ndarray], tuple[torch.Tensor, torch.Tensor]]:
    channels, samples = op.attrs["desired_channels"], op.attrs["desired_samples"]

    def compute(contents: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        clip, rate = _read(contents.item())
        if channels >= 0:
            clip = clip[:, np.minimum(np.arange(channels), clip.shape[1] - 1)]
        if samples >= 0:
            clip = np.pad(clip[:samples], ((0, max(0, samples - len(clip))), (0, 0)))
        return torch.from_numpy(np.ascontiguousarray(clip)), torch.tensor(rate, dtype=torch.int32)

    return compute


def _read(contents: bytes) -> tuple[np.ndarray, int]:
    """The samples as float32, [samples, channels], and how many there are in a second."""
    try:
        with wave.open(io.BytesIO(contents)) as file:
            channels, width, rate, count = file.getparams()[:4]
            data = file.readframes(count)
    except (wave.Error, EOFError) as error:
        raise errors.InvalidArgumentError(
            None, None, f"contents is no WAV file of PCM samples: {error or 'it ends too early'}. Pass a whole file."
        ) from None
    if width != 2:
        raise errors.InvalidArgumentError(
            None, None, f"Can only read 16-bit WAV files, but received {8 * width} bits a sample. Convert the file."
        )
    if len(data) < count * channels * width:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Data too short: the WAV file says that it has {count} samples of {channels} channels, and holds "
            f"{len(data)} bytes of them. Pass a whole file.",
        )
    scaled = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(_HIGHEST)
    return scaled.reshape(count, channels), rate


def _encode_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 2, "audio")
    rules.with_rank(ctx.input(1), 0, "sample_rate")
    return rules.scalar_output(ctx)


def _encode_kernel(op: Operation) -> Callable[[torch.Tensor, torch.Tensor], np.ndarray]:
    def compute(audio: torch.Tensor, sample_rate: torch.Tensor) -> np.ndarray:
        clip, rate = values.to_numpy(audio), int(sample_rate)
        if clip.ndim != 2 or clip.size == 0:
            raise errors.InvalidArgumentError(
                None, None, f"audio must be [samples, channels] with at least one of each, got the shape {clip.shape}."
            )
        if rate <= 0:
            raise errors.InvalidArgumentError(None, None, f"sample_rate must be in (0, 2^32), got: {rate}.")
        return values.as_bytes_array(wav(clip, rate))

    return compute


register_op(
    "DecodeWav",
    inputs="contents: string",
    outputs="audio: float; sample_rate: int32",
    attrs="desired_channels: int = -1; desired_samples: int = -1",
    shape=_decode_shape,
    kernel=_decode_kernel,
    gradient=NO_GRADIENT,
)

register_op(
    "EncodeWav",
    inputs="audio: float; sample_rate: int32",
    outputs="contents: string",
    attrs="",
    shape=_encode_shape,
    kernel=_encode_kernel,
    gradient=NO_GRADIENT,
)
