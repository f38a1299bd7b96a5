"""Keras layers of matrices and of shapes (API: tf.keras.layers.Dense, Dropout, Flatten, Reshape, Lambda, ...)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import activations, backend
from convflow.modeling.keras.base import Layer, Node
from convflow.modeling.layers import base, core
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.identity import identity
from convflow.ops.array.placeholder import placeholder
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.control_flow import smart_cond
from convflow.ops.dropout import dropout
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal, not_equal
from convflow.ops.math.reduce import reduce_any
from convflow.ops.random import random_normal, random_uniform


class Dense(Layer, core.Dense):
    """A product with a trained matrix, a trained vector added (API: tf.keras.layers.Dense)."""

    supports_masking = True


class Flatten(Layer, core.Flatten):
    """Examples of one axis (API: tf.keras.layers.Flatten)."""


class Dropout(Layer, core.Dropout):
    """While learning, zeros in random places, the others scaled up (API: tf.keras.layers.Dropout)."""

    supports_masking = True

    _asks_learning_phase: ClassVar[bool] = True


class SpatialDropout(Dropout):
    """Dropout of whole channels; `rank` spatial axes."""

    rank: ClassVar[int]

    def __init__(self, rate: float, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self.data_format = data_format or backend.image_data_format()
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        ones = [1] * self.rank
        sizes: Any = shape_of(inputs)
        first = self.data_format == "channels_first" and self.rank > 1
        shape = stack([sizes[0], sizes[1], *ones] if first else [sizes[0], *ones, sizes[self.rank + 1]])
        return smart_cond(
            training, lambda: dropout(inputs, rate=self.rate, noise_shape=shape), lambda: identity(inputs)
        )


class SpatialDropout1D(SpatialDropout):
    """Dropout of channels, of inputs (batch, steps, channels) (API: tf.keras.layers.SpatialDropout1D)."""

    rank = 1


class SpatialDropout2D(SpatialDropout):
    """Dropout of channels of pictures (API: tf.keras.layers.SpatialDropout2D)."""

    rank = 2


class SpatialDropout3D(SpatialDropout):
    """Dropout of channels of volumes (API: tf.keras.layers.SpatialDropout3D)."""

    rank = 3


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of what `selu` gives (API: tf.keras.layers.AlphaDropout).

    Klambauer et al. 2017, arXiv:1706.02515.

    Args:
        rate: the part that is dropped.
        noise_shape: of the mask; the input's by default.
        seed: of the random numbers.
    """

    _asks_learning_phase: ClassVar[bool] = True
    supports_masking = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Tensor, training: Any = None) -> Any:
        if not 0.0 < self.rate < 1.0:
            return inputs
        lowest = -1.7580993408473766  # of selu: minus its scale times its alpha
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        b = -a * lowest * self.rate

        def dropped() -> Any:
            shape = shape_of(inputs) if self.noise_shape is None else self.noise_shape
            kept: Any = cast(greater_equal(random_uniform(shape, seed=self.seed), self.rate), inputs.dtype)
            return a * (inputs * kept + lowest * (1 - kept)) + b

        return smart_cond(training, dropped, lambda: identity(inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"rate": self.rate}


class GaussianNoise(Layer, base.Layer):
    """While learning, normal noise is added (API: tf.keras.layers.GaussianNoise).

    Args:
        stddev: the standard deviation; the mean is 0.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    supports_masking = True

    _asks_learning_phase: ClassVar[bool] = True

    def __init__(self, stddev: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = stddev

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        def noised() -> Any:
            return inputs + random_normal(shape_of(inputs), 0.0, self.stddev, dtype=inputs.dtype)

        return smart_cond(training, noised, lambda: identity(inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"stddev": self.stddev}


class GaussianDropout(GaussianNoise):
    """While learning, times normal noise around 1 (API: tf.keras.layers.GaussianDropout).

    Args:
        rate: from 0 to below 1; the noise has the standard deviation sqrt(rate / (1 - rate)).
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    supports_masking = True

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(float(np.sqrt(rate / (1.0 - rate))), **kwargs)
        self.rate = rate

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        def noised() -> Any:
            return inputs * random_normal(shape_of(inputs), 1.0, self.stddev, dtype=inputs.dtype)

        return smart_cond(training, noised, lambda: identity(inputs))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["stddev"]
        return config | {"rate": self.rate}


class Activation(Layer):
    """A function of each number (API: tf.keras.layers.Activation).

    Args:
        activation: the function, or its name.
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"activation": activations.serialize(self.activation)}


class Reshape(Layer):
    """Examples of another shape (API: tf.keras.layers.Reshape).

    Args:
        target_shape: without the batch's axis; one size may be -1.

    Raises:
        ValueError: a shape of another number of elements.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        size = shape[1:].num_elements()
        known = int(np.prod([item for item in self.target_shape if item != -1], dtype=int))
        free = self.target_shape.count(-1)
        if size is None:
            return TensorShape([shape[0], *(None if item == -1 else item for item in self.target_shape)])
        if free > 1 or (size % known if free else size != known):
            raise ValueError(
                f"total size of new array must be unchanged, input_shape = {shape[1:].as_list()}, output_shape = "
                f"{list(self.target_shape)}"
            )
        return TensorShape([shape[0], *(size // known if item == -1 else item for item in self.target_shape)])

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.shape.rank is not None:
            self.compute_output_shape(inputs.shape)
        sizes: Any = shape_of(inputs)
        output = reshape(inputs, stack([sizes[0], *self.target_shape]))
        if inputs.shape.rank is not None:
            output.set_shape(self.compute_output_shape(inputs.shape))
        return output

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"target_shape": self.target_shape}


class Permute(Layer):
    """The axes of examples in another order (API: tf.keras.layers.Permute).

    Args:
        dims: the old axes in the new order, from 1; the batch's stays.
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Invalid permutation `dims` for Permute Layer: {dims}. It must be 1 to {len(self.dims)}.")
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Tensor) -> Tensor:
        return transpose(inputs, perm=(0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        return TensorShape([shape[0], *(shape[axis] for axis in self.dims)])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"dims": self.dims}


class RepeatVector(Layer):
    """(batch, features) n times: (batch, n, features) (API: tf.keras.layers.RepeatVector).

    Args:
        n: how many times.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).

    Raises:
        ValueError: (when called) inputs that have not two axes.
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Tensor) -> Tensor:
        return tile(expand_dims(inputs, 1), [1, self.n, 1])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        return TensorShape([shape[0], self.n, shape[1]])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"n": self.n}


