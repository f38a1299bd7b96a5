"""Convolutions of one, two and three axes, and transposed ones (API: slim.conv2d, slim.conv2d_transpose ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.conv_transposed import Conv2DTranspose, Conv3DTranspose
from convflow.modeling.layers.convolutional import Conv1D, Conv2D, Conv3D
from convflow.ops.activation import relu
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common


class conv1d(Conv1D):
    """The layer of sequences, whose class gives its node the name that it has in TensorFlow 1."""


_FORMATS = (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW")
_LAYERS: dict[int | None, type[Layer]] = {3: conv1d, 4: Conv2D, 5: Conv3D}

_ARGUMENTS = """
        num_outputs: how many filters: the output's channels.
        kernel_size: sizes of the window along the spatial axes, or one number for all.
        stride: steps between the places of the window, in the same forms.
        padding: "SAME" or "VALID".
        data_format: whether channels come last, as by default, or after the batch ("NC...").{rate}
        activation_fn: a function of the output; None for none.
        normalizer_fn: a function such as `batch_norm` in the place of biases.
        normalizer_params: its keyword arguments, a dict.
        weights_initializer, biases_initializer: of the variables; None for no biases.
        weights_regularizer, biases_regularizer: functions of a variable whose results join the
            REGULARIZATION_LOSSES.
        reuse: whether to share the variables of the layer of the same `scope`.
        variables_collections: further collections for the variables, or a dict of them by "weights" and "biases".
        outputs_collections: collections for the output.
        trainable: whether optimizers change the variables by default.
        scope: the name of the variable scope.
"""
_RATE = "\n        rate: steps between a filter's elements; only without strides."


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = relu,
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
    conv_dims: int | None = None,
) -> Tensor:
    if data_format not in _FORMATS:
        names = ", ".join(str(name) for name in _FORMATS)
        raise ValueError(f"Invalid data_format: {data_format!r}. Expected one of {names}.")
    with common.layer_scope(scope, "Conv", inputs, reuse, common.WEIGHTS_AND_BIASES) as opened:
        inputs = convert_to_tensor(inputs)
        outputs = common.applied(
            _layer_class(inputs.shape.rank, conv_dims), inputs, opened, reuse, variables_collections,
            filters=num_outputs, kernel_size=kernel_size, strides=stride, padding=padding,
            data_format=common.layers_format(data_format), dilation_rate=rate, activation=None,
            use_bias=bool(not normalizer_fn and biases_initializer), kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer, kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer, trainable=trainable,
        )  # fmt: skip
        outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


def _layer_class(rank: int | None, conv_dims: int | None) -> type[Layer]:
    if conv_dims is not None and conv_dims + 2 != rank:
        raise ValueError(
            f"Convolution expects input with rank {conv_dims + 2}, got {rank}: batch, channels and {conv_dims} "
            "spatial axes. Reshape the input, or use the convolution of its rank."
        )
    if rank not in _LAYERS:
        raise ValueError(f"Convolution not supported for input with rank {rank}: expected 3, 4 or 5 axes.")
    return _LAYERS[rank]


def _of_rank(dims: int, of: str, shape: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        num_outputs: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str | None = None,
        rate: Any = 1,
        activation_fn: Any = relu,
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
        return convolution(
            inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn,
            normalizer_params, weights_initializer, weights_regularizer, biases_initializer, biases_regularizer,
            reuse, variables_collections, outputs_collections, trainable, scope, conv_dims=dims,
        )  # fmt: skip

    return _described(
        function, f"convolution{dims}d",
        f"""A convolution of {of} with biases or a normalization, and an activation (API: slim.conv{dims}d).

    Args:
        inputs: shape (batch, {shape}, channels), or (batch, channels, {shape}).{_ARGUMENTS.format(rate=_RATE)}
    Raises:
        ValueError: an input of another rank, unknown channels, sizes that cannot work.
    """,
    )  # fmt: skip


def _described(function: Callable[..., Tensor], name: str, doc: str) -> Callable[..., Tensor]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return add_arg_scope(function)


convolution.__doc__ = f"""A convolution of one to three axes, by its input's rank (API: slim.convolution).

    Args:
        inputs: shape (batch, *spatial, channels), or (batch, channels, *spatial).{_ARGUMENTS.format(rate=_RATE)}
        conv_dims: how many spatial axes there must be; any of 1 to 3 by default.

    Raises:
        ValueError: an input of another rank, unknown channels, sizes that cannot work.
    """
convolution1d = _of_rank(1, "sequences", "length")
convolution2d = _of_rank(2, "pictures", "height, width")
convolution3d = _of_rank(3, "volumes", "depth, height, width")


def _transposed(layer_class: type[Layer], dims: int, formats: tuple[str, str], of: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        num_outputs: Any,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str = formats[0],
        activation_fn: Any = relu,
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
        names = common.WEIGHTS_AND_BIASES
        with common.layer_scope(scope, f"Conv{dims}d_transpose", inputs, reuse, names) as opened:
            common.check_data_format(data_format, formats[::-1])
            inputs = convert_to_tensor(inputs)
            outputs = common.applied(
                layer_class, inputs, opened, reuse, variables_collections, filters=num_outputs,
                kernel_size=kernel_size, strides=stride, padding=padding,
                data_format=common.layers_format(data_format), activation=None,
                use_bias=bool(not normalizer_fn and biases_initializer), kernel_initializer=weights_initializer,
                bias_initializer=biases_initializer, kernel_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer, trainable=trainable,
            )  # fmt: skip
            outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
            return common.finished(outputs, opened.name, activation_fn, outputs_collections)

    return _described(
        function, f"convolution{dims}d_transpose",
        f"""The transpose of a convolution: {of} grow by the stride (API: slim.conv{dims}d_transpose).

    Args:
        inputs: with channels last, or after the batch for {formats[1]!r}.{_ARGUMENTS.format(rate="")}
    Raises:
        ValueError: another data format, an input of another rank, unknown channels, sizes that cannot work.
    """,
    )  # fmt: skip


convolution2d_transpose = _transposed(Conv2DTranspose, 2, ("NHWC", "NCHW"), "pictures")
convolution3d_transpose = _transposed(Conv3DTranspose, 3, ("NDHWC", "NCDHW"), "volumes")
