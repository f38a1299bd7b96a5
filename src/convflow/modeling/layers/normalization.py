"""Batch normalization with moving averages (API: tf.layers.BatchNormalization, tf.layers.batch_normalization)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import beside
from convflow.modeling.layers import renorm as renormalization
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.layers.moving_average import assign_moving_average, assign_new_value
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization
from convflow.ops.activation import relu
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros_like
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.batch_norm import fused_batch_norm
from convflow.ops.control_flow import smart_cond, smart_constant_value
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import sqrt
from convflow.ops.math.moments import moments
from convflow.ops.math.reduce import reduce_mean
from convflow.ops.norm import batch_normalization as composed_batch_norm

_HALVES = (dtypes.float16, dtypes.bfloat16)
_FUSED_FORMATS = {(1, 4): "NCHW", (3, 4): "NHWC", (1, 5): "NCDHW", (4, 5): "NDHWC"}


class BatchNormalization(Layer):
    """Each feature brought to mean 0 and variance 1, then scaled and shifted (API: tf.layers.BatchNormalization).

    Training normalizes by the batch's own statistics and makes nodes that let the moving ones follow; they join the
    UPDATE_OPS and must be run with each step. Otherwise the moving statistics are used. Ioffe and Szegedy 2015,
    arXiv:1502.03167.

    Args:
        axis: the features' axis, the last by default (1 for channels_first), or a list of axes that together are.
        momentum: of the moving statistics: how much of them stays at an update.
        epsilon: added to the variance.
        center: whether a trained `beta` is added.
        scale: whether to multiply by a trained `gamma`.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: of the variables,
            shape (number of features,).
        beta_regularizer, gamma_regularizer: functions of a variable whose results join the REGULARIZATION_LOSSES.
        beta_constraint, gamma_constraint: functions of a value that optimizers apply after each update.
        renorm: batch renormalization; see `renorm.py`. Makes more variables.
        renorm_clipping: limits of its corrections: a dict with "rmax", "rmin", "dmax" or some of them.
        renorm_momentum: of the moving statistics that it corrects by.
        fused: False to compute by separate nodes; otherwise one node does, where it can.
        trainable: whether optimizers change the variables by default. If not, there are no updates either.
        virtual_batch_size: how many examples are normalized together; it must divide the batch's size.
        adjustment: a function of the input's shape (a tensor) that returns a scale and a bias applied to the
            normalized values in training.
        name: the layer's name and scope.

    Raises:
        TypeError: an axis that is neither an integer nor a list of them.
        ValueError: unknown keys of `renorm_clipping`.
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = utils.ZEROS,
        gamma_initializer: Any = utils.ONES,
        moving_mean_initializer: Any = utils.ZEROS,
        moving_variance_initializer: Any = utils.ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: Any = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Callable[[Tensor], tuple[Tensor, Tensor]] | None = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, **kwargs)
        self.axis: Any = _checked_axis(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = utils.initializer(beta_initializer)
        self.gamma_initializer = utils.initializer(gamma_initializer)
        self.moving_mean_initializer = utils.initializer(moving_mean_initializer)
        self.moving_variance_initializer = utils.initializer(moving_variance_initializer)
        self.beta_regularizer = utils.checked_function(beta_regularizer, "beta_regularizer", "tf.nn.l2_loss")
        self.gamma_regularizer = utils.checked_function(gamma_regularizer, "gamma_regularizer", "tf.nn.l2_loss")
        self.beta_constraint = utils.checked_function(beta_constraint, "beta_constraint", "tf.nn.relu")
        self.gamma_constraint = utils.checked_function(gamma_constraint, "gamma_constraint", "tf.nn.relu")
        self.renorm = renorm
        self.renorm_clipping = renormalization.checked_clipping(renorm_clipping)
        self.renorm_momentum = renorm_momentum
        self.fused = True if fused is None else fused
        self.virtual_batch_size = virtual_batch_size
        self.adjustment = adjustment
        self.gamma: Any = None
        self.beta: Any = None

    # Variables

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape)
        self.axis = self._positive_axes(shape)
        self._check_virtual_batch()
        self.fused = self.fused and self._can_be_fused(shape)
        sizes = {axis: self._feature_count(shape, axis) for axis in self.axis}
        self.input_spec = InputSpec(ndim=shape.rank, axes=dict(sizes))
        self._param_shape = self._parameter_shape(sizes, len(shape))
        self._param_dtype = _parameter_type(self.dtype)
        if self.scale:
            self.gamma = self.add_weight(
                "gamma", self._param_shape, self._param_dtype, self.gamma_initializer, self.gamma_regularizer,
                trainable=True, constraint=self.gamma_constraint,
            )  # fmt: skip
        if self.center:
            self.beta = self.add_weight(
                "beta", self._param_shape, self._param_dtype, self.beta_initializer, self.beta_regularizer,
                trainable=True, constraint=self.beta_constraint,
            )  # fmt: skip
        self._build_statistics()
        self.built = True

    def _build_statistics(self) -> None:
        # Statistics are kept whole where the scope partitions weights.
        partitioner = None if self._scope is None else self._scope.partitioner
        if self._scope is not None:
            self._scope.set_partitioner(None)
        try:
            self.moving_mean = self._statistic("moving_mean", self.moving_mean_initializer)
            self.moving_variance = self._statistic("moving_variance", self.moving_variance_initializer)
            if self.renorm:
                with beside(self.moving_variance):
                    self.moving_stddev = self._statistic("moving_stddev", self._initial_stddev)
                with beside(self.moving_mean):
                    self.renorm_mean = self._statistic("renorm_mean", self.moving_mean_initializer)
                with beside(self.moving_stddev):
                    self.renorm_stddev = self._statistic("renorm_stddev", self._initial_stddev)
        finally:
            if self._scope is not None:
                self._scope.set_partitioner(partitioner)

    def _statistic(self, name: str, initializer: Any) -> Variable:
        return self.add_weight(
            name, self._param_shape, self._param_dtype, initializer, trainable=False,
            synchronization=VariableSynchronization.ON_READ, aggregation=VariableAggregation.MEAN,
        )  # fmt: skip

    def _initial_stddev(self, *args: Any, **kwargs: Any) -> Tensor:
        return sqrt(self.moving_variance_initializer(*args, **kwargs))

    def _positive_axes(self, shape: TensorShape) -> list[int]:
        if shape.rank is None:
            raise ValueError(
                f'The rank of the inputs to layer "{self.name}" must be known, its axes are {self.axis}. '
                "Give the placeholder's shape or use set_shape."
            )
        given = [self.axis] if isinstance(self.axis, int) else list(self.axis)
        axes = [axis + shape.rank if axis < 0 else axis for axis in given]
        if any(not 0 <= axis < shape.rank for axis in axes) or len(set(axes)) != len(axes):
            raise ValueError(
                f'Invalid value for `axis` argument of layer "{self.name}". Expected different axes from '
                f"{-shape.rank} to {shape.rank - 1} for inputs of shape {shape}. Received: axis={self.axis}"
            )
        return axes

    def _check_virtual_batch(self) -> None:
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            raise ValueError(
                "`virtual_batch_size` must be a positive integer that divides the true batch size of the input "
                f"tensor. Received: virtual_batch_size={self.virtual_batch_size}"
            )
        if 0 in self.axis:
            raise ValueError(
                "When using `virtual_batch_size`, the batch dimension must be 0 and thus axis cannot include 0. "
                f"Received axis={self.axis}"
            )
        if self.adjustment is not None:
            raise ValueError("When using `virtual_batch_size`, adjustment cannot be specified. Leave one out.")

    def _can_be_fused(self, shape: TensorShape) -> bool:
        special = self.renorm or self.virtual_batch_size is not None or self.adjustment is not None
        if special or len(self.axis) > 1 or self.dtype not in ("float16", "bfloat16", "float32", None):
            return False
        return (self.axis[0], shape.rank) in _FUSED_FORMATS

    def _feature_count(self, shape: TensorShape, axis: int) -> int:
        size = shape[axis].value
        if size is None:
            raise ValueError(
                f'The size of axis {axis} of the inputs to layer "{self.name}" should be defined: it decides how many '
                f"weights there are. Full input shape received: {shape}. Give the placeholder's shape or use set_shape."
            )
        return size

    def _parameter_shape(self, sizes: dict[int, int], rank: int) -> list[int]:
        if len(sizes) == 1 and self.virtual_batch_size is None:
            return list(sizes.values())
        shape = [sizes.get(axis, 1) for axis in range(rank)]
        if self.virtual_batch_size is not None:
            # The examples of a virtual batch get an axis of their own.
            shape.insert(1, 1)
            self.axis = [axis + 1 for axis in self.axis]
        return shape

    # Calling

    def call(self, inputs: Tensor, training: Any = False) -> Tensor:
        training = bool(training) if training is None or isinstance(training, int) else training
        if self.fused:
            return self._fused(inputs, training)
        if self.virtual_batch_size is None:
            return self._composed(inputs, training)
        sizes: Any = shape_of(inputs)
        original = concat([constant([-1]), sizes[1:]], axis=0)
        apart = concat([constant([self.virtual_batch_size, -1]), original[1:]], axis=0)
        return reshape(self._composed(reshape(inputs, apart), training), original)

    def _fused(self, inputs: Tensor, training: Any) -> Tensor:
        data_format = _FUSED_FORMATS[self.axis[0], len(inputs.shape)]
        beta = self.beta if self.center else constant(0.0, self._param_dtype, self._param_shape)
        gamma = self.gamma if self.scale else constant(1.0, self._param_dtype, self._param_shape)

        def normalized(is_training: bool) -> tuple[Tensor, Tensor, Tensor]:
            return fused_batch_norm(
                inputs, gamma, beta, self.moving_mean, self.moving_variance, self.epsilon, data_format, is_training
            )

        output, mean, variance = smart_cond(training, lambda: normalized(True), lambda: normalized(False))
        known = smart_constant_value(training)
        if known is False:
            return output
        # Where a tensor decides, the updates always run, and a momentum of 1 changes nothing.
        momentum = (
            convert_to_tensor(self.momentum)
            if known
            else smart_cond(training, lambda: _as_number(self.momentum), lambda: _as_number(1.0))
        )
        self.add_update(lambda: assign_moving_average(self.moving_mean, mean, momentum))
        self.add_update(lambda: assign_moving_average(self.moving_variance, variance, momentum))
        return output

    def _composed(self, inputs: Tensor, training: Any) -> Tensor:
        mean: Any
        variance: Any
        own_type = inputs.dtype.base_dtype
        if own_type in _HALVES:
            inputs = cast(inputs, dtypes.float32)
        static_shape, dtype = inputs.shape, inputs.dtype.base_dtype
        broadcast = self._broadcasting(static_shape)
        scale, offset = broadcast(self.gamma), broadcast(self.beta)
        if smart_constant_value(training) is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            scale, offset = self._adjusted(inputs, training, scale, offset)
            mean, variance, scale, offset = self._of_the_batch(inputs, training, scale, offset, broadcast)
        mean, variance = cast(mean, dtype), cast(variance, dtype)
        offset = None if offset is None else cast(offset, dtype)
        scale = None if scale is None else cast(scale, dtype)
        outputs = composed_batch_norm(inputs, broadcast(mean), broadcast(variance), offset, scale, self.epsilon)
        if own_type in _HALVES:
            outputs = cast(outputs, own_type)
        outputs.set_shape(static_shape)
        return outputs

    def _reduced_axes(self, rank: int) -> list[int]:
        axes = [axis for axis in range(rank) if axis not in self.axis]
        if self.virtual_batch_size is not None:
            del axes[1]
        return axes

    def _broadcasting(self, shape: TensorShape) -> Callable[[Any], Any]:
        """What gives a vector per feature the rank of the inputs, where it must be given."""
        rank = len(shape)
        sizes: list[Any] = [1] * rank
        sizes[self.axis[0]] = shape[self.axis[0]].value
        in_place = self._reduced_axes(rank) == list(range(rank - 1))

        def broadcast(value: Any) -> Any:
            if value is None or in_place or len(value.shape) == rank:
                return value
            return reshape(value, sizes)

        return broadcast

    def _adjusted(self, inputs: Tensor, training: Any, scale: Any, offset: Any) -> tuple[Any, Any]:
        if not self.adjustment:
            return scale, offset
        factor, bias = self.adjustment(shape_of(inputs))
        factor = smart_cond(training, lambda: factor, lambda: renormalization.ones_as(factor))
        bias = smart_cond(training, lambda: bias, lambda: zeros_like(bias))
        return _composition(factor, bias, scale, offset)

    def _of_the_batch(
        self, inputs: Tensor, training: Any, scale: Any, offset: Any, broadcast: Callable[[Any], Any]
    ) -> tuple[Tensor, Tensor, Any, Any]:
        """The statistics to normalize by, and scale and offset with renormalization's corrections."""
        keep = self.virtual_batch_size is not None or len(self.axis) > 1
        reduced = self._reduced_axes(len(inputs.shape))
        mean, variance = moments(cast(inputs, self._param_dtype), reduced, keepdims=keep)
        mean = smart_cond(training, lambda: mean, lambda: convert_to_tensor(self.moving_mean))
        variance = smart_cond(training, lambda: variance, lambda: convert_to_tensor(self.moving_variance))
        new_mean, new_variance = mean, variance
        if self.virtual_batch_size is not None:
            new_mean = reduce_mean(mean, axis=1, keepdims=True)
            new_variance = reduce_mean(variance, axis=1, keepdims=True)
        if self.renorm:
            r, d, new_mean, new_variance = renormalization.corrections(
                new_mean, new_variance, (self.renorm_mean, self.renorm_stddev), training, self.epsilon,
                self.renorm_momentum, self.renorm_clipping,
            )  # fmt: skip
            r = broadcast(stop_gradient(r, name="renorm_r"))
            d = broadcast(stop_gradient(d, name="renorm_d"))
            scale, offset = _composition(r, d, scale, offset)
        self._update(new_mean, new_variance, training)
        return mean, variance, scale, offset

    def _update(self, mean: Tensor, variance: Any, training: Any) -> None:
        def moved_variance() -> Tensor:
            if not self.renorm:
                return assign_moving_average(self.moving_variance, variance, self.momentum)
            stddev: Any = assign_moving_average(self.moving_stddev, sqrt(variance + self.epsilon), self.momentum)
            return assign_new_value(self.moving_variance, relu(stddev * stddev - self.epsilon))

        def moved_mean() -> Tensor:
            return assign_moving_average(self.moving_mean, mean, self.momentum)

        self.add_update(lambda: smart_cond(training, moved_mean, lambda: self.moving_mean))
        self.add_update(lambda: smart_cond(training, moved_variance, lambda: self.moving_variance))

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        return as_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        names = (
            "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
            "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint"
        )
        config = super().get_config() | {name: getattr(self, name) for name in names.split()}
        if self.renorm:
            config |= {
                "renorm": True, "renorm_clipping": self.renorm_clipping, "renorm_momentum": self.renorm_momentum,
            }  # fmt: skip
        if self.virtual_batch_size is not None:
            config["virtual_batch_size"] = self.virtual_batch_size
        return config


