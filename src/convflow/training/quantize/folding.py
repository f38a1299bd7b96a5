"""Batch normalization folded into the weights before it (API: tf.contrib.quantize; Krishnamoorthi, "Quantizing deep
convolutional networks for efficient inference", arXiv 1806.08342, section 3.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import device, name_scope
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import size
from convflow.ops.control_flow import smart_cond
from convflow.ops.math.arithmetic import add, divide, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.elementwise import reciprocal, rsqrt
from convflow.training.quantize.edges import of_variable, quantization_step, reroute, scope_of
from convflow.training.quantize.layers import LAYERS

_NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
_BETWEEN = ("BatchToSpaceND", "Reshape")


class Match(NamedTuple):
    """A layer and the normalization behind it.

    `between` are nodes that change the shape, from the layer on. `mean` and `variance` are those of the batch in
    training, else the moving ones.
    """

    layer: Operation
    weights: Tensor
    between: tuple[Operation, ...]
    norm: Operation
    mean: Tensor
    variance: Tensor


class Corrections(NamedTuple):
    """How weights folded with moving statistics give the outputs of batch statistics."""

    scale: Any
    recip: Any
    offset: Any


def fold_batch_norms(graph: Graph, is_training: bool, freeze_delay: int | None) -> None:
    """Have the readers of each fused batch normalization take a layer with folded weights and a bias."""
    for match in list(_matches(graph, is_training)):
        scope = scope_of(match.layer)
        inside = f"{scope}/" if scope else None
        # With a slash at its end a name scope is entered again; without, a new one is named after it.
        with name_scope(inside), device(match.norm.device):
            reroute(
                _folded(graph, match, f"{scope}/" if scope else "", is_training, freeze_delay), match.norm.outputs[0]
            )


def _matches(graph: Graph, is_training: bool) -> Iterator[Match]:
    for norm in graph.get_operations():
        if norm.type not in _NORMS or bool(norm.get_attr("is_training")) != is_training:
            continue
        between: list[Operation] = []
        op = norm.inputs[0].op
        while op.type in _BETWEEN:
            between.insert(0, op)
            op = op.inputs[0].op
        if op.type not in LAYERS or not norm.outputs[0].consumers():
            continue
        weights = next((tensor for tensor in op.inputs if of_variable(tensor)), None)
        if weights is None:
            continue
        mean, variance = norm.inputs[3:5]
        if is_training:
            mean, variance = norm.outputs[1], _biased_variance(norm)
        yield Match(op, weights, tuple(between), norm, mean, variance)


def _biased_variance(norm: Operation) -> Tensor:
    """The batch's variance divided by n, as the outputs are: the node gives it divided by n - 1."""
    scope = scope_of(norm)
    with name_scope(f"{scope}/" if scope else None):
        n: Any = cast(size(norm.inputs[0]) / size(norm.outputs[1]), "float32")
        return multiply(norm.outputs[2], (n - 1) / n, name="Undo_Bessel_Correction")


def _folded(graph: Graph, match: Match, prefix: str, is_training: bool, freeze_delay: int | None) -> Tensor:
    gamma, beta = match.norm.inputs[1:3]
    epsilon = match.norm.get_attr("epsilon")
    weights: Any = match.weights
    corrections = None
    with name_scope(f"{prefix}BatchNorm_Fold/"):
        scale: Any = gamma * rsqrt(match.variance + epsilon)
        bias = subtract(beta, match.mean * scale, name="bias")
        if is_training:
            corrections = _corrections(graph, match, gamma, epsilon, freeze_delay)
        of_weights = None if corrections is None else corrections.scale
        if match.layer.type == "DepthwiseConv2dNative":
            shape = match.weights.shape.as_list()[2:]
            scale = reshape(scale, shape, name="scale_reshape")
            if of_weights is not None:
                of_weights = reshape(of_weights, shape, name="correction_reshape")
    if of_weights is not None:
        weights = multiply(of_weights, weights, name="correction_mult")
    output = _layer_of(match, multiply(weights, scale, name="mul_fold"))
    if corrections is not None:
        output = multiply(corrections.recip, output, name="post_conv_mul")
        output = add(output, corrections.offset, name="correction_add")
    return add(output, bias, name="add_fold")


def _layer_of(match: Match, weights: Tensor) -> Tensor:
    """The layer again, with other weights, and the nodes behind it."""
    output = _again(match.layer, {match.weights: weights})
    for op in match.between:
        output = _again(op, {op.inputs[0]: output})
    return output


def _again(op: Operation, changed: dict[Tensor, Tensor]) -> Tensor:
    inputs = [changed.get(tensor, tensor) for tensor in op.inputs]
    made = op.graph.create_op(
        op.type, inputs, [output.dtype for output in op.outputs], name=f"{op.name}_Fold/", attrs=dict(op.attrs)
    )
    return made.outputs[0]


def _corrections(graph: Graph, match: Match, gamma: Tensor, epsilon: float, freeze_delay: int | None) -> Corrections:
    """Moving statistics over those of the batch (arXiv 1806.08342, section 3.2.2)."""
    moving_mean, mean_decay = _moving(match.norm.outputs[1])
    moving_variance, variance_decay = _moving(match.norm.outputs[2])
    of_moving, of_batch = rsqrt(moving_variance + epsilon), rsqrt(match.variance + epsilon)
    scale = identity(divide(of_moving, of_batch, name="scale_compute"), name="correction_scale")
    recip = identity(reciprocal(scale, name="reciprocal_compute"), name="correction_recip")
    distance: Any = match.mean * of_batch - moving_mean * of_moving
    offset = identity(multiply(gamma, distance, name="offset_compute"), name="correction_offset")
    frozen: Any = False
    if freeze_delay is not None:
        frozen = greater_equal(quantization_step(graph), freeze_delay, name="use_moving_average")
        _stop(mean_decay, frozen)
        _stop(variance_decay, frozen)
    return Corrections(
        scale,
        smart_cond(frozen, lambda: ones_like(recip), lambda: identity(recip), name="correction_recip"),
        smart_cond(frozen, lambda: identity(offset), lambda: zeros_like(offset), name="correction_offset"),
    )


def _stop(decay: Tensor, frozen: Tensor) -> None:
    """Have an average move no more once `frozen` holds."""
    readers = decay.consumers()
    reroute(smart_cond(frozen, lambda: zeros_like(decay), lambda: identity(decay)), decay, readers)


def _moving(statistic: Tensor) -> tuple[Tensor, Tensor]:
    """The value of the variable that follows a batch's statistic, and how fast it does: 1 - momentum."""
    for distance in statistic.consumers():
        if distance.type == "Sub" and distance.inputs[1] is statistic:
            for step in distance.outputs[0].consumers():
                if step.type == "Mul":
                    return distance.inputs[0], step.inputs[1]
    raise ValueError(
        f"Nothing follows {statistic.name}: to be folded in training, a batch normalization needs moving averages. "
        "Make it with tf.layers.batch_normalization(training=True), and its updates before the graph is rewritten."
    )
