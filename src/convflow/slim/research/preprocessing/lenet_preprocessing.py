"""Digits for LeNet: values from -1 to 1."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.ops.image.frame import resize_image_with_crop_or_pad
from convflow.ops.math.arithmetic import div, subtract
from convflow.ops.math.cast import to_float


def preprocess_image(image: Any, output_height: int, output_width: int, is_training: bool) -> Tensor:
    """The middle of a picture, with zeros around if it is smaller.

    Args:
        image: shape (height, width, channels), any number type, values from 0 to 255.
        output_height, output_width: of the output.
        is_training: makes no difference.

    Returns:
        float32, shape (output_height, output_width, channels).
    """
    image = resize_image_with_crop_or_pad(to_float(image), output_height, output_width)
    return div(subtract(image, 128.0), 128.0)
