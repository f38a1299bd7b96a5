"""Dimensions and shapes."""

import operator

import numpy as np


def dimensions(tf, note):
    for value in (3, None, 0, -1, np.int64(4), tf.Dimension(2), tf.Dimension(None), "a", [1], 2**40, np.array(3)):
        note.tried(lambda value=value: tf.Dimension(value), lambda value=value: str(tf.Dimension(value)))
    six, unknown = tf.Dimension(6), tf.Dimension(None)
    note.tried(lambda: int(six), lambda: int(unknown), lambda: "abcdefg"[six], lambda: six.value, lambda: float(six))
    note.tried(lambda: list(range(six)), lambda: np.zeros([six, 2]).shape, lambda: [0] * six, lambda: "%d" % six)
    note(bool(six), bool(unknown), bool(tf.Dimension(0)), six in [6], max(six, tf.Dimension(4)))
    note.tried(lambda: -six, lambda: six / 2, lambda: 2 / six, lambda: six**2)


def dimension_arithmetic(tf, note):
    six, four, unknown = tf.Dimension(6), tf.Dimension(4), tf.Dimension(None)
    pairs = [
        (six, four), (six, unknown), (unknown, six), (unknown, unknown), (six, 4), (9, six), (six, None), (six, "x"),
        (six, np.int64(4)), (np.int64(9), six), (None, six), (four, six),
    ]  # fmt: skip
    names = ["add", "sub", "mul", "floordiv", "mod", "eq", "ne", "lt", "le", "gt", "ge", "truediv"]
    for name in names:
        for left, right in pairs:
            note.tried(lambda: getattr(operator, name)(left, right))


def dimension_compatibility(tf, note):
    six, four, unknown = tf.Dimension(6), tf.Dimension(4), tf.Dimension(None)
    note.tried(lambda: six.merge_with(unknown), lambda: unknown.merge_with(six), lambda: six.merge_with(four))
    note.tried(lambda: six.merge_with(6), lambda: six.is_compatible_with(6), lambda: six.is_compatible_with(None))
    note.tried(lambda: six.assert_is_compatible_with(four), lambda: six.assert_is_compatible_with(unknown))


def making(tf, note):
    values = [
        None, [], [1, 2], [None, 2], (3,), 5, [tf.Dimension(2), None], tf.TensorShape([1]), np.array([1, 2]),
        np.array(3), "ab", [-1], [[1]], (None,), [np.int32(3)], {1: 2}, tf.float32, range(2), tf.Dimension(4),
        tf.Dimension(None), -1, [None, None], tf.constant([1, 2]).shape,
    ]  # fmt: skip
    for value in values:
        note.tried(lambda value=value: _all_of(tf.TensorShape(value)))


def _all_of(shape):
    return str(shape), shape, shape.ndims, shape.is_fully_defined(), shape.num_elements(), shape.dims


def _shapes(tf):
    return tf.TensorShape([1, None, 3]), tf.TensorShape([1, 2, 3]), tf.TensorShape(None), tf.TensorShape([])


def reading(tf, note):
    for shape in _shapes(tf):
        note.tried(lambda: shape.as_list(), lambda: list(shape), lambda: len(shape), lambda: bool(shape))
        note.tried(lambda: shape[0], lambda: shape[-1], lambda: shape[1:], lambda: shape[:2], lambda: shape[:-1])
        note.tried(lambda: shape[1:2], lambda: shape[5], lambda: shape[2:1], lambda: shape[:0], lambda: shape["a"])
        note.tried(lambda: shape.as_proto(), lambda: shape.rank, lambda: shape.num_elements(), lambda: shape.dims)
        note.tried(lambda: shape.with_rank(3), lambda: shape.with_rank(2), lambda: shape.with_rank_at_least(4))
        note.tried(lambda: shape.with_rank_at_least(2), lambda: shape.with_rank_at_most(2))
        note.tried(lambda: shape.assert_has_rank(3), lambda: shape.assert_has_rank(1))
        note.tried(lambda: shape.assert_is_fully_defined(), lambda: tf.TensorShape(shape.as_proto()))
        note.tried(lambda: [size.value for size in shape], lambda: tuple(shape), lambda: hash(shape) == hash(shape))
        note.tried(lambda: 3 in shape, lambda: list(reversed(shape)))


def two_shapes(tf, note):
    others = [
        *_shapes(tf), [1, 2, 3], [1, None, 4], None, [1, 2], 5, "x", (1, 2, 3), tf.TensorShape([None, None, 3]),
    ]  # fmt: skip
    for shape in _shapes(tf):
        for other in others:
            note.tried(lambda: shape == other, lambda: shape != other, lambda: shape.is_compatible_with(other))
            note.tried(lambda: shape.merge_with(other), lambda: shape.concatenate(other))
            note.tried(lambda: shape.assert_is_compatible_with(other), lambda: shape.assert_same_rank(other))
            note.tried(lambda: shape.most_specific_compatible_shape(other), lambda: shape + other)
