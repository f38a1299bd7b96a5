"""Pictures as TensorFlow's summaries hold them: PNG files, floats stretched to the range of a byte."""

from __future__ import annotations

import io

import numpy as np

from convflow.ops.image.pillow import Image

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
# Below this the values of a picture count as all zero: dividing by them would show noise.
_ZERO = np.float32(1e-6)


def png(pixels: np.ndarray) -> bytes:
    """`pixels`, uint8 of shape [height, width, channels] with 1 to 4 channels, as a PNG file."""
    mode = MODES[pixels.shape[2]]
    buffer = io.BytesIO()
    # Frombytes takes each mode as it is; fromarray would want one channel without its axis.
    image = Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes())
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def to_bytes(image: np.ndarray, bad_color: np.ndarray) -> np.ndarray:
    """A picture of floats, [height, width, channels], as uint8.

    Without negative values the largest becomes 255. With some, zero becomes 128 and the largest magnitude
    lands 127 away from it. Pixels with a value that is not finite take `bad_color` and do not count.
    """
    finite = np.isfinite(image).all(axis=2)
    seen = image[finite].astype(np.float32)
    low, high = (seen.min(), seen.max()) if seen.size else (np.float32(np.inf), np.float32(-np.inf))
    if low < 0:
        largest, top, offset = max(abs(low), abs(high)), np.float32(127), 128
    else:
        largest, top, offset = high, np.float32(255), 0
    scale = np.float32(0) if largest < _ZERO else top / largest
    # The product is rounded to the picture's own type, as TensorFlow's op computes.
    kind = image.dtype.type
    safe = np.where(finite[..., None], image, kind(0))
    result = (safe * kind(scale) + kind(offset)).astype(np.uint8)
    result[~finite] = bad_color[: image.shape[2]]
    return result
