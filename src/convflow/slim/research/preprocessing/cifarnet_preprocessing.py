"""Pictures for CifarNet: each has mean 0 and standard deviation 1 at last."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims
from convflow.ops.image.adjust import per_image_standardization, random_brightness, random_contrast
from convflow.ops.image.flip import random_flip_left_right
from convflow.ops.image.frame import resize_image_with_crop_or_pad
from convflow.ops.math.cast import to_float
from convflow.ops.random_crop import random_crop
from convflow.training import summaries

_PADDING = 4


def _show(wanted: bool, name: str, image: Any) -> None:
    if wanted:
        summaries.image(name, expand_dims(image, 0))


def preprocess_for_train(
    image: Any, output_height: int, output_width: int, padding: int = _PADDING, add_image_summaries: bool = True
) -> Tensor:
    """A random part of a picture, mirrored half the time, with another brightness and contrast.

    Args:
        image: shape (height, width, 3), any number type, values from 0 to 255.
        output_height, output_width: of the part.
        padding: how many zeros are put around the picture before.
        add_image_summaries: whether to write the steps' pictures as summaries.

    Returns:
        float32, shape (output_height, output_width, 3).
    """
    _show(add_image_summaries, "image", image)
    image = to_float(image)
    if padding > 0:
        image = pad(image, [[padding, padding], [padding, padding], [0, 0]])
    part = random_flip_left_right(random_crop(image, [output_height, output_width, 3]))
    _show(add_image_summaries, "distorted_image", part)
    part = random_contrast(random_brightness(part, max_delta=63), lower=0.2, upper=1.8)
    return per_image_standardization(part)


def preprocess_for_eval(image: Any, output_height: int, output_width: int, add_image_summaries: bool = True) -> Tensor:
    """The middle of a picture, with zeros around if it is smaller.

    Args:
        image: shape (height, width, 3), any number type, values from 0 to 255.
        output_height, output_width: of the output.
        add_image_summaries: whether to write the steps' pictures as summaries.

    Returns:
        float32, shape (output_height, output_width, 3).
    """
    _show(add_image_summaries, "image", image)
    part = resize_image_with_crop_or_pad(to_float(image), output_height, output_width)
    _show(add_image_summaries, "resized_image", part)
    return per_image_standardization(part)


def preprocess_image(
    image: Any, output_height: int, output_width: int, is_training: bool = False, add_image_summaries: bool = True
) -> Tensor:
    """`preprocess_for_train` or `preprocess_for_eval`."""
    function = preprocess_for_train if is_training else preprocess_for_eval
    return function(image, output_height, output_width, add_image_summaries=add_image_summaries)
