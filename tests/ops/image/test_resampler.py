"""tf.contrib.resampler.resampler against its formula, and its gradients against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf

resampler = tf.contrib.resampler.resampler
PLACES = [[1.0, 2.0], [0.3, 0.6], [2.7, 3.9], [-0.4, 1.2], [3.4, 4.5], [-1.2, 1.0], [5.0, 1.0], [1.5, -0.5]]


def expected(data: np.ndarray, warp: np.ndarray) -> np.ndarray:
    """Each pixel weighs (1 - |x - column|) (1 - |y - row|), where that is positive."""
    columns, rows = np.arange(data.shape[2]), np.arange(data.shape[1])
    of_x = np.maximum(0, 1 - np.abs(warp[..., :1] - columns))
    of_y = np.maximum(0, 1 - np.abs(warp[..., 1:] - rows))
    return np.einsum("bnw,bnh,bhwc->bnc", of_x, of_y, data)


def pictures() -> tuple[np.ndarray, np.ndarray]:
    data = np.random.RandomState(0).rand(2, 5, 4, 3)
    return data, np.stack([PLACES, np.array(PLACES)[::-1] * 0.8 + 0.05])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 2e-3), ("float32", 1e-6), ("float64", 1e-12)])
def test_values(dtype: str, tolerance: float) -> None:
    data, warp = (array.astype(dtype) for array in pictures())
    with tf.Graph().as_default(), tf.Session() as session:
        result = resampler(tf.constant(data), tf.constant(warp))
        assert (result.dtype.name, result.shape.as_list()) == (dtype, [2, 8, 3])
        assert result.op.type == "Resampler"
        found = session.run(result)
        grid = session.run(resampler(tf.constant(data), tf.constant(warp.reshape(2, 2, 4, 2))))
    wanted = expected(data.astype(np.float64), warp.astype(np.float64))
    np.testing.assert_allclose(found, wanted, atol=tolerance)
    np.testing.assert_array_equal(grid, found.reshape(2, 2, 4, 3))


def test_gradients() -> None:
    data, warp = pictures()
    # Away from the pixels' middles, where the slope jumps.
    warp = warp + 0.07
    with tf.Graph().as_default(), tf.Session():
        inputs = [tf.constant(data), tf.constant(warp)]
        result = resampler(*inputs)
        for given, value in zip(inputs, (data, warp), strict=True):
            error = tf.test.compute_gradient_error(
                given, value.shape, result, [2, 8, 3], x_init_value=value, delta=1e-6
            )
            assert error < 1e-6


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (([2, 5, 4], [2, 8, 2]), "data"),
        (([2, 5, 4, 3], [2, 8, 3]), r"warp must be \[batch, ..., 2\]"),
        (([2, 5, 4, 3], [3, 8, 2]), "count the pictures"),
        (([2, 5, 4, 3], [2]), r"warp must be \[batch, ..., 2\], has shape \(2,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shapes: Any, message: str) -> None:
    with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
        resampler(tf.zeros(shapes[0]), tf.zeros(shapes[1]))
