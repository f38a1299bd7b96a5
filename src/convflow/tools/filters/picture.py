"""A picture file through one of the fixed kernels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

import convflow as tf
from convflow.core import errors
from convflow.formats import files
from convflow.tools.filters import kernels

_GREY_MODES = ("1", "L", "LA")
_DEEP_MODES = ("I", "F")


def filter_file(path: Path, kernel: str, output: Path | None = None, grey: bool = False, stride: int = 1) -> Path:
    """Write the picture at `path` as a kernel changes it.

    Args:
        path: a picture of any kind that Pillow reads, with 8 bits for a channel. Of an animation the first picture
            counts; transparent places are taken as white.
        kernel: a name of `kernels.names()`.
        output: the file to write, whose ending says the format; by default NAME-KERNEL.png beside the picture.
        grey: make it grey first.
        stride: keep every so-manyth pixel in each direction.

    Returns:
        The file written.

    Raises:
        errors.NotFoundError: no such picture or kernel.
        errors.DataLossError: the file is damaged or no picture.
        errors.InvalidArgumentError: the ending of `output` stands for no format, or the stride is not positive.
        errors.UnimplementedError: a picture with more than 8 bits for a channel.
    """
    weights = kernels.get(kernel)
    target = path.with_name(f"{path.stem}-{kernel}.png") if output is None else output
    picture_format = _format(target)
    pixels = apply(read(path, grey), weights, stride)
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, picture_format)
    files.write_atomically(str(target), buffer.getvalue())
    return target


def apply(pixels: np.ndarray, weights: np.ndarray, stride: int = 1) -> np.ndarray:
    """A kernel on each channel of a picture, with SAME padding.

    Args:
        pixels: uint8 [height, width, channels].
        weights: float32 [kernel height, kernel width, kernels]; of more than one kernel the root of the sum of the
            squares of their results is taken.
        stride: how far the kernel moves each time.

    Returns:
        uint8 [height / stride rounded up, width / stride rounded up, channels], cut off at 0 and 255.
    """
    if stride < 1:
        raise errors.InvalidArgumentError(None, None, f"stride is {stride}. Expected a whole number of at least 1.")
    channels, count = pixels.shape[-1], weights.shape[-1]
    # Each channel by itself: a kernel that mixed them would lose the colours.
    filters = np.repeat(weights[:, :, None, :], channels, axis=2)
    with tf.Graph().as_default(), tf.Session() as session:
        images = tf.placeholder(tf.float32, [1, *pixels.shape])
        made = tf.nn.depthwise_conv2d(images, filters, [1, stride, stride, 1], "SAME")
        if count > 1:
            # The results of a channel's kernels lie next to each other.
            each = tf.reshape(made, [*made.shape.as_list()[1:3], channels, count])
            made = tf.norm(each, axis=-1)[None]
        result = session.run(tf.cast(tf.round(tf.clip_by_value(made, 0.0, 255.0)), tf.uint8), {images: pixels[None]})
    return result[0]


def read(path: Path, grey: bool = False) -> np.ndarray:
    """The pixels of a picture, uint8 [height, width, 1 or 3]; errors as of `filter_file`."""
    with files.os_errors("read the picture", str(path)):
        data = path.read_bytes()
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except UnidentifiedImageError:
        raise errors.DataLossError(
            None, None, f"{path} is no picture. Expected PNG, JPEG, GIF, BMP or another format that Pillow reads."
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as reason:
        raise errors.DataLossError(
            None, None, f"{path} is damaged: {reason}. Expected a whole picture. Get the file again."
        ) from reason
    if picture.mode.startswith(_DEEP_MODES):
        raise errors.UnimplementedError(
            None, None, f"{path} has pixels of mode {picture.mode}. Expected 8 bits for a channel. Convert it first."
        )
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        colours = Image.alpha_composite(white, with_alpha).convert("RGB")
    else:
        colours = picture
    is_grey = grey or picture.mode in _GREY_MODES
    pixels = np.asarray(colours.convert("L" if is_grey else "RGB"))
    return pixels[..., None] if is_grey else pixels


def _format(target: Path) -> str:
    Image.init()
    formats = {ending: name for ending, name in Image.registered_extensions().items() if name in Image.SAVE}
    ending = target.suffix.lower()
    if ending not in formats:
        raise errors.InvalidArgumentError(
            None, None, f"{target} ends with {ending or 'nothing'}, which stands for no format that can be written. "
            "Expected .png, .jpg, .bmp, .gif, .tif or .webp. Give the file such a name.",
        )  # fmt: skip
    return formats[ending]
