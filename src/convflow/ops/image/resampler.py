"""Pictures read at places between their pixels (API: tf.contrib.resampler.resampler; paper: Jaderberg et al.,
Spatial Transformer Networks, 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules

_TYPES = "T: type in {half, bfloat16, float, double}"


def resampler(data: Any, warp: Any, name: str = "resampler") -> Tensor:
    """Values of pictures at given places, by linear interpolation between four pixels (API: tf.contrib.resampler).

    Args:
        data: floating [batch, height, width, channels].
        warp: of the same type, [batch, ..., 2]: x (column) and y (row) in pixels. Outside of the picture all is zero.
        name: of the node.

    Returns:
        [batch, ..., channels]. There are gradients for both arguments.

    Raises:
        ValueError: shapes that do not fit.
    """
    with name_scope(name, "resampler", [data, warp]):
        return apply_op(
            "Resampler", data=convert_to_tensor(data, name="data"), warp=convert_to_tensor(warp, name="warp")
        )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    data, warp = rules.with_rank(ctx.input(0), 4, "data"), ctx.input(1)
    if warp.rank is None:
        return [TensorShape(None)]
    if warp.rank < 2:
        raise ValueError(f"warp must be [batch, ..., 2], has shape {warp}. data has shape {data}.")
    rules.merge_dimension(warp[-1], 2, f"warp must be [batch, ..., 2], has shape {warp}")
    batch = rules.merge_dimension(data[0], warp[0], f"data {data} and warp {warp} count the pictures")
    return [TensorShape([batch, *warp.as_list()[1:-1], data[3]])]


def _gradient_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [ctx.input(0), ctx.input(1)]


class _Corners:
    """The four pixels about each place, as rows of [batch * height * width, channels], and their shares."""

    def __init__(self, data: torch.Tensor, warp: torch.Tensor) -> None:
        if data.ndim != 4 or warp.ndim < 2 or warp.shape[-1] != 2 or warp.shape[0] != data.shape[0]:
            raise ValueError(f"data {list(data.shape)} and warp {list(warp.shape)} do not fit.")
        self._batch, self._height, self._width, self._channels = data.shape
        self._pixels = data.reshape(-1, self._channels)
        places = warp.reshape(self._batch, -1, 2)
        self.x, self.y = places[..., 0], places[..., 1]
        self.left, self.top = self.x.floor(), self.y.floor()
        inside = (self.x > -1) & (self.y > -1) & (self.x < self._width) & (self.y < self._height)
        self._inside = inside

    def each(self) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]]:
        """By corner: the pixels' rows, whether they are there, and their shares of columns and of rows."""
        found = []
        for right in (0, 1):
            for below in (0, 1):
                column, row = self.left + right, self.top + below
                there = self._inside & (column >= 0) & (column < self._width) & (row >= 0) & (row < self._height)
                first = torch.arange(self._batch).reshape(-1, 1) * (self._height * self._width)
                rows = first + torch.where(there, row * self._width + column, 0).long()
                of_x = 1 - (self.x - column).abs()
                of_y = 1 - (self.y - row).abs()
                found.append((rows, there.unsqueeze(-1), of_x.unsqueeze(-1), of_y.unsqueeze(-1)))
        return found

    def values(self, rows: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        return self._pixels[rows] * there


def _wide(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """Places need more than the eleven bits of a half: sums are made in at least float32."""
    return [tensor.float() if tensor.dtype in (torch.half, torch.bfloat16) else tensor for tensor in tensors]


def _kernel(op: Operation) -> Callable[..., torch.Tensor]:
    def compute(data: torch.Tensor, warp: torch.Tensor) -> torch.Tensor:
        corners = _Corners(*_wide(data, warp))
        total = sum(corners.values(rows, there) * of_x * of_y for rows, there, of_x, of_y in corners.each())
        return torch.as_tensor(total).reshape(*warp.shape[:-1], data.shape[3]).to(data.dtype)

    return compute


def _gradient_kernel(op: Operation) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    def compute(data: torch.Tensor, warp: torch.Tensor, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pictures, places, slopes = _wide(data, warp, grad)
        corners = _Corners(pictures, places)
        slopes = slopes.reshape(data.shape[0], -1, data.shape[3])
        for_data = torch.zeros_like(pictures).reshape(-1, data.shape[3])
        for_warp = torch.zeros_like(places).reshape(data.shape[0], -1, 2)
        for number, (rows, there, of_x, of_y) in enumerate(corners.each()):
            share = torch.where(there, slopes * of_x * of_y, 0)
            for_data.index_add_(0, rows.reshape(-1), share.reshape(-1, data.shape[3]))
            along = (slopes * corners.values(rows, there)).sum(-1)
            for_warp[..., 0] += along * of_y.squeeze(-1) * (1 if number >= 2 else -1)
            for_warp[..., 1] += along * of_x.squeeze(-1) * (1 if number % 2 else -1)
        return for_data.reshape(data.shape).to(data.dtype), for_warp.reshape(warp.shape).to(warp.dtype)

    return compute


def _gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return list(apply_op("ResamplerGrad", data=op.inputs[0], warp=op.inputs[1], grad_output=grad))


register_op(
    "Resampler",
    inputs="data: T; warp: T",
    outputs="output: T",
    attrs=_TYPES,
    shape=_shape,
    kernel=_kernel,
    gradient=_gradient,
)
register_op(
    "ResamplerGrad",
    inputs="data: T; warp: T; grad_output: T",
    outputs="grad_data: T; grad_warp: T",
    attrs=_TYPES,
    shape=_gradient_shape,
    kernel=_gradient_kernel,
    gradient=NO_GRADIENT,
)
