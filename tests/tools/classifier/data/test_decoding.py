from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from convflow.core import errors
from convflow.tools.classifier.data import decoding

RNG = np.random.default_rng(0)
SMOOTH = np.asarray(
    Image.fromarray(RNG.integers(0, 256, (3, 4, 3), dtype=np.uint8)).resize((40, 30), Image.Resampling.BICUBIC)
)

FINE: dict[str, dict[str, Any]] = {"JPEG": {"quality": 100, "subsampling": 0}, "PNG": {}, "TIFF": {}}


def encoded(image: Any, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours.astype(float) - theirs).mean())


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "CMYK"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_mode_is_brought_to_the_channels_wanted(kind: str, mode: str, channels: int) -> None:
    image = Image.fromarray(SMOOTH).convert(mode)
    try:
        contents = encoded(image, kind)
    except (OSError, ValueError):
        pytest.skip(f"{kind} has no {mode}")
    pixels = decoding.decode(contents, (30, 40, channels))
    assert pixels.shape == (30, 40, channels)
    assert pixels.dtype == np.uint8
    stored = np.asarray(Image.open(io.BytesIO(contents)).convert("RGB").convert("L" if channels == 1 else "RGB"))
    assert difference(pixels.reshape(stored.shape), stored) < 1


def test_a_picture_of_the_wanted_size_stays_as_it_is() -> None:
    np.testing.assert_array_equal(decoding.decode(encoded(Image.fromarray(SMOOTH), "PNG"), (30, 40, 3)), SMOOTH)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("shape", [(8, 8, 3), (15, 5, 3), (6, 24, 1), (60, 60, 3), (30, 30, 3), (1, 1, 3)])
def test_the_middle_is_scaled(kind: str, shape: tuple[int, int, int]) -> None:
    contents = encoded(Image.fromarray(SMOOTH), kind, **FINE[kind])
    ours = decoding.decode(contents, shape)
    height, width, channels = shape
    wanted = ImageOps.fit(Image.fromarray(SMOOTH), (width, height), Image.Resampling.BICUBIC)
    assert ours.shape == shape
    assert difference(ours, np.asarray(wanted.convert("L" if channels == 1 else "RGB")).reshape(shape)) < 5


def test_a_large_jpeg_is_made_smaller_in_good_quality() -> None:
    large = Image.fromarray(SMOOTH).resize((1600, 1200), Image.Resampling.BICUBIC)
    ours = decoding.decode(encoded(large, "JPEG", quality=95), (30, 40, 3))
    assert difference(ours, np.asarray(large.resize((40, 30), Image.Resampling.BICUBIC))) < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_their_exif_data_say(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    contents = encoded(Image.fromarray(SMOOTH), kind, exif=exif, **FINE[kind])
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(contents)))
    wanted = np.asarray(ImageOps.fit(upright, (20, 14), Image.Resampling.BICUBIC))
    assert difference(decoding.decode(contents, (14, 20, 3)), wanted) < 3


def test_damaged_exif_data_do_not_spoil_a_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    contents = encoded(Image.fromarray(SMOOTH), "JPEG", exif=exif)
    start = contents.index(b"Exif\0\0") + 6
    damaged = contents[:start] + b"\xff" * 8 + contents[start + 8 :]
    assert decoding.decode(damaged, (30, 40, 3)).shape == (30, 40, 3)


def test_sixteen_bits_become_the_upper_eight() -> None:
    deep = RNG.integers(0, 65536, (5, 7)).astype(np.uint16)
    pixels = decoding.decode(encoded(Image.fromarray(deep), "PNG"), (5, 7, 3))
    np.testing.assert_array_equal(pixels, np.repeat((deep >> 8).astype(np.uint8)[..., None], 3, axis=2))


def test_transparent_places_are_white() -> None:
    clear = np.zeros((4, 4, 4), np.uint8)
    clear[:2, :, 3] = 255
    pixels = decoding.decode(encoded(Image.fromarray(clear), "PNG"), (4, 4, 3))
    assert (pixels[:2] == 0).all()
    assert (pixels[2:] == 255).all()


def test_the_first_picture_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    contents = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decoding.decode(contents, (4, 4, 3))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (b"", "its 0 bytes are no picture of a known format"),
        (b"<html>not found</html>", "no picture of a known format"),
        (encoded(Image.fromarray(SMOOTH), "JPEG")[:-200], "it is damaged"),
        (encoded(Image.fromarray(SMOOTH), "PNG")[:-200], "it is damaged"),
        (encoded(Image.fromarray(np.zeros((4, 4), np.float32)), "TIFF"), "mode F, for which no white is known"),
    ],
)
def test_what_is_no_picture_is_refused(contents: bytes, reason: str) -> None:
    with pytest.raises(decoding.Unreadable, match=reason):
        decoding.decode(contents, (8, 8, 3))


def test_a_jpeg_with_damaged_data_is_refused() -> None:
    contents = bytearray(encoded(Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)), "JPEG"))
    middle = len(contents) // 2
    contents[middle : middle + 20] = b"\xff\xd9" * 10
    with pytest.raises(decoding.Unreadable, match="it is damaged"):
        decoding.decode(bytes(contents), (64, 64, 3))


def test_what_a_reader_of_a_format_stumbles_over_is_damage() -> None:
    # A pixel format that is none: Pillow raises NotImplementedError.
    contents = bytearray(encoded(Image.fromarray(SMOOTH), "DDS"))
    contents[80:84] = b"\0\0\0\x40"
    with pytest.raises(decoding.Unreadable, match="it is damaged"):
        decoding.decode(bytes(contents), (8, 8, 3))


def test_superfluous_bytes_are_no_damage() -> None:
    contents = encoded(Image.fromarray(SMOOTH), "JPEG")
    assert decoding.decode(contents[:-2] + b"\0\0\0\0" + contents[-2:], (30, 40, 3)).shape == (30, 40, 3)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([encoded(Image.fromarray(SMOOTH), kind) for kind in ("JPEG", "PNG", "GIF", "BMP")]),
    st.integers(0, 10**6),
    st.binary(min_size=1, max_size=6),
)
def test_damage_gives_a_picture_or_a_reason(contents: bytes, place: int, put: bytes) -> None:
    at = place % len(contents)
    try:
        pixels = decoding.decode(contents[:at] + put + contents[at + len(put) :], (8, 8, 3))
    except decoding.Unreadable as reason:
        assert str(reason)
    else:
        assert pixels.shape == (8, 8, 3)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(Image.fromarray(SMOOTH), "PNG"))
    np.testing.assert_array_equal(decoding.read(path, (30, 40, 3)), SMOOTH)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"text")
    with pytest.raises(errors.DataLossError) as caught:
        decoding.read(path, (30, 40, 3))
    assert str(caught.value) == (
        f"{path} cannot be read: its 4 bytes are no picture of a known format. Expected a whole picture, such as a "
        "JPEG or PNG file. Get the file again from its source."
    )
    with pytest.raises(errors.NotFoundError, match=r"Could not read the picture"):
        decoding.read(tmp_path / "none.png", (30, 40, 3))
