"""Pooling (API: slim.max_pool2d, slim.avg_pool2d, slim.pool ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.pooling import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D
from convflow.ops.pool_any import pool as pool_op
from convflow.slim import utils
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common


def _pooling(
    layer_class: type[Layer], name: str, kind: str, formats: tuple[str, str], of: str
) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        kernel_size: Any,
        stride: Any = 2,
        padding: str = "VALID",
        data_format: str = formats[1],
        outputs_collections: Any = None,
        scope: Any = None,
    ) -> Tensor:
        common.check_data_format(data_format, formats)
        with name_scope(scope, kind, [inputs]) as opened:
            layer: Any = layer_class(
                pool_size=kernel_size, strides=stride, padding=padding,
                data_format=common.layers_format(data_format), _scope=opened,
            )  # fmt: skip
            outputs = layer.apply(convert_to_tensor(inputs))
            return utils.collect_named_outputs(outputs_collections, opened, outputs)

    which = "largest" if name.startswith("max") else "mean"
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The {which} of each window of {of} (API: slim.{name}).

    Args:
        inputs: channels last, or after the batch for {formats[0]!r}.
        kernel_size: sizes of the window along the spatial axes, or one number for all.
        stride: steps between the windows, in the same forms.
        padding: "VALID" or "SAME".
        outputs_collections: collections for the output.
        scope: the name scope.

    Raises:
        ValueError: another data format or rank, or sizes that cannot work.
    """
    return add_arg_scope(function)


avg_pool2d = _pooling(AveragePooling2D, "avg_pool2d", "AvgPool2D", ("NCHW", "NHWC"), "pictures")
avg_pool3d = _pooling(AveragePooling3D, "avg_pool3d", "AvgPool3D", ("NCDHW", "NDHWC"), "volumes")
max_pool2d = _pooling(MaxPooling2D, "max_pool2d", "MaxPool2D", ("NCHW", "NHWC"), "pictures")
max_pool3d = _pooling(MaxPooling3D, "max_pool3d", "MaxPool3D", ("NCDHW", "NDHWC"), "volumes")


@add_arg_scope
def pool(
    inputs: Any,
    kernel_size: Any,
    pooling_type: str,
    padding: str = "VALID",
    data_format: str | None = None,
    dilation_rate: Any = 1,
    stride: Any = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """Windows over as many spatial axes as the input has (API: slim.pool).

    Args:
        inputs: three or more axes: batch, spatial ones, channels.
        kernel_size: sizes of the window, or one number for all spatial axes.
        pooling_type: "MAX" or "AVG".
        dilation_rate: steps between a window's elements; only without strides.
        stride: steps between the windows.

    Raises:
        ValueError: unknown rank or fewer axes, or arguments that cannot work.
    """
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as opened:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.rank
        if rank is None:
            raise ValueError(f"Rank of inputs must be known: {inputs.name}. Use set_shape.")
        if rank < 3:
            raise ValueError(f"Rank of inputs must be >= 3: batch, spatial axes, channels. Got shape {inputs.shape}.")
        outputs = pool_op(
            inputs, utils.n_positive_integers(rank - 2, kernel_size), pooling_type, padding,
            data_format=data_format, dilation_rate=utils.n_positive_integers(rank - 2, dilation_rate),
            strides=utils.n_positive_integers(rank - 2, stride), name=opened,
        )  # fmt: skip
        return utils.collect_named_outputs(outputs_collections, opened, outputs)
