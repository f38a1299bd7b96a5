"""Brightness, contrast, hue, saturation, gamma, file quality, and their random kin (API: tf.image.adjust_...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.dependencies import with_dependencies
from convflow.ops.image.checks import assert_that, asserted_at_least_3d
from convflow.ops.image.color import hsv_of, rgb_of
from convflow.ops.image.convert import convert_image_dtype
from convflow.ops.math.arithmetic import add, maximum, truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import rsqrt
from convflow.ops.math.reduce import reduce_mean, reduce_prod
from convflow.ops.math.statistics import reduce_std
from convflow.ops.random import random_uniform

_FLOATS = (dtypes.float16, dtypes.float32)


def _as_float(image: Tensor) -> Tensor:
    """`image` in a type that the adjusting ops calculate in."""
    return image if image.dtype in _FLOATS else convert_image_dtype(image, dtypes.float32)


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """`delta` added to pictures (API: tf.image.adjust_brightness).

    Args:
        image: any shape; integers are treated as if they were floats in [0, 1].
        delta: a scalar in that range.
    """
    with name_scope(None, "adjust_brightness", [image, delta]) as scope:
        image = convert_to_tensor(image, name="image")
        original = image.dtype
        floats = _as_float(image)
        brighter = add(floats, cast(delta, floats.dtype), name=scope)
        return convert_image_dtype(brighter, original, saturate=True)


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """How far pixels are from the mean of their channel, times a factor (API: tf.image.adjust_contrast).

    Args:
        images: [..., height, width, channels]; each picture and channel has a mean of its own.
        contrast_factor: a scalar.
    """
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as scope:
        images = convert_to_tensor(images, name="images")
        original = images.dtype
        floats = _as_float(images)
        factor = convert_to_tensor(contrast_factor, dtypes.float32, name="contrast_factor")
        adjusted = apply_op("AdjustContrastv2", images=floats, contrast_factor=factor, name=scope)
        return convert_image_dtype(adjusted, original, saturate=True)


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """gain * image ** gamma (API: tf.image.adjust_gamma).

    Args:
        image: any shape; integers are treated as if they were floats in [0, 1].
        gamma: not negative; a number or a scalar.
        gain: a number or a scalar.

    Raises:
        ValueError: a negative gamma.
    """
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        original = image.dtype
        floats = _as_float(image)
        checks = assert_that(gamma >= 0, "Gamma should be a non-negative real number.")
        if checks:
            gamma = with_dependencies(checks, gamma)
        adjusted = gain * floats**gamma
        return convert_image_dtype(adjusted, original, saturate=True)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Pictures with their hue turned (API: tf.image.adjust_hue).

    Args:
        image: [..., 3] red, green, blue.
        delta: how far round the circle of hues, in [-1, 1].
    """
    with name_scope(name, "adjust_hue", [image]):
        return _in_colour("AdjustHue", image, delta=delta)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Pictures with their saturation times a factor (API: tf.image.adjust_saturation).

    Args:
        image: [..., 3] red, green, blue.
        saturation_factor: a scalar.
    """
    with name_scope(name, "adjust_saturation", [image]):
        return _in_colour("AdjustSaturation", image, scale=saturation_factor)


def _in_colour(op_type: str, image: Any, **amount: Any) -> Tensor:
    image = convert_to_tensor(image, name="image")
    original = image.dtype
    floats = _as_float(image)
    return convert_image_dtype(apply_op(op_type, images=floats, **amount), original)


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, dct_method: str = "", name: str | None = None) -> Tensor:
    """A picture as a JPEG file of some quality would show it (API: tf.image.adjust_jpeg_quality).

    Args:
        image: [height, width, channels] with 1 or 3 channels.
        jpeg_quality: from 0 to 100; a number or an int32 scalar.
        dct_method: a hint to the decoder, see `decode_jpeg`.
    """
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        channels = image.shape.as_list()[-1]
        original = image.dtype
        image = convert_image_dtype(image, dtypes.uint8, saturate=True)
        if not isinstance(jpeg_quality, Tensor):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtypes.int32)
        file = apply_op("EncodeJpegVariableQuality", images=image, quality=jpeg_quality)
        image = apply_op("DecodeJpeg", contents=file, channels=channels, dct_method=dct_method)
        return convert_image_dtype(image, original, saturate=True)


def random_brightness(image: Any, max_delta: Any, seed: int | None = None) -> Tensor:
    """`adjust_brightness` by a number from [-max_delta, max_delta) (API: tf.image.random_brightness).

    Args:
        image: pictures of any shape and number type.
        max_delta: a number from 0 on; for integers, too, in units of floats in [0, 1].
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: a negative max_delta.
    """
    if max_delta < 0:
        raise ValueError(f"max_delta must be non-negative, got {max_delta}.")
    return adjust_brightness(image, random_uniform([], -max_delta, max_delta, seed=seed))


def random_contrast(image: Any, lower: Any, upper: Any, seed: int | None = None) -> Tensor:
    """`adjust_contrast` by a number from [lower, upper) (API: tf.image.random_contrast).

    Args:
        image: pictures [..., height, width, channels] of any number type.
        lower, upper: numbers.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: not 0 <= lower < upper.
    """
    _check_range(lower, upper)
    return adjust_contrast(image, random_uniform([], lower, upper, seed=seed))


def random_saturation(image: Any, lower: Any, upper: Any, seed: int | None = None) -> Tensor:
    """`adjust_saturation` by a number from [lower, upper) (API: tf.image.random_saturation).

    Args:
        image: [..., 3] red, green, blue, of any number type.
        lower, upper: numbers.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: not 0 <= lower < upper.
    """
    _check_range(lower, upper)
    return adjust_saturation(image, random_uniform([], lower, upper, seed=seed))


def _check_range(lower: Any, upper: Any) -> None:
    if upper <= lower:
        raise ValueError(f"upper must be > lower, got upper {upper} and lower {lower}.")
    if lower < 0:
        raise ValueError(f"lower must be non-negative, got {lower}.")


def random_hue(image: Any, max_delta: Any, seed: int | None = None) -> Tensor:
    """`adjust_hue` by a number from [-max_delta, max_delta) (API: tf.image.random_hue).

    Args:
        image: [..., 3] red, green, blue, of any number type.
        max_delta: a number: how far round the circle of hues.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: max_delta is not in [0, 0.5].
    """
    if max_delta > 0.5:
        raise ValueError(f"max_delta must be <= 0.5, half the circle of hues, got {max_delta}.")
    if max_delta < 0:
        raise ValueError(f"max_delta must be non-negative, got {max_delta}.")
    return adjust_hue(image, random_uniform([], -max_delta, max_delta, seed=seed))


def random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None) -> Tensor:
    """`adjust_jpeg_quality` with a random whole quality in [min, max) (API: tf.image.random_jpeg_quality).

    Args:
        image: [height, width, channels] with 1 or 3 channels.
        min_jpeg_quality, max_jpeg_quality: whole numbers from 0 to 100.
        seed: the op's seed; see `tf.set_random_seed`.

    Returns:
        Of the shape and type of `image`.

    Raises:
        ValueError: not 0 <= min < max <= 100.
    """
    if min(min_jpeg_quality, max_jpeg_quality) < 0 or max(min_jpeg_quality, max_jpeg_quality) > 100:
        raise ValueError(
            f"jpeg encoding range must be between 0 and 100, got {min_jpeg_quality} and {max_jpeg_quality}."
        )
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError(
            f"`min_jpeg_quality` must be less than `max_jpeg_quality`, got {min_jpeg_quality} and {max_jpeg_quality}."
        )
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype=dtypes.int32)
    return adjust_jpeg_quality(image, quality)


def per_image_standardization(image: Any) -> Tensor:
    """Each picture with mean 0 and standard deviation 1 (API: tf.image.per_image_standardization).

    The divisor is at least 1 / sqrt(pixels * channels), for pictures of one colour.

    Args:
        image: [..., height, width, channels], any number type.

    Returns:
        floats of the shape of `image`.
    """
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = asserted_at_least_3d(convert_to_tensor(image, name="image"))
        if image.dtype not in _FLOATS:
            image = cast(image, dtypes.float32)
        count = reduce_prod(shape_of(image)[-3:])
        mean = reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        deviation = reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        divisor = maximum(deviation, rsqrt(cast(count, image.dtype)))
        return truediv(image - mean, divisor, name=scope)


def _contrast_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "contrast_factor")
    rank = ctx.input(0).rank
    if rank is not None and rank < 3:
        raise ValueError(f"images must be at least 3-D, [..., height, width, channels], have shape {ctx.input(0)}.")
    return [ctx.input(0)]


def _colour_shape(what: str) -> Callable[[Any], list[TensorShape]]:
    def shape(ctx: InferenceContext) -> list[TensorShape]:
        images = ctx.input(0)
        rules.with_rank(ctx.input(1), 0, what)
        if images.rank is not None and images.rank < 3:
            raise ValueError(f"images must be at least 3-D, [..., height, width, 3], have shape {images}.")
        if images.rank is not None and images[-1].value not in (None, 3):
            raise ValueError(f"images must have 3 channels in the last axis, but have shape {images}.")
        return [images]

    return shape


def _contrast(images: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    if images.ndim < 3 or factor.ndim:
        raise ValueError(f"cannot adjust the contrast of shape {list(images.shape)} by {list(factor.shape)}.")
    wide = images.float()
    mean = wide.mean((-3, -2), keepdim=True)
    return ((wide - mean) * factor + mean).to(images.dtype)


def _coloured(change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    def compute(images: torch.Tensor, amount: torch.Tensor) -> torch.Tensor:
        if images.ndim < 3 or amount.ndim:
            raise ValueError(f"cannot adjust the colours of shape {list(images.shape)} by {list(amount.shape)}.")
        return rgb_of(change(hsv_of(images.float()), amount)).to(images.dtype)

    return compute


def _turn(hsv: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
    hue, saturation, value = hsv.unbind(-1)
    return torch.stack([torch.remainder(hue + delta, 1.0), saturation, value], -1)


def _saturate(hsv: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    hue, saturation, value = hsv.unbind(-1)
    return torch.stack([hue, (saturation * scale).clamp(0, 1), value], -1)


for _name, _amount, _shape, _compute in (
    ("AdjustContrastv2", "contrast_factor", _contrast_shape, _contrast),
    ("AdjustHue", "delta", _colour_shape("delta"), _coloured(_turn)),
    ("AdjustSaturation", "scale", _colour_shape("scale"), _coloured(_saturate)),
):
    register_op(
        _name,
        inputs=f"images: T; {_amount}: float",
        outputs="output: T",
        attrs="T: type = float in {half, float}",
        shape=_shape,
        kernel=lambda op, compute=_compute: compute,
        gradient=NO_GRADIENT,
    )
