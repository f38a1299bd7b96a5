"""Pictures: files there and back, gradients against finite differences, refusals, whole files."""

import io

import numpy as np
import pytest
from PIL import Image

import convflow as tf

RANDOM = np.random.default_rng(5)
FEW = 6


def value(tensor, feed=None):
    with tf.Session() as sess:
        return sess.run(tensor, feed)


def smooth(height=16, width=20, channels=3):
    rows, columns = np.mgrid[:height, :width]
    planes = [rows * 9 + columns * 3, 200 - columns * 7, rows * 2 + columns * 5][:channels]
    return np.stack(planes, axis=2).clip(0, 255).astype(np.uint8)


def saved(pixels, kind, **settings):
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(buffer, format=kind, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_there_and_back(dtype, channels):
    pixels = RANDOM.integers(0, np.iinfo(dtype).max, (5, 7, channels)).astype(dtype)
    file = tf.image.encode_png(tf.constant(pixels), compression=5)
    found = value(tf.image.decode_png(file, dtype=tf.as_dtype(dtype)))
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_there_and_back(channels):
    pixels = smooth(channels=channels)
    file = tf.image.encode_jpeg(tf.constant(pixels), quality=95)
    found, shape, is_jpeg = value(
        [tf.image.decode_jpeg(file), tf.image.extract_jpeg_shape(file), tf.image.is_jpeg(file)]
    )
    assert is_jpeg
    assert shape.tolist() == list(pixels.shape)
    assert np.abs(found.astype(int) - pixels).mean() < 6
    cropped = value(tf.image.decode_and_crop_jpeg(file, [2, 3, 4, 5]))
    np.testing.assert_array_equal(cropped, found[2:6, 3:8])


def test_jpeg_options():
    file = saved(smooth(), "JPEG", quality=90)
    grey, half, same = value(
        [
            tf.image.decode_jpeg(file, channels=1),
            tf.image.decode_jpeg(file, ratio=2),
            tf.image.decode_jpeg(file, fancy_upscaling=False, dct_method="INTEGER_FAST"),
        ]
    )
    assert grey.shape == (16, 20, 1) and half.shape == (8, 10, 3) and same.shape == (16, 20, 3)
    assert np.abs(grey[..., 0] - smooth() @ [0.299, 0.587, 0.114]).mean() < 4
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid JPEG data"):
        value(tf.image.decode_jpeg(file[:200]))
    assert value(tf.image.decode_jpeg(file[:-20], try_recover_truncated=True)).shape == (16, 20, 3)


def test_any_file():
    pixels = smooth()
    frames = [Image.fromarray(pixels), Image.fromarray(pixels[::-1])]
    buffer = io.BytesIO()
    frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:])
    gif = buffer.getvalue()
    assert value(tf.image.decode_gif(gif)).shape == (2, 16, 20, 3)
    assert value(tf.image.decode_image(gif)).shape == (2, 16, 20, 3)
    assert value(tf.image.decode_image(gif, expand_animations=False)).shape == (16, 20, 3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Got 2 frames"):
        value(tf.image.decode_png(gif))
    for kind in ("BMP", "PNG"):
        np.testing.assert_array_equal(value(tf.image.decode_image(saved(pixels, kind))), pixels)
    floats = value(tf.image.decode_image(saved(pixels, "PNG"), dtype=tf.float32))
    np.testing.assert_allclose(floats, pixels / 255, rtol=1e-6)
    np.testing.assert_array_equal(value(tf.image.decode_bmp(saved(pixels, "BMP"))), pixels)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Unknown image file format"):
        value(tf.image.decode_image(b"no picture"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="decode_bmp"):
        value(tf.image.decode_jpeg(saved(pixels, "BMP")))


def test_jpeg_quality():
    pixels = RANDOM.integers(0, 255, (16, 16, 3)).astype(np.uint8)
    rough, fine, drawn = value(
        [
            tf.image.adjust_jpeg_quality(pixels, 5),
            tf.image.adjust_jpeg_quality(pixels, 95),
            tf.image.random_jpeg_quality(pixels, 20, 60, seed=1),
        ]
    )
    errors = [np.abs(found.astype(int) - pixels).mean() for found in (fine, drawn, rough)]
    assert errors == sorted(errors)
    with pytest.raises(ValueError, match="between 0 and 100"):
        tf.image.random_jpeg_quality(pixels, 20, 160)


def slopes_agree(build, *arrays):
    """First derivatives in float64 where the result is float32: the steps are as large as the numbers allow."""
    xs = [tf.placeholder(tf.float64, array.shape) for array in arrays]
    y = build(*xs)
    weights = tf.constant(RANDOM.normal(size=y.shape.as_list()), tf.float64)
    total = tf.reduce_sum(tf.cast(y, tf.float64) * weights)
    gradients = tf.gradients(total, xs)
    with tf.Session() as sess:
        feed = dict(zip(xs, arrays, strict=True))
        for x, array, found in zip(xs, arrays, sess.run(gradients, feed), strict=True):
            for index in [tuple(RANDOM.integers(0, size) for size in array.shape) for _ in range(FEW)]:
                ends = []
                for step in (1e-2, -1e-2):
                    moved = array.copy()
                    moved[index] += step
                    ends.append(sess.run(total, {**feed, x: moved}))
                assert found[index] == pytest.approx((ends[0] - ends[1]) / 2e-2, rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("size", [(7, 9), (2, 3)])
@pytest.mark.parametrize("flag", [{}, {"align_corners": True}, {"half_pixel_centers": True}])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "nearest_neighbor"])
def test_resize_gradients(method, flag, size):
    resize = getattr(tf.image, f"resize_{method}")
    slopes_agree(lambda x: resize(x, size, **flag), RANDOM.uniform(size=(2, 4, 5, 2)))


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
def test_crop_and_resize_gradients(method):
    boxes = [[0.05, 0.1, 0.77, 0.93], [0.9, -0.2, 0.1, 0.6]]
    slopes_agree(
        lambda image: tf.image.crop_and_resize(image, boxes, [1, 0], [3, 4], method=method),
        RANDOM.uniform(size=(2, 5, 6, 2)),
    )


def test_box_gradients():
    image = tf.constant(RANDOM.uniform(size=(1, 9, 8, 2)), tf.float32)
    slopes_agree(
        lambda boxes: tf.image.crop_and_resize(image, tf.cast(boxes, tf.float32), [0], [1, 1]),
        np.array([[0.1, 0.2, 0.57, 0.77]]),
    )


def test_hsv_gradients():
    slopes_agree(tf.image.rgb_to_hsv, np.array([[[0.1, 0.4, 0.8], [0.7, 0.3, 0.15], [0.2, 0.9, 0.6]]]))


def test_batches_of_unknown_rank():
    image = RANDOM.uniform(size=(2, 4, 5, 3)).astype(np.float32)
    fed = tf.placeholder(tf.float32)
    flipped, seen = value([tf.image.flip_left_right(fed), tf.image.random_flip_up_down(fed, seed=3)], {fed: image})
    np.testing.assert_array_equal(flipped, image[:, :, ::-1])
    assert seen.shape == image.shape


def test_padded_suppression():
    boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 3.0, 1.0, 4.0]]
    chosen, count = tf.image.non_max_suppression_padded(boxes, [0.5, 0.9, 0.7], 5, pad_to_max_output_size=True)
    assert chosen.shape.as_list() == [5]
    found, number = value([chosen, count])
    assert found.tolist() == [1, 2, 0, 0, 0] and number == 2


