"""Numbers from a seed that is an input."""

import numpy as np
import pytest

import convflow as tf
from convflow.graph.apply import apply_op


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_equal_seeds_equal_numbers(run):
    seed = tf.placeholder(tf.int64, [2])
    drawn = tf.random.stateless_uniform([50], seed)
    first, again, other = (run(drawn, {seed: value}) for value in ([1, 2], [1, 2], [2, 1]))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.min() >= 0 and first.max() < 1


@pytest.mark.parametrize(
    "op", ["StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal", "StatelessRandomUniformInt"]
)
def test_the_ops_of_1_15_draw_what_those_of_2_draw(run, op):
    """The forerunners of StatelessRandomUniformV2, StatelessRandomNormalV2 and StatelessTruncatedNormalV2."""
    shape, seed = np.array([3, 4], np.int32), np.array([5, -6], np.int64)
    limits = {"minval": np.int64(-3), "maxval": np.int64(90)} if op.endswith("Int") else {"dtype": tf.float64}
    key, counter = apply_op("StatelessRandomGetKeyCounter", seed=seed)
    old = apply_op(op, shape=shape, seed=seed, **limits)
    new = apply_op(f"{op}V2", shape=shape, key=key, counter=counter, alg=1, **limits)
    assert old.shape.as_list() == [3, 4]
    np.testing.assert_array_equal(*run([old, new]))


@pytest.mark.parametrize("dtype", ["uint32", "uint64", "int32", "int64"])
def test_whole_range_of_a_type(run, dtype):
    drawn = run(tf.random.stateless_uniform([4000], [1, 2], None, None, dtype))
    limits = np.iinfo(dtype)
    assert drawn.dtype == dtype
    np.testing.assert_allclose(
        drawn.astype(float).mean(), (limits.max + float(limits.min)) / 2, atol=0.02 * 2.0**limits.bits
    )


def test_philox_by_name(run):
    np.testing.assert_array_equal(
        *run([tf.random.stateless_normal([4], [1, 2], alg=alg) for alg in ("philox", "auto_select")])
    )


def test_classes(run):
    logits = np.log(np.array([[0.5, 0.0001, 0.5]], np.float32))
    drawn = run(tf.random.stateless_categorical(logits, 2000, [3, 4]))
    np.testing.assert_allclose(np.bincount(drawn[0], minlength=3) / 2000, [0.5, 0, 0.5], atol=0.05)


def test_refusals(run):
    with pytest.raises(ValueError, match=r"`minval` and `maxval` must be both None or not None. Got `minval`=0 and"):
        tf.random.stateless_uniform([2], [1, 2], dtype=tf.int32)
    with pytest.raises(ValueError, match="invalid value uint32 when argument `minval` is not None"):
        tf.random.stateless_uniform([2], [1, 2], 0, 4, tf.uint32)
    with pytest.raises(ValueError, match=r"seed must have shape \[2\], not \(3,\)"):
        tf.random.stateless_normal([2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"`alg` got unsupported value 'threefry'. Supported are 'auto_select' and"):
        tf.random.stateless_normal([2], [1, 2], alg="threefry")
    seed = tf.placeholder(tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"seed must have shape \[2\]"):
        run(tf.random.stateless_normal([2], seed), {seed: [1]})
    key, counter = apply_op("StatelessRandomGetKeyCounter", seed=[1, 2])
    wrong = apply_op("StatelessRandomUniformV2", shape=[2], key=key, counter=counter, alg=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Unsupported algorithm id: 2\. Philox is 1"):
        run(wrong)
