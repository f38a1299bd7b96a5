"""What residual networks are made of (API: slim.nets.resnet_utils).

He et al. 2015, arXiv:1512.03385, and 2016, arXiv:1603.05027. A block is a stack of units; its last unit has the
stride, so that the other units of the block still see the larger picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.ops.array.pad import pad
from convflow.slim.arg_scope import add_arg_scope, arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.utils import collect_named_outputs


class Block(NamedTuple):
    """A stack of units.

    Args:
        scope: its name.
        unit_fn: makes a unit: a function of the input, the unit's arguments, and `rate`.
        args: for each unit a dict of arguments, with "stride" among them.
    """

    scope: str
    unit_fn: Callable[..., Tensor]
    args: Sequence[dict[str, Any]]


def subsample(inputs: Any, factor: int, scope: Any = None) -> Any:
    """Every `factor`-th place of a picture."""
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(
    inputs: Any, num_outputs: int, kernel_size: int, stride: int, rate: int = 1, scope: Any = None
) -> Tensor:
    """A convolution whose padding does not depend on the picture's size.

    "SAME" pads by what the size needs; for strides above 1 that moves the windows. Here the padding is that of
    stride 1.
    """
    if stride == 1:
        return convolution2d(inputs, num_outputs, kernel_size, stride=1, rate=rate, padding="SAME", scope=scope)
    total = (kernel_size - 1) * rate
    around = [total // 2, total - total // 2]
    padded = pad(inputs, [[0, 0], around, around, [0, 0]])
    return convolution2d(padded, num_outputs, kernel_size, stride=stride, rate=rate, padding="VALID", scope=scope)


@add_arg_scope
def stack_blocks_dense(
    net: Any,
    blocks: Sequence[Block],
    output_stride: float | None = None,
    outputs_collections: Any = None,
    store_non_strided_activations: bool = False,
) -> Any:
    """All blocks, one after the other.

    Args:
        net: their input.
        blocks: the blocks.
        output_stride: how much smaller than the input the output may be at most. Once that is reached, units step
            by 1 and their filters are widened (atrous) instead, so that they see as much.
        outputs_collections: collections for the blocks' outputs.
        store_non_strided_activations: collect the blocks' outputs before their last unit's stride, which becomes a
            step of its own: larger features for dense answers, at more work.

    Raises:
        ValueError: the strides do not multiply to `output_stride`.
    """
    stride: float = 1
    rate = 1
    for block in blocks:
        opened: VariableScope
        with variable_scope(block.scope, "block", [net]) as opened:
            delayed = 1
            for number, unit in enumerate(block.args, 1):
                _check_stride(stride, output_stride)
                step = unit.get("stride", 1)
                if store_non_strided_activations and number == len(block.args):
                    delayed, step, unit = step, 1, {**unit, "stride": 1}
                with variable_scope(f"unit_{number}", values=[net]):
                    if output_stride is not None and stride == output_stride:
                        net = block.unit_fn(net, rate=rate, **{**unit, "stride": 1})
                        rate *= step
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        stride *= step
            net = collect_named_outputs(outputs_collections, opened.name, net)
            if output_stride is not None and stride == output_stride:
                rate *= delayed
            else:
                net = subsample(net, delayed)
                stride *= delayed
    _check_stride(stride, output_stride, exactly=True)
    return net


def _check_stride(stride: float, output_stride: float | None, exactly: bool = False) -> None:
    if output_stride is not None and (stride > output_stride or (exactly and stride != output_stride)):
        raise ValueError(
            f"The target output_stride cannot be reached. The blocks' strides multiply to {stride:g}, the target "
            f"is {output_stride:g}: choose a product of the first strides."
        )


def resnet_arg_scope(
    weight_decay: float = 0.0001,
    batch_norm_decay: float = 0.997,
    batch_norm_epsilon: float = 1e-5,
    batch_norm_scale: bool = True,
    activation_fn: Callable[..., Any] | None = relu,
    use_batch_norm: bool = True,
    batch_norm_updates_collections: Any = GraphKeys.UPDATE_OPS,
) -> dict[str, dict[str, Any]]:
    """The defaults the networks were trained with, for `slim.arg_scope`.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_decay, batch_norm_epsilon, batch_norm_scale, batch_norm_updates_collections: see `slim.batch_norm`.
        activation_fn: of the convolutions.
        use_batch_norm: whether convolutions are normalized rather than have biases.
    """
    normalization = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "scale": batch_norm_scale,
        "updates_collections": batch_norm_updates_collections,
    }  # fmt: skip
    with (
        arg_scope(
            [convolution2d], weights_regularizer=l2_regularizer(weight_decay),
            weights_initializer=variance_scaling_initializer(), activation_fn=activation_fn,
            normalizer_fn=batch_norm if use_batch_norm else None, normalizer_params=normalization,
        ),
        arg_scope([batch_norm], **normalization),
        # The publication pads its pooling so; "VALID" would do as well.
        arg_scope([max_pool2d], padding="SAME") as defaults,
    ):  # fmt: skip
        return defaults
