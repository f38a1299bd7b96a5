"""SciPy's dropped functions on pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convflow.tools.period import scipy_misc


def test_bytescale_stretches_what_is_no_byte() -> None:
    assert scipy_misc.bytescale(np.array([0.0, 0.5, 1.0])).tolist() == [0, 128, 255]
    assert scipy_misc.bytescale(np.array([3, 7], np.uint8)).tolist() == [3, 7]
    assert scipy_misc.bytescale(np.array([0.0, 10.0]), cmin=0, cmax=20, high=200, low=100).tolist() == [100, 150]
    with pytest.raises(ValueError, match=r"low=5 and high=300\. Expected 0 <= low <= high <= 255"):
        scipy_misc.bytescale(np.zeros(1), high=300, low=5)
    with pytest.raises(ValueError, match="cmin=3 above cmax=2"):
        scipy_misc.bytescale(np.zeros(1), cmin=3, cmax=2)


@pytest.mark.parametrize(
    ("shape", "options", "mode", "size"),
    [
        ((4, 6), {}, "L", (6, 4)),
        ((4, 6, 3), {}, "RGB", (6, 4)),
        ((3, 4, 6), {}, "RGB", (6, 4)),
        ((4, 6, 4), {"channel_axis": 2}, "RGBA", (6, 4)),
        ((4, 6), {"mode": "F"}, "F", (6, 4)),
        ((4, 6), {"mode": "P"}, "P", (6, 4)),
        ((4, 6), {"mode": "1"}, "1", (6, 4)),
        ((4, 6), {"mode": "I"}, "I", (6, 4)),
        ((4, 6, 3), {"mode": "YCbCr"}, "YCbCr", (6, 4)),
    ],
)
def test_toimage(shape: tuple[int, ...], options: dict, mode: str, size: tuple[int, int]) -> None:
    image = scipy_misc.toimage(np.arange(np.prod(shape)).reshape(shape), **options)
    assert (image.mode, image.size) == (mode, size)


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (np.zeros([2, 2], complex), {}, "complex values"),
        (np.zeros([2, 5, 5]), {}, r"shape \(2, 5, 5\)"),
        (np.zeros([2, 5]), {"mode": "RGB"}, "mode='RGB' for two dimensions"),
        (np.zeros([2, 5, 3]), {"mode": "CMYK"}, "3 channels and mode='CMYK'"),
    ],
)
def test_toimage_refuses(value: np.ndarray, options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        scipy_misc.toimage(value, **options)


def test_fromimage() -> None:
    palette = Image.new("RGB", (2, 2), (255, 0, 0)).convert("P")
    assert scipy_misc.fromimage(palette).tolist() == [[[255, 0, 0]] * 2] * 2
    assert scipy_misc.fromimage(Image.new("1", (2, 1), 1)).tolist() == [[255, 255]]
    assert scipy_misc.fromimage(Image.new("L", (1, 1)), mode="RGB").shape == (1, 1, 3)
    with pytest.raises(TypeError, match="fromimage got ndarray"):
        scipy_misc.fromimage(np.zeros([2, 2]))  # type: ignore[arg-type]


def test_imresize_takes_a_whole_shape() -> None:
    assert scipy_misc.imresize(np.zeros([4, 4, 3], np.uint8), [2, 3, 3]).shape == (2, 3, 3)


def test_sizes_and_ways_of_imresize() -> None:
    picture = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert scipy_misc.imresize(picture, 0.5).shape == (5, 5)
    assert scipy_misc.imresize(picture, 200).shape == (20, 20)
    assert scipy_misc.imresize(picture, (3, 4), "nearest").shape == (3, 4)
    with pytest.raises(ValueError, match="interp is 'other'"):
        scipy_misc.imresize(picture, 10, "other")
    assert scipy_misc.imrotate(picture, 90, "nearest").tolist() == np.rot90(picture).tolist()


def test_files(tmp_path: Path) -> None:
    picture = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)
    scipy_misc.imsave(tmp_path / "a.bmp", picture)
    assert scipy_misc.imread(tmp_path / "a.bmp").tolist() == picture.tolist()


def test_weights_of_differences() -> None:
    assert scipy_misc.central_diff_weights(3).tolist() == [-0.5, 0.0, 0.5]
    assert scipy_misc.central_diff_weights(3, 2).tolist() == [1.0, -2.0, 1.0]
    with pytest.raises(ValueError, match="Np=2, ndiv=1"):
        scipy_misc.central_diff_weights(2)
    assert scipy_misc.derivative(lambda x, a: a * x * x, 1.0, 0.1, 2, (3.0,), order=5) == pytest.approx(6.0)
