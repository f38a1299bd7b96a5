"""Generalized divisive normalization (API: slim.GDN, slim.gdn). Balle, Laparra, Simoncelli 2016, arXiv:1511.06281."""

from __future__ import annotations

from typing import Any

from convflow.autodiff.registry import RegisterGradient
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.constant import constant, ones
from convflow.ops.array.eye import eye
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.bias import bias_add
from convflow.ops.convolution import convolution
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import logical_or
from convflow.ops.math.elementwise import sqrt, square

_AXES = {"channels_first": 1, "channels_last": -1}


@RegisterGradient("GDNLowerBound")
def _lower_bound_gradient(op: Operation, grad: Any) -> list[Any]:
    """Passes where the input is above the bound, and where a step would lead it there."""
    inputs: Any = op.inputs[0]
    passes = logical_or(inputs >= op.inputs[1], grad < 0)
    return [cast(passes, grad.dtype) * grad, None]


def _lower_bound(inputs: Any, bound: Any) -> Tensor:
    with name_scope(None, "GDNLowerBound", [inputs, bound]) as scope:
        inputs = convert_to_tensor(inputs, name="inputs")
        bound = convert_to_tensor(bound, name="bound")
        with get_default_graph().gradient_override_map({"Maximum": "GDNLowerBound"}):
            return maximum(inputs, bound, name=scope)


class GDN(Layer):
    """Each channel over the root of a trained sum of all channels' squares: y_i = x_i / sqrt(b_i + sum_j g_ji x_j^2).

    Args:
        inverse: multiply instead of dividing.
        beta_min: the least value of b.
        gamma_init: what g begins with for a channel and itself.
        reparam_offset: keeps the trained roots of b and g away from zero, where their gradients would vanish.
        data_format: "channels_last" or "channels_first".
        activity_regularizer, trainable, name: see `tf.layers.Layer`.

    Raises:
        ValueError: another data format, or unknown channels.
    """

    def __init__(
        self,
        inverse: bool = False,
        beta_min: float = 1e-6,
        gamma_init: float = 0.1,
        reparam_offset: float = 2**-18,
        data_format: str = "channels_last",
        activity_regularizer: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        if data_format not in _AXES:
            raise ValueError(
                f"Unsupported `data_format` for GDN layer: {data_format}. Expected one of {', '.join(_AXES)}."
            )
        self.inverse = inverse
        self.data_format = data_format
        self._beta_min = beta_min
        self._gamma_init = gamma_init
        self._reparam_offset = reparam_offset
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5)

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape)
        axis = _AXES[self.data_format]
        channels = shape[axis].value
        if channels is None:
            raise ValueError(
                f"The channel dimension of the inputs to `GDN` must be defined: the shape is {shape}. Use set_shape."
            )
        self.input_spec = InputSpec(ndim=shape.rank, axes={axis: channels})
        pedestal = constant(self._reparam_offset**2, dtype=self.dtype)
        beta_bound = constant((self._beta_min + self._reparam_offset**2) ** 0.5, dtype=self.dtype)
        gamma_bound = constant(self._reparam_offset, dtype=self.dtype)
        beta = self.add_weight("reparam_beta", [channels], self.dtype, self._first_beta, trainable=True)
        self.beta = self._square(_lower_bound(beta, beta_bound), pedestal)
        gamma = self.add_weight("reparam_gamma", [channels, channels], self.dtype, self._first_gamma, trainable=True)
        self.gamma = self._square(_lower_bound(gamma, gamma_bound), pedestal)
        self.built = True

    @staticmethod
    def _square(root: Any, pedestal: Any) -> Any:
        return square(root) - pedestal

    def _first_beta(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        pedestal: Any = constant(self._reparam_offset**2, dtype=self.dtype)
        return sqrt(ones(shape, dtype=dtype) + pedestal)

    def _first_gamma(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        identity: Any = eye(shape[0], dtype=dtype)
        pedestal = constant(self._reparam_offset**2, dtype=self.dtype)
        return sqrt(self._gamma_init * identity + pedestal)

    def call(self, inputs: Any) -> Tensor:
        inputs = convert_to_tensor(inputs, dtype=self.dtype)
        rank = len(inputs.shape)
        gamma = reshape(self.gamma, [*[1] * (rank - 2), *self.gamma.shape.as_list()])
        if self.data_format == "channels_first":
            pool = convolution(square(inputs), gamma, "VALID", data_format="NC" + "DHW"[2 - rank :])
            pool = self._biased_first(pool, rank)
        else:
            pool = bias_add(convolution(square(inputs), gamma, "VALID"), self.beta, data_format="NHWC")
        root: Any = sqrt(pool)
        outputs = inputs * root if self.inverse else inputs / root
        outputs.set_shape(inputs.shape)
        return outputs

    def _biased_first(self, pool: Any, rank: int) -> Any:
        # bias_add with channels after the batch takes four axes.
        if rank == 4:
            return bias_add(pool, self.beta, data_format="NCHW")
        if rank == 3:
            return squeeze(bias_add(expand_dims(pool, 2), self.beta, data_format="NCHW"), [2])
        sizes = shape_of(pool)
        flat = reshape(pool, [sizes[0], sizes[1], sizes[2], -1])
        return reshape(bias_add(flat, self.beta, data_format="NCHW"), sizes)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        return as_shape(input_shape)


def gdn(
    inputs: Any,
    inverse: bool = False,
    beta_min: float = 1e-6,
    gamma_init: float = 0.1,
    reparam_offset: float = 2**-18,
    data_format: str = "channels_last",
    activity_regularizer: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """The output of a `GDN` layer for `inputs` (API: slim.gdn; Balle, Laparra, Simoncelli 2015).

    Args:
        inputs: a floating tensor of three to five axes.
        inverse: multiply instead of dividing.
        beta_min: the least value of b.
        gamma_init: what g begins with for a channel and itself.
        reparam_offset: keeps the trained roots of b and g away from zero.
        data_format: "channels_last" or "channels_first".
        activity_regularizer, trainable: see `tf.layers.Layer`.
        name: of the layer and its scope.
        reuse: whether the variables of a layer of that name are taken.

    Returns:
        a tensor of the shape and type of `inputs`.

    Raises:
        ValueError: another data format, or unknown channels.
    """
    layer = GDN(
        inverse, beta_min, gamma_init, reparam_offset, data_format, activity_regularizer, trainable, name,
        dtype=inputs.dtype.base_dtype, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer.apply(inputs)
