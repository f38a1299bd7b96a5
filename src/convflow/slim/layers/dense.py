"""Layers of matrices and biases (API: slim.fully_connected, slim.bias_add ...)."""

from __future__ import annotations

import functools
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collections
from convflow.modeling.layers.core import Dense
from convflow.modeling.variables.scope import VariableScope, get_variable, variable_scope
from convflow.ops import activation
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack, unstack
from convflow.ops.bias import bias_add as bias_add_op
from convflow.ops.math.matmul import matmul
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = activation.relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = common.XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = common.ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A product with a trained matrix along the last axis, and an activation (API: slim.fully_connected).

    Args:
        inputs: two or more axes; the last one's size is known.
        num_outputs: the size of the output's last axis.

    The other arguments: see `slim.conv2d`.

    Raises:
        ValueError: `num_outputs` is no integer, or the input has fewer axes or an unknown last one.
    """
    if not isinstance(num_outputs, int):
        raise ValueError(
            f"num_outputs type should be one of [<class 'int'>], got {type(num_outputs)}: {num_outputs!r}. Use int()."
        )
    with common.layer_scope(scope, "fully_connected", inputs, reuse, common.WEIGHTS_AND_BIASES) as opened:
        outputs = common.applied(
            Dense, convert_to_tensor(inputs), opened, reuse, variables_collections, units=num_outputs,
            activation=None, use_bias=bool(not normalizer_fn and biases_initializer),
            kernel_initializer=weights_initializer, bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer, bias_regularizer=biases_regularizer, trainable=trainable,
        )  # fmt: skip
        outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


relu = functools.partial(fully_connected, activation_fn=activation.relu)
relu6 = functools.partial(fully_connected, activation_fn=activation.relu6)
elu = functools.partial(fully_connected, activation_fn=activation.elu)
linear = functools.partial(fully_connected, activation_fn=None)


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Any = None,
    initializer: Any = common.ZEROS,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """A trained number added to each channel (API: slim.bias_add).

    Args:
        inputs: channels in the last axis, or in the second of four for "NCHW".
        initializer: of the numbers.
        regularizer: a function of them whose result joins the REGULARIZATION_LOSSES.

    The other arguments: see `slim.conv2d`.

    Raises:
        ValueError: another data format, unknown rank or channels.
    """
    common.check_data_format(data_format, ("NCHW", "NHWC"))
    opened: VariableScope
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as opened:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.rank
        if rank is None:
            raise ValueError(f"Dims of shape must be known but is None: {inputs.name}. Use set_shape.")
        if rank != 4 and data_format == "NCHW":
            raise ValueError(f"Data format NCHW only supports 4D Tensor, got shape {inputs.shape}. Use NHWC.")
        channels = inputs.shape[1 if data_format == "NCHW" else -1].value
        if channels is None:
            raise ValueError(f"`C` dimension must be known but is None, in shape {inputs.shape}. Use set_shape.")
        biases = common.own_variable(
            "biases", [channels], inputs.dtype.base_dtype, initializer, variables_collections, trainable, regularizer
        )
        outputs = bias_add_op(inputs, biases, data_format=data_format)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Any = None,
    weight_init: Any = common.XAVIER,
    bias_init: Any = common.ZEROS,
    name: Any = None,
    weight_collections: Any = (GraphKeys.WEIGHTS,),
    bias_collections: Any = (GraphKeys.BIASES,),
    output_collections: Any = (GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer: Any = None,
    bias_regularizer: Any = None,
) -> Tensor:
    """The dense layer before `fully_connected`, whose bias is called "bias" (API: slim.legacy_fully_connected).

    Args:
        x: two or more axes; the last one's size is known.
        num_output_units: the size of the output's last axis.
        bias_init: None for no bias.
        weight_collections, bias_collections, output_collections: besides GLOBAL_VARIABLES and ACTIVATIONS.

    Raises:
        ValueError: unknown rank, fewer than two axes, or an unknown last one.
    """
    with variable_scope(name, "fully_connected", [x]):
        x = convert_to_tensor(x)
        size = _input_units(x)
        dtype = x.dtype.base_dtype
        weights = get_variable(
            "weights", shape=[size, num_output_units], dtype=dtype, initializer=weight_init,
            collections=_with_global(weight_collections), regularizer=weight_regularizer, trainable=trainable,
        )  # fmt: skip
        outputs = matmul(x if x.shape.rank == 2 else reshape(x, [-1, size]), weights)
        if bias_init is not None:
            bias = get_variable(
                "bias", shape=[num_output_units], dtype=dtype, initializer=bias_init,
                collections=_with_global(bias_collections), regularizer=bias_regularizer, trainable=trainable,
            )  # fmt: skip
            outputs = bias_add_op(outputs, bias)
        if len(x.shape) > 2:
            outputs = reshape(outputs, stack([*unstack(shape_of(x))[:-1], num_output_units]))
            outputs.set_shape([*x.shape.as_list()[:-1], num_output_units])
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        add_to_collections([*(output_collections or ()), GraphKeys.ACTIVATIONS], outputs)
        return outputs


def _with_global(collections: Any) -> list[Any]:
    return list(dict.fromkeys([*(collections or ()), GraphKeys.GLOBAL_VARIABLES]))


def _input_units(x: Tensor) -> int:
    if x.shape.rank is None:
        raise ValueError(f"dims of x must be known but is None: {x.name}. Use set_shape.")
    if x.shape.rank < 2:
        raise ValueError(f"rank of x must be at least 2 not: {x.shape.rank}. Give it a batch axis.")
    size = x.shape[-1].value
    if size is None:
        raise ValueError(f"last dimension of x must be known but is None, in shape {x.shape}. Use set_shape.")
    return size


legacy_relu = functools.partial(legacy_fully_connected, activation_fn=activation.relu)
legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)
