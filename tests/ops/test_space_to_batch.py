"""tf.space_to_batch_nd, batch_to_space_nd, required_space_to_batch_paddings."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.ops import space_to_batch


def moved(x, blocks, paddings):
    """The definition: the picture of every n-th position, for each offset."""
    x = np.pad(x, [(0, 0), *paddings, *[(0, 0)] * (x.ndim - 1 - len(blocks))])
    parts = []
    for offset in np.ndindex(*blocks):
        index = tuple(slice(start, None, step) for start, step in zip(offset, blocks, strict=True))
        parts.append(x[(slice(None), *index)])
    return np.concatenate(parts)


CASES = [
    ((2, 4, 6, 3), [2, 3], [[0, 0], [0, 0]]),
    ((1, 5, 5, 2), [2, 3], [[1, 0], [2, 2]]),
    ((3, 4), [2], [[0, 2]]),
    ((2, 3, 4, 6), [1, 2, 3], [[0, 0], [2, 0], [0, 3]]),
]


@pytest.mark.parametrize(("shape", "blocks", "paddings"), CASES)
def test_values_and_back(run, shape, blocks, paddings):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    there = space_to_batch.space_to_batch_nd(x, blocks, paddings)
    back = space_to_batch.batch_to_space_nd(there, blocks, paddings)
    got, again = run([there, back])
    np.testing.assert_array_equal(got, moved(x, blocks, paddings))
    np.testing.assert_array_equal(again, x)
    assert there.shape.as_list() == list(got.shape)
    assert back.shape.as_list() == list(shape)


@pytest.mark.parametrize(("shape", "blocks", "paddings"), CASES)
def test_gradients(check_gradients, shape, blocks, paddings):
    x = np.random.default_rng(0).normal(size=shape)
    check_gradients(lambda x: space_to_batch.space_to_batch_nd(x, blocks, paddings), x)
    small = moved(x, blocks, paddings)
    check_gradients(lambda y: space_to_batch.batch_to_space_nd(y, blocks, paddings), small)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("base", [None, [[1, 2], [0, 3]]])
def test_required_paddings(run, known, base):
    sizes, blocks = [7, 9], [3, 4]
    given = tf.placeholder_with_default(sizes, [2]) if not known else sizes
    paddings, crops = run(list(space_to_batch.required_space_to_batch_paddings(given, blocks, base)))
    start = np.zeros([2, 2], int) if base is None else np.array(base)
    assert (paddings[:, 0] == start[:, 0]).all()
    extra = paddings[:, 1] - start[:, 1]
    assert ((extra >= 0) & (extra < blocks)).all()
    assert ((sizes + paddings.sum(axis=1)) % blocks == 0).all()
    np.testing.assert_array_equal(crops, np.stack([[0, 0], extra], axis=1))


def test_unknown_shapes():
    x = tf.placeholder(tf.float32, [None, None, 6])
    y = space_to_batch.space_to_batch_nd(x, [2], [[0, 0]])
    assert y.shape.as_list() == [None, None, 6]
    assert space_to_batch.space_to_batch_nd(x, tf.placeholder(tf.int32, [1]), [[0, 0]]).shape.ndims == 3


@pytest.mark.parametrize(
    ("shape", "blocks", "paddings", "message"),
    [
        ([1, 5], [2], [[0, 0]], "Padded size 5 of axis 1 is not divisible by its block size 2"),
        ([1, 4], [0], [[0, 0]], "block_shape must be a vector of sizes of at least 1"),
        ([1, 4], [2], [[0, -2]], "paddings must be 1 pairs of at least 0"),
        ([1], [2], [[0, 0]], "must have rank 2 or more"),
    ],
)
def test_space_to_batch_refusals(shape, blocks, paddings, message):
    with pytest.raises(ValueError, match=message):
        space_to_batch.space_to_batch_nd(tf.zeros(shape), blocks, paddings)


def test_batch_to_space_refusals(run):
    with pytest.raises(ValueError, match="batch size 3 is not divisible by the product 2"):
        space_to_batch.batch_to_space_nd(tf.zeros([3, 4]), [2], [[0, 0]])
    with pytest.raises(ValueError, match="take more than the 4"):
        space_to_batch.batch_to_space_nd(tf.zeros([2, 2]), [2], [[3, 3]])
    x = tf.placeholder(tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Padded size 5 of axis 1"):
        run(space_to_batch.space_to_batch_nd(x, [2], [[0, 0]]), {x: np.zeros([1, 5])})


def test_pictures_with_square_blocks(run):
    x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    there = space_to_batch.space_to_batch(x, [[0, 0], [0, 0]], 2)
    np.testing.assert_array_equal(run(space_to_batch.batch_to_space(there, [[0, 0], [0, 0]], block_size=2)), x)


@pytest.mark.parametrize("move", [tf.space_to_batch, tf.batch_to_space])
def test_square_blocks_need_one_size(move):
    with pytest.raises(ValueError, match=r"You must specify 'block_size'.*got None"):
        move(tf.zeros([4, 2, 2, 1]), [[0, 0], [0, 0]])
    with pytest.raises(ValueError, match="Cannot specify both 'block_size' and 'block_shape'"):
        move(tf.zeros([4, 2, 2, 1]), [[0, 0], [0, 0]], block_size=2, block_shape=2)