class Lambda(Layer):
    """Any function of tensors (API: tf.keras.layers.Lambda).

    Args:
        function: takes the input, and `arguments`.
        output_shape: is not needed: the function's output tells it.
        mask: the output's mask, or a function of the input and its mask; none by default.
        arguments: further keyword arguments.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self._output_mask = mask
        self.arguments = dict(arguments or {})
        self._output_shape = output_shape

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        extra = dict(self.arguments)
        taken = inspect.signature(self.function).parameters
        if "training" in taken:
            extra["training"] = training
        if "mask" in taken:
            extra["mask"] = mask
        return self.function(inputs, **extra)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return self._output_mask(inputs, mask) if callable(self._output_mask) else self._output_mask

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"function": self.function, "arguments": self.arguments}


class Masking(Layer):
    """Steps whose features are all `mask_value` become zeros, and layers after this one leave them out.

    API: tf.keras.layers.Masking.

    Args:
        mask_value: the number of features that do not count; 0 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def call(self, inputs: Tensor) -> Any:
        kept: Any = reduce_any(not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return inputs * cast(kept, inputs.dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return reduce_any(not_equal(inputs, self.mask_value), axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"mask_value": self.mask_value}


class ActivityRegularization(Layer):
    """A penalty on the output (API: tf.keras.layers.ActivityRegularization).

    Args:
        l1: multiplies the sum of the output's magnitudes; 0 by default.
        l2: multiplies the sum of its squares; 0 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        from_keywords = {"class_name": "L1L2", "config": {"l1": l1, "l2": l2}}
        super().__init__(activity_regularizer=from_keywords, **kwargs)
        self.l1, self.l2 = l1, l2

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"l1": self.l1, "l2": self.l2}


class InputLayer(Layer):
    """Where a model's data come in (API: tf.keras.layers.InputLayer).

    Args:
        input_shape: without the batch's axis.
        batch_size: the batch's size, any if None.
        dtype: float32 by default.
        input_tensor: the tensor that is the input, instead of a placeholder.
        sparse: must be False.
        name: "input_1" and so on if None.
        batch_input_shape: with the batch's axis.
    """

    def __init__(
        self,
        input_shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        input_tensor: Any = None,
        sparse: bool = False,
        name: str | None = None,
        batch_input_shape: Any = None,
        **kwargs: Any,
    ) -> None:
        if sparse:
            raise NotImplementedError("tf.keras.layers.Input: sparse=True is not there; feed dense tensors.")
        super().__init__(name=name or f"input_{backend.get_uid('input')}", **kwargs)
        if batch_input_shape is None and input_tensor is None:
            if input_shape is None:
                raise ValueError("Please provide to Input either a `shape` or a `tensor` argument.")
            sizes = input_shape if isinstance(input_shape, (tuple, list, TensorShape)) else (input_shape,)
            batch_input_shape = (batch_size, *as_shape(sizes).as_list())
        kind = dtypes.as_dtype(dtype or (input_tensor.dtype if input_tensor is not None else backend.floatx()))
        self._dtype = kind.base_dtype.name
        self.built = True
        self.is_placeholder = input_tensor is None
        if input_tensor is None:
            with backend.graph().as_default():
                input_tensor = placeholder(kind, batch_input_shape, name=self._name)
        self._batch_input_shape = tuple(input_tensor.shape.as_list())
        self._inbound_nodes.append(Node(self, [], input_tensor, (), {}))
        self._calls.append((input_tensor, input_tensor))
        input_tensor._keras_history = (self, 0, 0)

    @property
    def input_tensor(self) -> Tensor:
        return self._calls[0][1]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"sparse": False}


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    name: str | None = None,
    dtype: Any = None,
    sparse: bool = False,
    tensor: Any = None,
    **kwargs: Any,
) -> Tensor:
    """A tensor for a model's data (API: tf.keras.Input, tf.keras.layers.Input).

    Args:
        shape: without the batch's axis, or
        batch_shape: with it; or
        tensor: the tensor to use.
        batch_size: the batch's size, any if None.
        name: of the layer.
        dtype: float32 by default.

    Raises:
        ValueError: none of them. TypeError: an unknown argument.
    """
    batch_shape = kwargs.pop("batch_shape", None)
    if kwargs:
        raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
    if batch_shape is not None:
        batch_size, shape = batch_shape[0], tuple(batch_shape[1:])
    with backend.graph().as_default():
        layer = InputLayer(shape, batch_size, dtype, tensor, sparse, name)
    return layer.input_tensor
