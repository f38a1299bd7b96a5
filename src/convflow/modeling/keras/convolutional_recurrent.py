"""Recurrent layers of pictures (API: tf.keras.layers.ConvLSTM2D)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.shape import TensorShape, as_shape
from convflow.modeling.keras import backend
from convflow.modeling.keras.backend_ops.pictures import bias_add, conv2d
from convflow.modeling.keras.recurrent import _WithCell
from convflow.modeling.keras.recurrent_cells import LSTMCell, State
from convflow.modeling.layers import utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.constant import zeros
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack


class ConvLSTM2DCell(LSTMCell):
    """A step of long short-term memory whose products are convolutions (Shi et al. 2015, arXiv:1506.04214).

    Args:
        filters: channels of the output.
        kernel_size, strides, padding, dilation_rate, data_format: of the input's convolution; that of the state keeps
            its size.

    The other arguments are as for `LSTMCell`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, **kwargs)
        self.filters = filters
        self.kernel_size = (kernel_size,) * 2 if isinstance(kernel_size, int) else tuple(kernel_size)
        self.strides = (strides,) * 2 if isinstance(strides, int) else tuple(strides)
        self.dilation_rate = (dilation_rate,) * 2 if isinstance(dilation_rate, int) else tuple(dilation_rate)
        self.padding = padding.lower()
        self.data_format = utils.normalize_data_format(data_format or backend.image_data_format())

    def build(self, input_shape: Any) -> None:
        is_first = self.data_format == "channels_first"
        channels = as_shape(input_shape)[1 if is_first else -1].value
        width = 4 * self.filters
        self.kernel = self._take("kernel", "kernel", (*self.kernel_size, channels, width))
        self.recurrent_kernel = self._take("recurrent_kernel", "recurrent", (*self.kernel_size, self.filters, width))
        self.bias = self._take("bias", "bias", (width,)) if self.use_bias else None
        self.built = True

    def step(self, x: Any, state: State, old: State) -> State:
        of_input = conv2d(x, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        if self.bias is not None:
            of_input = bias_add(of_input, self.bias, self.data_format)
        values = of_input + conv2d(state[0], self.recurrent_kernel, 1, "same", self.data_format)
        i, f, c, o = split(values, 4, axis=1 if self.data_format == "channels_first" else 3)
        gate = self.recurrent_activation
        cell = gate(f) * state[1] + gate(i) * self.activation(c)
        return [gate(o) * self.activation(cell), cell]

    def state_shape(self, step_shape: Any) -> list[Any]:
        """The sizes of a state without the batch's, for a step's input (batch, ...)."""
        sizes = as_shape(step_shape).as_list()
        rows = sizes[2:4] if self.data_format == "channels_first" else sizes[1:3]
        settings = zip(rows, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        spatial = [_length(*each, self.padding) for each in settings]
        return [self.filters, *spatial] if self.data_format == "channels_first" else [*spatial, self.filters]

    def own_config(self) -> dict[str, Any]:
        config = super().own_config()
        del config["units"]
        names = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate")
        return {name: getattr(self, name) for name in names} | config


def _length(size: int | None, window: int, stride: int, rate: int, padding: str) -> int | None:
    if size is None:
        return None
    reach = (window - 1) * rate if padding == "valid" else 0
    return (size - reach + stride - 1) // stride


class ConvLSTM2D(_WithCell):
    """Long short-term memory of pictures, (batch, steps, rows, columns, channels) (API: tf.keras.layers.ConvLSTM2D).

    Shi et al. 2015, arXiv:1506.04214. Rows and columns must be known.

    Args:
        args, kwargs: those of `ConvLSTM2DCell` (`filters`, `kernel_size`, `strides` ... in its order), and those of
            `RNN`.

    Raises:
        ValueError: (when called) rows or columns are unknown.
    """

    cell_class = ConvLSTM2DCell
    order: ClassVar[tuple[str, ...]] = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "activation",
        "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
        "unit_forget_bias",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.input_spec = InputSpec(ndim=5)

    def get_initial_state(self, inputs: Any) -> State:
        shape = inputs.shape.as_list()
        sizes = self.cell.state_shape(TensorShape([shape[0], *shape[2:]]))
        if None in sizes:
            raise ValueError(f"{self.name} needs to know rows and columns of its input; got the shape {inputs.shape}.")
        batch: Any = shape_of(inputs)
        zero = zeros(stack([batch[0], *sizes]), inputs.dtype.base_dtype)
        zero.set_shape([shape[0], *sizes])
        return [zero, zero]
