"""Batch normalization with moving averages (API: slim.batch_norm)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collections, control_dependencies
from convflow.modeling.layers.normalization import BatchNormalization
from convflow.modeling.variables.initializers import Ones, Zeros
from convflow.modeling.variables.scope import VariableScope, get_variable_scope, variable_scope
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.batch_norm import fused_batch_norm
from convflow.ops.math.moments import moments, weighted_moments
from convflow.ops.norm import batch_normalization
from convflow.slim import utils
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common
from convflow.training.moving_averages import assign_moving_average

_FORMATS = ("NCHW", "NHWC")
_FIRST_VALUES: dict[str, Any] = {"beta": Zeros, "gamma": Ones, "moving_mean": Zeros, "moving_variance": Ones}


class _Settings(NamedTuple):
    """Arguments of `batch_norm` that say how its variables are made and moved."""

    decay: Any
    center: bool
    scale: bool
    epsilon: float
    param_initializers: dict[str, Any]
    param_regularizers: dict[str, Any]
    updates_collections: Any
    is_training: Any
    variables_collections: Any
    trainable: bool
    zero_debias: bool

    def initializer(self, name: str) -> Any:
        # Not a default argument of `get`: what a program gives may be None.
        return self.param_initializers[name] if name in self.param_initializers else _FIRST_VALUES[name]()


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: Any = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: dict[str, Any] | None = None,
    param_regularizers: dict[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: Any = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """Each channel brought to mean 0 and variance 1, shifted and perhaps scaled (API: slim.batch_norm).

    Training normalizes by the batch's own statistics and moves averages of them; otherwise the averages are used.
    Ioffe and Szegedy 2015, arXiv:1502.03167.

    Args:
        inputs: two or more axes; channels last, or after the batch for "NCHW".
        decay: how much of the averages stays at an update.
        center: whether a trained `beta` is added.
        scale: whether to multiply by a trained `gamma`; off, as a linear layer or a ReLU follows mostly.
        epsilon: added to the variance.
        activation_fn: a function of the output; None for none.
        param_initializers: of "beta", "gamma", "moving_mean", "moving_variance".
        param_regularizers: of "beta" and "gamma".
        updates_collections: where the updates of the averages join, to be run with each training step; None to
            run them before the output is computed.
        is_training: a bool, or a bool tensor.
        reuse: whether to share the variables of the layer of the same `scope`.
        variables_collections: further collections for the variables, or a dict of them by name.
        outputs_collections: collections for the output.
        trainable: whether optimizers change `beta` and `gamma` by default.
        batch_weights: how much each example counts, shape (batch,).
        fused: False to compute by separate nodes; otherwise one node does, where it can.
        zero_debias_moving_mean: correct the moving mean for its beginning at zero.
        scope: the name of the variable scope.
        renorm, renorm_clipping, renorm_decay, adjustment: see `tf.layers.BatchNormalization`.

    Raises:
        ValueError: another data format, unknown rank or channels, or renorm with other statistics than the batch's.
    """
    inputs = convert_to_tensor(inputs)
    settings = _Settings(
        decay, center, scale, epsilon, param_initializers or {}, param_regularizers or {}, updates_collections,
        is_training, variables_collections, trainable, zero_debias_moving_mean,
    )  # fmt: skip
    common.check_data_format(data_format, _FORMATS)
    _check_channels(inputs, data_format)
    by_layer = updates_collections == GraphKeys.UPDATE_OPS and not zero_debias_moving_mean
    fusable = batch_weights is None and not renorm and adjustment is None and inputs.shape.rank in (2, 4)
    if fused is not False and fusable and not (by_layer and inputs.shape.rank == 4):
        with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as opened:
            outputs = _fused(inputs, settings, data_format)
            return common.finished(outputs, opened.name, activation_fn, outputs_collections)
    with common.layer_scope(scope, "BatchNorm", inputs, reuse) as opened:
        if by_layer and batch_weights is None:
            renormalized = {
                "renorm": renorm, "renorm_clipping": renorm_clipping, "renorm_momentum": renorm_decay,
                "adjustment": adjustment,
            }  # fmt: skip
            outputs = _by_layer(inputs, settings, data_format, opened, reuse, fused, renormalized)
        elif renorm:
            raise ValueError(
                "renorm is not supported with batch_weights, updates_collections or zero_debias_moving_mean. "
                "Leave these at their defaults."
            )
        else:
            outputs = _composed(inputs, settings, data_format, batch_weights)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


def _check_channels(inputs: Tensor, data_format: str) -> None:
    if inputs.shape.rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank. Use set_shape.")
    axis = 1 if data_format == "NCHW" and inputs.shape.rank != 2 else -1
    if inputs.shape[axis].value is None:
        raise ValueError(
            f"Inputs {inputs.name} has undefined channels dimension {axis}: its shape is {inputs.shape}, and there are "
            "as many weights as channels. Use set_shape."
        )


def _by_layer(
    inputs: Tensor,
    settings: _Settings,
    data_format: str,
    scope: VariableScope,
    reuse: Any,
    fused: bool | None,
    renormalized: dict[str, Any],
) -> Tensor:
    initializers = {f"{name}_initializer": settings.initializer(name) for name in _FIRST_VALUES}
    layer: Any = BatchNormalization(
        axis=1 if data_format == "NCHW" else -1, momentum=settings.decay, epsilon=settings.epsilon,
        center=settings.center, scale=settings.scale, **initializers,
        beta_regularizer=settings.param_regularizers.get("beta"),
        gamma_regularizer=settings.param_regularizers.get("gamma"), trainable=settings.trainable, **renormalized,
        name=scope.name, _scope=scope, _reuse=reuse, fused=True if fused is None else fused,
    )  # fmt: skip
    outputs = layer.apply(inputs, training=settings.is_training)
    for name in ("moving_mean", "moving_variance", "beta", "gamma"):
        variable = getattr(layer, name)
        if variable is not None:
            common.list_variable(variable, settings.variables_collections, name)
    return outputs


def _parameters(settings: _Settings, shape: TensorShape, dtype: dtypes.DType, regularized: bool) -> tuple[Any, Any]:
    """beta and gamma, None where the layer has none."""

    def make(name: str, wanted: bool) -> Any:
        if not wanted:
            return None
        return common.own_variable(
            name, shape, dtype, settings.initializer(name), settings.variables_collections, settings.trainable,
            settings.param_regularizers.get(name) if regularized else None,
        )  # fmt: skip

    return make("beta", settings.center), make("gamma", settings.scale)


def _averages(settings: _Settings, shape: TensorShape, dtype: dtypes.DType) -> list[Variable]:
    # Averages are moved as wholes, so they are never made in parts.
    with variable_scope(get_variable_scope()) as scope:
        scope.set_partitioner(None)
        return [
            common.own_variable(name, shape, dtype, settings.initializer(name), settings.variables_collections, False)
            for name in ("moving_mean", "moving_variance")
        ]


def _updates(settings: _Settings, averages: list[Variable], statistics: tuple[Tensor, Tensor]) -> list[Tensor]:
    debiased = (settings.zero_debias, False)
    return [
        assign_moving_average(average, value, settings.decay, zero_debias=debias)
        for average, value, debias in zip(averages, statistics, debiased, strict=True)
    ]


def _may_train(settings: _Settings) -> bool:
    known = utils.constant_value(settings.is_training)
    return known is None or bool(known)


def _waiting(updates: Callable[[], list[Tensor]], *values: Tensor) -> tuple[Tensor, ...]:
    with control_dependencies(updates()):
        return tuple(identity(value) for value in values)


def _collect_updates(settings: _Settings, averages: list[Variable], updates: Callable[[], list[Tensor]]) -> None:
    moved = utils.smart_cond(settings.is_training, lambda: tuple(updates()), lambda: tuple(averages))
    for update in moved:
        add_to_collections(settings.updates_collections, update)


# One node


def _fused(inputs: Tensor, settings: _Settings, data_format: str) -> Tensor:
    """By one node that also gives the batch's statistics."""
    pictures = _as_pictures(inputs, data_format)
    shape = pictures.shape[-1:] if data_format == "NHWC" else pictures.shape[1:2]
    # Statistics of halves would lose too much.
    dtype = dtypes.float32
    beta = _parameter_or(settings, "beta", settings.center, 0.0, shape, dtype)
    gamma = _parameter_or(settings, "gamma", settings.scale, 1.0, shape, dtype)
    averages = _averages(settings, shape, dtype)

    def by_batch() -> Any:
        return fused_batch_norm(pictures, gamma, beta, epsilon=settings.epsilon, data_format=data_format)

    def by_averages() -> Any:
        return fused_batch_norm(
            pictures, gamma, beta, mean=averages[0], variance=averages[1], epsilon=settings.epsilon,
            is_training=False, data_format=data_format,
        )  # fmt: skip

    outputs, mean, variance = utils.smart_cond(settings.is_training, by_batch, by_averages)
    if _may_train(settings):

        def updates() -> list[Tensor]:
            return _updates(settings, averages, (mean, variance))

        if settings.updates_collections is None:
            normalized = outputs
            outputs = utils.smart_cond(
                settings.is_training, lambda: _waiting(updates, normalized)[0], lambda: normalized
            )
        else:
            _collect_updates(settings, averages, updates)
    outputs.set_shape(pictures.shape)
    return outputs if inputs.shape.rank == 4 else reshape(outputs, _sizes(inputs))


