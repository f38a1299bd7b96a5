"""Picture files read (API: tf.image.decode_jpeg, decode_png, decode_gif, decode_bmp, decode_image).

Pillow reads the files, but for JPEG files of ordinary colours: these go to libjpeg-turbo itself (simplejpeg), which
takes TensorFlow's settings (`dct_method`, `fancy_upscaling`) and gives its very pixels.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.image import png16, turbo
from convflow.ops.image.pillow import Image, ImageSequence
from convflow.ops.math.comparison import equal
from convflow.ops.string import substr

_MOST_BYTES = 1 << 31
_SIGNATURES = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"))


# What Pillow raises for a file that is none. A header can promise more pixels than any memory holds.
def _damage() -> tuple[type[Exception], ...]:
    return OSError, SyntaxError, ValueError, Image.DecompressionBombError


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """The picture of a JPEG file (API: tf.image.decode_jpeg). PNG files and GIFs of one frame are read too.

    Args:
        contents: the file's bytes, a string scalar.
        channels: 0 for as many as the file has, 1 for grey, 3 for red, green, blue.
        ratio: 1, 2, 4 or 8: the picture is made this much smaller in decoding.
        fancy_upscaling: False for colours repeated, not interpolated, between the places the file has them for.
        dct_method: "INTEGER_ACCURATE" or "INTEGER_FAST", which is also the default.
        try_recover_truncated: what is missing at the end of a file becomes grey.
        acceptable_fraction: recorded in the graph; Pillow does not say how many rows it found.

    Returns:
        uint8 [height, width, channels].

    Raises:
        InvalidArgumentError: (when run) no such file, or a damaged one.
    """
    return apply_op(
        "DecodeJpeg",
        contents=contents,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """A rectangle of the picture of a JPEG file (API: tf.image.decode_and_crop_jpeg).

    Args:
        crop_window: int32 [row, column, height, width], in the picture as `ratio` makes it.

    The other arguments and the result are as of `decode_jpeg`.
    """
    return apply_op(
        "DecodeAndCropJpeg",
        contents=contents,
        crop_window=crop_window,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def decode_png(contents: Any, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None) -> Tensor:
    """The picture of a PNG file (API: tf.image.decode_png). JPEG files and GIFs of one frame are read too.

    Args:
        contents: the file's bytes, a string scalar.
        channels: 0 for as many as the file has, 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
        dtype: uint8 or uint16.

    Returns:
        [height, width, channels].
    """
    return apply_op("DecodePng", contents=contents, channels=channels, dtype=dtype, name=name)


def decode_gif(contents: Any, name: str | None = None) -> Tensor:
    """All frames of a GIF file, uint8 [frames, height, width, 3] (API: tf.image.decode_gif).

    Args:
        contents: the file's bytes, a string scalar.

    Returns:
        uint8 [frames, height, width, 3].

    Raises:
        InvalidArgumentError: (when run) it is no GIF file, or a damaged one.
    """
    return apply_op("DecodeGif", contents=contents, name=name)


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Tensor:
    """The picture of a BMP file, uint8 [height, width, channels] (API: tf.image.decode_bmp).

    Args:
        channels: 0 for as many as the file has, else exactly that number.
    """
    return apply_op("DecodeBmp", contents=contents, channels=channels, name=name)


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = dtypes.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The picture of a BMP, GIF, JPEG or PNG file (API: tf.image.decode_image).

    Args:
        contents: the file's bytes, a string scalar.
        channels: None or 0 for as many as the file has.
        dtype: uint8, uint16 or float32 (in [0, 1]).
        expand_animations: a GIF has a first axis for its frames; False for its first frame alone.

    Returns:
        [height, width, channels]; [frames, height, width, 3] of a GIF.
    """
    with name_scope(name, "decode_image"):
        channels = 0 if channels is None else channels
        if channels not in (0, 1, 3, 4):
            raise ValueError(f"channels must be in (None, 0, 1, 3, 4), got {channels}.")
        return apply_op(
            "DecodeImage", contents=contents, channels=channels, dtype=dtype, expand_animations=expand_animations
        )


def is_jpeg(contents: Any, name: str | None = None) -> Tensor:
    """Whether a file begins as JPEG files do, a bool scalar (API: tf.image.is_jpeg).

    Args:
        contents: the file's bytes, a string scalar.
    """
    with name_scope(name, "is_jpeg"):
        return equal(substr(contents, 0, 3), b"\xff\xd8\xff", name="Equal")


