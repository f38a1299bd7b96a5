"""Pooling, normalisation, activations and matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.graph.operation import Operation
from convflow.tools.export import refuse
from convflow.tools.export.builder import TO_NCHW, TO_NHWC, Builder, converter, is_nchw
from convflow.tools.export.convert_conv import padding, spatial

_PLAIN = {
    "Relu": "Relu",
    "Elu": "Elu",
    "Selu": "Selu",
    "Sigmoid": "Sigmoid",
    "Tanh": "Tanh",
    "Softplus": "Softplus",
    "Softsign": "Softsign",
}


@converter(*_PLAIN)
def _activation(b: Builder, op: Operation) -> None:
    b.emit(op, _PLAIN[op.type], [b.input(op, 0)])


@converter("Relu6")
def _relu6(b: Builder, op: Operation) -> None:
    tensor = op.inputs[0]
    b.emit(op, "Clip", [b.input(op, 0), b.like(tensor, 0), b.like(tensor, 6)])


@converter("LeakyRelu")
def _leaky_relu(b: Builder, op: Operation) -> None:
    b.emit(op, "LeakyRelu", [b.input(op, 0)], alpha=float(op.attrs["alpha"]))


@converter("Softmax", "LogSoftmax")
def _softmax(b: Builder, op: Operation) -> None:
    b.emit(op, op.type, [b.input(op, 0)], axis=b.rank(op) - 1)


@converter("MaxPool", "AvgPool")
def _pool(b: Builder, op: Operation) -> None:
    window = spatial(op, "ksize")
    if any(int(size) != 1 for size in (op.attrs["ksize"][0], op.attrs["ksize"][1 if is_nchw(op) else 3])):
        raise refuse.unimplemented(
            f"{op.name} ({op.type}) pools over the batch or the channels (ksize {op.attrs['ksize']}). Only height and "
            "width can be exported; leave it out with --outputs or use --to graphdef."
        )
    attrs: dict[str, Any] = {
        "kernel_shape": window,
        "strides": spatial(op, "strides"),
        **padding(b, op, window, [1, 1]),
    }
    if op.type == "AvgPool":
        attrs["count_include_pad"] = 0
    kind = "MaxPool" if op.type == "MaxPool" else "AveragePool"
    b.emit_image(op, kind, [b.channels_first(op)], **attrs)


@converter("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def _batch_norm(b: Builder, op: Operation) -> None:
    if op.attrs["is_training"]:
        raise refuse.in_training(op)
    statistics = [b.input(op, index) for index in range(1, 5)]
    attrs = {"epsilon": float(op.attrs["epsilon"])}
    b.emit_image(op, "BatchNormalization", [b.channels_first(op), *statistics], **attrs)
    # The statistics come out as they went in.
    for tensor, index in zip(op.outputs[1:3], (3, 4), strict=True):
        b.alias(tensor, b.input(op, index))


@converter("LRN")
def _local_response(b: Builder, op: Operation) -> None:
    size = 2 * int(op.attrs["depth_radius"]) + 1
    turned = b.transposed(b.input(op, 0), TO_NCHW)
    # ONNX divides alpha by the window's size.
    attrs = {
        "size": size,
        "alpha": float(op.attrs["alpha"]) * size,
        "beta": float(op.attrs["beta"]),
        "bias": float(op.attrs["bias"]),
    }
    made = b.node("LRN", [turned], 4, **attrs)
    b.emit(op, "Transpose", [made], perm=list(TO_NHWC))


@converter("BiasAdd")
def _bias(b: Builder, op: Operation) -> None:
    bias = b.input(op, 1)
    if is_nchw(op):
        bias = b.reshaped(bias, [-1] + [1] * (b.rank(op) - 2))
    b.emit(op, "Add", [b.input(op, 0), bias])


@converter("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
def _product(b: Builder, op: Operation) -> None:
    first, second = ("transpose_a", "transpose_b") if op.type == "MatMul" else ("adj_x", "adj_y")
    names = [
        _with_last_two_swapped(b, op, index) if op.attrs[attr] else b.input(op, index)
        for index, attr in enumerate((first, second))
    ]
    b.emit(op, "MatMul", names)


def _with_last_two_swapped(b: Builder, op: Operation, index: int) -> str:
    rank = b.rank(op, index)
    return b.transposed(b.input(op, index), [*range(rank - 2), rank - 1, rank - 2])


@converter("L2Loss")
def _l2_loss(b: Builder, op: Operation) -> None:
    squared = b.node("Mul", [b.input(op, 0)] * 2, op.inputs[0].shape.rank)
    total = b.node("ReduceSum", [squared, ""], 0, keepdims=0)
    b.emit(op, "Mul", [total, b.constant(np.asarray(0.5, op.inputs[0].dtype.as_numpy_dtype))])
