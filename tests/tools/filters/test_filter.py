"""`convflow filter`: what is written, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.signal
from PIL import Image
from typer.testing import CliRunner, Result

from convflow import cli
from convflow.tools.filters import kernels

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 7, 3), dtype=np.uint8)


def convflow(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["filter", *map(str, arguments)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    Image.fromarray(PIXELS).save(path)
    return path


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
    return picture


def expected(pixels: np.ndarray, name: str) -> np.ndarray:
    """Each channel by SciPy, whose correlation is what TensorFlow calls a convolution."""
    weights = kernels.get(name).astype(np.float64)
    made = [
        np.stack([scipy.signal.correlate2d(channel, kernel, "same") for channel in np.moveaxis(pixels, -1, 0)], -1)
        for kernel in np.moveaxis(weights, -1, 0)
    ]
    result = made[0] if len(made) == 1 else np.sqrt(np.sum(np.square(made), axis=0))
    return np.rint(np.clip(result, 0, 255))


@pytest.mark.parametrize("name", kernels.names())
def test_every_kernel(picture: Path, name: str) -> None:
    result = convflow(picture, name)
    assert result.exit_code == 0, result.output
    written = picture.with_name(f"noise-{name}.png")
    assert result.stdout == f"{name} of {picture} is in {written}.\n"
    # Within one: halves and float32.
    np.testing.assert_allclose(np.asarray(opened(written)), expected(PIXELS, name), atol=1)
    assert sorted(path.name for path in picture.parent.iterdir()) == sorted(["noise.png", written.name])


def test_sums_of_kernels() -> None:
    sums = {name: np.round(kernels.get(name).sum(axis=(0, 1)), 6).tolist() for name in kernels.names()}
    bright = ("identity", "blur", "box_blur", "sharpen", "emboss")
    assert sums == {name: [1.0] if name in bright else [0.0, 0.0] if name == "sobel" else [0.0] for name in sums}


def test_options(picture: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.bmp"
    assert convflow(picture, "identity", "--grey", "--stride", 3, "-o", target).exit_code == 0
    made = opened(target)
    assert (made.mode, made.size, made.format) == ("L", (3, 2), "BMP")
    # SAME padding of 7 columns: one zero on each side; of 6 rows: none, so that the kernel's middle is row 1.
    grey = np.asarray(Image.fromarray(PIXELS).convert("L"))
    np.testing.assert_array_equal(np.asarray(made), grey[1::3, ::3])


@pytest.mark.parametrize("mode", ["L", "1", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_modes(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tif"
    if mode == "RGBA":
        alpha = np.full((6, 7, 1), 255, np.uint8)
        alpha[0, 0] = 0
        picture = Image.fromarray(np.concatenate([PIXELS, alpha], -1))
    else:
        picture = Image.fromarray(PIXELS).convert(mode)
    picture.save(path)
    assert convflow(path, "identity").exit_code == 0
    made = opened(tmp_path / "picture-identity.png")
    assert made.mode == ("L" if mode in ("L", "1", "LA") else "RGB")
    if mode == "RGBA":
        assert made.getpixel((0, 0)) == (255, 255, 255) and made.getpixel((1, 0)) == tuple(PIXELS[0, 1])


def test_refusals(picture: Path, tmp_path: Path) -> None:
    result = convflow(picture, "Sobell")
    assert result.exit_code == 2
    assert "There is no kernel named 'Sobell'. Did you mean sobel" in result.stderr
    assert "Known: identity, blur, box_blur, sharpen, edge, edge_cross, emboss, top_sobel" in result.stderr
    result = convflow(tmp_path / "none.png", "blur")
    assert result.exit_code == 2 and "No such file or directory. Could not read the picture." in result.stderr
    text = tmp_path / "text.png"
    text.write_text("no picture")
    result = convflow(text, "blur")
    assert result.exit_code == 1 and f"{text} is no picture. Expected PNG, JPEG" in result.stderr
    half = tmp_path / "half.png"
    half.write_bytes(picture.read_bytes()[:90])
    result = convflow(half, "blur")
    assert result.exit_code == 1 and f"{half} is damaged: " in result.stderr and "Get the file again." in result.stderr
    deep = tmp_path / "deep.png"
    Image.fromarray(np.zeros((2, 2), np.uint16)).save(deep)
    result = convflow(deep, "blur")
    assert result.exit_code == 1 and "Expected 8 bits for a channel. Convert it first." in result.stderr
    result = convflow(picture, "blur", "-o", tmp_path / "out.xyz")
    assert result.exit_code == 1 and "ends with .xyz, which stands for no format that can be written." in result.stderr
    assert not list(tmp_path.glob("*-blur*"))
