"""Parts of networks of videos (`nets.i3d_utils` of the research models)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers.conv import convolution3d
from convflow.slim.layers.pooling import max_pool3d


def center_initializer() -> Callable[..., Tensor]:
    """Weights with which a convolution over time passes on what it gets.

    Returns:
        an initializer for filters of shape (time, 1, 1, channels, channels), the time odd: 1 in the middle of the time
        from each channel to itself, 0 elsewhere. It raises ValueError for other shapes and for types other than float32
        and bfloat16.
    """

    def _initializer(shape: Any, dtype: Any = dtypes.float32, partition_info: Any = None) -> Tensor:
        kind, sizes = dtypes.as_dtype(dtype), [int(size) for size in shape]
        if kind not in (dtypes.float32, dtypes.bfloat16):
            raise ValueError(f"The data type has to be tf.float32 or tf.bfloat16, got {kind.name}.")
        if len(sizes) != 5:
            raise ValueError(f"The filters have to have 5 axes, got shape {sizes}. Use it with conv3d.")
        time, height, width, channels, filters = sizes
        if channels != filters:
            raise ValueError(f"Input and output channels must be as many, got {channels} and {filters}.")
        if (height, width) != (1, 1):
            raise ValueError(
                f"Spatial kernel sizes must be 1, got {height} and {width}: the filter is over time alone."
            )
        if time % 2 == 0:
            raise ValueError(f"The temporal kernel size has to be odd, got {time}: an even one has no middle.")
        weights = np.zeros(sizes, np.float32)
        weights[time // 2, 0, 0] = np.eye(channels)
        return constant(weights, dtype=kind)

    return _initializer


def _checked_three(kernel_size: Any) -> list[int]:
    if len(kernel_size) != 3:
        raise ValueError(f"kernel_size must be time, height and width, got {kernel_size}.")
    return list(kernel_size)


@add_arg_scope
def conv3d_spatiotemporal(
    inputs: Any,
    num_outputs: int,
    kernel_size: Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: str = "SAME",
    activation_fn: Any = None,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_regularizer: Any = None,
    separable: bool = False,
    data_format: str = "NDHWC",
    scope: str = "",
) -> Any:
    """A convolution over time and space, or one over space and then one over time.

    Args:
        inputs: shape (batch, time, height, width, channels).
        num_outputs: how many filters.
        kernel_size: time, height, width.
        stride: one number, or three.
        padding: "VALID" or "SAME".
        activation_fn: of the result; None for none.
        normalizer_fn: instead of biases, of the (first) convolution; None for none.
        normalizer_params: its arguments.
        weights_regularizer: of the (first) convolution's weights.
        separable: whether space and time come one after the other; filters of one picture stay one convolution.
        data_format: "NDHWC" or "NCDHW".
        scope: the name of the variable scope; the convolution over time is in `scope`/temporal.

    Raises:
        ValueError: a `kernel_size` that is not of three numbers.
    """
    time, height, width = _checked_three(kernel_size)
    common: dict[str, Any] = {"padding": padding, "activation_fn": activation_fn, "data_format": data_format}
    first: dict[str, Any] = {
        "normalizer_fn": normalizer_fn, "normalizer_params": normalizer_params,
        "weights_regularizer": weights_regularizer, "scope": scope,
    }  # fmt: skip
    if not separable or time == 1:
        return convolution3d(inputs, num_outputs, [time, height, width], stride=stride, **common, **first)
    steps = [stride] * 3 if isinstance(stride, int) else list(stride)
    net = convolution3d(inputs, num_outputs, [1, height, width], stride=[1, *steps[1:]], **common, **first)
    return convolution3d(
        net, num_outputs, [time, 1, 1], stride=[steps[0], 1, 1], scope=f"{scope}/temporal", normalizer_fn=None,
        weights_initializer=center_initializer(), **common,
    )  # fmt: skip


@add_arg_scope
def inception_block_v1_3d(
    inputs: Any,
    num_outputs_0_0a: int,
    num_outputs_1_0a: int,
    num_outputs_1_0b: int,
    num_outputs_2_0a: int,
    num_outputs_2_0b: int,
    num_outputs_3_0b: int,
    temporal_kernel_size: int = 3,
    self_gating_fn: Callable[..., Any] | None = None,
    data_format: str = "NDHWC",
    scope: str = "",
) -> Tensor:
    """A module of Inception v1 over time and space: four branches side by side.

    Args:
        inputs: five axes.
        num_outputs_0_0a: how many filters branch 0 has.
        num_outputs_1_0a, num_outputs_1_0b: of branch 1, before and of its large filters.
        num_outputs_2_0a, num_outputs_2_0b: of branch 2.
        num_outputs_3_0b: of branch 3, after its pooling.
        temporal_kernel_size: of the large filters.
        self_gating_fn: a function of a branch's result and a scope, see `s3dg.self_gating`; None for none.
        data_format: "NDHWC" or "NCDHW".
        scope: the name of the variable scope.
    """

    def gated(net: Any, name: str) -> Any:
        return net if self_gating_fn is None else self_gating_fn(net, scope=name)

    def large(narrow: int, wide: int) -> Any:
        net = convolution3d(inputs, narrow, [1, 1, 1], scope="Conv2d_0a_1x1")
        net = conv3d_spatiotemporal(net, wide, [temporal_kernel_size, 3, 3], scope="Conv2d_0b_3x3")
        return gated(net, "Conv2d_0b_3x3")

    with variable_scope(scope):
        with variable_scope("Branch_0"):
            branches = [
                gated(convolution3d(inputs, num_outputs_0_0a, [1, 1, 1], scope="Conv2d_0a_1x1"), "Conv2d_0a_1x1")
            ]
        with variable_scope("Branch_1"):
            branches.append(large(num_outputs_1_0a, num_outputs_1_0b))
        with variable_scope("Branch_2"):
            branches.append(large(num_outputs_2_0a, num_outputs_2_0b))
        with variable_scope("Branch_3"):
            net = max_pool3d(inputs, [3, 3, 3], scope="MaxPool_0a_3x3")
            net = convolution3d(net, num_outputs_3_0b, [1, 1, 1], scope="Conv2d_0b_1x1")
            branches.append(gated(net, "Conv2d_0b_1x1"))
        return concat(branches, data_format.index("C"))


def reduced_kernel_size_3d(input_tensor: Any, kernel_size: Sequence[int]) -> list[int]:
    """A window that fits into small videos; `kernel_size` where their size is unknown.

    Args:
        input_tensor: shape (batch, time, height, width, channels).
        kernel_size: time, height, width.

    Raises:
        ValueError: not five axes, or not three sizes.
    """
    wanted, sizes = _checked_three(kernel_size), input_tensor.get_shape().as_list()
    if len(sizes) != 5:
        raise ValueError(f"A tensor of 5 axes was expected, got shape {input_tensor.get_shape()}.")
    if None in sizes[1:4]:
        return wanted
    return [min(size, most) for size, most in zip(sizes[1:4], wanted, strict=True)]
