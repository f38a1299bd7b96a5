"""How large a registered model is: parameters and multiplications, from its graph."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import convflow as tf
from convflow.models import registry


@dataclass(frozen=True)
class Size:
    """A model's trainable parameters, and its multiplications for one picture (multiply-accumulates, MACs)."""

    parameters: int
    macs: int


def measure(model: registry.Model) -> Size:
    """The size of a model for the pictures and classes it was designed for; its graph is built and thrown away."""
    with tf.Graph().as_default() as graph:
        images = tf.placeholder(tf.float32, [1, *model.input_shape])
        model.network(images, num_classes=model.num_classes, is_training=False)
        parameters = sum(variable.shape.num_elements() or 0 for variable in tf.trainable_variables())
        return Size(parameters, sum(_macs(op) for op in graph.get_operations()))


def _macs(op: Any) -> int:
    """The multiplications of a convolution or a matrix product; 0 for what else there is."""
    if op.type not in ("Conv2D", "DepthwiseConv2dNative", "MatMul"):
        return 0
    outputs = op.outputs[0].shape.as_list()
    weights = op.inputs[1].shape.as_list()
    if op.type == "Conv2D":
        return prod(outputs) * prod(weights[:3])
    if op.type == "DepthwiseConv2dNative":
        return prod(outputs) * prod(weights[:2])
    return prod(outputs) * weights[1 if op.get_attr("transpose_b") else 0]
