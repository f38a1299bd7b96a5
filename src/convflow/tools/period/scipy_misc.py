"""The functions on pictures that SciPy dropped with 1.2 and 1.3, as the documentation of 1.1 describes them.

Pictures are arrays [height, width] or [height, width, 3 or 4], through Pillow's images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

_WAYS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}
_CHANNEL_MODES: dict[int, tuple[str, ...]] = {3: ("RGB", "YCbCr"), 4: ("RGBA", "CMYK")}
_BYTE = 255


def bytescale(data: Any, cmin: Any = None, cmax: Any = None, high: int = 255, low: int = 0) -> np.ndarray:
    """Values from `cmin` to `cmax` (by default the smallest and largest) as bytes from `low` to `high`; bytes stay.

    Raises:
        ValueError: bounds in the wrong order or beyond a byte.
    """
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    if not 0 <= low <= high <= _BYTE:
        raise ValueError(
            f"bytescale got low={low} and high={high}. Expected 0 <= low <= high <= 255. Give such bounds."
        )
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    if cmax < cmin:
        raise ValueError(f"bytescale got cmin={cmin} above cmax={cmax}. Expected the smaller first. Exchange them.")
    scale = float(high - low) / ((float(cmax) - float(cmin)) or 1)
    scaled = (data - cmin) * scale + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def toimage(
    arr: Any,
    high: int = 255,
    low: int = 0,
    cmin: Any = None,
    cmax: Any = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Image.Image:
    """A Pillow image of an array, its values stretched to bytes by `bytescale` unless they are bytes.

    Args:
        arr: [height, width], or three dimensions of which one is 3 or 4.
        high, low, cmin, cmax: see `bytescale`.
        pal: [256, 3] bytes, the colours of a picture of mode "P".
        mode: Pillow's mode; "L" for two dimensions and "RGB" or "RGBA" for three by default.
        channel_axis: which dimension holds the colours; the first one of size 3, else 4, by default.

    Raises:
        ValueError: complex values, another shape, or a mode that does not fit.
    """
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("toimage got complex values. Expected real ones. Take their absolute values first.")
    if data.ndim == 2:
        return _grey(data, high, low, cmin, cmax, pal, mode)
    if data.ndim == 3 and (3 in data.shape or 4 in data.shape):
        return _coloured(data, high, low, cmin, cmax, mode, channel_axis)
    raise ValueError(
        f"toimage got an array of shape {data.shape}. Expected [height, width], or three dimensions with one of 3 or "
        "4. Reshape it."
    )


def _grey(data: np.ndarray, high: int, low: int, cmin: Any, cmax: Any, pal: Any, mode: str | None) -> Image.Image:
    if mode == "F":
        return Image.fromarray(data.astype(np.float32))
    if mode == "I":
        return Image.fromarray(_stretched(data, high, low, cmin, cmax).astype(np.int32))
    if mode not in (None, "L", "P", "1"):
        raise ValueError(f"toimage got mode={mode!r} for two dimensions. Expected L, P, 1, F or I. Give one of these.")
    bytes_ = bytescale(data, cmin, cmax, high, low)
    if mode == "1":
        return Image.fromarray(bytes_ > 128)
    image = Image.fromarray(bytes_)
    if pal is not None or mode == "P":
        colours = np.repeat(np.arange(256, dtype=np.uint8), 3) if pal is None else np.asarray(pal, dtype=np.uint8)
        image.putpalette(colours.tobytes())
    return image


def _stretched(data: np.ndarray, high: int, low: int, cmin: Any, cmax: Any) -> np.ndarray:
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    return (data.astype(np.float64) - cmin) * (high - low) / ((cmax - cmin) or 1) + low


def _coloured(
    data: np.ndarray, high: int, low: int, cmin: Any, cmax: Any, mode: str | None, channel_axis: int | None
) -> Image.Image:
    axis = channel_axis
    if axis is None:
        axis = data.shape.index(3) if 3 in data.shape else data.shape.index(4)
    channels = data.shape[axis]
    modes = _CHANNEL_MODES.get(channels, ())
    if not modes or mode not in (None, *modes):
        raise ValueError(
            f"toimage got {channels} channels and mode={mode!r}. Expected 3 channels (RGB, YCbCr) or 4 (RGBA, CMYK). "
            "Give a mode that fits."
        )
    bytes_ = np.ascontiguousarray(np.moveaxis(bytescale(data, cmin, cmax, high, low), axis, -1))
    height, width = bytes_.shape[:2]
    return Image.frombytes(mode or modes[0], (width, height), bytes_.tobytes())


def fromimage(im: Image.Image, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of a Pillow image; of one with a palette its colours.

    Args:
        flatten: grey levels as float32.
        mode: convert to this mode of Pillow's first.

    Raises:
        TypeError: no image.
    """
    if not isinstance(im, Image.Image):
        raise TypeError(f"fromimage got {type(im).__name__}. Expected an image of Pillow's. Open the file with Pillow.")
    if mode is not None:
        im = im if mode == im.mode else im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """A picture from a file (name or open file), as `fromimage` gives it."""
    with Image.open(name) as image:
        return fromimage(image, flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Writes an array, stretched to bytes by `toimage`, as a picture; the name's end says of what kind."""
    toimage(arr, channel_axis=2).save(name, format)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> np.ndarray:
    """A picture in another size, as bytes.

    Args:
        arr: see `toimage`.
        size: per cent as an integer, a factor as a float, or (height, width); what follows these two is ignored.
        interp: nearest, lanczos, bilinear, bicubic or cubic.
        mode: see `toimage`.

    Raises:
        ValueError: another way of interpolation.
    """
    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        width, height = (int(each * (size / 100.0)) for each in image.size)
    elif isinstance(size, (float, np.floating)):
        width, height = (int(each * size) for each in image.size)
    else:
        height, width = (int(each) for each in size[:2])
    return fromimage(image.resize((width, height), resample=_way(interp)))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> np.ndarray:
    """A picture turned about its middle by `angle` degrees, counter-clockwise, as bytes."""
    return fromimage(toimage(arr).rotate(angle, resample=_way(interp)))


def _way(interp: str) -> Any:
    if interp not in _WAYS:
        raise ValueError(f"interp is {interp!r}. Expected one of {', '.join(_WAYS)}. Give one of these.")
    return Image.Resampling(_WAYS[interp])


def imshow(arr: Any) -> None:
    """Shows an array as a picture, in the viewer that Pillow finds."""
    toimage(arr).show()


def central_diff_weights(Np: int, ndiv: int = 1) -> np.ndarray:
    """Weights of `Np` (odd) points around 0, one apart, that give the derivative of order `ndiv`.

    Raises:
        ValueError: too few points, or an even number of them.
    """
    if Np < ndiv + 1 or Np % 2 == 0:
        raise ValueError(f"central_diff_weights got Np={Np}, ndiv={ndiv}. Expected an odd Np > ndiv. Take more points.")
    half = Np // 2
    powers = np.arange(-half, half + 1.0)[:, np.newaxis] ** np.arange(Np)
    return float(np.prod(np.arange(1, ndiv + 1))) * np.linalg.inv(powers)[ndiv]


def derivative(func: Any, x0: float, dx: float = 1.0, n: int = 1, args: tuple[Any, ...] = (), order: int = 3) -> Any:
    """The derivative of order `n` of `func(x, *args)` at `x0`, by central differences of `order` points `dx` apart."""
    weights = central_diff_weights(order, n)
    half = order // 2
    return sum(weight * func(x0 + (k - half) * dx, *args) for k, weight in enumerate(weights)) / dx**n
