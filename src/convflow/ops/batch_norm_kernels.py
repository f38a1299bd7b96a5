"""Batch normalization and its derivative as calls of PyTorch, or as compiled sweeps where they are faster."""

from __future__ import annotations

from typing import NamedTuple

import torch

from convflow.graph.operation import Operation
from convflow.ops import norm_sweeps


class Settings(NamedTuple):
    """A normalization's attributes.

    Attributes:
        factor: the weight of the batch in the mean and variance that training returns.
    """

    data_format: str
    epsilon: float
    training: bool
    factor: float

    @staticmethod
    def of(op: Operation) -> Settings:
        """Those of a FusedBatchNorm or of its derivative, which has no factor."""
        attrs = op.attrs
        factor = attrs.get("exponential_avg_factor", 1.0)
        return Settings(attrs["data_format"], attrs["epsilon"], attrs["is_training"], factor)


class Outputs(NamedTuple):
    """What a normalization makes, whatever its version.

    Attributes:
        mean, variance: what training adds to its moving averages.
        saved_mean, saved_variance: those that `y` was made with.
    """

    y: torch.Tensor
    mean: torch.Tensor
    variance: torch.Tensor
    saved_mean: torch.Tensor
    saved_variance: torch.Tensor


def normalize(
    settings: Settings,
    x: torch.Tensor,
    scale: torch.Tensor,
    offset: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
) -> Outputs:
    """Normalize `x`; the vectors have an element per channel, `mean` and `variance` only where they are used."""
    values, training, factor = as_torch(x, settings.data_format), settings.training, settings.factor
    mixes = factor != 1.0
    check_vectors(values.shape[1], scale, offset, *([mean, variance] if mixes or not training else []))
    if not x.numel():
        return _nothing_to_normalize(x, scale)
    if not training:
        y = torch.native_batch_norm(values, scale, offset, mean, variance, False, 0.0, settings.epsilon)[0]
        return Outputs(y.reshape(x.shape), mean, variance, mean, variance)
    y, batch_mean, estimate, batch_variance = _train(values, scale, offset, settings.epsilon)
    means = batch_mean.lerp(mean, 1 - factor) if mixes else batch_mean
    estimates = estimate.lerp(variance, 1 - factor) if mixes else estimate
    return Outputs(y.reshape(x.shape), means, estimates, batch_mean, batch_variance)


def slopes(
    settings: Settings,
    y_backprop: torch.Tensor,
    x: torch.Tensor,
    scale: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The derivatives by x, scale and offset; `mean` and `variance` are those that x was normalized by."""
    if y_backprop.shape != x.shape:
        raise ValueError(f"y_backprop has shape {list(y_backprop.shape)}, x {list(x.shape)}.")
    values, grad = as_torch(x, settings.data_format), as_torch(y_backprop, settings.data_format)
    check_vectors(values.shape[1], scale, mean, variance)
    if not x.numel():
        return torch.empty_like(x), torch.zeros_like(scale), torch.zeros_like(scale)
    if values.ndim == 2 and norm_sweeps.pays(values, scale) and norm_sweeps.pays(grad, mean, variance):
        found = norm_sweeps.Given(mean, variance)
        by_x, *by_vectors = norm_sweeps.gradient(grad, values, scale, found, settings.epsilon, settings.training)
    else:
        root = torch.rsqrt(variance + settings.epsilon)
        by_x, *by_vectors = torch.ops.aten.native_batch_norm_backward(
            grad, values, scale, mean, variance, mean, root, settings.training, settings.epsilon, [True] * 3
        )
    return by_x.reshape(x.shape), by_vectors[0], by_vectors[1]


def as_torch(x: torch.Tensor, data_format: str) -> torch.Tensor:
    """`x` with the channels as PyTorch has them: axis 1; a view."""
    if len(data_format) != x.ndim:
        raise ValueError(f"x must be {len(data_format)}-dimensional, got shape {list(x.shape)}.")
    # A matrix of places by channels is all that PyTorch's channels_last kernels look at.
    return x if data_format.startswith("NC") else x.reshape(-1, x.shape[-1])


def check_vectors(channels: int, *vectors: torch.Tensor) -> None:
    """ValueError for vectors that PyTorch would stretch, or read past."""
    if any(vector.shape != (channels,) for vector in vectors):
        raise ValueError(f"{channels} channels need vectors of that size, got {[list(v.shape) for v in vectors]}.")


def _nothing_to_normalize(x: torch.Tensor, scale: torch.Tensor) -> Outputs:
    unknown, zeros = torch.full_like(scale, torch.nan), torch.zeros_like(scale)
    return Outputs(torch.empty_like(x), unknown, unknown, zeros, zeros)


def _train(
    values: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The normalized values, the mean, the variance as an estimate and as it is."""
    count = values.numel() // values.shape[1]
    # PyTorch refuses a single value per channel, whose variance is 0.
    if count == 1:
        variance = torch.zeros_like(scale)
        mean = values.reshape(-1).to(scale.dtype)
        return offset.to(values.dtype).expand(values.shape).clone(), mean, variance, variance
    # The sweeps are over rows of channels, which volumes and pictures of other formats are not.
    if values.ndim == 2 and norm_sweeps.pays(values, scale, offset):
        found = norm_sweeps.statistics(values, scale, offset, epsilon)
        return norm_sweeps.normalized(values, found), found.mean, found.estimate, found.variance
    if values.ndim == 2 and values.dtype == scale.dtype:
        # Deviations from one of the rows keep their digits however far from zero the values are.
        y, mean, estimate, variance = _train_by_torch(values - values[0], scale, offset, epsilon)
        return y, mean + values[0], estimate, variance
    return _train_by_torch(values, scale, offset, epsilon)


def _train_by_torch(
    values: torch.Tensor, scale: torch.Tensor, offset: torch.Tensor, epsilon: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    count = values.numel() // values.shape[1]
    # A moving average of nothing but this batch: the exact variance, which the kernel's own output is not.
    estimate = torch.zeros_like(scale)
    y, mean, _ = torch.native_batch_norm(values, scale, offset, torch.zeros_like(scale), estimate, True, 1.0, epsilon)
    return y, mean, estimate, estimate * ((count - 1) / count)
