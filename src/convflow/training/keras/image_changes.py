"""Single pictures turned, shifted, sheared, zoomed and brightened (API: tf.keras.preprocessing.image)."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance

from convflow.formats import files
from convflow.training.keras.images import array_to_img, img_to_array


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """A picture turned, shifted, sheared and zoomed about its center (API: apply_affine_transform).

    Args:
        x: of three axes.
        theta, shear: degrees.
        tx, ty: shifts in pixels.
        zx, zy: zooms; above 1 the picture gets smaller.
        row_axis, col_axis, channel_axis: which axis is which; channels are the first or the last.
        fill_mode, cval: what lies outside: "nearest", "constant" (`cval`), "reflect" or "wrap".
        order: of the splines between pixels, 0 to 5.

    Raises:
        ValueError: another rank, or axes that are not 0, 1 and 2. ImportError: SciPy is missing.
    """
    if sorted((row_axis, col_axis, channel_axis)) != [0, 1, 2] or x.ndim != 3 or channel_axis == 1:
        raise ValueError(
            f"A picture of shape {x.shape} cannot be changed with row_axis={row_axis}, col_axis={col_axis}, "
            f"channel_axis={channel_axis}: expected three axes, each named once, channels first or last."
        )
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if np.array_equal(matrix, np.eye(3)):
        return x
    center = np.array([x.shape[row_axis] / 2 - 0.5, x.shape[col_axis] / 2 - 0.5])
    turn, shift = matrix[:2, :2], matrix[:2, 2] + center - matrix[:2, :2] @ center
    if col_axis > row_axis:
        turn, shift = turn[::-1, ::-1], shift[::-1]
    ndimage = _ndimage()
    channels = [
        ndimage.affine_transform(channel, turn, shift, order=order, mode=fill_mode, cval=cval)
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(channels, axis=channel_axis)


def _ndimage() -> Any:
    try:
        return importlib.import_module("scipy.ndimage")
    except ImportError:
        raise ImportError("Image transformations require SciPy. Install it: pip install scipy.") from None


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> np.ndarray:
    """Where each place of the new picture comes from, in homogeneous coordinates about the center."""
    turned, sheared = np.deg2rad(theta), np.deg2rad(shear)
    rotation = [[np.cos(turned), -np.sin(turned), 0], [np.sin(turned), np.cos(turned), 0], [0, 0, 1]]
    shift, slant = [[1, 0, tx], [0, 1, ty], [0, 0, 1]], [[1, -np.sin(sheared), 0], [0, np.cos(sheared), 0], [0, 0, 1]]
    return np.array(rotation) @ np.array(shift) @ np.array(slant) @ np.diag([zx, zy, 1.0])


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """A picture turned by up to `rg` degrees to either side (API: tf.keras.preprocessing.image.random_rotation).

    Args:
        x: a picture of three axes.
        rg: degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as in `apply_affine_transform`.
        interpolation_order: of the splines between pixels, 0 to 5.
    """
    theta = np.random.uniform(-rg, rg)
    how = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *how)


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """A picture shifted by up to these parts of its width and height (API: random_shift).

    Args:
        x: a picture of three axes.
        wrg, hrg: parts of the width and of the height.
        row_axis, col_axis, channel_axis, fill_mode, cval: as in `apply_affine_transform`.
        interpolation_order: of the splines between pixels, 0 to 5.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    how = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *how)


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """A picture sheared by up to `intensity` degrees (API: tf.keras.preprocessing.image.random_shear).

    Args:
        x: a picture of three axes.
        intensity: degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as in `apply_affine_transform`.
        interpolation_order: of the splines between pixels, 0 to 5.
    """
    shear = np.random.uniform(-intensity, intensity)
    how = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *how)


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """A picture zoomed by factors between two, one for each axis (API: random_zoom); ValueError for other ranges.

    Args:
        x: a picture of three axes.
        zoom_range: the smallest and the largest factor.
        row_axis, col_axis, channel_axis, fill_mode, cval: as in `apply_affine_transform`.
        interpolation_order: of the splines between pixels, 0 to 5.
    """
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}")
    zx, zy = (1, 1) if tuple(zoom_range) == (1, 1) else np.random.uniform(zoom_range[0], zoom_range[1], 2)
    how = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *how)


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """A picture with a number added, within its smallest and largest value (API: apply_channel_shift).

    Args:
        x: a picture. intensity: the number added.
        channel_axis: has no effect, as in Keras: all channels get the same number.
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def random_channel_shift(x: np.ndarray, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """A picture with up to `intensity_range` added or taken (API: random_channel_shift).

    Args:
        x: a picture. intensity_range: the largest number.
        channel_axis: has no effect, as in Keras.
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float) -> np.ndarray:
    """A picture brought to 0 to 255 and multiplied by a number (API: apply_brightness_shift).

    Args:
        x: a picture, (height, width, channels). brightness: the factor; below 1 it gets darker.
    """
    return img_to_array(ImageEnhance.Brightness(array_to_img(x)).enhance(brightness))


def random_brightness(x: np.ndarray, brightness_range: Sequence[float]) -> np.ndarray:
    """A picture multiplied by a number between two (API: random_brightness); ValueError for other ranges.

    Args:
        x: a picture, (height, width, channels). brightness_range: the smallest and the largest factor.
    """
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be a tuple or list of two floats. Received: {brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as a picture (API: tf.keras.preprocessing.image.save_img).

    Args:
        path: the file, whose ending says the format unless `file_format` does; or an open file.
        x, data_format, scale: as in `array_to_img`.
        kwargs: for Pillow's `Image.save`.
    """
    picture = array_to_img(x, data_format=data_format, scale=scale)
    ending = file_format or os.path.splitext(str(path))[1].lstrip(".").lower()
    if picture.mode == "RGBA" and ending in ("jpg", "jpeg"):
        warnings.warn("The JPG format does not support RGBA images, converting to RGB.", stacklevel=2)
        picture = picture.convert("RGB")
    kind = "jpeg" if file_format == "jpg" else file_format
    if hasattr(path, "write"):
        picture.save(path, format=kind, **kwargs)
        return
    unfinished = files.temporary_name(os.fspath(path))
    picture.save(unfinished, format=kind or Image.registered_extensions().get(f".{ending}", ending), **kwargs)
    os.replace(unfinished, path)
