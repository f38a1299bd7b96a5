"""Operators and slicing on tensors, and the small nodes they make."""

from __future__ import annotations

from typing import Any


def build(tf: Any) -> None:
    x = tf.placeholder(tf.float32, [None, 4, 6], name="x")
    n = tf.placeholder(tf.int32, [None], name="n")
    flags = tf.placeholder(tf.bool, [None], name="flags")
    slices(tf, x, n)
    arithmetic(tf, x, n)
    comparisons(tf, x, n, flags)
    reductions(tf, x)
    shapes(tf, x, n)


def slices(tf: Any, x: Any, n: Any) -> None:
    tf.identity(x[0])
    tf.identity(x[:, 1])
    tf.identity(x[..., -1])
    tf.identity(x[1:, ::2, tf.newaxis, 3])
    tf.identity(x[:, ::-1])
    tf.identity(x[n[0], 1 : n[1]])
    tf.identity(tf.shape(x)[0])


def arithmetic(tf: Any, x: Any, n: Any) -> None:
    tf.identity(1.0 + x - 2.0)
    tf.identity(3 * x / 4.0)
    tf.identity(-(x**2))
    tf.identity(2.0 - x)
    tf.identity(1.0 / x)
    tf.identity(x % 3.0)
    tf.identity(x // 2.0)
    tf.identity(n // 2 + n % 3)
    tf.identity(n / 4)
    tf.identity(abs(x))
    tf.matmul(x, tf.ones([2, 6, 3]), name="product")
    tf.add_n([x, x, 2.0 * x])


def comparisons(tf: Any, x: Any, n: Any, flags: Any) -> None:
    tf.identity(x > 0.0)
    tf.identity(n <= 3)
    tf.identity(~flags & (n >= 1) | flags)
    tf.identity(flags ^ flags)
    tf.cast(flags, tf.float32)
    tf.cast(n, tf.int32)
    tf.where(x > 0.0, x, tf.zeros_like(x))
    tf.to_float(n)


def reductions(tf: Any, x: Any) -> None:
    tf.reduce_sum(x)
    tf.reduce_mean(x, 1)
    tf.reduce_max(x, axis=[1, 2], keepdims=True)
    tf.reduce_min(x, axis=-1, keep_dims=True)
    tf.reduce_prod(x, reduction_indices=[0])
    tf.reduce_all(x > 0.0, axis=0)
    tf.argmax(x, 1)
    tf.argmin(x, axis=2, output_type=tf.int32)


def shapes(tf: Any, x: Any, n: Any) -> None:
    tf.reshape(x, [-1, 24])
    tf.reshape(x, tf.stack([tf.shape(x)[0], 24]))
    tf.transpose(x)
    tf.transpose(x, perm=[0, 2, 1])
    tf.expand_dims(x, -1)
    tf.squeeze(tf.expand_dims(x, 0), axis=[0])
    tf.concat([x, x], axis=1)
    tf.split(x, 2, axis=1)
    tf.split(x, [1, 3, 2], axis=-1)
    tf.stack([n, n], axis=1)
    tf.unstack(x, axis=1)
    tf.tile(x, [1, 2, 1])
    tf.pad(x, [[0, 0], [1, 2], [0, 1]])
    tf.gather(x, [0, 2], axis=1)
    tf.zeros_like(x)
    tf.ones([2, 3], dtype=tf.int64)
    tf.zeros(tf.shape(n))
    tf.size(x)
    tf.rank(x)
    tf.range(10)
    tf.fill([2, 2], 0.5)
    tf.one_hot(n, 5, on_value=2.0, off_value=-1.0, axis=0)
    tf.stop_gradient(x)
    tf.constant("text")
    tf.constant(0.25, shape=[20, 30])
    tf.nn.dropout(x, rate=0.3, seed=11)
    tf.random_uniform([2, 3], 0, 10, dtype=tf.int32, seed=2)
    tf.truncated_normal([4, 4], stddev=0.1)
