"""Pictures of another size by any method, with their proportions kept or framed (API: tf.image.resize_images ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value_as_shape
from convflow.ops.array.reshape import squeeze
from convflow.ops.array.stack import stack
from convflow.ops.dependencies import with_dependencies
from convflow.ops.image import resize_ops
from convflow.ops.image.checks import assert_that, check_at_least_3d, sizes_of, static_or_none
from convflow.ops.image.frame import as_batch, pad_to_bounding_box
from convflow.ops.math.arithmetic import maximum, minimum, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import floor
from convflow.ops.math.elementwise import round as rounded


class ResizeMethod:
    """How pixels between pixels are found (API: tf.image.ResizeMethod)."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_RESIZERS: dict[Any, Callable[..., Tensor]] = {
    ResizeMethod.BILINEAR: resize_ops.resize_bilinear,
    ResizeMethod.NEAREST_NEIGHBOR: resize_ops.resize_nearest_neighbor,
    ResizeMethod.BICUBIC: resize_ops.resize_bicubic,
    ResizeMethod.AREA: resize_ops.resize_area,
}
_NAMES = {"bilinear": 0, "nearest": 1, "bicubic": 2, "area": 3}


def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Tensor:
    """Pictures of another size (API: tf.image.resize_images, tf.image.resize).

    Args:
        images: [height, width, channels] or [batch, height, width, channels], numbers of any type.
        size: int32 [new_height, new_width].
        method: one of `ResizeMethod`, or its name: "bilinear", "nearest", "bicubic", "area".
        align_corners: the corner pixels keep their places and values.
        preserve_aspect_ratio: `size` is the frame in which the result fits with its proportions kept.

    Returns:
        float32, or the type of `images` by nearest neighbour or where the size stays.

    Raises:
        ValueError: another rank, size or method.
    """
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.rank is None:
            raise ValueError("'images' contains no shape: set its rank with images.set_shape.")
        if images.shape.rank not in (3, 4):
            raise ValueError(
                f"'images' must have either 3 or 4 dimensions: [height, width, channels], with or without a batch "
                f"axis before, but has shape {images.shape}."
            )
        images, is_batch = as_batch(images)
        size = _as_size(size)
        if preserve_aspect_ratio:
            size = _fitting(images, size)
        target = constant_value_as_shape(size)
        height, width = (dimension.value for dimension in target)
        known = [dimension.value for dimension in images.shape[1:3]]
        if None not in (height, width) and known == [height, width]:
            return images if is_batch else squeeze(images, axis=[0])
        resized = _resizer(method)(images, size, align_corners=align_corners)
        resized.set_shape([None, height, width, None])
        return resized if is_batch else squeeze(resized, axis=[0])


def _resizer(method: Any) -> Callable[..., Tensor]:
    resizer = _RESIZERS.get(_NAMES.get(method) if isinstance(method, str) else method)
    if resizer is None:
        raise ValueError(
            f"Resize method is not implemented: {method!r}. Use one of tf.image.ResizeMethod: "
            "BILINEAR, NEAREST_NEIGHBOR, BICUBIC, AREA."
        )
    return resizer


def _as_size(size: Any) -> Tensor:
    try:
        size = convert_to_tensor(size, dtypes.int32, name="size")
    except (TypeError, ValueError):
        raise ValueError(f"'size' must be a 1-D int32 Tensor: [new_height, new_width], got {size!r}.") from None
    if not size.shape.is_compatible_with([2]):
        raise ValueError(f"'size' must be a 1-D Tensor of 2 elements: new_height, new_width, has shape {size.shape}.")
    return size


def _fitting(images: Tensor, size: Tensor) -> Tensor:
    """The largest size within `size` with the pictures' proportions."""
    _, height, width, _ = sizes_of(images, 4)
    down = truediv(cast(size[0], dtypes.float32), cast(height, dtypes.float32))
    across = truediv(cast(size[1], dtypes.float32), cast(width, dtypes.float32))
    scale = minimum(down, across)
    new_height = cast(rounded(scale * cast(height, dtypes.float32)), dtypes.int32)
    new_width = cast(rounded(scale * cast(width, dtypes.float32)), dtypes.int32)
    return stack([new_height, new_width], name="size")


def resize_image_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, align_corners: bool = False
) -> Tensor:
    """Pictures with their proportions kept in a frame of zeros (API: tf.image.resize_image_with_pad).

    Args:
        image: [height, width, channels] or [batch, height, width, channels].
        target_height, target_width: integers or int32 scalars above 0.
        method, align_corners: as for `resize_images`.

    Raises:
        ValueError: another rank, or a size known to be 0 or less.
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        image = convert_to_tensor(image, name="image")
        image, is_batch = as_batch(image)
        checks = check_at_least_3d(image, require_static=False)
        checks += assert_that(target_width > 0, "target_width must be > 0.")
        checks += assert_that(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        _, height, width, _ = sizes_of(image, 4)
        f_height, f_width = cast(height, dtypes.float32), cast(width, dtypes.float32)
        f_target_height, f_target_width = cast(target_height, dtypes.float32), cast(target_width, dtypes.float32)
        ratio = maximum(truediv(f_width, f_target_width), truediv(f_height, f_target_height))
        exact_height, exact_width = truediv(f_height, ratio), truediv(f_width, ratio)
        new_height = cast(floor(exact_height), dtypes.int32)
        new_width = cast(floor(exact_width), dtypes.int32)
        above = truediv(f_target_height - exact_height, 2)
        left = truediv(f_target_width - exact_width, 2)
        above, left = floor(above), floor(left)
        top = maximum(0, cast(above, dtypes.int32))
        start = maximum(0, cast(left, dtypes.int32))
        resized = resize_images(image, [new_height, new_width], method, align_corners)
        padded = pad_to_bounding_box(resized, top, start, target_height, target_width)
        if padded.shape.rank is None:
            raise ValueError("padded contains no shape.")
        padded.set_shape([None, static_or_none(target_height), static_or_none(target_width), None])
        return padded if is_batch else squeeze(padded, axis=[0])