def _checked_axis(axis: Any) -> int | list[int]:
    if isinstance(axis, int):
        return axis
    if isinstance(axis, (list, tuple)):
        return list(axis)
    raise TypeError(f"Expected an int or a list/tuple of ints for the argument 'axis', but received: {axis!r}")


def _parameter_type(dtype: Any) -> dtypes.DType:
    own = dtypes.as_dtype(dtype or dtypes.float32)
    return dtypes.float32 if own in _HALVES else own


def _as_number(value: Any) -> Tensor:
    return convert_to_tensor(value)


def _composition(scale: Any, offset: Any, then_scale: Any, then_offset: Any) -> tuple[Any, Any]:
    """One scale and offset for two, one after the other."""
    if then_scale is not None:
        scale, offset = scale * then_scale, offset * then_scale
    if then_offset is not None:
        offset = offset + then_offset
    return scale, offset


def batch_normalization(
    inputs: Any,
    axis: Any = -1,
    momentum: Any = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = utils.ZEROS,
    gamma_initializer: Any = utils.ONES,
    moving_mean_initializer: Any = utils.ZEROS,
    moving_variance_initializer: Any = utils.ONES,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: Any = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Callable[[Tensor], tuple[Tensor, Tensor]] | None = None,
) -> Tensor:
    """`inputs` with each feature brought to mean 0 and variance 1 (API: tf.layers.batch_normalization).

    The nodes that update the moving statistics are in the UPDATE_OPS: run them with each training step, e.g. with
    `tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS))` around the optimizer's `minimize`.

    Args:
        inputs: a float tensor of known rank.
        training: whether to normalize by the batch: a Python bool, or a bool scalar tensor such as a placeholder.
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors: see `BatchNormalization`.
    """
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint, renorm,
        renorm_clipping, renorm_momentum, fused, trainable, virtual_batch_size, adjustment, name,
        _reuse=reuse, _scope=name,
    )  # fmt: skip
    return layer(inputs, training=training)
