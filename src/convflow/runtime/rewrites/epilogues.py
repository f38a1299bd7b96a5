"""Convolutions and products with the bias, the batch normalization and the activation that follow, in one node.

The bias and the activation are applied while the result is in the processor's cache. Batch normalization with given
statistics multiplies and shifts each channel, so it goes into the filter and the bias.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.ops.epilogue import NONE, NOTHING, RELU, RELU6, Activation, Epilogue, leaky_relu
from convflow.ops.kept import Keep, Kept, at_once
from convflow.ops.matrix_kernels import product
from convflow.runtime.draft import Draft, writes

_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
_ADDITIONS = ("Add", "AddV2")
_NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
_ACTIVATIONS = ("Relu", "Relu6", "LeakyRelu")
_TYPES = (dtypes.float32, dtypes.float64)

Kernel = Callable[..., torch.Tensor]


def fuse_epilogues(draft: Draft) -> None:
    """Put what follows each convolution and product into it."""
    keeps = not any(map(writes, draft.items))
    for op in draft.nodes(*_CONVOLUTIONS, "MatMul"):
        if op.outputs[0].dtype in _TYPES and _is_plain(op):
            _fuse(draft, op, keeps)


def _is_plain(op: Operation) -> bool:
    if op.type == "MatMul":
        return not op.attrs["transpose_a"] and not op.attrs["transpose_b"]
    return op.attrs["data_format"] == "NHWC"


def _fuse(draft: Draft, op: Operation, keeps: bool) -> None:
    members, inputs = [op], list(op.inputs)
    bias = _bias_after(draft, op)
    if bias is not None:
        members.append(bias[0])
        inputs.append(bias[1])
    norm = _norm_after(draft, members[-1]) if op.type != "MatMul" else None
    if norm is not None:
        members.append(norm)
        inputs += norm.inputs[1:]
    activation = draft.only_reader(members[-1].outputs[0], *_ACTIVATIONS)
    if activation is not None:
        members.append(activation)
    keeps = keeps and op.type != "MatMul" and _is_steady(draft, op.inputs[1])
    if len(members) == 1 and not keeps:
        return
    keeps_folded = keeps and all(_is_steady(draft, tensor) for tensor in inputs[2:])
    # Of folded filters that are new in each run there is nothing to keep.
    keep: Keep = Kept() if keeps and (norm is None or keeps_folded) else at_once
    kernel = _kernel(op, bias is not None, norm, _activation(activation), keep)
    title = " + ".join(member.type for member in members)
    draft.fuse(members, title, kernel, inputs, members[-1].outputs[:1], fresh=True)


def _is_steady(draft: Draft, tensor: Tensor) -> bool:
    """Whether a value is a constant, or a variable's as it is."""
    while (read := draft.made_by(tensor, "Identity", "ReadVariableOp")) is not None:
        tensor = read.inputs[0]
    return draft.made_by(tensor, "Const", "Variable", "VariableV2", "VarHandleOp") is not None


def _bias_after(draft: Draft, op: Operation) -> tuple[Operation, Tensor] | None:
    """The node that adds a number to each channel, and the numbers."""
    value = draft.source(op.outputs[0])
    added = draft.only_reader(value, "BiasAdd", *_ADDITIONS)
    if added is None:
        return None
    if added.type == "BiasAdd":
        return (added, added.inputs[1]) if draft.source(added.inputs[0]) is value and _is_nhwc(added) else None
    first, second = draft.inputs(added)
    bias = second if first is value else first
    channels = op.outputs[0].shape[-1] if op.outputs[0].shape.rank is not None else None
    is_per_channel = bias.shape.rank == 1 and channels is not None and channels.value is not None
    return (added, bias) if is_per_channel and bias.shape[0] == channels and bias is not value else None


def _is_nhwc(op: Operation) -> bool:
    return bool(op.attrs["data_format"] == "NHWC")


def _norm_after(draft: Draft, op: Operation) -> Operation | None:
    """The batch normalization with given statistics that takes a value."""
    value = draft.source(op.outputs[0])
    norm = draft.only_reader(value, *_NORMS)
    if norm is None or norm.attrs["is_training"] or not _is_nhwc(norm) or draft.source(norm.inputs[0]) is not value:
        return None
    return None if any(draft.readers(other) or draft.is_fetched(other) for other in norm.outputs[1:]) else norm


def _activation(op: Operation | None) -> Activation:
    if op is None:
        return NONE
    return leaky_relu(op.attrs["alpha"]) if op.type == "LeakyRelu" else {"Relu": RELU, "Relu6": RELU6}[op.type]


def _kernel(op: Operation, has_bias: bool, norm: Operation | None, activation: Activation, keep: Keep) -> Kernel:
    if op.type == "MatMul":
        return lambda a, b, bias=None: product(a, b, Epilogue(bias, activation))
    convolve: Kernel = op.definition.kernel(op)
    if norm is None:
        return lambda x, filter, bias=None: convolve(x, filter, _epilogue(bias, activation), keep)
    epsilon = norm.attrs["epsilon"]

    def fold(filter: torch.Tensor, *rest: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return _folded(filter, rest[0] if has_bias else None, rest[-4:], epsilon)

    def normalized(x: torch.Tensor, *vectors: torch.Tensor) -> torch.Tensor:
        folded, shift = keep("folded", None, fold, *vectors)
        return convolve(x, folded, Epilogue(shift, activation), keep)

    return normalized


def _epilogue(bias: torch.Tensor | None, activation: Activation) -> Epilogue:
    return NOTHING if bias is None and activation is NONE else Epilogue(bias, activation)


def _folded(
    filter: torch.Tensor, bias: torch.Tensor | None, statistics: tuple[torch.Tensor, ...], epsilon: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The filter and the bias of a convolution that normalizes, too.

    Args:
        statistics: scale, offset, mean and variance.
    """
    scale, offset, mean, variance = statistics
    vectors = statistics if bias is None else (*statistics, bias)
    # A depthwise filter has a channel's numbers over two axes.
    columns = filter.shape[-1] if filter.shape[-1] == scale.shape[0] else filter.shape[-1] * filter.shape[-2]
    if any(tuple(vector.shape) != (columns,) for vector in vectors):
        shapes = [list(vector.shape) for vector in vectors]
        raise ValueError(f"Normalizing {columns} channels takes as many numbers of each kind, got {shapes}.")
    factor = torch.rsqrt(variance + epsilon).mul_(scale)
    folded = torch.mul(filter.reshape(-1, columns), factor).view(filter.shape)
    center = mean if bias is None else mean - bias
    return folded, torch.addcmul(offset, center, factor, value=-1)
