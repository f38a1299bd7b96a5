"""Batch normalization as one op (API: tf.nn.fused_batch_norm; Ioffe and Szegedy 2015, arXiv:1502.03167).

Training normalizes every channel by its own mean and variance over the batch, inference by given ones. The op's
three versions differ in element types and in one more output; the derivative is an op too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import constant
from convflow.ops.array.transpose import transpose
from convflow.ops.batch_norm_kernels import Settings, normalize, slopes
from convflow.ops.batch_norm_slopes import slopes_of_gradient

Kernel = Callable[..., tuple[torch.Tensor, ...]]


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: float = 1.0,
) -> tuple[Tensor, Tensor, Tensor]:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset for each channel (API: tf.nn.fused_batch_norm).

    Args:
        x: pictures or volumes in `data_format`, float32, float16 or bfloat16.
        scale, offset: float32 vectors, an element per channel.
        mean, variance: float32 vectors. Inference normalizes by them; training, if `exponential_avg_factor` is not
            1, mixes them with those of the batch.
        epsilon: added to the variance.
        data_format: "NHWC", "NCHW", "NDHWC" or "NCDHW".
        is_training: whether to normalize by the batch's own mean and variance.
        exponential_avg_factor: the weight of the batch in the mean and variance that training returns.

    Returns:
        y, of the shape and type of `x`; a mean and a variance per channel: those given in inference, those of the
        batch (the variance as an estimate, divided by the count - 1) or their mixture in training.

    Raises:
        ValueError: no mean or variance where they are needed, or sizes that are not the number of channels.
    """
    if (not is_training or exponential_avg_factor != 1.0) and (mean is None or variance is None):
        raise ValueError(
            "Both `mean` and `variance` must be a 1D tensor when `is_training` is False or `exponential_avg_factor` "
            f"!= 1.0. Received: `mean` {mean!r} and `variance` {variance!r}"
        )
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    y, batch_mean, batch_variance, *_ = apply_op(
        "FusedBatchNormV3", x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=epsilon,
        exponential_avg_factor=exponential_avg_factor, data_format=data_format, is_training=is_training, name=name,
    )  # fmt: skip
    return y, batch_mean, batch_variance


def _channel_axis(data_format: str) -> int:
    return 1 if data_format.startswith("NC") else len(data_format) - 1


def _with_channels(shape: TensorShape, channels: Dimension, axis: int) -> TensorShape:
    return TensorShape([channels if i == axis else size for i, size in enumerate(shape)])


def _channels(ctx: InferenceContext, shape: TensorShape, vectors: dict[int, str]) -> Dimension:
    """The number of channels, which the inputs at the given places must have as their size."""
    data_format = ctx.attr("data_format")
    channels = shape[_channel_axis(data_format)]
    for index, name in vectors.items():
        size = rules.with_rank(ctx.input(index), 1, name)[0]
        what = f"{name} needs an element per channel of x, but it is {ctx.input(index)} and x {shape} ({data_format})"
        channels = rules.merge_dimension(channels, size, what)
    return channels


_ALL = {1: "scale", 2: "offset", 3: "mean", 4: "variance"}


def _needs_statistics(attr: Callable[[str], Any]) -> bool:
    return not attr("is_training") or attr("exponential_avg_factor") != 1.0


def _batch_norm_shape(ctx: InferenceContext) -> list[TensorShape]:
    data_format = ctx.attr("data_format")
    x = rules.with_rank(ctx.input(0), len(data_format), f"x in the data format {data_format}")
    names = {i: name for i, name in _ALL.items() if i < 3 or _needs_statistics(ctx.attr)}
    channels = _channels(ctx, x, names)
    return [_with_channels(x, channels, _channel_axis(data_format)), *[TensorShape([channels])] * 4]


def _batch_norm_v3_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [*_batch_norm_shape(ctx), unknown_shape()]


