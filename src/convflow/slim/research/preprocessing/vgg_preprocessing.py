"""Pictures for VGG and residual networks. Simonyan and Zisserman 2014, arXiv:1409.1556, section 3.1.

The smaller side becomes a given length, a part of the output's size is cut out, and the mean colour of the training
pictures is subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_ as slice_of
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack
from convflow.ops.assertion import assert_
from convflow.ops.control_flow import cond
from convflow.ops.image.flip import random_flip_left_right
from convflow.ops.image.resize_ops import resize_bilinear
from convflow.ops.math.cast import to_float, to_int32
from convflow.ops.math.comparison import greater, greater_equal, logical_and
from convflow.ops.math.rounding import rint
from convflow.ops.random import random_uniform

# The mean colour of ImageNet's training pictures; programs import them under these names.
_R_MEAN = 123.68
_G_MEAN = 116.78
_B_MEAN = 103.94

_RESIZE_SIDE_MIN = 256
_RESIZE_SIDE_MAX = 512


def _checked_size(image: Tensor, height: Any, width: Any) -> Any:
    shape = shape_of(image)
    fits = logical_and(greater_equal(shape[0], height), greater_equal(shape[1], width))
    return assert_(
        fits,
        [
            "A picture cannot be smaller than the part that is cut out of it. Shape of the picture, height and width "
            "of the part:", shape, height, width,
        ],
    )  # fmt: skip


def _cropped(image: Tensor, top: Any, left: Any, height: Any, width: Any) -> Tensor:
    with control_dependencies([_checked_size(image, height, width)]):
        size = stack([height, width, shape_of(image)[2]])
        part = slice_of(image, to_int32(stack([top, left, 0])), size)
    return reshape(part, size)


def _mean_image_subtraction(image: Any, means: Sequence[float]) -> Tensor:
    """Subtract a number from each channel.

    Args:
        image: shape (height, width, channels), of known rank and channels.
        means: a number for each channel.

    Raises:
        ValueError: another rank, or another number of means than channels.
    """
    shape = image.get_shape()
    if shape.ndims != 3:
        raise ValueError(f"Input must be of size [height, width, C>0], got {shape}. Give one picture.")
    channels = shape.as_list()[-1]
    if len(means) != channels:
        raise ValueError(
            f"len(means) must match the number of channels: {len(means)} means for a picture of shape {shape}. "
            "Give a mean for each channel."
        )
    parts = split(image, channels, axis=2)
    return concat([part - mean for part, mean in zip(parts, means, strict=True)], 2)


def _smallest_size_at_least(height: Any, width: Any, smallest_side: Any) -> tuple[Tensor, Tensor]:
    side = to_float(smallest_side)
    height, width = to_float(height), to_float(width)
    scale = cond(greater(height, width), lambda: side / width, lambda: side / height)
    return to_int32(rint(height * scale)), to_int32(rint(width * scale))


def _aspect_preserving_resize(image: Any, smallest_side: Any) -> Tensor:
    """Resize so that the smaller side has a length.

    Args:
        image: shape (height, width, 3).
        smallest_side: the length, an int or a scalar tensor.
    """
    smallest_side = convert_to_tensor(smallest_side, dtype=dtypes.int32)
    shape = shape_of(image)
    size = _smallest_size_at_least(shape[0], shape[1], smallest_side)
    resized = squeeze(resize_bilinear(expand_dims(image, 0), list(size), align_corners=False), [0])
    resized.set_shape([None, None, 3])
    return resized


def _finished(image: Tensor, height: int, width: int) -> Tensor:
    image.set_shape([height, width, 3])
    return to_float(image)


def preprocess_for_train(
    image: Any,
    output_height: int,
    output_width: int,
    resize_side_min: int = _RESIZE_SIDE_MIN,
    resize_side_max: int = _RESIZE_SIDE_MAX,
) -> Tensor:
    """A random part of a picture, mirrored half the time.

    Args:
        image: shape (height, width, 3), any number type, values from 0 to 255.
        output_height, output_width: of the part.
        resize_side_min, resize_side_max: between which the smaller side's length is drawn before.

    Returns:
        float32, shape (output_height, output_width, 3).

    Raises:
        errors.InvalidArgumentError: in the run, a side smaller than the part.
    """
    side = random_uniform([], minval=resize_side_min, maxval=resize_side_max + 1, dtype=dtypes.int32)
    image = _aspect_preserving_resize(image, side)
    with control_dependencies([_checked_size(image, output_height, output_width)]):
        shape = shape_of(image)
    top = random_uniform([], maxval=shape[0] - output_height + 1, dtype=dtypes.int32)
    left = random_uniform([], maxval=shape[1] - output_width + 1, dtype=dtypes.int32)
    part = _finished(_cropped(image, top, left, output_height, output_width), output_height, output_width)
    return _mean_image_subtraction(random_flip_left_right(part), [_R_MEAN, _G_MEAN, _B_MEAN])


def preprocess_for_eval(image: Any, output_height: int, output_width: int, resize_side: int) -> Tensor:
    """The middle of a picture.

    Args:
        image: shape (height, width, 3), any number type, values from 0 to 255.
        output_height, output_width: of the part.
        resize_side: the smaller side's length before.

    Returns:
        float32, shape (output_height, output_width, 3).

    Raises:
        errors.InvalidArgumentError: in the run, a side smaller than the part.
    """
    image = _aspect_preserving_resize(image, resize_side)
    shape = shape_of(image)
    top, left = (shape[0] - output_height) / 2, (shape[1] - output_width) / 2
    part = _finished(_cropped(image, top, left, output_height, output_width), output_height, output_width)
    return _mean_image_subtraction(part, [_R_MEAN, _G_MEAN, _B_MEAN])


def preprocess_image(
    image: Any,
    output_height: int,
    output_width: int,
    is_training: bool = False,
    resize_side_min: int = _RESIZE_SIDE_MIN,
    resize_side_max: int = _RESIZE_SIDE_MAX,
) -> Tensor:
    """`preprocess_for_train`, or `preprocess_for_eval` with the smaller side `resize_side_min`."""
    if is_training:
        return preprocess_for_train(image, output_height, output_width, resize_side_min, resize_side_max)
    return preprocess_for_eval(image, output_height, output_width, resize_side_min)
