"""Pictures turned, moved and seen from elsewhere; suppression by class. Numbers written out are TensorFlow's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf

image = tf.contrib.image
X = np.array(
    [[0.55, 0.72, 0.6, 0.54, 0.42], [0.65, 0.44, 0.89, 0.96, 0.38], [0.79, 0.53, 0.57, 0.93, 0.07],
     [0.09, 0.02, 0.83, 0.78, 0.87]], np.float32,
)  # fmt: skip
SKEW = [0.9, -0.2, 0.3, 0.1, 1.1, -0.4, 0.01, 0.02]


def _run(fetch: Any) -> Any:
    with tf.Session() as session:
        return session.run(fetch)


def test_values_are_tensorflows() -> None:
    near = image.transform(X, SKEW, output_shape=[3, 6])
    np.testing.assert_array_equal(
        _run(near),
        np.array([[0.55, 0.72, 0.6, 0.54, 0.42, 0], [0.65, 0.44, 0.89, 0.96, 0.96, 0.38],
                    [0.79, 0.53, 0.57, 0.57, 0.93, 0.07]], np.float32),
    )  # fmt: skip
    smooth = image.transform(X, SKEW, "BILINEAR", output_shape=[3, 6])
    np.testing.assert_allclose(
        _run(smooth),
        [[0.3606, 0.490270, 0.479516, 0.492307, 0.45, 0.178367], [0.609727, 0.506169, 0.786357, 0.918730, 0.669156,
         0.239955], [0.679970, 0.572494, 0.571986, 0.732068, 0.725878, 0.152272]],
        atol=1e-6,
    )  # fmt: skip
    whole = image.transform(np.round(X * 100).astype(np.int32), SKEW, "BILINEAR", output_shape=[3, 6])
    assert _run(whole).tolist() == [[36, 49, 47, 49, 45, 17], [60, 50, 78, 91, 66, 23], [67, 57, 57, 73, 72, 15]]


def test_gradients_are_tensorflows() -> None:
    pictures = tf.constant(X)
    upstream = np.arange(18, dtype=np.float32).reshape(3, 6)
    slope = tf.gradients(image.transform(pictures, SKEW, output_shape=[3, 6]) * upstream, pictures)[0]
    assert _run(slope).tolist() == [[0, 1, 2, 3, 4], [6, 7, 8, 9, 11], [12, 13, 14, 16, 17], [0, 0, 0, 0, 0]]


def test_gradient_of_a_movement_moves_back() -> None:
    pictures = tf.placeholder(tf.float64, [2, 4, 5, 3])
    slope = tf.gradients(image.translate(pictures, [1, 2]), pictures)[0]
    values = np.zeros([2, 4, 5, 3])
    with tf.Session() as session:
        found = session.run(slope, {pictures: values})
    expected = np.zeros([2, 4, 5, 3])
    expected[:, :2, :4] = 1
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("interpolation", ["NEAREST", "BILINEAR"])
def test_quarter_turns_are_those_of_numpy(turns: int, interpolation: str) -> None:
    pictures = np.random.RandomState(turns).rand(2, 5, 5, 3).astype(np.float32)
    turned = image.rotate(pictures, turns * np.pi / 2, interpolation)
    np.testing.assert_allclose(_run(turned), np.rot90(pictures, turns, (1, 2)), atol=1e-5)


def test_each_picture_by_an_angle_of_its_own() -> None:
    pictures = tf.placeholder(tf.float32, [None, None, None, 1])
    values = np.random.RandomState(1).rand(2, 4, 4, 1).astype(np.float32)
    turned = image.rotate(pictures, tf.constant([0.0, np.pi]))
    with tf.Session() as session:
        found = session.run(turned, {pictures: values})
    np.testing.assert_allclose(found, [values[0], np.rot90(values[1], 2)], atol=1e-6)


def test_translate_moves_right_and_down() -> None:
    moved = _run(image.translate(X, [1.0, 2.0]))
    np.testing.assert_array_equal(moved[2:, 1:], X[:2, :4])
    assert not moved[:2].any()
    assert not moved[:, 0].any()


def test_transformations_are_composed_in_order() -> None:
    turn = image.angles_to_projective_transforms(np.pi / 2, 4.0, 4.0)
    move = image.translations_to_projective_transforms([1.0, 0.0])
    pictures = np.random.RandomState(2).rand(4, 4).astype(np.float32)
    one_by_one = image.transform(image.transform(pictures, turn, "BILINEAR"), move, "BILINEAR")
    at_once = image.transform(pictures, image.compose_transforms(turn, move), "BILINEAR")
    found, expected = _run([at_once, one_by_one])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_matrices_and_back() -> None:
    flat = np.random.RandomState(3).rand(2, 8).astype(np.float32)
    matrices = image.flat_transforms_to_matrices(flat)
    assert matrices.shape.as_list() == [2, 3, 3]
    np.testing.assert_allclose(_run(image.matrices_to_flat_transforms(matrices * 2.0)), flat, rtol=1e-6)


def test_transform_refuses() -> None:
    with pytest.raises(ValueError, match=r"interpolation must be one of .* got 'CUBIC'"):
        image.transform(X, SKEW, "CUBIC")
    with pytest.raises(TypeError, match="rank between 2 and 4"):
        image.rotate(tf.zeros([3]), 1.0)
    with pytest.raises(TypeError, match="Transforms should have rank 1 or 2"):
        image.transform(X, [[SKEW]])
    with pytest.raises(ValueError, match=r"transforms are \[1 or batch, 8\]"):
        image.transform(X, [1.0, 2.0])
    with pytest.raises(ValueError, match="one for each of images"):
        image.transform(tf.zeros([3, 2, 2, 1]), [SKEW, SKEW])


BOXES: list[list[float]] = [[0, 0, 0.5, 0.5], [0, 0, 0.5, 0.45], [0.5, 0.5, 1.2, 1.0], [0.1, 0.6, 0.3, 0.9]]
SCORES = [[0.9, 0.1], [0.8, 0.7], [0.3, 0.6], [0.2, 0.5]]


def _combined(**settings: Any) -> Any:
    boxes, scores = np.array(BOXES, np.float32)[None, :, None], np.array(SCORES, np.float32)[None]
    return tf.image.combined_non_max_suppression(boxes, scores, 2, 5, **settings)


def test_combined_suppression() -> None:
    boxes, scores, classes, counts = _run(_combined())
    np.testing.assert_allclose(scores, [[0.9, 0.7, 0.6, 0.3, 0]])
    assert classes.tolist() == [[0, 1, 1, 0, 0]]
    assert counts.tolist() == [4]
    np.testing.assert_allclose(boxes[0], [BOXES[0], BOXES[1], [0.5, 0.5, 1, 1], [0.5, 0.5, 1, 1], [0, 0, 0, 0]])
    found = _combined(pad_per_class=True, clip_boxes=False, score_threshold=0.5)
    assert found.nmsed_boxes.shape.as_list() == [1, 4, 4]
    values = _run(found)
    np.testing.assert_allclose(values.nmsed_scores, [[0.9, 0.7, 0.6, 0]])
    np.testing.assert_allclose(values.nmsed_boxes[0, 2], [0.5, 0.5, 1.2, 1.0])


def test_combined_suppression_refuses() -> None:
    with pytest.raises(ValueError, match=r"boxes .* are \[batch, boxes, q, 4\]"):
        tf.image.combined_non_max_suppression(tf.zeros([1, 3, 1, 4]), tf.zeros([1, 2, 5]), 2, 5)
    with pytest.raises(ValueError, match="q is 1 or the number of classes"):
        tf.image.combined_non_max_suppression(tf.zeros([1, 2, 3, 4]), tf.zeros([1, 2, 5]), 2, 5)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"iou_threshold must be in \[0, 1\], got 2.0"):
        _run(_combined(iou_threshold=2.0))
