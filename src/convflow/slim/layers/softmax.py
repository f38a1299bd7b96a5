"""Softmax over classes and over places (API: slim.softmax, slim.spatial_softmax)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.initializers import Constant, Ones
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.grid import meshgrid
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import lin_space
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.softmax import softmax as softmax_op
from convflow.slim import utils
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common
from convflow.slim.variables import model_variable


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Tensor:
    """Probabilities along the last axis (API: slim.softmax).

    Args:
        logits: two or more axes; the last one's size is known.

    Raises:
        ValueError: fewer axes, or an unknown last one.
    """
    with variable_scope(scope, "softmax", [logits]):
        classes = utils.last_dimension(logits.get_shape(), min_rank=2)
        predictions = softmax_op(reshape(logits, [-1, classes]))
        predictions = reshape(predictions, shape_of(logits))
        predictions.set_shape(logits.get_shape())
        return predictions


@add_arg_scope
def spatial_softmax(
    features: Any,
    temperature: Any = None,
    name: str | None = None,
    variables_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
) -> Tensor:
    """Where each channel is strongest: the expected place under a softmax (API: slim.spatial_softmax).

    Args:
        features: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        temperature: divides the features; a trained variable that begins at 1 by default, at this value otherwise.
        trainable: whether optimizers change the temperature by default.

    Returns:
        Places from -1 to 1, first along the height, then along the width: shape (batch, 2 * channels).

    Raises:
        ValueError: another data format, or unknown channels.
    """
    with variable_scope(name, "spatial_softmax"):
        sizes = shape_of(features)
        common.check_data_format(data_format, ("NCHW", "NHWC"))
        first = 1 if data_format == "NHWC" else 2
        height, width = sizes[first], sizes[first + 1]
        channels = features.shape[3 if data_format == "NHWC" else 1].value
        if channels is None:
            raise ValueError(
                "The num_channels dimension of the inputs to `spatial_softmax` should be defined. Found `None`: "
                f"the shape is {features.shape}. Use set_shape."
            )
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            places = _places(height, width)
            temperature = _temperature(temperature, variables_collections, trainable)
            if data_format == "NHWC":
                features = transpose(features, [0, 3, 1, 2])
            attention: Any = softmax_op(reshape(features, [-1, height * width]) / temperature)
            expected = [reduce_sum(place * attention, [1], keepdims=True) for place in places]
            keypoints = reshape(concat(expected, 1), [-1, channels * 2])
            keypoints.set_shape([None, channels * 2])
            return keypoints


def _places(height: Any, width: Any) -> list[Any]:
    """The places along the height and along the width of each pixel, from -1 to 1."""
    grid = meshgrid(lin_space(-1.0, 1.0, num=height), lin_space(-1.0, 1.0, num=width), indexing="ij")
    return [reshape(axis, [height * width]) for axis in grid]


def _temperature(value: Any, variables_collections: Any, trainable: bool) -> Any:
    collections = utils.get_variable_collections(variables_collections, "temperature") if trainable else None
    return model_variable(
        "temperature", shape=(), dtype=dtypes.float32, initializer=Ones() if value is None else Constant(value),
        collections=collections, trainable=trainable,
    )  # fmt: skip
