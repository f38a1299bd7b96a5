"""Convolutions with filters of their own at each place (API: tf.keras.layers.LocallyConnected1D, 2D)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import as_shape
from convflow.modeling.keras import activations, backend
from convflow.modeling.keras.base import Layer
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.patches import extract_image_patches
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.math.einsum import einsum


class _Local(Layer):
    """Filters of their own at each place.

    Args:
        filters: channels of the output.
        kernel_size, strides: of the windows.
        padding: must be "valid". data_format: must be "channels_last".
        activation: of the output.
        use_bias: whether a number is added, one for each place and filter.
        kernel_initializer, bias_initializer, and _regularizer, _constraint: of the variables.
        implementation: 1; how the kernel is stored.
    """

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        name = type(self).__name__
        if padding.lower() != "valid" or implementation != 1:
            raise ValueError(f'Invalid border mode for {name} (only "valid" is supported if implementation is 1).')
        if (data_format or backend.image_data_format()) != "channels_last":
            raise NotImplementedError(f"{name}: channels_first is not there; transpose the input.")
        self.filters, self.padding, self.use_bias = filters, padding, use_bias
        self.kernel_size = (kernel_size,) * self.rank if isinstance(kernel_size, int) else tuple(kernel_size)
        self.strides = (strides,) * self.rank if isinstance(strides, int) else tuple(strides)
        self.activation = activations.get(activation)
        self._kernel = (kernel_initializer, kernel_regularizer, kernel_constraint)
        self._bias = (bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Any) -> None:
        shape: Any = as_shape(input_shape).as_list()
        if None in shape[1:]:
            raise ValueError(f"The spatial dimensions of the inputs to {self.name} should be fully-defined: {shape}.")
        sizes = zip(shape[1:-1], self.kernel_size, self.strides, strict=True)
        self._places = [(size - window) // stride + 1 for size, window, stride in sizes]
        count, window = 1, shape[-1]
        for places, size in zip(self._places, self.kernel_size, strict=True):
            count, window = count * places, window * size
        self.kernel = self._add("kernel", (count, window, self.filters), self._kernel)
        self.bias = self._add("bias", (*self._places, self.filters), self._bias) if self.use_bias else None
        self.built = True

    def _add(self, name: str, shape: tuple[int, ...], settings: tuple[Any, Any, Any]) -> Any:
        initializer, regularizer, constraint = settings
        return self.add_weight(name, shape, initializer=initializer, regularizer=regularizer, constraint=constraint)

    def call(self, inputs: Any) -> Any:
        pictures = expand_dims(inputs, 1) if self.rank == 1 else inputs
        sizes, steps = self.kernel_size, self.strides
        rows = [1, *([1] if self.rank == 1 else []), *sizes, 1]
        strides = [1, *([1] if self.rank == 1 else []), *steps, 1]
        patches = extract_image_patches(pictures, rows, strides, [1, 1, 1, 1], "VALID")
        flat = reshape(patches, [-1, *self.kernel.shape.as_list()[:2]])
        output: Any = reshape(einsum("bpk,pkf->bpf", flat, self.kernel), [-1, *self._places, self.filters])
        return self.activation(output if self.bias is None else output + self.bias)

    def get_config(self) -> dict[str, Any]:
        names = ("filters", "kernel_size", "strides", "padding", "use_bias")
        own = {name: getattr(self, name) for name in names}
        return super().get_config() | own | {"activation": activations.serialize(self.activation)}


class LocallyConnected1D(_Local):
    """Of sequences, (batch, steps, channels) (API: tf.keras.layers.LocallyConnected1D)."""

    rank = 1


class LocallyConnected2D(_Local):
    """Of pictures, (batch, rows, columns, channels) (API: tf.keras.layers.LocallyConnected2D)."""

    rank = 2
