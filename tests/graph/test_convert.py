import numpy as np
import pytest

import convflow as tf


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([[1], [2, 3]], ValueError, r"rows have different lengths. Pad them to one length"),
        (["a", 1], TypeError, r"holds a value of type int beside strings"),
        (object, TypeError, r"holds a value of type type. Numbers, bools and strings can be constants"),
        (None, ValueError, r"None values not supported"),
    ],
)
def test_what_cannot_be_a_constant(value, error, message):
    with pytest.raises(error, match=message):
        tf.constant(value)


def test_another_type_than_asked_for():
    with pytest.raises(TypeError, match=r"Expected int32, got 1.5 of type 'float' instead"):
        tf.constant(1.5, tf.int32)
    with pytest.raises(ValueError, match=r"(?s)requested dtype int32 for Tensor with dtype float32.*Use tf.cast"):
        tf.convert_to_tensor(tf.constant(1.0), tf.int32)


def test_a_tensor_is_no_constant():
    with pytest.raises(TypeError, match=r"expected values that are known now, got a tensor.*or tf.stack"):
        tf.constant([tf.constant(1.0)])


def test_too_many_elements():
    with pytest.raises(ValueError, match=r"Needed at most 2, but received 3: \(3,\) does not fit the shape \(2,\)"):
        tf.constant([1, 2, 3], shape=[2])


def test_stretched_constants_are_values_like_others():
    with tf.Graph().as_default(), tf.Session() as session:
        zeros = tf.zeros([3, 4])
        assert len(zeros.op.node_def.SerializeToString()) < 100
        fetched = session.run(zeros)
        fetched[:] = 1  # the fetched array is the program's own
        np.testing.assert_array_equal(session.run(zeros), np.zeros((3, 4)))


def test_conversions_must_give_tensors():
    class Wrong:
        pass

    tf.register_tensor_conversion_function(Wrong, lambda value, dtype=None, name=None, as_ref=False: 7)
    with pytest.raises(RuntimeError, match=r"returned non-Tensor: 7. It must return a tf.Tensor or NotImplemented"):
        tf.convert_to_tensor(Wrong())
