"""Layers without weights that arrange, encode and drop (API: slim.flatten, slim.one_hot_encoding, slim.dropout ...)."""

from __future__ import annotations

from typing import Any

from convflow.autodiff.custom import custom_gradient
from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.modeling.layers.core import Dropout
from convflow.modeling.layers.core import flatten as flatten_layer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.cast import to_int64
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.reduce import reduce_max
from convflow.ops.math.select import where
from convflow.slim import utils
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: Any = None) -> Tensor:
    """All axes but the batch's as one (API: slim.flatten).

    Args:
        inputs: two or more axes.
    """
    with name_scope(scope, "Flatten", [inputs]) as opened:
        outputs = flatten_layer(convert_to_tensor(inputs))
        return utils.collect_named_outputs(outputs_collections, opened, outputs)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Tensor:
    """In training, some values are zeroed and the others grow in proportion (API: slim.dropout).

    Args:
        inputs: floating.
        keep_prob: how probable it is that a value stays.
        noise_shape: sizes of the random mask; 1 where one decision holds along an axis.
        is_training: a bool, or a bool tensor; outside of training the input is returned.
        seed: of the mask.
    """
    opened: VariableScope
    with variable_scope(scope, "Dropout", [inputs], custom_getter=common.model_variable_getter) as opened:
        inputs = convert_to_tensor(inputs)
        layer = Dropout(rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, name=opened.name, _scope=opened)
        outputs = layer.apply(inputs, training=is_training)
        return utils.collect_named_outputs(outputs_collections, opened.name, outputs)


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: Any,
    on_value: Any = 1.0,
    off_value: Any = 0.0,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """Class numbers as rows with one `on_value` each (API: slim.one_hot_encoding).

    Args:
        labels: integers, shape (batch,).
        num_classes: the size of the new axis.
    """
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as opened:
        labels = convert_to_tensor(labels)
        if labels.dtype == dtypes.int32:
            labels = to_int64(labels)
        outputs = one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return utils.collect_named_outputs(outputs_collections, opened, outputs)


@add_arg_scope
def images_to_sequence(
    inputs: Any, data_format: str = "NHWC", outputs_collections: Any = None, scope: Any = None
) -> Tensor:
    """Pictures as sequences along their width, a sequence per row (API: slim.images_to_sequence).

    Args:
        inputs: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".

    Returns:
        Shape (width, batch * height, channels).

    Raises:
        ValueError: another data format.
    """
    common.check_data_format(data_format, ("NCHW", "NHWC"))
    with name_scope(scope, "ImagesToSequence", [inputs]) as opened:
        inputs = convert_to_tensor(inputs)
        if data_format == "NCHW":
            inputs = transpose(inputs, [0, 2, 3, 1])
        _, _, width, depth = inputs.shape.as_list()
        sizes = shape_of(inputs)
        batch_size, height = sizes[0], sizes[1]
        rows = transpose(inputs, [2, 0, 1, 3])
        outputs = reshape(rows, [width, _product(batch_size, height), depth])
        return utils.collect_named_outputs(outputs_collections, opened, outputs)


def _product(x: Any, y: Any) -> Any:
    return x * y


@add_arg_scope
def sequence_to_images(
    inputs: Any,
    height: int,
    output_data_format: str = "channels_last",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """What `images_to_sequence` made, as pictures again (API: slim.sequence_to_images).

    Args:
        inputs: shape (width, batch * height, channels).
        height: of the pictures.
        output_data_format: "channels_last" or "channels_first".
    """
    with name_scope(scope, "SequenceToImages", [inputs]) as opened:
        inputs = convert_to_tensor(inputs)
        width, sequences, depth = inputs.shape.as_list()
        batch_size = -1 if sequences is None else sequences // height
        rows = reshape(inputs, [width, batch_size, height, depth])
        outputs = transpose(rows, [1, 3, 2, 0] if output_data_format == "channels_first" else [1, 2, 0, 3])
        return utils.collect_named_outputs(outputs_collections, opened, outputs)


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Tensor:
    """The largest of each group of channels (API: slim.maxout). Goodfellow et al. 2013, arXiv:1302.4389.

    Args:
        num_units: how many groups; it must divide the channels.
        axis: where the channels are.

    Raises:
        ValueError: it does not divide them.
    """
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        sizes: list[Any] = inputs.shape.as_list()
        channels = sizes[axis]
        if channels % num_units:
            raise ValueError(f"number of features({channels}) is not a multiple of num_units({num_units})")
        sizes[axis] = num_units
        sizes.append(channels // num_units)
        sizes = [shape_of(inputs)[i] if size is None else size for i, size in enumerate(sizes)]
        return reduce_max(reshape(inputs, sizes), -1, keepdims=False)


@add_arg_scope
def dense_to_sparse(
    tensor: Any, eos_token: Any = 0, outputs_collections: Any = None, scope: Any = None
) -> SparseTensor:
    """The elements that are not `eos_token`, and where they are (API: slim.dense_to_sparse).

    Args:
        tensor: a tensor, or what converts to one.
        eos_token: the element to leave out, of the tensor's type; 0 by default.
        outputs_collections: where to list the result; None for nowhere.
        scope: of the nodes.

    Returns:
        a `SparseTensor` of the tensor's shape and type.
    """
    opened: VariableScope
    with variable_scope(scope, "dense_to_sparse", [tensor]) as opened:
        tensor = convert_to_tensor(tensor)
        indices = where(not_equal(tensor, constant(eos_token, tensor.dtype)))
        values = gather_nd(tensor, indices)
        outputs = SparseTensor(indices, values, shape_of(tensor, out_type=dtypes.int64))
        return utils.collect_named_outputs(outputs_collections, opened.name, outputs)


@custom_gradient
def scale_gradient(inputs: Any, gradient_multiplier: Any) -> Any:
    """`inputs`, whose gradient is multiplied by a number (API: slim.scale_gradient).

    Args:
        inputs: a floating tensor.
        gradient_multiplier: a number or scalar tensor of its type.

    Returns:
        a tensor of the same values.
    """

    def grad(dy: Any) -> list[Any]:
        return [dy * gradient_multiplier, None]

    return inputs, grad
