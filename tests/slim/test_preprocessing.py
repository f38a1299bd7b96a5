"""What pictures go through: recorded values (tests/golden/record_preprocessing.py), own formulas, refusals."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors
from convflow.slim.research.preprocessing import (
    cifarnet_preprocessing,
    inception_preprocessing,
    lenet_preprocessing,
    preprocessing_factory,
    vgg_preprocessing,
)
from convflow.tools import alias

sys.path.insert(0, str(Path(__file__).parents[1] / "golden"))
import preprocessing_cases


def test_recorded_values(golden: Path) -> None:
    ours = preprocessing_cases.results(tf, preprocessing_factory)
    theirs = np.load(golden / "preprocessing.npz")
    assert set(theirs) == set(ours)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=1e-4, err_msg=name)


def resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear interpolation between places that are counted from the corner of the picture."""
    rows = np.arange(height) * (picture.shape[0] / height)
    columns = np.arange(width) * (picture.shape[1] / width)
    top, left = rows.astype(int), columns.astype(int)
    below, right = np.minimum(top + 1, picture.shape[0] - 1), np.minimum(left + 1, picture.shape[1] - 1)
    down, along = (rows - top)[:, None, None], (columns - left)[None, :, None]
    upper = picture[top][:, left] * (1 - along) + picture[top][:, right] * along
    lower = picture[below][:, left] * (1 - along) + picture[below][:, right] * along
    return upper * (1 - down) + lower * down


def run(tensor: tf.Tensor) -> np.ndarray:
    with tf.Session(graph=tensor.graph) as session:
        return session.run(tensor)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def test_vgg_by_the_formula() -> None:
    picture = preprocessing_cases.picture((30, 42))
    ours = run(vgg_preprocessing.preprocess_image(picture, 16, 18, resize_side_min=20))
    middle = resized(picture.astype(float), 20, 28)[2:18, 5:23]
    np.testing.assert_allclose(ours, middle - [123.68, 116.78, 103.94], atol=1e-3)


def test_inception_by_the_formula() -> None:
    picture = preprocessing_cases.picture((32, 40))
    ours = run(inception_preprocessing.preprocess_image(picture, 17, 12))
    middle = resized(picture[2:30, 2:38] / 255, 17, 12)  # an eighth less of each side, equally much at both ends
    np.testing.assert_allclose(ours, (middle - 0.5) * 2, atol=1e-5)


def test_cifarnet_and_lenet_by_the_formula() -> None:
    picture = preprocessing_cases.picture((20, 26))
    middle = picture[4:16, 3:23].astype(float)
    ours = run(cifarnet_preprocessing.preprocess_image(picture, 12, 20, add_image_summaries=False))
    np.testing.assert_allclose(ours, (middle - middle.mean()) / middle.std(), atol=1e-4)
    np.testing.assert_allclose(run(lenet_preprocessing.preprocess_image(picture, 12, 20, True)), middle / 128 - 1)


@pytest.mark.parametrize("fast", [True, False])
def test_training_pictures_of_inception(fast: bool) -> None:
    picture = preprocessing_cases.picture((40, 50))
    function = preprocessing_factory.get_preprocessing("inception_v3", is_training=True)
    box = tf.constant([[[0.1, 0.2, 0.9, 0.8]]])
    made = run(function(picture, 16, 20, bbox=box, fast_mode=fast, add_image_summaries=False))
    assert made.shape == (16, 20, 3)
    assert made.min() >= -1 and made.max() <= 1 and made.std() > 0.05


def test_summaries_of_the_steps() -> None:
    picture = preprocessing_cases.picture((40, 50))
    inception_preprocessing.preprocess_image(picture, 16, 20, is_training=True)
    names = [tensor.op.name.rpartition("/")[2] for tensor in tf.get_collection(tf.GraphKeys.SUMMARIES)]
    assert names == [
        "image_with_bounding_boxes", "images_with_distorted_bounding_box", "cropped_resized_image",
        "final_distorted_image",
    ]  # fmt: skip


def test_pictures_without_colours() -> None:
    picture = preprocessing_cases.picture((40, 50))
    for training in (False, True):
        function = preprocessing_factory.get_preprocessing("mobilenet_v1", training, use_grayscale=True)
        assert function(picture, 16, 20).shape.as_list() == [16, 20, 1]
    with pytest.raises(ValueError, match=r"use_grayscale=True is for Inception networks and MobileNets, got \[vgg\]"):
        preprocessing_factory.get_preprocessing("vgg", use_grayscale=True)


def test_the_package_is_found_by_programs() -> None:
    names: dict[str, object] = {}
    with alias.installed():
        exec("from preprocessing import preprocessing_factory, vgg_preprocessing\n", names)
        exec("from preprocessing.vgg_preprocessing import _mean_image_subtraction, _R_MEAN\n", names)
    assert names["vgg_preprocessing"] is vgg_preprocessing
    assert names["_R_MEAN"] == 123.68


def test_every_network_has_its_preprocessing() -> None:
    from convflow.slim.research.nets import nets_factory

    # The research models list none for them.
    without = {"alexnet_v2", "overfeat", "i3d", "s3dg", "nasnet_cifar"}
    assert set(nets_factory.networks_map) - set(preprocessing_factory.preprocessing_fn_map) == without


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"Preprocessing name \[vgg_17\] was not recognized\. Choose one of cifarnet,"):
        preprocessing_factory.get_preprocessing("vgg_17")
    with pytest.raises(ValueError, match=r"color_ordering must be in \[0, 3\], got 4"):
        inception_preprocessing.distort_color(tf.zeros([4, 4, 3]), 4, fast_mode=False)
    with pytest.raises(ValueError, match=r"size \[height, width, C>0\], got \(2, 4, 4, 3\)"):
        vgg_preprocessing._mean_image_subtraction(tf.zeros([2, 4, 4, 3]), [1, 2, 3])
    with pytest.raises(ValueError, match=r"2 means for a picture of shape \(4, 4, 3\)"):
        vgg_preprocessing._mean_image_subtraction(tf.zeros([4, 4, 3]), [1, 2])
    small = vgg_preprocessing.preprocess_image(preprocessing_cases.picture((30, 42)), 16, 18, resize_side_min=12)
    with pytest.raises(errors.InvalidArgumentError, match="cannot be smaller than the part that is cut out"):
        run(small)
