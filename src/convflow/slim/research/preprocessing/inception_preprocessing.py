"""Pictures for Inception networks and MobileNets. Szegedy et al. 2014, arXiv:1409.4842; Howard 2013, arXiv:1312.5402.

Values end between -1 and 1. For training a random part of a picture is stretched to the output's size, mirrored half
the time, and its colours are changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_ as slice_of
from convflow.ops.image.adjust import random_brightness, random_contrast, random_hue, random_saturation
from convflow.ops.image.boxes import draw_bounding_boxes, sample_distorted_bounding_box
from convflow.ops.image.color import rgb_to_grayscale
from convflow.ops.image.convert import convert_image_dtype
from convflow.ops.image.flip import random_flip_left_right
from convflow.ops.image.frame import central_crop as middle_of
from convflow.ops.image.resize import resize_images
from convflow.ops.image.resize_ops import resize_bilinear
from convflow.ops.math.arithmetic import multiply, subtract
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.comparison import equal
from convflow.ops.random import random_uniform
from convflow.ops.switch import merge, switch
from convflow.training import summaries


def _brightness(image: Any) -> Tensor:
    return random_brightness(image, max_delta=32 / 255)


def _saturation(image: Any) -> Tensor:
    return random_saturation(image, lower=0.5, upper=1.5)


def _hue(image: Any) -> Tensor:
    return random_hue(image, max_delta=0.2)


def _contrast(image: Any) -> Tensor:
    return random_contrast(image, lower=0.5, upper=1.5)


# In which order colours are changed; the changes do not commute.
_ORDERS = (
    (_brightness, _saturation, _hue, _contrast),
    (_saturation, _brightness, _contrast, _hue),
    (_contrast, _hue, _brightness, _saturation),
    (_hue, _saturation, _contrast, _brightness),
)
_SLOW = (_hue, _contrast)


def apply_with_random_selector(x: Any, func: Callable[[Any, int], Tensor], num_cases: int) -> Tensor:
    """`func(x, case)` for a case drawn at each run; the other cases are not computed.

    Args:
        x: a tensor.
        func: a function of the tensor and of an int.
        num_cases: how many cases there are; they begin at 0.
    """
    drawn = random_uniform([], maxval=num_cases, dtype=dtypes.int32)
    return merge([func(switch(x, equal(drawn, case))[1], case) for case in range(num_cases)])[0]


def distort_color(image: Any, color_ordering: int = 0, fast_mode: bool = True, scope: str | None = None) -> Tensor:
    """Change brightness and saturation at random, and hue and contrast unless it shall be fast.

    Args:
        image: shape (height, width, 3), values between 0 and 1.
        color_ordering: in which order, 0 to 3.
        fast_mode: whether to leave out hue and contrast.
        scope: of the names.

    Returns:
        The picture, values between 0 and 1.

    Raises:
        ValueError: there is no such order.
    """
    if not fast_mode and color_ordering not in range(len(_ORDERS)):
        raise ValueError(f"color_ordering must be in [0, 3], got {color_ordering}. Choose 0, 1, 2 or 3.")
    changes: Sequence[Callable[[Any], Tensor]] = _ORDERS[min(color_ordering, 1) if fast_mode else color_ordering]
    with name_scope(scope, "distort_color", [image]):
        for change in changes:
            if not (fast_mode and change in _SLOW):
                image = change(image)
        return clip_by_value(image, 0.0, 1.0)


def distorted_bounding_box_crop(
    image: Any,
    bbox: Any,
    min_object_covered: float = 0.1,
    aspect_ratio_range: tuple[float, float] = (0.75, 1.33),
    area_range: tuple[float, float] = (0.05, 1.0),
    max_attempts: int = 100,
    scope: str | None = None,
) -> tuple[Tensor, Tensor]:
    """A random part of a picture that shows enough of an object.

    Args:
        image: shape (height, width, channels).
        bbox: where objects are, float32, shape (1, boxes, 4): top, left, bottom, right between 0 and 1.
        min_object_covered: how much of an object the part shows at least.
        aspect_ratio_range: of width over height.
        area_range: of the part's area, the picture's being 1.
        max_attempts: after so many attempts the whole picture is taken.
        scope: of the names.

    Returns:
        The part, and where it is: shape (1, 1, 4).
    """
    with name_scope(scope, "distorted_bounding_box_crop", [image, bbox]):
        begin, size, box = sample_distorted_bounding_box(
            shape_of(image), bounding_boxes=bbox, min_object_covered=min_object_covered,
            aspect_ratio_range=aspect_ratio_range, area_range=area_range, max_attempts=max_attempts,
            use_image_if_no_bounding_boxes=True,
        )  # fmt: skip
        return slice_of(image, begin, size), box


def _centred(image: Any) -> Tensor:
    return multiply(subtract(image, 0.5), 2.0)


def preprocess_for_train(
    image: Any,
    height: int,
    width: int,
    bbox: Any,
    fast_mode: bool = True,
    scope: str | None = None,
    add_image_summaries: bool = True,
    random_crop: bool = True,
    use_grayscale: bool = False,
) -> Tensor:
    """A random part of a picture, stretched, mirrored half the time, with other colours.

    Args:
        image: shape (height, width, 3); float32 between 0 and 1, or integers up to their type's largest.
        height, width: of the output.
        bbox: where objects are, float32, shape (1, boxes, 4): top, left, bottom, right between 0 and 1; None for the
            whole picture.
        fast_mode: whether to leave out slow changes: other ways of resizing, hue and contrast.
        scope: of the names.
        add_image_summaries: whether to write the steps' pictures as summaries.
        random_crop: whether to cut out a part at all.
        use_grayscale: whether to take the colours away at last.

    Returns:
        float32, shape (height, width, 3), values from -1 to 1; one channel with `use_grayscale`.
    """

    def show(name: str, pictures: Any) -> None:
        if add_image_summaries:
            summaries.image(name, pictures)

    with name_scope(scope, "distort_image", [image, height, width, bbox]):
        if bbox is None:
            bbox = constant([0.0, 0.0, 1.0, 1.0], dtype=dtypes.float32, shape=[1, 1, 4])
        if image.dtype != dtypes.float32:
            image = convert_image_dtype(image, dtype=dtypes.float32)
        show("image_with_bounding_boxes", draw_bounding_boxes(expand_dims(image, 0), bbox))
        part = image
        if random_crop:
            part, box = distorted_bounding_box_crop(image, bbox)
            part.set_shape([None, None, 3])
            show("images_with_distorted_bounding_box", draw_bounding_boxes(expand_dims(image, 0), box))
        cases = 1 if fast_mode else 4
        part = apply_with_random_selector(part, lambda x, method: resize_images(x, [height, width], method), cases)
        show(f"{'cropped_' if random_crop else ''}resized_image", expand_dims(part, 0))
        part = random_flip_left_right(part)
        part = apply_with_random_selector(part, lambda x, order: distort_color(x, order, fast_mode), cases)
        if use_grayscale:
            part = rgb_to_grayscale(part)
        show("final_distorted_image", expand_dims(part, 0))
        return _centred(part)


def preprocess_for_eval(
    image: Any,
    height: int | None,
    width: int | None,
    central_fraction: float | None = 0.875,
    scope: str | None = None,
    central_crop: bool = True,
    use_grayscale: bool = False,
) -> Tensor:
    """The middle of a picture, stretched.

    Args:
        image: shape (height, width, 3); float32 between 0 and 1, or integers up to their type's largest.
        height, width: of the output; None to leave the size.
        central_fraction: how much of each side the middle has; None for the whole picture.
        scope: of the names.
        central_crop: whether to cut out the middle.
        use_grayscale: whether to take the colours away.

    Returns:
        float32, shape (height, width, 3), values from -1 to 1; one channel with `use_grayscale`.
    """
    with name_scope(scope, "eval_image", [image, height, width]):
        if image.dtype != dtypes.float32:
            image = convert_image_dtype(image, dtype=dtypes.float32)
        if use_grayscale:
            image = rgb_to_grayscale(image)
        if central_crop and central_fraction:
            image = middle_of(image, central_fraction=central_fraction)
        if height and width:
            image = squeeze(resize_bilinear(expand_dims(image, 0), [height, width], align_corners=False), [0])
        return _centred(image)


def preprocess_image(
    image: Any,
    height: int,
    width: int,
    is_training: bool = False,
    bbox: Any = None,
    fast_mode: bool = True,
    add_image_summaries: bool = True,
    crop_image: bool = True,
    use_grayscale: bool = False,
) -> Tensor:
    """`preprocess_for_train` or `preprocess_for_eval`; `crop_image`: whether a part is cut out in either."""
    if is_training:
        return preprocess_for_train(
            image, height, width, bbox, fast_mode, add_image_summaries=add_image_summaries, random_crop=crop_image,
            use_grayscale=use_grayscale,
        )  # fmt: skip
    return preprocess_for_eval(image, height, width, central_crop=crop_image, use_grayscale=use_grayscale)
