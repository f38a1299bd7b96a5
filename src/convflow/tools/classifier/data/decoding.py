"""Picture files made into arrays of one size.

JPEG files of ordinary colours go to libjpeg-turbo (simplejpeg), which makes large ones smaller while it decodes them;
everything else is Pillow's. Both leave Python's lock to others meanwhile.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from convflow.core import errors
from convflow.formats.files import os_errors

CHANNELS = (1, 3)
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
# Exif data stand in the first segments of a JPEG file, none of which is longer.
_EXIF_WITHIN = 1 << 17
# Pillow's bound on pictures that look like attacks.
_MOST_PIXELS = 178_956_970
_GREY = ("1", "L")
_GREY_16 = ("I;16", "I;16L", "I;16B", "I;16N")
_UNBOUNDED = ("I", "F")
# libjpeg's own scaling is rough: the last halving, at least, is done well.
_GAP = 2


class Unreadable(Exception):
    """A file or a record holds no picture that can be read; the text says why."""


def read(path: Path, image_shape: tuple[int, int, int]) -> np.ndarray:
    """The picture of a file, brought to the wanted shape as `decode` says.

    Args:
        path: a file of any format that Pillow reads.
        image_shape: the height, width and channels wanted.

    Raises:
        errors.NotFoundError: there is no such file.
        errors.DataLossError: it is damaged or no picture.
    """
    with os_errors("read the picture", str(path)):
        contents = path.read_bytes()
    try:
        return decode(contents, image_shape)
    except Unreadable as reason:
        raise errors.DataLossError(
            None,
            None,
            f"{path} cannot be read: {reason}. Expected a whole picture, such as a JPEG or PNG file. "
            "Get the file again from its source.",
        ) from reason


def decode(contents: bytes, image_shape: tuple[int, int, int]) -> np.ndarray:
    """The picture of a file's bytes, brought to a height, width and number of channels.

    Its shorter side is scaled to fit and the middle is cut out, so that nothing is stretched (bicubic, over all the
    pixels that become one); a picture of the wanted size stays as it is. It is turned as its Exif data say. What is
    transparent is white; of 16 bits the upper 8 count; of an animation, the first picture; grey becomes three equal
    channels and colours become their brightness as the wanted channels ask.

    Args:
        image_shape: the height, width and channels (1 or 3) wanted.

    Returns:
        uint8 [height, width, channels].

    Raises:
        Unreadable: the bytes are no whole picture.
    """
    height, width, channels = image_shape
    pixels, orientation = _loaded(contents, height, width, channels)
    if orientation in _SIDEWAYS:
        height, width = width, height
    return np.ascontiguousarray(turned(fitted(pixels, height, width), orientation))


def fitted(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """The middle of a picture, as large as can be, scaled to [height, width, channels]."""
    own_height, own_width, channels = pixels.shape
    if (own_height, own_width) == (height, width):
        return pixels
    # How many pixels become one, in each direction.
    scale = min(own_height / height, own_width / width)
    if scale == 1:
        top, left = (own_height - height) // 2, (own_width - width) // 2
        return pixels[top : top + height, left : left + width]
    rows, columns = min(height * scale, own_height), min(width * scale, own_width)
    top, left = (own_height - rows) / 2, (own_width - columns) / 2
    picture = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    window = (left, top, left + columns, top + rows)
    scaled = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC, window))
    return scaled.reshape(height, width, channels)


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The picture [height, width, channels] upright, from the way it lies in the file (Exif's numbers 1 to 8)."""
    if orientation in _SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _loaded(contents: bytes, height: int, width: int, channels: int) -> tuple[np.ndarray, int]:
    """The picture in the wanted channels, well above the size wanted if it is so in the file, and its orientation."""
    if contents.startswith(b"\xff\xd8"):
        orientation = _jpeg_orientation(contents)
        sideways = orientation in _SIDEWAYS
        pixels = _turbo(contents, *((width, height) if sideways else (height, width)), channels)
        if pixels is not None:
            return pixels, orientation
    try:
        picture = Image.open(io.BytesIO(contents))
        pixels = _brought_to(channels, picture)
        # Asked for afterwards: Pillow turns TIFF files itself when it loads them.
        return pixels, _orientation(picture)
    except UnidentifiedImageError:
        raise Unreadable(f"its {len(contents)} bytes are no picture of a known format") from None
    except (Unreadable, MemoryError):
        raise
    except Exception as reason:  # whatever the reader of a format stumbles over in a damaged file
        raise Unreadable(f"it is damaged ({reason})") from reason


def _turbo(contents: bytes, least_height: int, least_width: int, channels: int) -> np.ndarray | None:
    """The picture, not made smaller in decoding than twice these sizes; None for what Pillow must look at."""
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(contents)
        if space not in ("Gray", "YCbCr") or height * width > _MOST_PIXELS:
            return None
        colours = "GRAY" if channels == 1 else "RGB"
        return simplejpeg.decode_jpeg(contents, colours, min_height=_GAP * least_height, min_width=_GAP * least_width)
    except ValueError as reason:
        # Pillow takes damaged rows for grey ones without a word; superfluous bytes are no damage.
        if str(reason).startswith("Corrupt JPEG data") and "extraneous" not in str(reason):
            raise Unreadable(f"it is damaged ({reason})") from reason
        return None


def _jpeg_orientation(contents: bytes) -> int:
    if b"Exif\0\0" not in contents[:_EXIF_WITHIN]:
        return 1
    try:
        return _orientation(Image.open(io.BytesIO(contents)))
    except Exception:  # whoever decodes the picture says what is wrong with it
        return 1


def _orientation(picture: Any) -> int:
    try:
        return picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # notes about a picture can be damaged while the picture is whole
        return 1


def _brought_to(channels: int, picture: Any) -> np.ndarray:
    # Pillow before 11.3 reads PNG files of 16 bits as numbers of 32.
    is_deep = picture.mode in _GREY_16 or (picture.mode == "I" and picture.format == "PNG")
    if picture.mode in _UNBOUNDED and not is_deep:
        raise Unreadable(
            f"its pixels are of mode {picture.mode}, for which no white is known; 8 or 16 bits can be read"
        )
    picture.load()
    if is_deep:
        grey = (np.asarray(picture) >> 8).astype(np.uint8)[..., np.newaxis]
        return grey if channels == 1 else np.repeat(grey, channels, axis=2)
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    if channels == 1:
        plain = picture if picture.mode in _GREY else picture.convert("RGB")
        return np.asarray(plain.convert("L"))[..., np.newaxis]
    return np.asarray(picture.convert("RGB"))