def _batch_norm_kernel(op: Operation) -> Kernel:
    settings = Settings.of(op)
    if len(op.outputs) == 5:
        return functools.partial(normalize, settings)

    def with_reserved_space(x: torch.Tensor, scale: torch.Tensor, *vectors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (*normalize(settings, x, scale, *vectors), scale.new_empty(0))

    return with_reserved_space


def _gradient_of(grad_op: str) -> Any:
    def gradient(op: Operation, grad_y: Tensor, *_: Any) -> list[Tensor | None]:
        x, scale, _offset, mean, variance = op.inputs
        training, data_format = op.attrs["is_training"], op.attrs["data_format"]
        statistics = (op.outputs[3], op.outputs[4]) if training else (mean, variance)
        # The derivative of inference is that of channels_last only, in TensorFlow.
        turned = not training and data_format.startswith("NC")
        if turned:
            rank = len(data_format)
            last = [0, *range(2, rank), 1]
            x, grad_y = transpose(x, last), transpose(grad_y, last)
            data_format = "NHWC" if rank == 4 else "NDHWC"
        reserved: dict[str, Any] = {"reserve_space_3": op.outputs[5]} if len(op.outputs) == 6 else {}
        dx, dscale, doffset, *_rest = apply_op(
            grad_op, y_backprop=grad_y, x=x, scale=scale, reserve_space_1=statistics[0],
            reserve_space_2=statistics[1], epsilon=op.attrs["epsilon"], data_format=data_format,
            is_training=training, **reserved,
        )  # fmt: skip
        if turned:
            dx = transpose(dx, [0, rank - 1, *range(1, rank - 1)])
        return [dx, dscale, doffset, None, None]

    return gradient


def _batch_norm_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    data_format = ctx.attr("data_format")
    rank = len(data_format)
    grad = rules.with_rank(ctx.input(0), rank, f"y_backprop in the data format {data_format}")
    x = rules.with_rank(ctx.input(1), rank, f"x in the data format {data_format}")
    if not grad.is_compatible_with(x):
        raise ValueError(f"x and y_backprop must have the same shape, but x has {x} and y_backprop has {grad}.")
    x = x.merge_with(grad)
    channels = _channels(ctx, x, {2: "scale", 3: "reserve_space_1", 4: "reserve_space_2"})
    vector = TensorShape([channels])
    return [_with_channels(x, channels, _channel_axis(data_format)), vector, vector, *[TensorShape([0])] * 2]


def _batch_norm_grad_kernel(op: Operation) -> Kernel:
    settings = Settings.of(op)

    def backward(
        y_backprop: torch.Tensor,
        x: torch.Tensor,
        scale: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        *_: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        nothing = scale.new_empty(0)
        return (*slopes(settings, y_backprop, x, scale, mean, variance), nothing, nothing)

    return backward


_EPSILON = "epsilon: float = 9.99999975e-05"
_TRAINING = "is_training: bool = true"
_PICTURES = "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}"
_VOLUMES = "data_format: string = 'NHWC' in {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'}"


def _register(version: str, types: str, statistics: str, formats: str) -> None:
    """Register a version of the op and its derivative; `statistics` is the type of what there is per channel."""
    last = version == "V3"
    vectors = "; ".join(f"{name}: {statistics}" for name in ("scale", "offset", "mean", "variance"))
    names = ["batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", *["reserve_space_3"] * last]
    register_op(
        f"FusedBatchNorm{version}",
        inputs=f"x: T; {vectors}",
        outputs="; ".join(["y: T", *(f"{name}: {statistics}" for name in names)]),
        attrs=f"{types}; {_EPSILON}; exponential_avg_factor: float = 1; {formats}; {_TRAINING}",
        shape=_batch_norm_v3_shape if last else _batch_norm_shape,
        kernel=_batch_norm_kernel,
        gradient=_gradient_of(f"FusedBatchNormGrad{version}"),
    )
    scale = "float" if version else "T"
    reserved = ["reserve_space_1", "reserve_space_2", *["reserve_space_3"] * last]
    spare = ["reserve_space_4", "reserve_space_5"] if last else ["reserve_space_3", "reserve_space_4"]
    outputs = ["scale_backprop", "offset_backprop", *spare]
    register_op(
        f"FusedBatchNormGrad{version}",
        inputs="; ".join(["y_backprop: T", "x: T", f"scale: {scale}", *(f"{name}: {statistics}" for name in reserved)]),
        outputs="; ".join(["x_backprop: T", *(f"{name}: {statistics}" for name in outputs)]),
        attrs=f"{types}; {_EPSILON}; {formats}; {_TRAINING}".replace(
            "U: type in {bfloat16, float}", "U: type in {float}"
        ),
        shape=_batch_norm_grad_shape,
        kernel=_batch_norm_grad_kernel,
        gradient=slopes_of_gradient,
    )


_register("", "T: type in {float}", "T", _PICTURES)
_register("V2", "T: type in {half, bfloat16, float}; U: type in {float}", "U", _PICTURES)
_register("V3", "T: type in {half, bfloat16, float}; U: type in {bfloat16, float}", "U", _VOLUMES)