def test_glimpse_beyond_the_edge():
    image = np.full((1, 4, 4, 1), 0.5, np.float32)
    found = value(tf.image.extract_glimpse(image, [4, 4], [[1.0, 1.0]]))
    np.testing.assert_allclose(found, 0.5)


REFUSALS = {
    "must be rank 4": lambda: tf.image.resize_bilinear(tf.zeros([2, 3, 1]), [2, 2]),
    "size must be positive": lambda: tf.image.resize_area(tf.zeros([1, 2, 3, 1]), [0, 2]),
    "'images' contains no shape": lambda: tf.image.resize_images(tf.placeholder(tf.float32), [2, 2]),
    "either 3 or 4 dimensions": lambda: tf.image.resize_images(tf.zeros([2, 3]), [2, 2]),
    "Resize method is not implemented": lambda: tf.image.resize_images(tf.zeros([2, 3, 1]), [1, 1], method=7),
    "width must be >= target": lambda: tf.image.crop_to_bounding_box(tf.zeros([4, 4, 1]), 0, 2, 2, 3),
    "height must be <= target": lambda: tf.image.pad_to_bounding_box(tf.zeros([4, 4, 1]), 0, 0, 3, 4),
    "at least three-dimensional": lambda: tf.image.flip_up_down(tf.zeros([4, 4])),
    "within \\(0, 1\\]": lambda: tf.image.central_crop(tf.zeros([4, 4, 1]), 0.0),
    "size 3 in the last axis": lambda: tf.image.rgb_to_grayscale(tf.zeros([4, 4, 4])),
    "3 channels": lambda: tf.image.adjust_saturation(tf.zeros([4, 4, 2]), 1.0),
    "half the circle": lambda: tf.image.random_hue(tf.zeros([4, 4, 3]), 0.6),
    "non-negative real": lambda: tf.image.adjust_gamma(tf.zeros([4, 4, 3]), -2.0),
    "ratio must be 1, 2, 4, or 8": lambda: value(tf.image.decode_jpeg(b"", ratio=3)),
    "channels must be in": lambda: tf.image.decode_image(b"", channels=2),
    "4D tensor": lambda: tf.image.image_gradients(tf.zeros([4, 4, 3])),
    "count the boxes": lambda: tf.image.crop_and_resize(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 4]), [0], [1, 1]),
    "Channel depth": lambda: tf.image.draw_bounding_boxes(tf.zeros([1, 4, 4, 2]), tf.zeros([1, 1, 4])),
    "must be \\[batch, boxes, 4\\]": lambda: tf.image.draw_bounding_boxes(tf.zeros([1, 4, 4, 3]), tf.zeros([1, 1, 5])),
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=text):
        REFUSALS[text]()


