import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _picture():
    return tf.quantize(np.linspace(-3, 3, 32, dtype=np.float32).reshape(1, 4, 4, 2), -3.0, 3.0, tf.quint8)


@pytest.mark.parametrize(
    ("pool", "padding", "expected"),
    [
        ("max", "VALID", [[[82, 90], [115, 123]], [[214, 222], [247, 255]]]),
        ("avg", "SAME", [[[41, 49], [74, 82]], [[173, 181], [206, 214]]]),
    ],
)
def test_pooled_as_tensorflow_does(session, pool, padding, expected):
    function = getattr(tf.nn, f"quantized_{pool}_pool")
    found = function(*_picture(), [1, 2, 2, 1], [1, 2, 2, 1], padding)
    assert (found.output.dtype, found.output.shape.as_list()) == (tf.quint8, [1, 2, 2, 2])
    output, low, high = session.run(found)
    np.testing.assert_array_equal(output[0], expected)
    assert (low, high) == (-3.0, 3.0)


def test_signed_numbers_at_the_border(session):
    whole = tf.bitcast(tf.constant([[[[-8], [-6]], [[5], [7]]]], tf.int8), tf.qint8)
    greatest = tf.nn.quantized_max_pool(whole, -1.0, 1.0, [1, 2, 2, 1], [1, 1, 1, 1], "SAME")
    mean = tf.nn.quantized_avg_pool(whole, -1.0, 1.0, [1, 2, 2, 1], [1, 1, 1, 1], "SAME")
    assert session.run(greatest.output).ravel().tolist() == [7, 7, 7, 7]
    assert session.run(mean.output).ravel().tolist() == [0, 1, 6, 7]


def test_what_is_refused(session):
    with pytest.raises(ValueError, match=r"takes four numbers as strides, with 1 for batch and channels, got \[2, 2\]"):
        tf.nn.quantized_max_pool(*_picture(), [1, 2, 2, 1], [2, 2], "VALID")
    with pytest.raises(ValueError, match="min_input must be rank 0 but is rank 1"):
        tf.nn.quantized_avg_pool(_picture()[0], [0.0], 1.0, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
