"""tf.tensordot against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

CASES = [
    ((2, 3), (3, 4), 1),
    ((2, 3, 4), (3, 4, 5), 2),
    ((2, 3), (4,), 0),
    ((2, 3, 4), (4, 2), [[2, 0], [0, 1]]),
    ((2, 3, 4), (5, 4), [-1, 1]),
    ((3,), (3,), 1),
    ((2, 3, 4), (4, 3, 2), [[0, 1, 2], [2, 1, 0]]),
]


@pytest.mark.parametrize("known", ["shape", "rank", "nothing"])
@pytest.mark.parametrize(("a", "b", "axes"), CASES)
def test_values(run, known, a, b, axes):
    random = np.random.default_rng(0)
    values = [random.normal(size=shape) for shape in (a, b)]
    shapes = [{"shape": value.shape, "rank": [None] * value.ndim, "nothing": None}[known] for value in values]
    x, y = (tf.placeholder(tf.float64, shape) for shape in shapes)
    z = tf.tensordot(x, y, axes)
    want = np.tensordot(*values, axes)
    np.testing.assert_allclose(run(z, {x: values[0], y: values[1]}), want, rtol=1e-12)
    if known == "shape":
        assert z.shape.as_list() == list(want.shape)


@pytest.mark.parametrize(("a", "b", "axes"), CASES)
def test_gradients(check_gradients, a, b, axes):
    random = np.random.default_rng(1)
    check_gradients(lambda x, y: tf.tensordot(x, y, axes), random.normal(size=a), random.normal(size=b))


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (-1, "at least 0"),
        (4, "must not be larger than the number of dimensions"),
        ([0], "must be a number or have length 2"),
        ([[0, 1], [0]], "Different numbers of axes to sum over, 2 and 1"),
        ([[5], [0]], r"no axis 5 in a tensor of shape \(2, 3\)"),
    ],
)
def test_refusals(axes, message):
    with pytest.raises(ValueError, match=message):
        tf.tensordot(tf.zeros([2, 3]), tf.zeros([3, 4]), axes)
