"""Arguments in the order that they had before TensorFlow 1.0."""

from __future__ import annotations

import pytest

import convflow as tf


def test_concat_with_the_axis_first() -> None:
    text = r"tf\.concat got values=1 and a list of 2 as axis, .* Write tf\.concat\(\[\.\.\.\], 1\)\."
    with tf.Graph().as_default(), pytest.raises(TypeError, match=text):
        tf.concat(1, [tf.zeros([2, 2]), tf.zeros([2, 2])])


def test_split_with_the_axis_first() -> None:
    text = r"tf\.split got value=0 and a tensor as axis, .* Write tf\.split\(\.\.\., 2, 0\)\."
    with tf.Graph().as_default(), pytest.raises(TypeError, match=text):
        tf.split(0, 2, tf.zeros([4]))


def test_todays_orders() -> None:
    with tf.Graph().as_default():
        assert tf.concat([tf.zeros([2]), tf.zeros([3])], 0).shape.as_list() == [5]
        assert [part.shape.as_list() for part in tf.split(tf.zeros([4]), 2, 0)] == [[2], [2]]
