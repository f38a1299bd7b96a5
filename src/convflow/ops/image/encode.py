"""Picture files written (API: tf.image.encode_jpeg, encode_png)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.image import png16
from convflow.ops.image.pillow import Image
from convflow.ops.string import text_of

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_FORMATS = {"": (1, 3), "grayscale": (1,), "rgb": (3,)}


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Tensor:
    """A picture as a JPEG file (API: tf.image.encode_jpeg).

    Args:
        image: uint8 [height, width, channels] with 1 or 3 channels.
        format: "grayscale", "rgb", or "" for what the channels say.
        quality: from 0 to 100.
        progressive: a file that shows a coarse picture early.
        optimize_size: a smaller file for more time.
        chroma_downsampling: colours in half of the resolution.
        density_unit: "in" or "cm", of `x_density` and `y_density`, pixels per unit.
        xmp_metadata: text of the file's XMP part.

    Returns:
        the file's bytes, a string scalar.
    """
    return apply_op(
        "EncodeJpeg",
        image=image,
        format=format,
        quality=quality,
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
        density_unit=density_unit,
        x_density=x_density,
        y_density=y_density,
        xmp_metadata=xmp_metadata,
        name=name,
    )


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Tensor:
    """A picture as a PNG file (API: tf.image.encode_png).

    Args:
        image: uint8 or uint16 [height, width, channels] with 1 to 4 channels: grey, with alpha, RGB, RGBA.
        compression: from 0, fast, to 9, small; -1 for the library's default.

    Returns:
        the file's bytes, a string scalar.
    """
    return apply_op("EncodePng", image=image, compression=compression, name=name)


def _scalar(text: bytes) -> np.ndarray:
    result = np.empty((), object)
    result[()] = text
    return result


def _picture(pixels: np.ndarray) -> Any:
    mode = _MODES[pixels.shape[2]]
    return Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())


def _check(image: torch.Tensor, channels: tuple[int, ...]) -> np.ndarray:
    if image.ndim != 3 or image.shape[2] not in channels or not image.numel():
        raise errors.InvalidArgumentError(
            None,
            None,
            f"image must be 3-dimensional [height, width, channels] with {' or '.join(map(str, channels))} channels "
            f"and not empty, got shape {list(image.shape)}.",
        )
    return image.numpy()


def _jpeg_file(pixels: np.ndarray, quality: int, **settings: Any) -> bytes:
    buffer = io.BytesIO()
    _picture(pixels).save(buffer, format="JPEG", quality=quality, **settings)
    return buffer.getvalue()


def _jpeg_kernel(op: Operation) -> Callable[[torch.Tensor], np.ndarray]:
    attrs = op.attrs
    if not 0 <= attrs["quality"] <= 100:
        raise ValueError(f"quality must be in [0,100], got {attrs['quality']}.")
    inch = text_of(attrs["density_unit"]) == "in"
    # Pillow counts per inch alone.
    density = tuple(attrs[axis] if inch else round(attrs[axis] * 2.54) for axis in ("x_density", "y_density"))
    settings: dict[str, Any] = {
        "progressive": attrs["progressive"],
        "optimize": attrs["optimize_size"],
        "subsampling": 2 if attrs["chroma_downsampling"] else 0,
        "dpi": density,
    }
    metadata = text_of(attrs["xmp_metadata"]).encode("utf-8", "surrogateescape")
    if metadata:
        settings["xmp"] = metadata
    channels = _FORMATS[text_of(attrs["format"])]
    return lambda image: _scalar(_jpeg_file(_check(image, channels), attrs["quality"], **settings))


def _jpeg_of_quality(images: torch.Tensor, quality: torch.Tensor) -> np.ndarray:
    number = int(quality)
    if not 0 <= number <= 100:
        raise errors.InvalidArgumentError(None, None, f"quality must be in [0,100], got {number}")
    return _scalar(_jpeg_file(_check(images, (1, 3)), number, subsampling=2, dpi=(300, 300)))


def _png_kernel(op: Operation) -> Callable[[torch.Tensor], np.ndarray]:
    level = op.attrs["compression"]
    if not -1 <= level <= 9:
        raise ValueError(f"compression should be in [-1,9], got {level}.")

    def compute(image: torch.Tensor) -> np.ndarray:
        pixels = _check(image, (1, 2, 3, 4))
        if pixels.dtype == np.uint16:
            return _scalar(png16.encoded(pixels, level))
        buffer = io.BytesIO()
        _picture(pixels).save(buffer, format="PNG", **({} if level < 0 else {"compress_level": level}))
        return _scalar(buffer.getvalue())

    return compute


def _encode_shape(name: str) -> Callable[[InferenceContext], list[TensorShape]]:
    def shape(ctx: InferenceContext) -> list[TensorShape]:
        rules.with_rank(ctx.input(0), 3, name)
        if ctx.num_inputs == 2:
            rules.with_rank(ctx.input(1), 0, "quality")
        return [scalar()]

    return shape


register_op(
    "EncodeJpeg",
    inputs="image: uint8",
    outputs="contents: string",
    attrs=(
        "format: string = '' in {'', 'grayscale', 'rgb'}; quality: int = 95; progressive: bool = false; "
        "optimize_size: bool = false; chroma_downsampling: bool = true; density_unit: string = 'in' in {'in', 'cm'}; "
        "x_density: int = 300; y_density: int = 300; xmp_metadata: string = ''"
    ),
    shape=_encode_shape("image"),
    kernel=_jpeg_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "EncodeJpegVariableQuality",
    inputs="images: uint8; quality: int32",
    outputs="contents: string",
    shape=_encode_shape("images"),
    kernel=lambda op: _jpeg_of_quality,
    gradient=NO_GRADIENT,
)
register_op(
    "EncodePng",
    inputs="image: T",
    outputs="contents: string",
    attrs="compression: int = -1; T: type = uint8 in {uint8, uint16}",
    shape=_encode_shape("image"),
    kernel=_png_kernel,
    gradient=NO_GRADIENT,
)