def extract_jpeg_shape(contents: Any, output_type: Any = dtypes.int32, name: str | None = None) -> Tensor:
    """Height, width and channels of a JPEG file, without decoding it (API: tf.image.extract_jpeg_shape).

    Args:
        output_type: int32 or int64.
    """
    return apply_op("ExtractJpegShape", contents=contents, output_type=output_type, name=name)


def _refused(message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, message)


def _kind(contents: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if contents.startswith(signature):
            return kind
    raise _refused(
        f"Unknown image file format. One of JPEG, PNG, GIF, BMP required; the {len(contents)} bytes begin with "
        f"{contents[:8]!r}."
    )


def _opened(contents: bytes) -> Any:
    try:
        return Image.open(io.BytesIO(contents))
    except _damage() as error:
        raise _refused(f"Invalid {_kind(contents)} data, size {len(contents)}: {error}") from None


def _loaded(image: Any, size: int) -> Any:
    try:
        image.load()
    except _damage() as error:
        raise _refused(f"Invalid {image.format} data or crop window, data size {size}: {error}") from None
    return image


def _pixels(image: Any) -> np.ndarray:
    pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def jpeg_pixels(
    contents: bytes, channels: int, ratio: int = 1, recover: bool = False, fast: bool = True, smooth: bool = True
) -> np.ndarray:
    """A JPEG file as [height, width, channels].

    Args:
        ratio: how much smaller to make it.
        recover: fill up what is missing at the end.
        fast: the quick integer transform instead of the accurate one.
        smooth: colours interpolated.
    """
    quick = (
        None if recover or ratio != 1 or channels not in (0, 1, 3) else turbo.decoded(contents, channels, fast, smooth)
    )
    if quick is not None:
        return quick
    # An end marker makes a decoder fill up what is missing.
    image = _opened(contents + b"\xff\xd9" if recover else contents)
    if channels not in (0, 1, 3):
        raise _refused(f"channels must be 0, 1, or 3 for JPEG, got {channels}")
    count = channels or (1 if image.mode == "L" else 3)
    if ratio > 1:
        width, height = image.size
        image.draft(None, (max(width // ratio, 1), max(height // ratio, 1)))
    if count == 1 and image.mode in ("RGB", "YCbCr"):
        # The file's own brightness, not a mix of decoded colours.
        image.draft("L", None)
    image = _loaded(image, len(contents))
    return _pixels(image if image.mode == _MODES[count] else image.convert(_MODES[count]))


def _png_channels(image: Any) -> int:
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    count = {"1": 1, "L": 1, "I": 1, "I;16": 1, "I;16B": 1, "LA": 2, "RGB": 3, "RGBA": 4}[image.mode]
    return count + 1 if "transparency" in image.info and count in (1, 3) else count


def _png_pixels(contents: bytes, channels: int, dtype: Any) -> np.ndarray:
    image = _opened(contents)
    wide = png16.is_wide(contents)
    if wide:
        try:
            pixels = png16.decoded(contents)
        except ValueError as error:
            raise _refused(f"Invalid PNG data, size {len(contents)}: {error}") from None
    else:
        pixels = _pixels(_loaded(image, len(contents)).convert(_MODES[_png_channels(image)]))
    pixels = _with_channels(pixels, channels or pixels.shape[2])
    if dtype == np.uint16:
        return pixels if wide else pixels.astype(np.uint16) * 257
    return (pixels >> 8).astype(np.uint8) if wide else pixels


def _with_channels(pixels: np.ndarray, count: int) -> np.ndarray:
    own = pixels.shape[2]
    colours, alpha = (pixels[..., :-1], pixels[..., -1:]) if own in (2, 4) else (pixels, None)
    if count in (1, 2) and colours.shape[2] == 3:
        colours = _png_grey(colours)
    elif count in (3, 4) and colours.shape[2] == 1:
        colours = np.repeat(colours, 3, axis=2)
    if count in (1, 3):
        return colours
    if alpha is None:
        alpha = np.full_like(colours[..., :1], np.iinfo(pixels.dtype).max)
    return np.concatenate([colours, alpha], axis=2)


def _png_grey(colours: np.ndarray) -> np.ndarray:
    """libpng's brightness, in fixed point of 15 bits."""
    wide = colours.astype(np.uint32)
    grey = (wide[..., 0] * 6968 + wide[..., 1] * 23434 + wide[..., 2] * 2366 + 16384) >> 15
    return grey.astype(colours.dtype)[..., None]


def _gif_frames(contents: bytes, first_only: bool = False) -> np.ndarray:
    image = _opened(contents)
    frames = []
    try:
        for frame in ImageSequence.Iterator(image):
            frames.append(np.asarray(frame.convert("RGB")))
            if first_only:
                break
            if frames[0].nbytes * (len(frames) + 1) > _MOST_BYTES:
                raise ValueError(f"more than {len(frames)} frames of {frame.width} x {frame.height}, 2 GiB at most")
    except _damage() as error:
        raise _refused(f"Invalid GIF data (size {len(contents)}), {error}") from None
    return np.stack(frames)


def _bmp_pixels(contents: bytes, channels: int) -> np.ndarray:
    bits = int.from_bytes(contents[28:30], "little")
    if bits not in (8, 24, 32):
        raise _refused(f"BMP pictures of {bits} bits per pixel cannot be read: expected 8 (grey), 24 or 32.")
    count = bits // 8
    if channels not in (0, count):
        raise _refused(f"channels attribute {channels} does not match bits per pixel from file {count}")
    image = _loaded(_opened(contents), len(contents))
    if count == 1:
        return np.asarray(image)[..., None]
    if count == 4:
        return _bmp_with_alpha(contents)
    return _pixels(image.convert("RGB"))


def _bmp_with_alpha(contents: bytes) -> np.ndarray:
    """Pillow takes the fourth byte for filling where the header names no mask for it; TensorFlow always for alpha."""
    offset, width, height = (int.from_bytes(contents[at : at + 4], "little", signed=True) for at in (10, 18, 22))
    rows = np.frombuffer(contents, np.uint8, 4 * width * abs(height), offset).reshape(abs(height), width, 4)
    return np.ascontiguousarray((rows[::-1] if height > 0 else rows)[..., [2, 1, 0, 3]])


def _one_file(contents: Any) -> bytes:
    if contents.ndim:
        raise ValueError(f"contents must be scalar, the bytes of one file, got shape {contents.shape}.")
    return contents.item()


def _to_tensor(pixels: np.ndarray, dtype: np.dtype[Any]) -> torch.Tensor:
    if pixels.dtype != dtype:
        if dtype == np.uint16:
            pixels = pixels.astype(np.uint16) * 257
        else:
            pixels = pixels.astype(np.float32) * np.float32(1 / np.iinfo(pixels.dtype).max)
    return torch.from_numpy(np.require(pixels, requirements=("C", "W")))


def _settings(op: Operation) -> dict[str, bool]:
    method = op.attrs.get("dct_method", b"")
    return {
        "fast": method not in (b"INTEGER_ACCURATE", "INTEGER_ACCURATE"),
        "smooth": bool(op.attrs.get("fancy_upscaling", True)),
    }


def _any_pixels(op: Operation, contents: bytes, name: str) -> np.ndarray:
    """The pixels of any file that the op takes: three axes, or four of an animation."""
    kind, channels = _kind(contents), op.attrs.get("channels", 0)
    if kind == "JPEG":
        return jpeg_pixels(
            contents,
            channels,
            op.attrs.get("ratio", 1),
            bool(op.attrs.get("try_recover_truncated", False)),
            **_settings(op),
        )
    if kind == "PNG":
        wanted = np.dtype(op.attrs["dtype"].as_numpy_dtype) if "dtype" in op.attrs else np.dtype(np.uint8)
        wide = wanted != np.uint8
        return _png_pixels(contents, channels, np.dtype(np.uint16) if wide else wanted)
    if kind == "BMP":
        if name not in ("DecodeBmp", "DecodeImage"):
            raise _refused(
                f"Trying to decode BMP format using a wrong op ({name}). Use `decode_bmp` or `decode_image` instead."
            )
        return _bmp_pixels(contents, channels)
    if channels not in (0, 3):
        raise _refused(f"channels must be 0 or 3 for GIF, got {channels}")
    frames = _gif_frames(contents, name == "DecodeImage" and not op.attrs["expand_animations"])
    if name in ("DecodeGif",) or (name == "DecodeImage" and op.attrs["expand_animations"]):
        return frames
    if len(frames) > 1:
        raise _refused(
            f"Got {len(frames)} frames, but animated gifs can only be decoded by tf.io.decode_gif or tf.io.decode_image"
        )
    return frames[0]


def _kernel(op: Operation) -> Callable[..., torch.Tensor]:
    dtype = np.dtype(op.attrs["dtype"].as_numpy_dtype) if "dtype" in op.attrs else np.dtype(np.uint8)
    _check_ratio(op.attrs.get("ratio", 1))

    def compute(contents: Any) -> torch.Tensor:
        data = _one_file(contents)
        if op.type == "DecodeBmp" and _kind(data) != "BMP":
            raise _refused(f"Trying to decode {_kind(data)} format using decode_bmp op. Use decode_image instead.")
        pixels = _any_pixels(op, data, op.type)
        if op.type == "DecodeGif" and pixels.ndim == 3:
            pixels = pixels[None]
        return _to_tensor(pixels, dtype)

    return compute


def _crop_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    channels, ratio = op.attrs["channels"], op.attrs["ratio"]
    recover = bool(op.attrs["try_recover_truncated"])
    settings = _settings(op)
    _check_ratio(ratio)

    def compute(contents: Any, window: torch.Tensor) -> torch.Tensor:
        data = _one_file(contents)
        if _kind(data) != "JPEG":
            raise _refused(f"DecodeAndCropJpeg operation can run on JPEG only, but detected {_kind(data)}.")
        pixels = jpeg_pixels(data, channels, ratio, recover, **settings)
        row, column, height, width = window.tolist()
        if (
            min(row, column) < 0
            or min(height, width) <= 0
            or row + height > pixels.shape[0]
            or (column + width > pixels.shape[1])
        ):
            raise _refused(
                f"Invalid JPEG data or crop window, data size {len(data)}: [{row}, {column}, {height}, {width}] does "
                f"not lie in a picture of {pixels.shape[0]} x {pixels.shape[1]}."
            )
        return torch.from_numpy(pixels[row : row + height, column : column + width].copy())

    return compute


def _shape_kernel(op: Operation) -> Callable[[Any], torch.Tensor]:
    dtype = torch.int64 if op.attrs["output_type"] == dtypes.int64 else torch.int32

    def compute(contents: Any) -> torch.Tensor:
        data = _one_file(contents)
        if _kind(data) != "JPEG":
            raise _refused(f"Invalid JPEG data, size {len(data)}")
        image = _opened(data)
        return torch.tensor([image.height, image.width, 1 if image.mode == "L" else len(image.getbands())], dtype=dtype)

    return compute


def _check_ratio(ratio: int) -> None:
    if ratio not in (1, 2, 4, 8):
        raise ValueError(f"ratio must be 1, 2, 4, or 8, got {ratio}.")


def _channels_of(ctx: InferenceContext) -> int | None:
    channels = ctx.attr("channels")
    if channels < 0:
        raise ValueError(f"channels must be non-negative, got {channels}.")
    return channels or None


def _picture_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "contents")
    return [TensorShape([None, None, _channels_of(ctx)])]


def _gif_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "contents")
    return [TensorShape([None, None, None, 3])]


def _any_shape(ctx: InferenceContext) -> list[TensorShape]:
    channels = _channels_of(ctx)
    rules.with_rank(ctx.input(0), 0, "contents")
    return [unknown_shape() if ctx.attr("expand_animations") else TensorShape([None, None, channels])]


def _window_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "contents")
    window = rules.with_rank(ctx.input(1), 1, "crop_window")
    rules.merge_dimension(window[0], 4, f"crop_window must hold four numbers, has shape {ctx.input(1)}")
    value = ctx.constant(1)
    sizes = [None, None] if value is None else value.tolist()[2:]
    return [TensorShape([*sizes, _channels_of(ctx)])]


def _sizes_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "contents")
    return [TensorShape([3])]