def _as_pictures(inputs: Tensor, data_format: str) -> Tensor:
    if inputs.shape.rank == 4:
        return inputs
    channels = inputs.shape[-1].value
    return reshape(inputs, [-1, channels, 1, 1] if data_format == "NCHW" else [-1, 1, 1, channels])


def _sizes(inputs: Tensor) -> Any:
    sizes = inputs.shape.as_list()
    unknown = sum(size is None for size in sizes)
    return shape_of(inputs) if unknown > 1 else [-1 if size is None else size for size in sizes]


def _parameter_or(
    settings: _Settings, name: str, wanted: bool, value: float, shape: TensorShape, dtype: dtypes.DType
) -> Any:
    if not wanted:
        return constant(value, dtype=dtype, shape=shape)
    return common.own_variable(
        name, shape, dtype, settings.initializer(name), settings.variables_collections, settings.trainable,
        settings.param_regularizers.get(name),
    )  # fmt: skip


# Separate nodes


def _composed(inputs: Tensor, settings: _Settings, data_format: str, batch_weights: Any) -> Tensor:
    """By separate nodes."""
    rank = len(inputs.shape)
    if batch_weights is not None:
        batch_weights = _column(batch_weights, inputs)
    channel_axis = 1 if data_format == "NCHW" else rank - 1
    shape = inputs.shape[channel_axis : channel_axis + 1]
    beta, gamma = _parameters(settings, shape, inputs.dtype.base_dtype, regularized=False)
    averages = _averages(settings, shape, inputs.dtype.base_dtype)
    mean, variance = _statistics(inputs, settings, data_format, batch_weights, averages)
    if data_format == "NCHW":
        broadcast = [1, shape[0].value, *[1] * (rank - 2)]
        mean, variance = reshape(mean, broadcast), reshape(variance, broadcast)
        beta, gamma = (None if value is None else reshape(value, broadcast) for value in (beta, gamma))
    outputs = batch_normalization(inputs, mean, variance, beta, gamma, settings.epsilon)
    outputs.set_shape(inputs.shape)
    return outputs


