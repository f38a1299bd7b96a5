"""The node of audio summaries (API: tf.summary.audio): clips as WAV files of 16 bits a sample."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from typing import Any

import numpy as np
from tensorboard.compat.proto import summary_pb2

from convflow.core import errors, values
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

_HIGHEST = 1 << 15


def audio_summary(tag: Any, tensor: Any, sample_rate: Any, max_outputs: int = 3, name: str | None = None) -> Tensor:
    """A summary of clips in `tensor`; see `tf.summary.audio`."""
    return apply_op(
        "AudioSummaryV2", tag=tag, tensor=tensor, sample_rate=sample_rate, max_outputs=max_outputs, name=name
    )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "tag")
    rules.with_rank(ctx.input(2), 0, "sample_rate")
    if ctx.input(1).rank not in (None, 2, 3):
        raise ValueError(f"tensor must be 2-D or 3-D [batch, frames, channels], got the shape {ctx.input(1)}.")
    return rules.scalar_output(ctx)


def audio_message(op: Operation) -> Callable[..., np.ndarray]:
    """A kernel from a tag, clips and their rate to a serialized `Summary`."""
    most = op.attrs["max_outputs"]

    def compute(tag: np.ndarray, tensor: Any, sample_rate: Any) -> np.ndarray:
        clips, rate = values.to_numpy(tensor), float(sample_rate)
        if rate <= 0:
            raise errors.InvalidArgumentError(None, None, f"sample_rate must be positive, got {rate}.")
        clips = clips if clips.ndim == 3 else clips[..., None]
        if clips.shape[2] < 1:
            raise errors.InvalidArgumentError(None, None, "tensor has no channels: its last size is 0.")
        summary = summary_pb2.Summary()
        name = tag.item().decode()
        for index, clip in enumerate(clips[:most]):
            value = summary.value.add(tag=f"{name}/audio" if most == 1 else f"{name}/audio/{index}")
            value.audio.sample_rate = rate
            value.audio.num_channels, value.audio.length_frames = clip.shape[1], clip.shape[0]
            value.audio.encoded_audio_string = wav(clip, int(rate))
            value.audio.content_type = "audio/wav"
        result = np.empty((), dtype=object)
        result[()] = summary.SerializeToString()
        return result

    return compute


def wav(clip: np.ndarray, sample_rate: int) -> bytes:
    """A clip of floats from -1 to 1, [frames, channels], as a WAV file; what is beyond is cut off."""
    # Halves are rounded away from zero.
    scaled = clip.astype(np.float64) * _HIGHEST
    rounded = np.trunc(scaled + np.copysign(0.5, scaled))
    samples = np.clip(np.nan_to_num(rounded), -_HIGHEST, _HIGHEST - 1).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(clip.shape[1])
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


register_op(
    "AudioSummaryV2",
    inputs="tag: string; tensor: float; sample_rate: float",
    outputs="summary: string",
    attrs="max_outputs: int = 3 >= 1",
    shape=_shape,
    kernel=audio_message,
    gradient=NOT_DIFFERENTIABLE,
)
