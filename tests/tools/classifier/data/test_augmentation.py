from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convflow.core import errors
from convflow.tools.classifier.data.augmentation import STEPS, parse

SHAPES = [(5, 9, 7, 3), (4, 28, 28, 1), (2, 96, 80, 3), (1, 8, 8, 3)]
GREY_TOO = [name for name in STEPS if name not in ("hue", "saturation", "swap")]


def pictures(shape: tuple[int, ...] = (6, 16, 12, 3), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def applied(text: str, images: np.ndarray, seed: int = 1) -> np.ndarray:
    augment = parse(text)
    assert augment is not None
    return augment(images, np.random.default_rng(seed))


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_shape_and_type_stay_and_the_seed_decides(name: str, shape: tuple[int, ...]) -> None:
    if shape[-1] == 1 and name not in GREY_TOO:
        return
    images = pictures(shape)
    before = images.copy()
    changed = applied(name, images)
    assert changed.shape == shape
    assert changed.dtype == np.uint8
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(changed, applied(name, images))


@pytest.mark.parametrize("name", STEPS)
def test_each_step_changes_pictures_in_different_ways(name: str) -> None:
    changed = applied(name, np.repeat(pictures((1, 16, 12, 3)), 16, axis=0))
    assert len({image.tobytes() for image in changed}) > 1
    assert (changed != applied(name, np.repeat(pictures((1, 16, 12, 3)), 16, axis=0), seed=2)).any()


@pytest.mark.parametrize("name", STEPS)
def test_no_pictures(name: str) -> None:
    assert applied(name, pictures((0, 16, 12, 3))).shape == (0, 16, 12, 3)


def test_flipping_twice_is_nothing() -> None:
    images = pictures()
    flipped = applied("flip:1", images)
    np.testing.assert_array_equal(flipped, images[:, :, ::-1])
    np.testing.assert_array_equal(applied("flip:1", flipped), images)


def test_half_of_the_pictures_are_flipped() -> None:
    images = pictures((400, 2, 2, 1))
    flipped = (applied("flip", images) != images).any(axis=(1, 2, 3))
    assert 150 < flipped.sum() < 250


@pytest.mark.parametrize("pixels", [1, 4])
def test_a_crop_of_pixels_moves_the_picture(pixels: int) -> None:
    images = pictures((50, 10, 8, 3))
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)))
    places = set()
    for window, whole in zip(applied(f"crop:{pixels}", images), padded, strict=True):
        found = [
            (top, left)
            for top in range(2 * pixels + 1)
            for left in range(2 * pixels + 1)
            if (whole[top : top + 10, left : left + 8] == window).all()
        ]
        assert found
        places.update(found)
    assert len(places) > 4
    assert max(max(place) for place in places) == 2 * pixels


def test_a_crop_of_an_area_enlarges_a_part() -> None:
    # Values rise downwards: in a part, top and bottom are closer together.
    ramp = np.broadcast_to(np.arange(100, dtype=np.uint8)[:, None, None], (100, 100, 1))
    images = np.stack([ramp] * 30)
    heights = [int(image[-1, 0, 0]) - int(image[0, 0, 0]) for image in applied("crop:0.25", images)]
    assert min(heights) < 70
    assert max(heights) <= 99
    # A quarter of the area, three quarters as high as wide.
    assert min(heights) >= 40


def test_crop_by_itself_suits_the_size() -> None:
    small, large = pictures((8, 32, 32, 3)), pictures((8, 100, 100, 3))
    np.testing.assert_array_equal(applied("crop", small), applied("crop:4", small))
    np.testing.assert_array_equal(applied("crop", large), applied("crop:0.35", large))


def test_rotation_turns_about_the_middle() -> None:
    images = np.zeros((40, 21, 21, 1), np.uint8)
    images[:, 10, :] = 255
    turned = applied("rotate:45", images)
    assert (turned[:, 10, 10] > 100).all()
    # The angle of the bar, from its bright pixels left of the middle.
    rows = [np.mean(np.argwhere(image[:, 5, 0] > 100)) for image in turned]
    assert min(rows) < 7
    assert max(rows) > 13


def test_cutout_covers_exactly_a_square() -> None:
    images = pictures((50, 20, 24, 3))
    images[..., 0] |= 1
    covered = applied("cutout:6", images)
    for before, after in zip(images, covered, strict=True):
        mean = np.rint(before.mean(axis=(0, 1))).astype(np.uint8)
        changed = np.argwhere((before != after).any(axis=2))
        (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
        assert bottom - top < 6
        assert right - left < 6
        assert len(changed) >= 30
        assert (after[changed[:, 0], changed[:, 1]] == mean).all()


def test_cutout_by_a_fraction() -> None:
    images = np.zeros((3, 20, 40, 1), np.uint8)
    images[:, ::2] = 255
    covered = applied("cutout:0.5", images)
    assert [(image == 128).sum() for image in covered] == [100] * 3


def test_noise_has_the_deviation_asked_for() -> None:
    grey = np.full((4, 64, 64, 3), 128, np.uint8)
    noisy = applied("noise:0.1", grey)
    assert abs(noisy.std() - 25.5) < 0.5
    assert abs(noisy.mean() - 128) < 0.5


def test_brightness_adds_the_same_everywhere() -> None:
    images = np.random.default_rng(0).integers(60, 190, (20, 6, 6, 3), dtype=np.uint8)
    added = applied("brightness:0.2", images).astype(int) - images
    assert (added == added[:, :1, :1, :1]).all()
    assert np.abs(added).max() <= 51
    assert added.min() < 0 < added.max()


def test_brightness_stops_at_black_and_white() -> None:
    images = np.zeros((20, 2, 2, 1), np.uint8)
    images[:, 0] = 255
    changed = applied("brightness:1", images)
    assert set(np.unique(changed[:, 1])) != {0}
    assert ((changed[:, 0] == 255) | (changed[:, 1] == 0)).all()


def test_contrast_keeps_the_mean() -> None:
    images = np.random.default_rng(0).integers(90, 160, (20, 16, 16, 3), dtype=np.uint8)
    changed = applied("contrast:0.5", images)
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), atol=0.5)
    ratio = changed.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert 0.48 < ratio.min() < 1 < ratio.max() < 1.52


