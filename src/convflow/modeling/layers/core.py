"""Layers of matrices and layers without weights (API: tf.layers.Dense, Dropout, Flatten and their functions)."""

from __future__ import annotations

import math
import numbers
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.bias import bias_add
from convflow.ops.control_flow import smart_cond
from convflow.ops.dropout import dropout as dropout_op
from convflow.ops.math.cast import cast
from convflow.ops.math.matmul import matmul
from convflow.ops.math.tensordot import tensordot


class Dense(Layer):
    """A product with a trained matrix (API: tf.layers.Dense): activation(inputs * kernel + bias).

    Args:
        units: the size of the output's last axis.
        activation: a function of the output, or its name; None for none.
        use_bias: whether a trained vector is added.
        kernel_initializer: of the matrix, shape (size of the input's last axis, units); by default the scope's,
            then Glorot uniform.
        bias_initializer: of the bias, shape (units,).
        kernel_regularizer, bias_regularizer: functions of a variable whose results join the
            REGULARIZATION_LOSSES.
        activity_regularizer: the same of the output.
        kernel_constraint, bias_constraint: functions of a value that optimizers apply after each update.
        trainable: whether optimizers change the variables by default.
        name: the layer's name and scope.
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = utils.ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.units = utils.positive_int(units, "units")
        self.activation = utils.activation_function(activation)
        self.use_bias = use_bias
        self.kernel_initializer = utils.initializer(kernel_initializer)
        self.bias_initializer = utils.initializer(bias_initializer)
        self.kernel_regularizer = utils.checked_function(kernel_regularizer, "kernel_regularizer", "tf.nn.l2_loss")
        self.bias_regularizer = utils.checked_function(bias_regularizer, "bias_regularizer", "tf.nn.l2_loss")
        self.kernel_constraint = utils.checked_function(kernel_constraint, "kernel_constraint", "tf.nn.relu")
        self.bias_constraint = utils.checked_function(bias_constraint, "bias_constraint", "tf.nn.relu")
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        dtype = dtypes.as_dtype(self.dtype or dtypes.float32)
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(
                f'Layer "{self.name}" can only be built with a floating-point dtype. Received: dtype={dtype.name}. '
                "Cast its input with tf.cast."
            )
        size = _last_size(self.name, as_shape(input_shape))
        self.kernel = self.add_weight(
            "kernel", (size, self.units), initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint, trainable=True,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.units,), initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint, trainable=True,
            )  # fmt: skip
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.dtype.base_dtype is not self.kernel.dtype.base_dtype:
            inputs = cast(inputs, self.kernel.dtype.base_dtype)
        rank = inputs.shape.rank
        if rank in (None, 2):
            outputs = matmul(inputs, self.kernel)
        else:
            outputs = tensordot(inputs, self.kernel, [[rank - 1], [0]])
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        _last_size(self.name, shape)
        return shape[:-1].concatenate(self.units)

    def get_config(self) -> dict[str, Any]:
        names = (
            "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
            "activity_regularizer kernel_constraint bias_constraint"
        )
        return super().get_config() | {name: getattr(self, name) for name in names.split()}


def _last_size(layer_name: str, shape: TensorShape) -> int:
    size = None if shape.rank is None else shape[-1].value
    if size is None:
        raise ValueError(
            f'The last dimension of the inputs to layer "{layer_name}" should be defined: it decides how many '
            f"weights there are. Found None. Full input shape received: {shape}. "
            "Give the placeholder's shape, use set_shape, or flatten with tf.layers.flatten."
        )
    return size


def dense(
    inputs: Any,
    units: int,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = utils.ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """A product of `inputs` with a matrix made here (API: tf.layers.dense).

    Args:
        inputs: shape (batch, ..., size).
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors: see `Dense`.

    Returns:
        Shape (batch, ..., units).
    """
    layer = Dense(
        units, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer, kernel_constraint, bias_constraint, trainable, name, _reuse=reuse, _scope=name,
    )  # fmt: skip
    return layer(inputs)


class Dropout(Layer):
    """Elements set to zero at random while training (API: tf.layers.Dropout; Srivastava et al. 2014).

    Args:
        rate: the part to drop, in [0, 1]; 1 - rate of the elements are kept and scaled by 1 / (1 - rate).
        noise_shape: the shape of the choices, which broadcasts with the input's; None in it, or for all of it,
            stands for the input's size.
        seed: the seed of the choices; see `tf.set_random_seed`.
        name: the layer's name and scope.

    Raises:
        ValueError: a rate outside of [0, 1].
    """

    supports_masking = True

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        if isinstance(rate, numbers.Real) and not 0 <= float(rate) <= 1:
            raise ValueError(
                f"Invalid value {rate} received for `rate`, expected a value between 0 and 1: it is the part to drop."
            )
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def call(self, inputs: Tensor, training: Any = False) -> Tensor:
        return smart_cond(training, lambda: self._dropped(inputs), lambda: identity(inputs))

    def _dropped(self, inputs: Tensor) -> Tensor:
        if isinstance(self.rate, numbers.Real) and self.rate == 0:
            return identity(inputs)
        return dropout_op(inputs, rate=self.rate, noise_shape=self._choices_shape(inputs), seed=self.seed)

    def _choices_shape(self, inputs: Tensor) -> Any:
        if self.noise_shape is None or is_tensor(self.noise_shape):
            return self.noise_shape
        sizes: Any = shape_of(inputs)
        parts = [sizes[axis] if size is None else size for axis, size in enumerate(self.noise_shape)]
        return convert_to_tensor(parts)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        return as_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Tensor:
    """Elements of `inputs` set to zero at random while training (API: tf.layers.dropout).

    Args:
        inputs: a float tensor.
        training: whether to drop: a Python bool, or a bool scalar tensor such as a placeholder.

    The other arguments, the errors: see `Dropout`.
    """
    return Dropout(rate, noise_shape, seed, name)(inputs, training=training)


class Flatten(Layer):
    """All axes but the first made one (API: tf.layers.Flatten).

    Args:
        data_format: "channels_last" keeps the order of the elements; "channels_first" moves the second axis to
            the end before, so that both give the same for the same pictures.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = utils.normalize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Tensor) -> Tensor:
        rank = inputs.shape.rank
        if self.data_format == "channels_first" and rank is not None and rank > 1:
            inputs = transpose(inputs, perm=[0, *range(2, rank), 1])
        if rank == 1:
            return expand_dims(inputs, axis=1)
        outputs = reshape(inputs, self._sizes(inputs))
        if not inputs.shape.is_fully_defined() and rank is not None:
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def _sizes(self, inputs: Tensor) -> Any:
        shape = inputs.shape
        if shape.rank is not None:
            if shape[1:].is_fully_defined():
                return constant([-1, math.prod(int(size) for size in shape[1:])])
            if shape[0].value is not None:
                return constant([int(shape[0]), -1])
        sizes: Any = shape_of(inputs)
        return [sizes[0], -1]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        if shape.rank is None:
            return TensorShape([None, None])
        rest = shape[1:].as_list()
        return TensorShape([shape[0], None if None in rest else math.prod(size or 0 for size in rest)])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"data_format": self.data_format}


def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Tensor:
    """`inputs` with all axes but the first made one (API: tf.layers.flatten).

    Args:
        inputs: shape (batch, ...).

    The other arguments: see `Flatten`.

    Returns:
        Shape (batch, number of elements of an example).
    """
    return Flatten(data_format=data_format, name=name)(inputs)
