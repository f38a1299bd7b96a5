"""What is inside the network: the filters of the first layer, and what the layers make of one picture."""

from __future__ import annotations

import html
from math import ceil, sqrt

import numpy as np

from convflow.tools.classifier.report import drawing
from convflow.tools.classifier.report.content import ReportContent

_FILTERS = 64
_CHANNELS = 16
# Of a layer without a map: how many units stand in a row, and how many are shown.
_UNITS_IN_ROW = 64
_UNITS = 1024
# CSS pixels of a filter, of a channel's map, and of the picture.
_FILTER_SIZE = 56
_MAP_SIZE = 60
_PICTURE_SIZE = 120
_GAP = 1


def filters(kernels: np.ndarray) -> str:
    """The first layer's filters as small pictures: in colour if they look at three channels."""
    height, width, inputs, count = kernels.shape
    shown = kernels[..., :_FILTERS].astype(np.float32)
    tiles = np.stack([_filter_pixels(shown[..., number]) for number in range(shown.shape[-1])])
    columns = min(len(tiles), 16)
    scale = max(1, round(_FILTER_SIZE / max(height, width)))
    mosaic = _mosaic(tiles, columns)
    image = drawing.picture(mosaic, f"{len(tiles)} filters of {height}x{width}", "pixels", mosaic.shape[1] * scale)
    which = f"All {count}" if len(tiles) == count else f"{len(tiles)} of {count}"
    how = {1: "Grey is nothing, white adds, black subtracts", 3: "Red, green and blue are the weights of these "
           "channels"}.get(inputs, f"The {inputs} input channels are averaged; grey is nothing")  # fmt: skip
    note = f"{which} filters of {height}x{width}. {how}; each filter is stretched to its own largest weight."
    return f'{image}<p class="note">{note}</p>'


def _filter_pixels(kernel: np.ndarray) -> np.ndarray:
    """uint8 [height, width, 4] of a filter [height, width, inputs]: 0 is in the middle."""
    seen = kernel if kernel.shape[-1] == 3 else np.repeat(kernel.mean(axis=-1, keepdims=True), 3, axis=-1)
    largest = float(np.abs(seen).max()) or 1.0
    return _opaque(np.round(127.5 + 127.5 * seen / largest).astype(np.uint8))


def feature_maps(content: ReportContent) -> str:
    """The picture, and below it each layer's strongest channels."""
    maps = content.feature_maps or {}
    parts = []
    if content.images is not None:
        pixels = drawing.shrunk(content.images(np.array([content.feature_example]))[0], 2 * _PICTURE_SIZE)
        truth = content.class_names[int(content.labels[content.feature_example])]
        said = content.class_names[int(content.predicted[content.feature_example])]
        css_class = "pixels" if max(pixels.shape[:2]) < _PICTURE_SIZE else ""
        image = drawing.picture(pixels, f"the picture, {truth}", css_class, _PICTURE_SIZE)
        caption = (
            f"{html.escape(content.example_name(content.feature_example))}: {html.escape(truth)}, "
            f"taken for {html.escape(said)}"
        )
        parts.append(f"<figure>{image}<figcaption>{caption}</figcaption></figure>")
    parts += [_layer(name, values) for name, values in maps.items()]
    note = (
        f"Of each layer up to {_CHANNELS} channels, the strongest first; dark is the smallest value of a channel, "
        "bright its largest. A channel that is zero everywhere is left out."
    )
    return f'<div class="maps">{"".join(parts)}</div><p class="note">{note}</p>'


def _layer(name: str, values: np.ndarray) -> str:
    if values.ndim == 1 or values.shape[:2] == (1, 1):
        mosaic, text = _units(values.reshape(-1))
        width = mosaic.shape[1] * 10
    else:
        mosaic, text = _channels(values)
        width = min(mosaic.shape[1] * max(1, round(_MAP_SIZE / values.shape[1])), 1020)
    # Not `pixels`: a map that is larger than its place is better drawn smoothly.
    css_class = "pixels" if mosaic.shape[1] <= width else ""
    image = drawing.picture(mosaic, f"feature maps of {name}", css_class, width)
    return f"<figure><figcaption><b>{html.escape(name)}</b> {text}</figcaption>{image}</figure>"


def _channels(values: np.ndarray) -> tuple[np.ndarray, str]:
    height, width, count = values.shape
    strength = np.abs(values).max(axis=(0, 1))
    alive = np.flatnonzero(strength > 0)
    mean = np.abs(values).mean(axis=(0, 1))
    chosen = alive[np.argsort(-mean[alive], kind="stable")][:_CHANNELS]
    text = f"{height}x{width}, {len(chosen)} of {count} channels"
    if len(alive) < count:
        text += f"; {count - len(alive)} are zero everywhere"
    if not len(chosen):
        chosen = np.arange(min(count, _CHANNELS))
    tiles = np.stack([_coloured(values[..., channel]) for channel in chosen])
    return _mosaic(tiles, columns=_CHANNELS), text


def _units(values: np.ndarray) -> tuple[np.ndarray, str]:
    """A vector as rows of squares."""
    shown = values[:_UNITS]
    text = f"{len(values)} units" if len(shown) == len(values) else f"the first {len(shown)} of {len(values)} units"
    columns = min(len(shown), _UNITS_IN_ROW)
    pixels = np.zeros((ceil(len(shown) / columns) * columns, 4), np.uint8)
    pixels[: len(shown)] = _coloured(shown[np.newaxis])[0]
    return pixels.reshape(-1, columns, 4), text


def _coloured(values: np.ndarray) -> np.ndarray:
    """uint8 [height, width, 4]: from the smallest to the largest value."""
    from matplotlib import colormaps

    values = values.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return colormaps["viridis"](scaled, bytes=True)


def _opaque(pixels: np.ndarray) -> np.ndarray:
    return np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, np.uint8)], axis=-1)


def _mosaic(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Tiles uint8 [n, height, width, 4] in rows, the page showing between them."""
    count, height, width, _ = tiles.shape
    columns = min(columns, count) or ceil(sqrt(count))
    rows = ceil(count / columns)
    made = np.zeros((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 4), np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * (height + _GAP), (number % columns) * (width + _GAP)
        made[top : top + height, left : left + width] = tile
    return made
