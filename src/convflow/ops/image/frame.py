"""Pictures cut and framed (API: tf.image.crop_to_bounding_box, pad_to_bounding_box, central_crop ...)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.array.stack import stack
from convflow.ops.dependencies import with_dependencies
from convflow.ops.image.checks import assert_that, asserted_at_least_3d, check_at_least_3d, sizes_of, static_or_none
from convflow.ops.math.arithmetic import floordiv, maximum, minimum, negative
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal


def as_batch(image: Tensor) -> tuple[Tensor, bool]:
    """`image` with a batch axis, and whether it had one."""
    rank = image.shape.rank
    if rank is None:
        image = expand_dims(image, 0)
        image.set_shape([None] * 4)
        return image, False
    if rank not in (3, 4):
        raise ValueError(
            f"'image' (shape {image.shape}) must have either 3 or 4 dimensions: [height, width, channels], with or "
            "without a batch axis before. Use tf.reshape."
        )
    return (image, True) if rank == 4 else (expand_dims(image, 0), False)


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """A rectangle of pictures (API: tf.image.crop_to_bounding_box).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        offset_height, offset_width: row and column of the rectangle's upper left corner.
        target_height, target_width: its sizes. All four are integers or int32 scalars.

    Raises:
        ValueError: the rectangle is known not to lie in the picture.
        InvalidArgumentError: (when run) it does not.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image = convert_to_tensor(image, name="image")
        image, is_batch = as_batch(image)
        checks = check_at_least_3d(image, require_static=False)
        _, height, width, _ = sizes_of(image, 4)
        checks += assert_that(offset_width >= 0, "offset_width must be >= 0.")
        checks += assert_that(offset_height >= 0, "offset_height must be >= 0.")
        checks += assert_that(target_width > 0, "target_width must be > 0.")
        checks += assert_that(target_height > 0, "target_height must be > 0.")
        checks += assert_that(width >= target_width + offset_width, "width must be >= target + offset.")
        checks += assert_that(height >= target_height + offset_height, "height must be >= target + offset.")
        image = with_dependencies(checks, image)
        begin = stack([0, offset_height, offset_width, 0])
        size = stack([shape_of(image)[0], target_height, target_width, shape_of(image)[3]])
        cropped = slice_(image, begin, size)
        sizes = [static_or_none(value) for value in (target_height, target_width)]
        cropped.set_shape([image.shape[0], *sizes, image.shape[3]])
        return cropped if is_batch else squeeze(cropped, axis=[0])


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Pictures in a larger frame of zeros (API: tf.image.pad_to_bounding_box).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        offset_height, offset_width: rows above and columns to the left of the picture.
        target_height, target_width: the frame's sizes. All four are integers or int32 scalars.

    Raises:
        ValueError: the picture is known not to fit into the frame.
        InvalidArgumentError: (when run) it does not.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        return padded_to(image, offset_height, offset_width, target_height, target_width, check_dims=True)


def padded_to(image: Any, offset_height: Any, offset_width: Any, height: Any, width: Any, check_dims: bool) -> Tensor:
    """`pad_to_bounding_box` in the scope of another function."""
    image = convert_to_tensor(image, name="image")
    image, is_batch = as_batch(image)
    _, own_height, own_width, _ = sizes_of(image, 4)
    after_width = width - offset_width - own_width
    after_height = height - offset_height - own_height
    if check_dims:
        checks = check_at_least_3d(image, require_static=False)
        checks += assert_that(offset_height >= 0, "offset_height must be >= 0")
        checks += assert_that(offset_width >= 0, "offset_width must be >= 0")
        checks += assert_that(after_width >= 0, "width must be <= target - offset")
        checks += assert_that(after_height >= 0, "height must be <= target - offset")
        image = with_dependencies(checks, image)
    paddings = reshape(stack([0, 0, offset_height, after_height, offset_width, after_width, 0, 0]), [4, 2])
    padded = pad(image, paddings)
    padded.set_shape([image.shape[0], static_or_none(height), static_or_none(width), image.shape[3]])
    return padded if is_batch else squeeze(padded, axis=[0])