_JPEG = (
    "channels: int = 0; ratio: int = 1; fancy_upscaling: bool = true; try_recover_truncated: bool = false; "
    "acceptable_fraction: float = 1; dct_method: string = ''"
)


def _register(name: str, attrs: str, shape: Any, kernel: Any, output: str, more_inputs: str = "") -> None:
    register_op(
        name,
        inputs=f"contents: string{more_inputs}",
        outputs=output,
        attrs=attrs,
        shape=shape,
        kernel=kernel,
        gradient=NO_GRADIENT,
    )


_register("DecodeJpeg", _JPEG, _picture_shape, _kernel, "image: uint8")
_register("DecodeAndCropJpeg", _JPEG, _window_shape, _crop_kernel, "image: uint8", "; crop_window: int32")
_register(
    "DecodePng", "channels: int = 0; dtype: type = uint8 in {uint8, uint16}", _picture_shape, _kernel, "image: dtype"
)
_register("DecodeBmp", "channels: int = 0", _picture_shape, _kernel, "image: uint8")
_register("DecodeGif", "", _gif_shape, _kernel, "image: uint8")
_register(
    "DecodeImage",
    "channels: int = 0; dtype: type = uint8 in {uint8, uint16, float}; expand_animations: bool = true",
    _any_shape,
    _kernel,
    "image: dtype",
)
_register(
    "ExtractJpegShape",
    "output_type: type = int32 in {int32, int64}",
    _sizes_shape,
    _shape_kernel,
    "image_shape: output_type",
)