@pytest.mark.parametrize("op", ["NonMaxSuppression", "NonMaxSuppressionV2"])
def test_former_suppression(op):
    settings = {"iou_threshold": 0.5}
    found = getattr(tf.raw_ops, op)(
        boxes=tf.constant([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1]]),
        scores=tf.constant([0.2, 0.3]),
        max_output_size=2,
        **settings,
    )
    assert value(found).tolist() == [1]


def test_former_sampling():
    begin, size, boxes = tf.raw_ops.SampleDistortedBoundingBox(
        image_size=[40, 50, 3], bounding_boxes=[[[0.1, 0.2, 0.9, 0.8]]], seed=3, min_object_covered=0.1
    )
    same = tf.image.sample_distorted_bounding_box([40, 50, 3], [[[0.1, 0.2, 0.9, 0.8]]], seed=3)
    for ours, theirs in zip(value([begin, size, boxes]), value(same), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_gradient_nodes():
    x = tf.placeholder(tf.float32, [1, 4, 5, 1])
    made = {
        "ResizeBilinearGrad": tf.image.resize_bilinear(x, [2, 2]),
        "ResizeBicubicGrad": tf.image.resize_bicubic(x, [2, 2]),
        "ResizeNearestNeighborGrad": tf.image.resize_nearest_neighbor(x, [2, 2]),
        "CropAndResizeGradImage": tf.image.crop_and_resize(x, [[0.0, 0.0, 1.0, 1.0]], [0], [2, 2]),
    }
    for op_type, y in made.items():
        assert tf.gradients(y, x)[0].op.type == op_type
    boxes = tf.placeholder(tf.float32, [1, 4])
    by_boxes = tf.gradients(tf.image.crop_and_resize(x, boxes, [0], [2, 2]), boxes)[0]
    assert by_boxes.op.type == "CropAndResizeGradBoxes"
