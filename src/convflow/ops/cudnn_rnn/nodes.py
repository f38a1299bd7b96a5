"""The nodes of CuDNN's recurrent networks (ops: CudnnRNN, CudnnRNNV3 and their gradients).

The space that CuDNN reserves for its gradient holds here what layers' inputs were multiplied by in dropout.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.constant import zeros_like
from convflow.ops.cudnn_rnn.compute import Arguments, Results, compute, network_of, slopes
from convflow.ops.cudnn_rnn.layout import FLOATS, MODES, Network, check_modes, directions_of
from convflow.ops.random_nodes import generator

_GIVEN = "input: T; input_h: T; input_c: T; params: T"
_FOUND = "output: T; output_h: T; output_c: T"
_SLOPES = "output_backprop: T; output_h_backprop: T; output_c_backprop: T"
_BACK = "input_backprop: T; input_h_backprop: T; input_c_backprop: T; params_backprop: T"
_LATER = "num_proj: int = 0"
_MODE_NAMES = ("rnn_mode", "input_mode", "direction", "dropout", "seed", "seed2")


def cudnn_rnn(
    input: Any, input_h: Any, input_c: Any, params: Any, name: str | None = None, **attrs: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A network of recurrent layers over whole sequences (op: CudnnRNN).

    Args:
        input: float32 or float64 of shape (time, batch, input_size).
        input_h: the states before, shape (layers * directions, batch, units).
        input_c: an LSTM's memories, in the same shape; not used otherwise.
        params: all parameters, see `convflow.ops.cudnn_rnn.layout`.
        attrs: rnn_mode, input_mode, direction, dropout, seed, seed2 and is_training.

    Returns:
        The outputs of the last layer, shape (time, batch, directions * units), the last states, the last memories,
        and what the gradient needs.

    Raises:
        ValueError: shapes that do not go together.
        NotImplementedError: in the run, input_mode "skip_input".
    """
    return tuple(apply_op("CudnnRNN", input=input, input_h=input_h, input_c=input_c, params=params, name=name, **attrs))