@pytest.mark.parametrize("text", ["hue:0.5", "saturation:1"])
def test_grey_stays_grey(text: str) -> None:
    greys = np.arange(256, dtype=np.uint8)[None, :, None, None].repeat(3, axis=3).repeat(10, axis=0)
    np.testing.assert_array_equal(applied(text, greys), greys)


@pytest.mark.parametrize("text", ["hue:0.5", "saturation:0.5"])
def test_colour_steps_keep_the_brightness(text: str) -> None:
    images = np.random.default_rng(0).integers(110, 146, (20, 6, 6, 3), dtype=np.uint8)
    weights = np.array([0.299, 0.587, 0.114])
    changed = applied(text, images)
    assert (changed != images).any()
    np.testing.assert_allclose(changed @ weights, images @ weights, atol=1)


def test_no_saturation_is_grey() -> None:
    images = pictures((50, 4, 4, 3))
    spread = np.ptp(applied("saturation:1", images).astype(int), axis=3).mean(axis=(1, 2))
    assert spread.min() < 20


def test_swapped_channels_are_the_same_channels() -> None:
    images = pictures((40, 4, 4, 3))
    swapped = applied("swap:1", images)
    np.testing.assert_array_equal(np.sort(swapped, axis=3), np.sort(images, axis=3))
    assert (swapped != images).any(axis=(1, 2, 3)).all()


def test_steps_follow_each_other() -> None:
    images = pictures((8, 32, 32, 3))
    together = applied("flip,crop:4", images)
    rng = np.random.default_rng(1)
    one_by_one = STEPS["crop"](4.0)(STEPS["flip"]()(images, rng), rng)
    np.testing.assert_array_equal(together, one_by_one)


@pytest.mark.parametrize("text", ["", "none", " None "])
def test_nothing(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "flip,wobble",
            "There is no augmentation named 'wobble', as in 'flip,wobble'. Expected one of these: flip, crop, rotate, "
            "cutout, noise, brightness, contrast, saturation, hue, swap. Correct the name.",
        ),
        ("rotat:3", "Did you mean rotate?"),
        ("flip,,crop", "There is no augmentation named ''"),
        ("flip:2", "flip has the strength 2. Expected the probability, above 0 and up to 1."),
        ("flip:0", "Correct it, or write flip alone."),
        ("crop:1.5", "crop has the strength 1.5. Expected a whole number of pixels, or a fraction of the area"),
        ("crop:0", "crop has the strength '0'."),
        ("crop:-1", "crop has the strength -1."),
        ("crop:inf", "crop has the strength inf."),
        ("rotate:181", "rotate has the strength 181. Expected degrees, above 0 and up to 180."),
        ("noise:much", "noise has the strength 'much'. Expected a fraction of white, above 0 and up to 1."),
        ("noise:", "noise has the strength ''."),
        ("hue:0.6", "Expected a fraction of the colour circle, above 0 and up to 0.5."),
        ("contrast:nan", "contrast has the strength nan."),
        ("cutout:2.5", "Expected the side of the square, a whole number of pixels or a fraction"),
        ("flip,crop,flip:0.1", "flip stands twice in 'flip,crop,flip:0.1'. Expected each step once. Leave one out."),
    ],
)  # fmt: skip
def test_texts_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        parse(text)
    assert message in str(caught.value)


@given(st.text(alphabet="flipcrotaenshug:,.0123456789 -", max_size=24))
def test_any_text_is_an_augmentation_or_refused(text: str) -> None:
    try:
        augment = parse(text)
    except errors.InvalidArgumentError:
        return
    assert augment is None or parse(str(augment)) == augment


@given(st.lists(st.sampled_from(sorted(STEPS)), unique=True, min_size=1), st.data())
def test_the_text_of_an_augmentation_gives_it_back(names: list[str], data: st.DataObject) -> None:
    parts = [name + data.draw(st.sampled_from(["", ":0.25", ": 0.125 "])) for name in names]
    augment = parse(",".join(parts))
    assert parse(str(augment)) == augment


@pytest.mark.parametrize("name", ["hue", "saturation", "swap"])
def test_colours_of_grey_pictures_are_refused(name: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        applied(name, pictures((2, 8, 8, 1)))
    assert "was asked for pictures of 1 channel. Expected pictures with the channels red, green and blue." in str(
        caught.value
    )
    assert f"Leave {name} out; brightness, contrast and noise work on all pictures." in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "crop:8",
            "crop:8 was asked for pictures of 9x8 pixels. Expected fewer pixels than a side has. Choose a lower",
        ),
        (
            "cutout:9",
            "cutout:9 was asked for pictures of 9x8 pixels. Expected a square within the picture. Choose a lower",
        ),
    ],
)
def test_pictures_too_small_are_refused(text: str, message: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=message):
        applied(text, pictures((2, 9, 8, 3)))


def test_a_table_is_refused() -> None:
    with pytest.raises(errors.InvalidArgumentError) as caught:
        applied("flip,noise:0.1", np.zeros((2, 1, 1, 4), np.float32))
    assert str(caught.value) == (
        "flip:0.5,noise:0.1 was asked for examples of float32. Expected pictures. Leave it out."
    )
