"""Normalization of single examples: by layer, by channel, by groups of channels, by length."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.initializers import Ones
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import strided_slice
from convflow.ops.array.tile import tile
from convflow.ops.math.arithmetic import div, minimum, multiply
from convflow.ops.math.elementwise import rsqrt, sqrt, square
from convflow.ops.math.moments import moments, normalize_moments, sufficient_statistics
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.norm import batch_normalization
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common

_SMALL = 1e-12
_SMALL_FOR_HALVES = 1e-3


def _parameters(
    shape: Any,
    dtype: Any,
    center: bool,
    scale: bool,
    initializers: Any,
    collections: Any,
    trainable: bool,
    as_shape: Any,
) -> tuple[Any, Any]:
    """beta and gamma, None where there are none, each reshaped right after it is made where `as_shape` says so."""
    given = initializers or {}

    def make(name: str, wanted: bool, default: Any) -> Any:
        if not wanted:
            return None
        variable = common.own_variable(name, shape, dtype, given.get(name, default), collections, trainable)
        return reshape(variable, as_shape) if as_shape else variable

    return make("beta", center, common.ZEROS), make("gamma", scale, Ones())


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """Each example brought to mean 0 and variance 1, shifted and scaled (API: slim.layer_norm).

    Ba, Kiros and Hinton 2016, arXiv:1607.06450.

    Args:
        inputs: of known rank.
        center, scale: whether a trained `beta` is added and `gamma` multiplied with.
        begin_norm_axis: the first of the axes that are normalized together.
        begin_params_axis: the first of the axes that `beta` and `gamma` have.

    The other arguments: see `slim.batch_norm`.

    Raises:
        ValueError: unknown rank or sizes of the parameters, or axes that the input does not have.
    """
    opened: VariableScope
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as opened:
        inputs = convert_to_tensor(inputs)
        rank = _known_rank(inputs)
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if begin_params_axis >= rank or first >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({first}) must be < rank(inputs) "
                f"({rank}): the input has shape {inputs.shape}."
            )
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError(
                f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: {inputs.shape}. "
                "Use set_shape."
            )
        dtype = inputs.dtype.base_dtype
        beta, gamma = _parameters(shape, dtype, center, scale, None, variables_collections, trainable, None)
        mean, variance = moments(inputs, list(range(first, rank)), keep_dims=True)
        epsilon = _SMALL_FOR_HALVES if dtype == dtypes.float16 else _SMALL
        outputs = batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        outputs.set_shape(inputs.shape)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


def _known_rank(inputs: Tensor) -> int:
    if inputs.shape.rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank. Use set_shape.")
    return inputs.shape.rank


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """Each channel of each example brought to mean 0 and variance 1 (API: slim.instance_norm).

    Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.

    Args:
        inputs: channels last, or after the batch for "NCHW".
        param_initializers: of "beta" and "gamma".

    The other arguments: see `slim.batch_norm`.

    Raises:
        ValueError: another data format, unknown rank or channels.
    """
    inputs = convert_to_tensor(inputs)
    rank = _known_rank(inputs)
    common.check_data_format(data_format, ("NCHW", "NHWC"))
    opened: VariableScope
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as opened:
        axis = 1 if data_format == "NCHW" else rank - 1
        shape = inputs.shape[axis : axis + 1]
        if not shape.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {shape}. Use set_shape.")
        broadcast = [1, shape[0].value, *[1] * (rank - 2)] if data_format == "NCHW" else None
        beta, gamma = _parameters(
            shape, inputs.dtype.base_dtype, center, scale, param_initializers, variables_collections, trainable,
            broadcast,
        )  # fmt: skip
        mean, variance = moments(inputs, [i for i in range(1, rank) if i != axis], keep_dims=True)
        outputs = batch_normalization(inputs, mean, variance, beta, gamma, epsilon, name="instancenorm")
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


@add_arg_scope
def group_norm(
    inputs: Any,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes: Any = (-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: dict[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    mean_close_to_zero: bool = False,
) -> Tensor:
    """Groups of channels of each example brought to mean 0 and variance 1 (API: slim.group_norm).

    Wu and He 2018, arXiv:1803.08494.

    Args:
        inputs: of known rank.
        groups: how many groups; it must divide the number of channels.
        channels_axis: where the channels are.
        reduction_axes: the axes to normalize over, besides the channels of a group.
        param_initializers: of "beta" and "gamma".
        mean_close_to_zero: whether means are so small that the variance may be computed by squares.

    The other arguments: see `slim.batch_norm`.

    Raises:
        ValueError: unknown rank, channels or sizes of the axes; axes that do not exist or are named twice; groups
            that do not divide the channels.
    """
    inputs = convert_to_tensor(inputs)
    rank = _known_rank(inputs)
    if channels_axis > rank - 1:
        raise ValueError(f"Axis is out of bounds. channels_axis is {channels_axis}, the input's shape {inputs.shape}.")
    dynamic = shape_of(inputs)
    sizes = [dynamic[axis] if size.value is None else size.value for axis, size in enumerate(inputs.shape)]
    channels_axis %= rank
    channels = _known_channels(inputs, channels_axis)
    axes = _reduction_axes(inputs, reduction_axes, channels_axis)
    _check_groups(channels, groups)
    before, after = sizes[:channels_axis], sizes[channels_axis + 1 :]
    grouped = [groups, channels // groups]
    inputs = reshape(inputs, [*before, *grouped, *after])
    # The channels have become two axes: groups and what is in one.
    moments_axes = [channels_axis + 1, *(axis + 1 if axis > channels_axis else axis for axis in axes)]
    opened: VariableScope
    with variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as opened:
        beta, gamma = _parameters(
            [channels], inputs.dtype.base_dtype, center, scale, param_initializers, variables_collections, trainable,
            [*[1] * len(before), *grouped, *[1] * len(after)],
        )  # fmt: skip
        outputs = reshape(_by_groups(inputs, moments_axes, beta, gamma, epsilon, mean_close_to_zero), sizes)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


def _known_channels(inputs: Tensor, axis: int) -> int:
    channels = inputs.shape[axis].value
    if channels is None:
        raise ValueError(f"Inputs {inputs.name} has undefined channel dimension: {axis}. Use set_shape.")
    return channels


def _check_groups(channels: int, groups: int) -> None:
    if groups > channels:
        raise ValueError(f"Invalid groups {groups} for {channels} channels. There can be at most as many.")
    if channels % groups:
        raise ValueError(f"{channels} channels is not commensurate with {groups} groups. Choose a divisor.")


def _reduction_axes(inputs: Tensor, axes: Any, channels_axis: int) -> list[int]:
    rank = len(inputs.shape)
    positive = [axis + rank if axis < 0 else axis for axis in axes]
    for axis in positive:
        if axis >= rank:
            raise ValueError(f"Axis is out of bounds. reduction_axes are {list(axes)}, the shape {inputs.shape}.")
        if inputs.shape[axis].value is None:
            raise ValueError(f"Inputs {inputs.name} has undefined dimensions {axis}. Use set_shape.")
        if axis == channels_axis:
            raise ValueError(
                f"reduction_axis must be mutually exclusive with channels_axis: {list(axes)} names axis {axis}, "
                "where the channels are."
            )
    return positive


def _by_groups(inputs: Any, axes: list[int], beta: Any, gamma: Any, epsilon: float, by_squares: bool) -> Any:
    if by_squares:
        counts, sums, squares, _ = sufficient_statistics(inputs, axes, keep_dims=True)
        mean, variance = normalize_moments(counts, sums, squares, shift=None)
    else:
        mean, variance = moments(inputs, axes, keep_dims=True)
    gain: Any = rsqrt(variance + epsilon)
    offset = -mean * gain
    if gamma is not None:
        gain = gain * gamma
        offset = offset * gamma
    if beta is not None:
        offset = offset + beta
    return inputs * gain + offset


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Tensor:
    """Vectors along an axis brought to length 1 (API: slim.unit_norm).

    Args:
        inputs: of known rank.
        dim: the axis, counted from the front.
        epsilon: added to the squared length.

    Raises:
        ValueError: unknown rank, or an axis that the input does not have.
    """
    with variable_scope(scope, "UnitNorm", [inputs]):
        rank = inputs.get_shape().rank
        if not rank:
            raise ValueError(f"The input rank must be known. Got shape {inputs.get_shape()}.")
        if not 0 <= dim < rank:
            raise ValueError(f"dim must be positive but smaller than the input rank. Got {dim} for rank {rank}.")
        lengths = sqrt(epsilon + reduce_sum(square(inputs), dim, True))
        multiples = [
            *([ones([dim], dtypes.int32)] if dim > 0 else []),
            strided_slice(shape_of(inputs), [dim], [dim + 1]),
            *([ones([rank - 1 - dim], dtypes.int32)] if dim < rank - 1 else []),
        ]
        return div(inputs, tile(lengths, concat(multiples, 0)))


def poincare_normalize(x: Any, axis: Any = 1, epsilon: float = 1e-5, name: str | None = None) -> Tensor:
    """Vectors along an axis brought inside the unit ball, for embeddings in hyperbolic space.

    Nickel and Kiela 2017, arXiv:1705.08039 (API: slim.layers.poincare_normalize).

    Args:
        epsilon: how far from the ball's surface they stay.
    """
    with name_scope(name, "poincare_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        inverse: Any = rsqrt(reduce_sum(square(x), axis, keepdims=True))
        return multiply(x, minimum((1.0 - epsilon) * inverse, 1.0), name=scope)
