"""Numbers rounded as a quantized network would round them (API: tf.fake_quant_with_min_max_args, ..._vars).

The range [min, max] is moved so that zero is one of its 2 ** num_bits steps (Jacob et al. 2017, arXiv:1712.05877).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def fake_quant_with_min_max_args(
    inputs: Any, min: float = -6, max: float = 6, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """`inputs` rounded to the steps of a range (API: tf.fake_quant_with_min_max_args).

    Args:
        inputs: float32.
        min, max: the range's ends, min below max.
        num_bits: from 2 to 16.
        narrow_range: leave out the lowest step, so that the range is symmetric.
    """
    return apply_op(
        "FakeQuantWithMinMaxArgs", inputs=inputs, min=min, max=max, num_bits=num_bits, narrow_range=narrow_range,
        name=name,
    )  # fmt: skip


def fake_quant_with_min_max_args_gradient(
    gradients: Any, inputs: Any, min: float = -6, max: float = 6, num_bits: int = 8, narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """`gradients` where `inputs` are in the range, zeros elsewhere (API: tf.fake_quant_with_min_max_args_gradient).

    Args:
        gradients: by the result of `fake_quant_with_min_max_args`, float32 of the shape of `inputs`.
        inputs, min, max, num_bits, narrow_range: what it got; the range's ends are moved to whole steps.

    Returns:
        float32 of the shape of `inputs`.
    """
    return apply_op(
        "FakeQuantWithMinMaxArgsGradient", gradients=gradients, inputs=inputs, min=min, max=max, num_bits=num_bits,
        narrow_range=narrow_range, name=name,
    )  # fmt: skip


def fake_quant_with_min_max_vars(
    inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """`fake_quant_with_min_max_args` with a range that may be learned (API: tf.fake_quant_with_min_max_vars).

    Args:
        min, max: float32 scalars.
    """
    return apply_op(
        "FakeQuantWithMinMaxVars", inputs=inputs, min=min, max=max, num_bits=num_bits, narrow_range=narrow_range,
        name=name,
    )  # fmt: skip


class RangeGradients(NamedTuple):
    """What the gradients of a learned range are made of."""

    backprops_wrt_input: Tensor
    backprop_wrt_min: Tensor
    backprop_wrt_max: Tensor


def fake_quant_with_min_max_vars_gradient(
    gradients: Any, inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False,
    name: str | None = None,
) -> RangeGradients:  # fmt: skip
    """The gradients by inputs, min and max (API: tf.fake_quant_with_min_max_vars_gradient).

    Args:
        gradients: by the result of `fake_quant_with_min_max_vars`, float32 of the shape of `inputs`.
        inputs, min, max, num_bits, narrow_range: what it got.

    Returns:
        `backprops_wrt_input` of the shape of `inputs`, `backprop_wrt_min` and `backprop_wrt_max`, scalars; float32.
    """
    found = apply_op(
        "FakeQuantWithMinMaxVarsGradient", gradients=gradients, inputs=inputs, min=min, max=max, num_bits=num_bits,
        narrow_range=narrow_range, name=name,
    )  # fmt: skip
    return RangeGradients(*found)


def fake_quant_with_min_max_vars_per_channel(
    inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """A range for each element of the last axis (API: tf.fake_quant_with_min_max_vars_per_channel).

    Args:
        inputs: float32, shape [..., channels].
        min, max: float32, shape [channels].
    """
    return apply_op(
        "FakeQuantWithMinMaxVarsPerChannel", inputs=inputs, min=min, max=max, num_bits=num_bits,
        narrow_range=narrow_range, name=name,
    )  # fmt: skip


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients: Any, inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False,
    name: str | None = None,
) -> RangeGradients:  # fmt: skip
    """The gradients by inputs, min and max (API: tf.fake_quant_with_min_max_vars_per_channel_gradient).

    Args:
        gradients: by the result of `fake_quant_with_min_max_vars_per_channel`, float32 of the shape of `inputs`.
        inputs, min, max, num_bits, narrow_range: what it got; `min` and `max` are vectors with one number per channel.

    Returns:
        `backprops_wrt_input` of the shape of `inputs`, `backprop_wrt_min` and `backprop_wrt_max`, a number per channel;
        float32.
    """
    found = apply_op(
        "FakeQuantWithMinMaxVarsPerChannelGradient", gradients=gradients, inputs=inputs, min=min, max=max,
        num_bits=num_bits, narrow_range=narrow_range, name=name,
    )  # fmt: skip
    return RangeGradients(*found)


def _check_bits(ctx: Any) -> None:
    if not 2 <= ctx.attr("num_bits") <= 16:
        raise ValueError(f"num_bits must be between 2 and 16, inclusive, got {ctx.attr('num_bits')}.")


def _args_shape(ctx: Any) -> list[TensorShape]:
    _check_bits(ctx)
    if ctx.attr("min") >= ctx.attr("max"):
        raise ValueError(f"min has to be smaller than max, was: {ctx.attr('min')} >= {ctx.attr('max')}.")
    return rules.same_shapes(ctx)


def _vars_shape(is_gradient: bool, per_channel: bool) -> Callable[[Any], list[TensorShape]]:
    def shape(ctx: Any) -> list[TensorShape]:
        _check_bits(ctx)
        inputs = ctx.input(0)
        if is_gradient:
            inputs = _equal(inputs, ctx.input(1))
        first = 2 if is_gradient else 1
        ends = [rules.with_rank(ctx.input(first + i), int(per_channel), what) for i, what in enumerate(("min", "max"))]
        end = _equal(*ends)
        if per_channel and inputs.rank is not None:
            if inputs.rank == 0:
                raise ValueError(
                    "inputs of fake_quant_with_min_max_vars_per_channel must have a last axis, got a scalar."
                )
            size = rules.merge_dimension(
                inputs[-1], end[0], f"the last axis of inputs {inputs} and the ranges, min and max {end}"
            )
            inputs, end = inputs[:-1].concatenate(TensorShape([size])), TensorShape([size])
        return [inputs, end, end] if is_gradient else [inputs]

    return shape


def _equal(first: TensorShape, second: TensorShape) -> TensorShape:
    try:
        return first.merge_with(second)
    except ValueError:
        raise ValueError(f"The shapes must be equal, but are {first} and {second}.") from None


class _Steps(NamedTuple):
    """The moved range and the size of a step, one or one per channel."""

    low: torch.Tensor
    high: torch.Tensor
    scale: torch.Tensor


def _steps(op: Operation) -> Callable[[Any, Any], _Steps]:
    first, last = float(op.attrs["narrow_range"]), float(2 ** op.attrs["num_bits"] - 1)

    def moved(minimum: Any, maximum: Any) -> _Steps:
        low, high = (torch.as_tensor(value, dtype=torch.float32) for value in (minimum, maximum))
        scale = (high - low) / (last - first)
        zero = first - low / scale
        # Halves are rounded away from zero, as C's round does.
        zero = torch.floor(zero.clamp(first, last) + 0.5)
        return _Steps((first - zero) * scale, (last - zero) * scale, scale)

    return moved


def _rounded(inputs: torch.Tensor, steps: _Steps) -> torch.Tensor:
    inverse = 1 / steps.scale
    zero = torch.floor(-steps.low * inverse + 0.5)
    inside = torch.minimum(torch.maximum(inputs, steps.low), steps.high) - steps.low
    return torch.floor(inside * inverse - zero + 0.5) * steps.scale


def _args_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    steps = _steps(op)(op.attrs["min"], op.attrs["max"])
    return lambda inputs: _rounded(inputs, steps)


def _args_gradient_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    steps = _steps(op)(op.attrs["min"], op.attrs["max"])

    def compute(gradients: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
        if gradients.shape != inputs.shape:
            raise ValueError(f"gradients {list(gradients.shape)} and inputs {list(inputs.shape)} differ.")
        inside = (inputs >= steps.low) & (inputs <= steps.high)
        return torch.where(inside, gradients, 0.0)

    return compute


def _check_range(inputs: torch.Tensor, low: torch.Tensor, high: torch.Tensor, per_channel: bool) -> None:
    expected = list(inputs.shape[-1:]) if per_channel else []
    if list(low.shape) != expected or list(high.shape) != expected:
        raise ValueError(f"min and max must have shape {expected}, have {list(low.shape)} and {list(high.shape)}.")


def _vars_kernel(per_channel: bool) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def kernel(op: Operation) -> Callable[..., torch.Tensor]:
        steps = _steps(op)

        def compute(inputs: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
            _check_range(inputs, low, high, per_channel)
            # An empty range, as before anything is learned, gives zeros.
            return torch.where((low == 0) & (high == 0), 0.0, _rounded(inputs, steps(low, high)))

        return compute

    return kernel


def _vars_gradient_kernel(per_channel: bool) -> Callable[[Operation], Callable[..., Any]]:
    def kernel(op: Operation) -> Callable[..., Any]:
        steps = _steps(op)

        def compute(gradients: torch.Tensor, inputs: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> Any:
            _check_range(inputs, low, high, per_channel)
            if gradients.shape != inputs.shape:
                raise ValueError(f"gradients {list(gradients.shape)} and inputs {list(inputs.shape)} differ.")
            moved = steps(low, high)
            is_empty = (low == 0) & (high == 0)
            below, above = ~is_empty & (inputs < moved.low), ~is_empty & (inputs > moved.high)
            axes = list(range(inputs.ndim - int(per_channel)))
            sums = [_summed(torch.where(chosen, gradients, 0.0), axes) for chosen in (below, above)]
            return torch.where(below | above, 0.0, gradients), *sums

        return compute

    return kernel


def _summed(values: torch.Tensor, axes: list[int]) -> torch.Tensor:
    return values.sum(axes) if axes else values


def _settings(op: Operation) -> dict[str, Any]:
    return {name: op.attrs[name] for name in op.definition.attrs}


def _args_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [fake_quant_with_min_max_args_gradient(grad, op.inputs[0], **_settings(op))]


def _vars_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    inputs, low, high = op.inputs
    return list(fake_quant_with_min_max_vars_gradient(grad, inputs, low, high, **_settings(op)))


def _channels_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    inputs, low, high = op.inputs
    return list(fake_quant_with_min_max_vars_per_channel_gradient(grad, inputs, low, high, **_settings(op)))


_BITS = "num_bits: int = 8; narrow_range: bool = false"
register_op(
    "FakeQuantWithMinMaxArgs",
    inputs="inputs: float",
    outputs="outputs: float",
    attrs=f"min: float = -6; max: float = 6; {_BITS}",
    shape=_args_shape,
    kernel=_args_kernel,
    gradient=_args_gradient,
)
register_op(
    "FakeQuantWithMinMaxArgsGradient",
    inputs="gradients: float; inputs: float",
    outputs="backprops: float",
    attrs=f"min: float = -6; max: float = 6; {_BITS}",
    shape=_args_shape,
    kernel=_args_gradient_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _register_vars(name: str, per_channel: bool, gradient: Any) -> None:
    register_op(
        name,
        inputs="inputs: float; min: float; max: float",
        outputs="outputs: float",
        attrs=_BITS,
        shape=_vars_shape(is_gradient=False, per_channel=per_channel),
        kernel=_vars_kernel(per_channel),
        gradient=gradient,
    )
    register_op(
        f"{name}Gradient",
        inputs="gradients: float; inputs: float; min: float; max: float",
        outputs="backprops_wrt_input: float; backprop_wrt_min: float; backprop_wrt_max: float",
        attrs=_BITS,
        shape=_vars_shape(is_gradient=True, per_channel=per_channel),
        kernel=_vars_gradient_kernel(per_channel),
        gradient=NOT_DIFFERENTIABLE,
    )


_register_vars("FakeQuantWithMinMaxVars", False, _vars_gradient)
_register_vars("FakeQuantWithMinMaxVarsPerChannel", True, _channels_gradient)
