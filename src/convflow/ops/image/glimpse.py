"""Windows of pictures round given points (API: tf.image.extract_glimpse)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.string import text_of


def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Tensor:
    """A window of each picture round a point of its own (API: tf.image.extract_glimpse).

    Args:
        input: float32 [batch, height, width, channels].
        size: int32 [window_height, window_width].
        offsets: float32 [batch, 2], row and column of the window's middle.
        centered: (0, 0) is the picture's middle, and not its upper left corner.
        normalized: the offsets are shares of the picture's sizes ([-1, 1] with `centered`), and not pixels.
        uniform_noise: outside of the picture is uniform noise, between its own smallest and largest value; else normal.

    Returns:
        float32 [batch, window_height, window_width, channels].
    """
    return apply_op(
        "ExtractGlimpse",
        input=input,
        size=size,
        offsets=offsets,
        centered=centered,
        normalized=normalized,
        uniform_noise=uniform_noise,
        name=name,
    )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    images, offsets = rules.with_rank(ctx.input(0), 4, "input"), rules.with_rank(ctx.input(2), 2, "offsets")
    size = rules.with_rank(ctx.input(1), 1, "size")
    rules.merge_dimension(size[0], 2, f"size must hold height and width, has shape {ctx.input(1)}")
    rules.merge_dimension(offsets[1], 2, f"offsets must be [batch, 2], have shape {ctx.input(2)}")
    batch = rules.merge_dimension(images[0], offsets[0], "input and offsets count the pictures")
    value = ctx.constant(1)
    if value is not None and value.min() <= 0:
        raise ValueError(f"size must be positive, got {value.tolist()}.")
    height, width = (None, None) if value is None else value.tolist()
    return [TensorShape([batch, height, width, images[3]])]


def _starts(offsets: torch.Tensor, size: int, window: int, centered: bool, normalized: bool) -> list[int]:
    """The first row or column of each window; it may lie outside."""
    at = offsets * size if normalized else offsets
    if centered:
        at = at / 2 + size / 2
    # TensorFlow drops the fraction, towards zero.
    return (at - window / 2).trunc().long().tolist()


def _around(picture: torch.Tensor, kind: str, sizes: list[int]) -> torch.Tensor:
    if kind == "zero":
        return torch.zeros(sizes)
    if kind == "uniform":
        low, high = picture.min(), picture.max()
        return low + torch.rand(sizes) * (high - low)
    mean = picture.mean()
    return mean + torch.randn(sizes) * picture.std(correction=0)


def _kernel(op: Operation) -> Callable[..., torch.Tensor]:
    centered, normalized = op.attrs["centered"], op.attrs["normalized"]
    kind = text_of(op.attrs["noise"])
    if kind == "uniform" and not op.attrs["uniform_noise"]:
        kind = "gaussian"

    def compute(images: torch.Tensor, size: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        window = size.tolist()
        if images.ndim != 4 or len(window) != 2 or min(window) <= 0 or offsets.shape != (images.shape[0], 2):
            raise ValueError(f"input {list(images.shape)}, size {window} and offsets {list(offsets.shape)} do not fit.")
        height, width, channels = images.shape[1:]
        tops = _starts(offsets[:, 0], height, window[0], centered, normalized)
        lefts = _starts(offsets[:, 1], width, window[1], centered, normalized)
        result = []
        for picture, top, left in zip(images, tops, lefts, strict=True):
            rows = slice(max(top, 0), min(top + window[0], height))
            columns = slice(max(left, 0), min(left + window[1], width))
            is_whole = rows.stop - rows.start == window[0] and columns.stop - columns.start == window[1]
            if is_whole:
                result.append(picture[rows, columns])
                continue
            taken = _around(picture, kind, [*window, channels])
            if rows.stop > rows.start and columns.stop > columns.start:
                taken[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[
                    rows, columns
                ]
            result.append(taken)
        return torch.stack(result) if result else images.new_zeros(0, *window, channels)

    return compute


register_op(
    "ExtractGlimpse",
    inputs="input: float; size: int32; offsets: float",
    outputs="glimpse: float",
    attrs=("centered: bool = true; normalized: bool = true; uniform_noise: bool = true; noise: string = 'uniform'"),
    shape=_shape,
    kernel=_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