def cudnn_rnn_v3(
    input: Any, input_h: Any, input_c: Any, params: Any, sequence_lengths: Any, name: str | None = None, **attrs: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """`cudnn_rnn` over sequences of different lengths (op: CudnnRNNV3).

    Args:
        input: float32 or float64 of shape (time, batch, input_size); (batch, time, input_size) if not `time_major`.
        input_h: the states before, (layers * directions, batch, units); (batch, layers * directions, units).
        input_c: an LSTM's memories, in the same shape; not used otherwise.
        params: all parameters, see `convflow.ops.cudnn_rnn.layout`.
        sequence_lengths: positive int32 numbers of shape (batch,). Outputs behind them are zeros.
        attrs: those of `cudnn_rnn`, `time_major` and `num_proj`, which must be 0.

    Returns:
        As `cudnn_rnn`, and an empty tensor.

    Raises:
        ValueError: shapes that do not go together.
        NotImplementedError: in the run, input_mode "skip_input" or a projection.
    """
    return tuple(
        apply_op(
            "CudnnRNNV3", input=input, input_h=input_h, input_c=input_c, params=params,
            sequence_lengths=sequence_lengths, name=name, **attrs,
        )
    )  # fmt: skip


def _forward_shape(ctx: InferenceContext, with_lengths: bool) -> list[TensorShape]:
    x, h = rules.with_rank(ctx.input(0), 3, "input"), rules.with_rank(ctx.input(1), 3, "input_h")
    rules.with_rank(ctx.input(3), 1, "params")
    time_major = ctx.attr("time_major") if with_lengths else True
    batch = 1 if time_major else 0
    rules.merge_dimension(x[batch], h[batch], "the batches of input and input_h")
    is_lstm = ctx.attr("rnn_mode") == "lstm"
    if is_lstm:
        h = h.merge_with(rules.with_rank(ctx.input(2), 3, "input_c"))
    if with_lengths:
        lengths = rules.with_rank(ctx.input(4), 1, "sequence_lengths")
        rules.merge_dimension(x[batch], lengths[0], "the batches of input and sequence_lengths")
    units = h.as_list()[2]
    width = None if units is None else units * directions_of(ctx.attr("direction"))
    found = [TensorShape([x[0], x[1], width]), h, h if is_lstm else TensorShape([]), TensorShape([None])]
    return [*found, TensorShape([None])] if with_lengths else found


def _masks(network: Network, given: Arguments, flat: torch.Tensor) -> list[torch.Tensor]:
    if not flat.numel():
        return []
    shape = (*given.x.shape[:2], network.units * network.directions)
    return [mask.view(shape) for mask in flat.split(math.prod(shape))]


def _drawn(op: Operation, network: Network, given: Arguments, draw: Callable[..., torch.Tensor]) -> torch.Tensor:
    """The masks of dropout between layers, one after the other; empty where nothing is dropped."""
    rate = op.attrs["dropout"]
    if not op.attrs["is_training"] or not rate or network.layers < 2:
        return given.x.new_zeros(0)
    count = (network.layers - 1) * given.x.shape[0] * given.x.shape[1] * network.units * network.directions
    kept = draw([count], given.x.dtype) >= rate
    return kept.to(given.x.dtype) / (1 - rate) if rate < 1 else torch.zeros(count, dtype=given.x.dtype)


def _time_first(op: Operation, *tensors: torch.Tensor) -> list[torch.Tensor]:
    """(batch, ...) tensors as (time, batch, ...), and back."""
    if op.attrs.get("time_major", True):
        return list(tensors)
    return [tensor.transpose(0, 1) if tensor.ndim == 3 else tensor for tensor in tensors]


def _arguments(op: Operation, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor, params: torch.Tensor) -> Arguments:
    x, h, c = _time_first(op, x, h, c)
    return Arguments(x, h, c, params)


def _forward_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    check_modes(op)
    mode, directions = op.attrs["rnn_mode"], directions_of(op.attrs["direction"])
    draw = generator(op, store).uniform

    def run(
        x: torch.Tensor, h: torch.Tensor, c: torch.Tensor, params: torch.Tensor, *lengths: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        given = _arguments(op, x, h, c, params)
        network = network_of(mode, directions, given)
        flat = _drawn(op, network, given, draw)
        found = compute(network, given, _masks(network, given, flat), *lengths)
        results = [tensor.contiguous() for tensor in _time_first(op, *found)]
        return (*results, flat, torch.zeros(0, dtype=torch.int8)) if lengths else (*results, flat)

    return run


def _back_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    check_modes(op)
    mode, directions = op.attrs["rnn_mode"], directions_of(op.attrs["direction"])

    def run(*values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x, h, c, params, *rest = values
        # V3 has lengths behind the parameters; the outputs are not needed.
        lengths = rest.pop(0) if op.type == "CudnnRNNBackpropV3" else None
        of_results = Results(*_time_first(op, *rest[3:6]))
        given = _arguments(op, x, h, c, params)
        network = network_of(mode, directions, given)
        found = slopes(network, given, _masks(network, given, rest[6]), lengths, of_results)
        return tuple(tensor.contiguous() for tensor in (*_time_first(op, *found[:3]), found[3]))

    return run


def _back_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [ctx.input(index) for index in range(4)]


def _or_zeros(op: Operation, grads: tuple[Any, ...]) -> list[Any]:
    return [zeros_like(op.outputs[index]) if grads[index] is None else grads[index] for index in range(3)]


def _gradient(op: Operation, *grads: Any) -> list[Any]:
    return list(apply_op("CudnnRNNBackprop", **_of_gradient(op, grads), reserve_space=op.outputs[3]))


def _gradient_v3(op: Operation, *grads: Any) -> list[Any]:
    given = _of_gradient(op, grads)
    given |= {"sequence_lengths": op.inputs[4], "reserve_space": op.outputs[3], "host_reserved": op.outputs[4]}
    given |= {name: op.attrs[name] for name in ("num_proj", "time_major")}
    return [*apply_op("CudnnRNNBackpropV3", **given), None]


def _of_gradient(op: Operation, grads: tuple[Any, ...]) -> dict[str, Any]:
    """The inputs and attributes that both gradients have."""
    _check_training(op)
    found = ("output", "output_h", "output_c")
    given: dict[str, Any] = {name: op.attrs[name] for name in _MODE_NAMES}
    given |= zip(("input", "input_h", "input_c", "params"), op.inputs, strict=False)
    given |= zip(found, op.outputs, strict=False)
    given |= zip((f"{name}_backprop" for name in found), _or_zeros(op, grads), strict=True)
    return given


def _check_training(op: Operation) -> None:
    if not op.attrs["is_training"]:
        raise ValueError(
            f"{op.describe()} was made with is_training=False: to use CudnnRNN in gradients, is_training must be set "
            "to True. Call the layer with training=True."
        )


def _register(suffix: str, more_inputs: str, more_outputs: str, more_attrs: str, gradient: Any) -> None:
    with_lengths = bool(more_inputs)
    register_op(
        f"CudnnRNN{suffix}",
        inputs=_GIVEN + more_inputs,
        outputs=f"{_FOUND}; reserve_space: T{more_outputs}",
        attrs=f"{FLOATS}; {MODES}{more_attrs}; is_training: bool = true"
        + ("; time_major: bool = true" if with_lengths else ""),
        shape=lambda ctx: _forward_shape(ctx, with_lengths),
        kernel=_forward_kernel,
        gradient=gradient,
        stateful=True,
    )
    register_op(
        f"CudnnRNNBackprop{suffix}",
        inputs=f"{_GIVEN}{more_inputs}; {_FOUND}; {_SLOPES}; reserve_space: T{more_outputs}",
        outputs=_BACK,
        attrs=f"{FLOATS}; {MODES}{more_attrs}" + ("; time_major: bool = true" if with_lengths else ""),
        shape=_back_shape,
        kernel=_back_kernel,
        gradient=NO_GRADIENT,
        stateful=True,
    )


_register("", "", "", "", _gradient)
_register("V3", "; sequence_lengths: int32", "; host_reserved: int8", f"; {_LATER}", _gradient_v3)
