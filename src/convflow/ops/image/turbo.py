"""JPEG files of ordinary colours through libjpeg-turbo itself, with the settings and so the pixels of TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convflow.core.lazy import LazyModule

if TYPE_CHECKING:
    import simplejpeg
else:
    simplejpeg = LazyModule("simplejpeg")

# Pillow's bound on pictures that look like attacks.
_MOST_PIXELS = 178_956_970


def decoded(contents: bytes, channels: int, fast: bool, smooth: bool) -> np.ndarray | None:
    """The picture, uint8 [height, width, channels]; None for what Pillow must look at: damaged files, four inks.

    Args:
        channels: 0 for as many as the file has, 1 or 3.
        fast: the quick integer transform instead of the accurate one.
        smooth: colours interpolated between the places that the file has them for.
    """
    try:
        height, width, space, _ = simplejpeg.decode_jpeg_header(contents)
        if space not in ("Gray", "YCbCr") or height * width > _MOST_PIXELS:
            return None
        is_grey = channels == 1 or (channels == 0 and space == "Gray")
        return simplejpeg.decode_jpeg(contents, "GRAY" if is_grey else "RGB", fast, not smooth)
    except ValueError:
        return None