def _column(batch_weights: Any, inputs: Tensor) -> Tensor:
    weights = convert_to_tensor(batch_weights)
    inputs.shape[0:1].assert_is_compatible_with(weights.shape)
    return reshape(weights, [-1, *[1] * (len(inputs.shape) - 1)])


def _statistics(
    inputs: Tensor, settings: _Settings, data_format: str, batch_weights: Any, averages: list[Variable]
) -> tuple[Any, Any]:
    """Mean and variance to normalize by; the updates of the averages are made here."""
    if not _may_train(settings):
        return averages[0], averages[1]
    mean, variance = _batch_statistics(inputs, data_format, batch_weights)

    def updates() -> list[Tensor]:
        return _updates(settings, averages, (mean, variance))

    def moving() -> tuple[Any, ...]:
        return tuple(averages)

    if settings.updates_collections is None:
        return utils.smart_cond(settings.is_training, lambda: _waiting(updates, mean, variance), moving)
    _collect_updates(settings, averages, updates)
    return utils.smart_cond(settings.is_training, lambda: (mean, variance), moving)


def _batch_statistics(inputs: Tensor, data_format: str, batch_weights: Any) -> tuple[Tensor, Tensor]:
    channels_first = data_format == "NCHW"
    axes = [axis for axis in range(len(inputs.shape)) if axis != (1 if channels_first else len(inputs.shape) - 1)]
    # Axes kept and then flattened: that is how TensorFlow reduces over the axes around the channels.
    if batch_weights is None:
        statistics = moments(inputs, axes, keepdims=channels_first)
    else:
        statistics = weighted_moments(inputs, axes, batch_weights, keepdims=channels_first)
    mean, variance = (reshape(value, [-1]) for value in statistics) if channels_first else statistics
    return mean, variance
