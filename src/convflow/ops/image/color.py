"""Pictures in other colour spaces: grey, HSV, YIQ, YUV (API: tf.image.rgb_to_grayscale, rgb_to_hsv, rgb_to_yiq ...)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.tile import tile
from convflow.ops.dependencies import with_dependencies
from convflow.ops.image.checks import check_channels
from convflow.ops.image.convert import convert_image_dtype
from convflow.ops.math.arithmetic import divide, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater
from convflow.ops.math.reduce import reduce_max, reduce_min
from convflow.ops.math.select import where_v2
from convflow.ops.math.tensordot import tensordot

# ITU-R BT.601's weights of red, green and blue.
_GREY = [0.2989, 0.5870, 0.1140]
_KERNELS = {
    "rgb_to_yiq": [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]],
    "yiq_to_rgb": [[1.0, 1.0, 1.0], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]],
    "rgb_to_yuv": [
        [0.299, -0.14714119, 0.61497538],
        [0.587, -0.28886916, -0.51496512],
        [0.114, 0.43601035, -0.10001026],
    ],
    "yuv_to_rgb": [[1.0, 1.0, 1.0], [0.0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0.0]],
}


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """Pictures without their colours (API: tf.image.rgb_to_grayscale).

    Args:
        images: [..., 3] red, green, blue; any number type, integers in the whole range of theirs.

    Returns:
        [..., 1] of the same type.
    """
    with name_scope(name, "rgb_to_grayscale", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        check_channels(images, 3, "images")
        floats = convert_image_dtype(images, dtypes.float32)
        grey = expand_dims(tensordot(floats, _GREY, [-1, -1]), -1)
        return _converted_back(grey, images, scope)


def _converted_back(grey: Tensor, images: Tensor, scope: str) -> Tensor:
    return convert_image_dtype(grey, images.dtype, name=scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Grey pictures with three equal channels (API: tf.image.grayscale_to_rgb).

    Args:
        images: [..., 1], any number type.

    Returns:
        [..., 3].
    """
    with name_scope(name, "grayscale_to_rgb", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        check_channels(images, 1, "images")
        images = with_dependencies([], images)
        before = expand_dims(rank_of(images) - 1, 0)
        times = concat([ones(before, dtype=dtypes.int32), expand_dims(3, 0)], 0)
        result = tile(images, times, name=scope)
        if images.shape.rank is not None:
            result.set_shape(images.shape[:-1].concatenate([3]))
        return result


def rgb_to_yiq(images: Any) -> Tensor:
    """[..., 3] red, green, blue in [0, 1] as luma and two colour differences (API: tf.image.rgb_to_yiq).

    Source of the factors: FCC NTSC. Only floats.

    Args:
        images: floats of known rank.

    Returns:
        Of the shape and type of `images`.

    Raises:
        ValueError: the rank is not known, or the last axis is not 3.
    """
    return _transformed(images, "rgb_to_yiq")


def yiq_to_rgb(images: Any) -> Tensor:
    """The reverse of `rgb_to_yiq` (API: tf.image.yiq_to_rgb).

    Args:
        images: floats [..., 3] of known rank.

    Returns:
        Of the shape and type of `images`.

    Raises:
        ValueError: the rank is not known, or the last axis is not 3.
    """
    return _transformed(images, "yiq_to_rgb")


def rgb_to_yuv(images: Any) -> Tensor:
    """[..., 3] red, green, blue in [0, 1] as luma and two chroma channels (API: tf.image.rgb_to_yuv). Only floats.

    Args:
        images: floats of known rank.

    Returns:
        Of the shape and type of `images`.

    Raises:
        ValueError: the rank is not known, or the last axis is not 3.
    """
    return _transformed(images, "rgb_to_yuv")


def yuv_to_rgb(images: Any) -> Tensor:
    """The reverse of `rgb_to_yuv` (API: tf.image.yuv_to_rgb).

    Args:
        images: floats [..., 3] of known rank.

    Returns:
        Of the shape and type of `images`.

    Raises:
        ValueError: the rank is not known, or the last axis is not 3.
    """
    return _transformed(images, "yuv_to_rgb")


def _transformed(images: Any, which: str) -> Tensor:
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(_KERNELS[which], dtype=images.dtype, name="kernel")
    if images.shape.rank is None:
        raise ValueError(f"tf.image.{which} needs images of known rank; set it with images.set_shape.")
    return tensordot(images, kernel, [[images.shape.rank - 1], [0]])


def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Red, green, blue in [0, 1] as hue, saturation, value, each in [0, 1] (API: tf.image.rgb_to_hsv).

    Args:
        images: floats [..., 3].
    """
    return apply_op("RGBToHSV", images=images, name=name)


def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """The reverse of `rgb_to_hsv` (API: tf.image.hsv_to_rgb). There is no gradient.

    Args:
        images: hue, saturation, value, each in [0, 1]: floats [..., 3].

    Returns:
        Red, green, blue in [0, 1], of the shape and type of `images`.

    Raises:
        ValueError: a last axis that is not 3.
    """
    return apply_op("HSVToRGB", images=images, name=name)


def _colour_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape = ctx.input(0)
    if shape.rank == 0:
        raise ValueError("images must be at least 1-D, [..., 3], but is a scalar.")
    if shape.rank is None:
        return [shape]
    if shape[-1].value not in (None, 3):
        raise ValueError(f"images must have 3 channels in the last axis, but its shape is {shape}.")
    return [shape[:-1].concatenate([3])]


def hsv_of(images: torch.Tensor) -> torch.Tensor:
    """Kernel: [..., 3] RGB as HSV, in the type of `images`."""
    if images.ndim < 1 or images.shape[-1] != 3:
        raise ValueError(f"images must have 3 channels, got shape {list(images.shape)}.")
    red, green, blue = images.unbind(-1)
    value, low = images.amax(-1), images.amin(-1)
    spread = value - low
    zero = torch.zeros_like(spread)
    saturation = torch.where(value > 0, spread / value, zero)
    unit = 1.0 / (6.0 * spread)
    hue = torch.where(
        red == value,
        unit * (green - blue),
        torch.where(green == value, unit * (blue - red) + 2.0 / 6.0, unit * (red - green) + 4.0 / 6.0),
    )
    hue = torch.where(spread <= 0, zero, hue)
    hue = torch.where(hue < 0, hue + 1.0, hue)
    return torch.stack([hue, saturation, value], -1)


def rgb_of(images: torch.Tensor) -> torch.Tensor:
    """Kernel: [..., 3] HSV as RGB, in the type of `images`."""
    if images.ndim < 1 or images.shape[-1] != 3:
        raise ValueError(f"images must have 3 channels, got shape {list(images.shape)}.")
    hue, saturation, value = images.unbind(-1)
    sixths = hue * 6.0
    red = ((sixths - 3.0).abs() - 1.0).clamp(0, 1)
    green = (2.0 - (sixths - 2.0).abs()).clamp(0, 1)
    blue = (2.0 - (sixths - 4.0).abs()).clamp(0, 1)
    white = 1.0 - saturation
    return torch.stack([(white + saturation * part) * value for part in (red, green, blue)], -1)


def _in_floats(compute: Any) -> Any:
    def computed(images: torch.Tensor) -> torch.Tensor:
        narrow = images.dtype in (torch.float16, torch.bfloat16)
        return compute(images.float()).to(images.dtype) if narrow else compute(images)

    return computed


def _hsv_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    """Each of H, S and V depends on the largest, the smallest and the middle channel; equal ones leave no slope."""
    rgb, hsv = op.inputs[0], op.outputs[0]
    dtype = rgb.dtype
    red, green, blue = unstack(rgb, num=3, axis=-1)
    _, _, value = unstack(hsv, num=3, axis=-1)
    d_hue, d_saturation, d_value = unstack(grad, num=3, axis=-1)
    high, low = reduce_max(rgb, -1), reduce_min(rgb, -1)
    spread = subtract(high, low)
    zero = multiply(spread, convert_to_tensor(0.0, dtype))

    def safe(numerator: Tensor, denominator: Tensor) -> Tensor:
        # The inner choice keeps divisions by zero out of the derivatives of this derivative.
        ok = greater(denominator, convert_to_tensor(0.0, dtype))
        return where_v2(
            ok, divide(numerator, where_v2(ok, denominator, denominator + convert_to_tensor(1.0, dtype))), zero
        )

    channels = [red, green, blue]
    tops = _first_of([equal(channel, high) for channel in channels], dtype)
    # Of equal channels the first counts as the largest and the last as the smallest, as in TensorFlow.
    bottoms = _first_of([equal(channel, low) for channel in reversed(channels)], dtype)[::-1]
    one = spread * convert_to_tensor(0.0, dtype) + convert_to_tensor(1.0, dtype)
    by_high = safe(low, multiply(value, value))
    by_low = safe(one, value)
    unit = safe(one, multiply(convert_to_tensor(6.0, dtype), spread))
    # Hue's numerator is the difference of the two channels that follow the largest one round the circle.
    slope = safe(one, multiply(convert_to_tensor(6.0, dtype), multiply(spread, spread)))
    result = []
    for position in range(3):
        following, preceding = (position + 1) % 3, (position + 2) % 3
        hue = multiply(unit, subtract(tops[preceding], tops[following]))
        for top in range(3):
            difference = subtract(channels[(top + 1) % 3], channels[(top + 2) % 3])
            change = subtract(bottoms[position], tops[position])
            hue = hue + multiply(multiply(tops[top], multiply(difference, slope)), change)
        saturation = subtract(multiply(tops[position], by_high), multiply(bottoms[position], by_low))
        result.append(d_hue * hue + d_saturation * saturation + d_value * tops[position])
    return [stack(result, axis=-1)]


def _first_of(flags: list[Tensor], dtype: Any) -> list[Tensor]:
    """1 where a flag is the first that holds, else 0."""
    taken: Tensor | None = None
    found = []
    for flag in flags:
        number = cast(flag, dtype)
        if taken is not None:
            number = multiply(number, subtract(convert_to_tensor(1.0, dtype), taken))
        found.append(number)
        taken = number if taken is None else taken + number
    return found


for _name, _compute, _gradient in (
    ("RGBToHSV", hsv_of, _hsv_gradient),
    ("HSVToRGB", rgb_of, NOT_DIFFERENTIABLE),
):
    register_op(
        _name,
        inputs="images: T",
        outputs="output: T",
        attrs="T: type = float in {half, bfloat16, float, double}",
        shape=_colour_shape,
        kernel=lambda op, compute=_compute: _in_floats(compute),
        gradient=_gradient,
    )