def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """Pictures cut in the middle, or framed evenly with zeros, to a size (API: tf.image.resize_image_with_crop_or_pad).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        target_height, target_width: integers or int32 scalars above 0.

    Raises:
        ValueError: a size is known to be 0 or less.
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image = convert_to_tensor(image, name="image")
        image, is_batch = as_batch(image)
        checks = check_at_least_3d(image, require_static=False)
        checks += assert_that(target_width > 0, "target_width must be > 0.")
        checks += assert_that(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        _, height, width, _ = sizes_of(image, 4)
        crop_left, pad_left = _halves(target_width, width)
        crop_top, pad_top = _halves(target_height, height)
        cropped = crop_to_bounding_box(
            image, crop_top, crop_left, _smaller(target_height, height), _smaller(target_width, width)
        )
        result = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
        if result.shape.rank is None:
            raise ValueError("resized contains no shape.")
        _, found_height, found_width, _ = sizes_of(result, 4)
        checks = assert_that(_same(found_height, target_height), "resized height is not correct.")
        checks += assert_that(_same(found_width, target_width), "resized width is not correct.")
        result = with_dependencies(checks, result)
        return result if is_batch else squeeze(result, axis=[0])


def _halves(target: Any, size: Any) -> tuple[Any, Any]:
    """What is cut before the middle, and what is put before it."""
    missing = target - size
    if isinstance(missing, Tensor):
        return maximum(floordiv(negative(missing), 2), 0), maximum(floordiv(missing, 2), 0)
    return max(-missing // 2, 0), max(missing // 2, 0)


def _smaller(left: Any, right: Any) -> Any:
    return minimum(left, right) if isinstance(left, Tensor) or isinstance(right, Tensor) else min(left, right)


def _same(left: Any, right: Any) -> Any:
    return equal(left, right) if isinstance(left, Tensor) or isinstance(right, Tensor) else left == right


def central_crop(image: Any, central_fraction: Any) -> Tensor:
    """The middle of pictures (API: tf.image.central_crop).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        central_fraction: how much of each side stays, above 0 and not above 1; a number or a scalar.

    Raises:
        ValueError: another rank or fraction.
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        known = static_or_none(central_fraction)
        if known is not None and not 0 < known <= 1:
            raise ValueError(f"central_fraction must be within (0, 1], got {known}. 1 keeps the whole picture.")
        if known is not None and known == 1 and not isinstance(central_fraction, Tensor):
            return image
        # TensorFlow checks, and then takes the picture itself.
        asserted_at_least_3d(image)
        rank = image.shape.rank
        if rank not in (None, 3, 4):
            raise ValueError(f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {rank}.")
        if rank is None:
            raise ValueError("`image` must have a known rank of 3 or 4; set it with image.set_shape.")
        first = rank - 3
        dims = [_axis_size(image, first), _axis_size(image, first + 1)]
        offsets = [_central_offset(size, central_fraction) for size in dims]
        sizes = [size - offset * 2 for size, offset in zip(dims, offsets, strict=True)]
        begin = stack([*[0] * first, *offsets, 0])
        size = stack([*[-1] * first, *sizes, -1])
        cropped = slice_(image, begin, size)
        static = [None if isinstance(value, Tensor) else value for value in sizes]
        cropped.set_shape([*image.shape[:first], *static, image.shape[-1]])
        return cropped


def _axis_size(image: Tensor, axis: int) -> Any:
    known = image.shape[axis].value
    return shape_of(image)[axis] if known is None else known


def _central_offset(size: Any, fraction: Any) -> Any:
    """How many elements are cut on each side."""
    if not isinstance(size, Tensor) and not isinstance(fraction, Tensor):
        return int((size - size * fraction) / 2)
    wide = cast(size, dtypes.float64)
    return cast((wide - wide * cast(fraction, dtypes.float64)) / 2, dtypes.int32)
